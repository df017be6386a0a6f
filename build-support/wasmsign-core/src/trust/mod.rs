//! Whom to trust for what: the trust file.
//!
//! A trust file names keys, makes roles of them, and says in rules which roles must have signed which modules. This
//! module loads it ([`Trust::load`]) and reads no file but through what the caller gives it.
//!
//! It also has what belongs to keys over time: how one hands over to its successor ([`Handover`]).

mod document;
mod error;
mod model;
mod parse;
mod pattern;
mod succession;
mod time;
mod words;

pub use error::{Fault, TrustError};
pub use model::{Algorithm, Format, Role, Rule, Trust, TrustedKey};
pub use pattern::Pattern;
pub use succession::{Handover, PAYLOAD_TYPE, SuccessionError};
pub use time::{ParseTimeError, Time};
