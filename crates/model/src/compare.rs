//! Estimates side by side: on one horizon, never across two.

use crate::estimate::{Estimate, Total};
use crate::exact::Ratio;
use crate::money::Usd;
use alloc::string::String;
use alloc::vec::Vec;

/// An estimate under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// What it costs.
    pub estimate: Estimate,
}

/// Scenarios on the same horizon, the first of which the others are held against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    scenarios: Vec<Scenario>,
}

/// How one amount differs from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delta {
    /// In dollars.
    pub usd: Usd,
    /// In percent of the amount compared with; `None` when that is nothing.
    pub percent: Option<Ratio>,
}

impl Delta {
    /// How `amount` differs from `from`.
    #[must_use]
    pub fn between(from: Usd, amount: Usd) -> Delta {
        let usd = amount - from;
        let percent = (from != Usd::ZERO).then(|| usd.to_ratio() / from.to_ratio() * Ratio::whole(100));
        Delta { usd, percent }
    }
}

impl Comparison {
    /// Puts scenarios side by side; the first is the baseline.
    ///
    /// # Errors
    /// [`CannotCompare`] when there is none, or when two cover different horizons: 730 hours
    /// against 720 make a difference that is none.
    pub fn new(scenarios: Vec<Scenario>) -> Result<Comparison, CannotCompare> {
        let first = scenarios.first().ok_or(CannotCompare::Nothing)?;
        if let Some(other) = scenarios.iter().find(|other| other.estimate.horizon != first.estimate.horizon) {
            return Err(CannotCompare::Horizons {
                one: alloc::format!("{} ({})", first.name, first.estimate.horizon.label()),
                other: alloc::format!("{} ({})", other.name, other.estimate.horizon.label()),
            });
        }
        Ok(Comparison { scenarios })
    }

    /// The scenarios, baseline first.
    #[must_use]
    pub fn scenarios(&self) -> &[Scenario] {
        &self.scenarios
    }

    /// What the others are held against.
    #[must_use]
    pub fn baseline(&self) -> &Scenario {
        &self.scenarios[0]
    }

    /// The scenario with the largest total.
    #[must_use]
    pub fn dearest(&self) -> &Scenario {
        let total = |scenario: &Scenario| scenario.estimate.total().usd();
        self.scenarios.iter().fold(&self.scenarios[0], |most, next| if total(next) > total(most) { next } else { most })
    }

    /// How a scenario's total differs from the baseline's.
    #[must_use]
    pub fn delta(&self, scenario: &Scenario) -> Delta {
        Delta::between(self.baseline().estimate.total().usd(), scenario.estimate.total().usd())
    }

    /// Whether every scenario was priced in full.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.scenarios.iter().all(|scenario| matches!(scenario.estimate.total(), Total::Exactly(_)))
    }

    /// The components of all scenarios, in order of first appearance.
    #[must_use]
    pub fn components(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for name in self.scenarios.iter().flat_map(|scenario| scenario.estimate.components()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// Scenarios that cannot stand side by side.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CannotCompare {
    /// There are none.
    #[error("there is nothing to compare")]
    Nothing,
    /// They cover different times.
    #[error("{one} and {other} cover different times")]
    Horizons {
        /// The baseline and its horizon.
        one: String,
        /// The other and its horizon.
        other: String,
    },
}
