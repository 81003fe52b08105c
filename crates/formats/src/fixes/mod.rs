//! Fixes as text: what is wished in TOML.

mod wish;

pub use wish::{read_wish, wish_example};

#[cfg(test)]
mod tests;
