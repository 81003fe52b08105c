//! Scaling: the engine of the model against the rules, twice over, and what is shown of it.

mod differential;
mod golden;
mod naive;
mod optimize;
mod shown;
