mod journal;
mod plan;
mod plans;
mod security_groups;
mod wish;

use proptest::test_runner::Config;

/// So many cases, or what `PROPTEST_CASES` says.
fn cases(usual: u32) -> Config {
    let wanted = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    Config { cases: wanted.unwrap_or(usual), failure_persistence: None, ..Config::default() }
}
