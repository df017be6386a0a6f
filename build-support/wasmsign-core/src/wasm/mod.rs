//! What WebAssembly is to this crate: varints, section frames, the boundaries of parts. Nothing is encoded anew.

mod body;
mod error;
pub(crate) mod leb128;
pub(crate) mod pass;
mod section;
mod sections;

pub use body::Boundary;
pub(crate) use body::{Body, Embedded, Hashing, Visitor, boundaries_met};
pub use error::{Malformed, Place, Rule, WasmError};
#[cfg(feature = "sign")]
pub(crate) use section::own_section;
pub use section::{Custom, Kind, SIGNATURE, SIGNATURE_DELIMITER, Section, custom_frame};
