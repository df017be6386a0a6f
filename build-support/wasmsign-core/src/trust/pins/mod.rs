//! Trust on first use: who has signed the modules that were seen before, and in which version.
//!
//! A store is a TOML document of one table a name. Reading and writing its file is the caller's matter: [`Pins::parse`] and
//! [`Pins::to_toml`] are texts, and [`Pins::check`] decides.

mod check;
mod pin;
mod store;

pub use check::{PinCheck, PinRefusal};
pub use pin::Pin;
pub use store::{Pins, PinsError};
