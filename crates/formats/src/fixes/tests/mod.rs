mod journal;
mod plan;
mod plans;
mod security_groups;
mod wish;

use proptest::test_runner::Config;

/// So many cases; what fails is shown, not kept in a file.
fn cases(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}
