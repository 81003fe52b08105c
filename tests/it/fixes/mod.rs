//! What guards see in accounts made by hand, and the plans that come of it.

mod guards;
mod images;
mod properties;
mod world;
