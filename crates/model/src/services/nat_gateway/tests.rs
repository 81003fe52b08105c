//! Placeholder until the cases are written.
