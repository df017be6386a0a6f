//! What came of signing a module.

use std::path::Path;

use wasmsign_core::formats::sections::SignatureData;
use wasmsign_core::wasm::Kind;
use wasmsign_core::{Verified, sign};

use crate::module::seal::Sealed;
use crate::pipeline::seal_as::SealedAs;

/// A module that was signed.
pub(crate) struct Signed<'a> {
    /// The module.
    pub(crate) module: &'a Path,
    /// Where the result is: the signed module, or its signature.
    pub(crate) output: &'a Path,
    /// How many signatures are new.
    pub(crate) added: usize,
    /// The kind of the module.
    pub(crate) kind: Kind,
    /// The signatures.
    pub(crate) data: SignatureData,
    /// The proof that the result verifies; none where it was written to a device or pipe, which cannot be read back.
    pub(crate) verified: Option<Verified>,
    /// Whether the signature stands before a section that dynamic linkers want to be first.
    pub(crate) precedes_dylink: bool,
}

/// A file that was signed in a format that knows no parts, and verified.
pub(crate) struct SignedAs<'a> {
    /// The file.
    pub(crate) module: &'a Path,
    /// Where the signature is: the signed module, or a file of its own.
    pub(crate) output: &'a Path,
    /// What was made.
    pub(crate) sealed: SealedAs,
}

impl<'a> Signed<'a> {
    pub(super) fn in_stream(module: &'a Path, output: &'a Path, signed: sign::Signed) -> Self {
        let sign::Signed { added, kind, data, .. } = signed;
        Self { module, output, added, kind, data, verified: None, precedes_dylink: false }
    }

    pub(super) fn in_file(module: &'a Path, output: &'a Path, sealed: Sealed) -> Self {
        let Sealed { data, added, verified } = sealed;
        let (kind, verified) = (verified.kind(), Some(verified));
        Self { module, output, added, kind, data, verified, precedes_dylink: false }
    }
}
