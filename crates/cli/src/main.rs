//! The stackcost command line: arguments, files and the terminal. It computes no money.
#![forbid(unsafe_code)]

fn main() {}
