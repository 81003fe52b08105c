//! Estimates side by side: on one horizon, never across two.

use crate::estimate::{Estimate, Total};
use crate::exact::Ratio;
use crate::money::Usd;
use alloc::collections::BTreeSet;
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
        for (at, scenario) in scenarios.iter().enumerate() {
            if scenarios[..at].iter().any(|other| other.name == scenario.name) {
                return Err(CannotCompare::SameName(scenario.name.clone()));
            }
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

    /// Which scenario has the largest total: its place in the list, the first of equals.
    #[must_use]
    pub fn dearest(&self) -> usize {
        let total = |at: usize| self.scenarios[at].estimate.total().usd();
        (0..self.scenarios.len()).fold(0, |most, next| if total(next) > total(most) { next } else { most })
    }

    /// How a scenario's total differs from the baseline's; `None` when one of them is only a
    /// lower bound: what is missing is no saving.
    #[must_use]
    pub fn delta(&self, scenario: &Scenario) -> Option<Delta> {
        match (self.baseline().estimate.total(), scenario.estimate.total()) {
            (Total::Exactly(from), Total::Exactly(amount)) => Some(Delta::between(from, amount)),
            _ => None,
        }
    }

    /// Whether every scenario was priced in full.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.scenarios.iter().all(|scenario| matches!(scenario.estimate.total(), Total::Exactly(_)))
    }

    /// The components of all scenarios, in order of first appearance.
    #[must_use]
    pub fn components(&self) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        let all = self.scenarios.iter().flat_map(|scenario| scenario.estimate.components());
        all.filter(|name| seen.insert(*name)).collect()
    }
}

/// Scenarios that cannot stand side by side.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CannotCompare {
    /// There are none.
    #[error("there is nothing to compare")]
    Nothing,
    /// Two have the same name.
    #[error("two scenarios are called \"{0}\"")]
    SameName(String),
    /// They cover different times.
    #[error("{one} and {other} cover different times")]
    Horizons {
        /// The baseline and its horizon.
        one: String,
        /// The other and its horizon.
        other: String,
    },
}
