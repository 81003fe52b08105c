//! What was used, by whom, and why.

use crate::exact::Ratio;
use crate::meter::{Meter, Region};
use crate::time::Horizon;
use crate::unit::{AnyQuantity, Quantity, Unit};
use alloc::string::String;
use alloc::sync::Arc;

/// Where and for how long a component is used: what every service needs to know to say its usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The component's name in its stack: `fargate.api`.
    pub component: Arc<str>,
    /// The region it is in.
    pub region: Region,
    /// The time it covers.
    pub horizon: Horizon,
}

/// A metered usage of one component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Whose: `fargate.api`.
    pub component: Arc<str>,
    /// Of what.
    pub meter: Meter,
    /// How much, in the meter's unit.
    pub quantity: AnyQuantity,
    /// The arithmetic in words: `2 tasks x 0.25 vCPU x 730 h`.
    pub because: String,
    /// How it is priced.
    pub pricing: Pricing,
}

/// Where the rate of a usage comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pricing {
    /// The price book's rate for the meter.
    Listed,
    /// No price list has it (Fargate Spot): the rate of another meter, less a discount that the
    /// user gives. A rate that the book does hold for the meter itself goes first.
    Discounted {
        /// The meter whose rate is reduced.
        from: Meter,
        /// The fraction taken off, 0 to 1. `None` when the user gave none: then there is no price.
        off: Option<Ratio>,
    },
}

impl Site {
    /// A listed usage of this component. The unit of the quantity is the meter's: a service that
    /// declares its meters wrongly fails its tests, see `services::tests`.
    #[must_use]
    pub fn usage<U: Unit>(&self, meter: Meter, quantity: Quantity<U>, because: impl Into<String>) -> Usage {
        Usage {
            component: Arc::clone(&self.component),
            meter,
            quantity: quantity.erase(),
            because: because.into(),
            pricing: Pricing::Listed,
        }
    }
}
