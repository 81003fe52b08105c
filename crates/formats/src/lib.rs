//! Text to values and back: stack files, price books, timelines in CSV, reports.
//!
//! This crate opens no path and reaches no network: it is handed text and gives text. What a user
//! wrote wrongly comes back as a [`problem::Problem`] that knows the place in the text.
//!
//! ```
//! use stackcost_formats::{classes::Classes, price_book::Bundle, stack::{Env, StackFile}};
//! use stackcost_model::estimate::estimate;
//!
//! let text = r#"
//! name = "small"
//! region = "us-east-1"
//! [kms.main]
//! keys = 2
//! "#;
//! let classes = Classes::parse(stackcost_prices::CLASSES)?;
//! let env = Env::without_files(&classes);
//! let resolved = StackFile::parse("small.toml", text)?.resolve(None, &env)?;
//!
//! use stackcost_prices as prices;
//! let bundle = Bundle { version: prices::VERSION, sources: prices::SOURCES, allowances: prices::ALLOWANCES, sign_up: prices::SIGN_UP };
//! let here = Some(resolved.stack.region);
//! let book = bundle.read(prices::files(), |_, region| region == here || region.is_none())?;
//! assert_eq!(estimate(&resolved.stack, &book, None).total().usd().to_string(), "2");
//! # Ok::<(), stackcost_formats::problem::Problems>(())
//! ```
#![forbid(unsafe_code)]
#![deny(clippy::panic, clippy::unwrap_used, clippy::expect_used)]

// In reading order: a module uses only modules above it.
pub mod problem;
pub mod classes;
pub mod services;
pub mod price_book;
pub mod offers;
pub mod book;
pub mod owned;
mod tree;
mod scalar;
mod schedule;
pub mod grid;
pub mod trace;
pub mod stack;
pub mod bill;
pub mod cost_explorer;
pub mod fixes;
pub mod render;
