//! Signing: an embedded signature section, or detached signature data.
//!
//! [`embed()`] and [`detached()`] ask signers that answer at once. [`Pending`] is for those that do not.

mod add;
mod copy;
mod delimiter;
mod detached;
mod embed;
mod error;
mod pending;
mod signer;

pub(crate) use copy::{copy_with, read_again};
pub use delimiter::delimiter_key;
pub use detached::detached;
pub use embed::{embed, embed_in_stream};
pub use error::{Changed, NotSignable, SignError};
pub(crate) use pending::signature_is_alone;
pub use pending::{Pending, Signed};
pub use signer::{KeyId, NewSignature, Signer, SignerError};
