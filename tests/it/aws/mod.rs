//! What goes between stackcost and AWS, against a double of AWS.

mod calls;
mod changes;
mod desk;
mod double;
mod drivers;
mod faults;
mod fixes;
mod forecast;
mod iam;
mod paying;
mod price_lists;
mod prices;
mod probe;
mod reconcile;
mod spend;
mod twin;
