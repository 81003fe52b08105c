//! Scaling: what AWS documents and others measured, the engine of the model held to a second, naive
//! implementation of the same rules, and what is shown of it.

/// Tests of both implementations: functions that take one.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod by_the_engine {
            $(#[test] fn $test() { super::$test(stackcost_model::scaling::simulate); })*
        }
        mod by_the_naive_clock {
            $(#[test] fn $test() { super::$test(crate::scaling::naive::simulate); })*
        }
    };
}

mod differential;
mod golden;
mod measured;
mod naive;
mod optimize;
mod services;
mod shown;
mod strategies;

use stackcost_model::scaling::{Autoscaling, Impossible, Load, Run};

/// An implementation of the model.
type Simulate = fn(&Load, &Autoscaling, u64) -> Result<Run, Impossible>;
