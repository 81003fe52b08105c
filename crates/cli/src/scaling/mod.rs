//! Services that scale: what can be typed about them.

pub(crate) mod args;
