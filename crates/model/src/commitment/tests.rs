//! Figures that AWS published, and brute force.

mod golden_tests;
mod naive_tests;
mod best_tests;
mod robust_tests;
mod stack_tests;
mod layout_tests;

use super::*;
use crate::exact::Ratio;
use crate::price::{Payment, PlanKind, Term};
use alloc::vec::Vec;

fn ratio(text: &str) -> Ratio {
    Ratio::parse(text).unwrap()
}

fn card(kind: PlanKind) -> Card {
    Card::new(kind, Term::OneYear, Payment::No)
}

fn plan(kind: PlanKind, hourly: &str) -> Commitment {
    Plan::new("plan", card(kind), ratio(hourly), 0).unwrap().into()
}

fn key(usage_type: &str) -> Key {
    Key::new("AmazonEC2", "us-east-1", usage_type, "")
}

fn row(usage_type: &str, on_demand: &str, hourly: &[u64]) -> Row {
    Row::new(key(usage_type), "Hrs", ratio(on_demand), 1, Vec::from(hourly))
}
