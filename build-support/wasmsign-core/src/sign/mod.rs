//! Signing: an embedded signature section, or detached signature data.
//!
//! [`embed()`] and [`detached()`] ask signers that answer at once. [`Pending`] is for those that do not.

mod add;
#[cfg(any(feature = "wasmsign1", feature = "wasm-sign"))]
#[cfg_attr(
    not(all(
        feature = "minisign",
        feature = "oak",
        feature = "sshsig",
        feature = "wasm-sign",
        feature = "wasmsign1"
    )),
    allow(dead_code, unused_imports, unused_variables, reason = "each format needs a part of it")
)]
mod at_the_end;
mod copy;
mod delimiter;
mod detached;
mod embed;
mod error;
mod pending;
mod signer;
#[cfg(any(feature = "minisign", feature = "oak", feature = "sshsig"))]
#[cfg_attr(
    not(all(
        feature = "minisign",
        feature = "oak",
        feature = "sshsig",
        feature = "wasm-sign",
        feature = "wasmsign1"
    )),
    allow(dead_code, unused_imports, unused_variables, reason = "each format needs a part of it")
)]
mod whole_file;

#[cfg(feature = "wasm-sign")]
pub use at_the_end::wasm_sign;
#[cfg(feature = "wasmsign1")]
pub use at_the_end::wasmsign1;
#[cfg(any(feature = "wasmsign1", feature = "wasm-sign"))]
pub(crate) use at_the_end::{copy_before, survey};
pub(crate) use copy::{copy_with, read_again};
pub use delimiter::delimiter_key;
pub use detached::detached;
pub use embed::{embed, embed_in_stream};
pub use error::{Changed, NotSignable, SignError};
pub(crate) use pending::signature_is_alone;
pub use pending::{Pending, Signed};
pub use signer::{KeyId, NewSignature, Signer, SignerError};
#[cfg(feature = "oak")]
pub use whole_file::oak;
#[cfg(feature = "sshsig")]
pub use whole_file::sshsig;
#[cfg(feature = "minisign")]
pub use whole_file::{minisign, minisign_pure};
