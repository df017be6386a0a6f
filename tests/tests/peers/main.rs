//! Other implementations, and the vectors that all are tested with.

mod conformance;
mod ed25519;
mod minisign;
mod openssl;
mod ssh_keygen;
mod wasmsign1;
mod wasmsign2;
