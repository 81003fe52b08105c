mod journal;
mod plan;
pub(crate) mod plans;
mod security_groups;
mod wish;

use proptest::test_runner::Config;

/// As usual, and as the environment says (`PROPTEST_CASES`); failures are told, not kept in a file.
pub(crate) fn cases() -> Config {
    Config { failure_persistence: None, ..Config::default() }
}
