//! Services that scale: what can be typed about them.

pub(crate) mod args;
pub(crate) mod optimize_args;
pub(crate) mod together;
