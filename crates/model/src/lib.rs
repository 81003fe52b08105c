#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![deny(clippy::panic, clippy::unwrap_used, clippy::expect_used)]

extern crate alloc;
#[cfg(test)]
extern crate std;

// In reading order: a module uses only modules above it.
pub mod exact;
pub mod money;
pub mod unit;
pub mod time;
pub mod timeline;
pub mod meter;
pub mod usage;
pub mod free;
pub mod price;
pub mod services;
pub mod scaling;
pub mod account;
pub mod stack;
pub mod estimate;
pub mod compare;
pub mod commitment;
pub mod settle;
pub mod simulation;
pub mod optimization;
pub mod joint;
pub mod bill;
pub mod spend;
pub mod forecast;
pub mod cost_explorer;
pub mod drivers;
pub mod reconcile;
pub mod hourly_bill;
pub mod fixes;
pub mod report;
