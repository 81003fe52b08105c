//! Scaling: the engine of the model against the rules, twice over.

mod differential;
mod golden;
mod naive;
