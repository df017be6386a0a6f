//! Signatures in custom sections, or in a file beside the module: WebAssembly tool-conventions, *Signatures.md*.

mod data;
mod decode;
#[cfg(feature = "sign")]
mod delimiter;
mod message;

pub use data::{ED25519, Entry, SignatureData, SignatureSet};
#[cfg(feature = "sign")]
pub(crate) use decode::OVER_LENGTH;
pub(crate) use decode::{Layout, decode, decode_embedded};
#[cfg(feature = "sign")]
pub use delimiter::DelimiterKey;
#[cfg(feature = "sign")]
pub(crate) use delimiter::{DELIMITER_KEY_TEXT, key_from_signature};
#[cfg(feature = "sign")]
pub(crate) use message::message;
