//! Fixes as text: what is wished in TOML, plans and journals in JSON, and security groups as the
//! AWS CLI lists them.

mod wish;
mod plan;
mod journal;
mod security_groups;

pub use journal::{ReadJournal, journal_header, journal_line, read_journal};
pub use plan::{digest, read_plan, write_plan};
pub use security_groups::read_security_groups;
pub use wish::{read_wish, wish_example};

#[cfg(test)]
pub(crate) mod tests;
