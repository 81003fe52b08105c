//! What goes between stackcost and AWS, against a double of AWS.

mod calls;
mod double;
mod iam;
mod probe;
mod reconcile;
