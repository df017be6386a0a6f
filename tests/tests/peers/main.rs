//! Other implementations, and the vectors that all are tested with.

mod conformance;
mod ed25519;
mod wasmsign2;
