//! Rolling SHA-256 hashes over one stream, side by side.

mod rolling;
#[cfg(not(feature = "std"))]
mod single;
#[cfg(feature = "std")]
mod threaded;

#[cfg(feature = "whole-file")]
pub(crate) use rolling::State;
#[cfg(not(feature = "std"))]
pub(crate) use single::RollingHashes;
#[cfg(feature = "std")]
pub(crate) use threaded::RollingHashes;
