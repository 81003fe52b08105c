//! What goes between stackcost and AWS, against a double of AWS.

mod calls;
mod desk;
mod double;
mod drivers;
mod forecast;
mod iam;
mod paying;
mod probe;
mod reconcile;
mod spend;
mod twin;
