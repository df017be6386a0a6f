//! What a pass over a binary finds, and who follows it.

use alloc::vec::Vec;

use super::error::{Malformed, WasmError};
use super::section::{Kind, Section};
use crate::digest::{Hash, Identity};
use crate::stream::ReadError;
#[cfg(feature = "whole-file")]
use crate::stream::chunks::Run;

/// The end of a part: a delimiter, or the end of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boundary {
    /// Offset of the first byte behind the part.
    pub end: u64,
    /// SHA-256 of the body from its start to `end`.
    pub hash: [u8; 32],
}

/// What one pass over a binary has found.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    pub(crate) kind: Kind,
    pub(crate) embedded: Option<Embedded>,
    /// Offset of the first `signature` section that is not the first section.
    pub(crate) misplaced_signature: Option<u64>,
    /// The boundaries, as many as can be signed.
    pub(crate) boundaries: Vec<Boundary>,
    /// How many boundaries there are.
    pub(crate) boundary_count: usize,
    /// Bytes of the file.
    pub(crate) total: u64,
    /// Null where a signature section is not first and alone, or nobody asked.
    pub(crate) identity: Option<Identity>,
}

/// The signature section at the head of a file.
#[derive(Debug, Clone)]
pub(crate) struct Embedded {
    pub(crate) section: Section,
    /// Its content, unless that is over [`MAX_SIGNATURE_BYTES`](crate::limits::MAX_SIGNATURE_BYTES).
    pub(crate) data: Option<Vec<u8>>,
}

/// Who follows a pass while it runs.
pub(crate) trait Visitor {
    /// What it fails with, which may be a failure of the pass too.
    type Error: From<ReadError> + From<Malformed>;

    /// Sees each section, in order, the signature section too.
    fn section(&mut self, _section: &Section) {}

    /// Whether it wants the content of this section, which it has just seen and which is not the signature section. All of
    /// that is then held in memory at once.
    #[cfg(feature = "manifest")]
    fn wants(&self, _section: &Section) -> bool {
        false
    }

    /// Gets the content that it wanted, before it sees another section.
    #[cfg(feature = "manifest")]
    fn content(&mut self, _content: Vec<u8>) {}

    /// Is told what stands before the body, once, before the first byte of it.
    fn body_starts(
        &mut self,
        _kind: Kind,
        _embedded: Option<&Embedded>,
    ) -> Result<(), Self::Error> {
        Ok(())
    }

    /// Gets every byte of the file, in order, and whether it is of the embedded signature section.
    #[cfg(feature = "whole-file")]
    fn file(&mut self, _run: &Run, _in_signature: bool) {}

    /// Is told before the second chunk: the file is long enough to be worth a thread.
    #[cfg(feature = "whole-file")]
    fn long_file(&mut self) {}

    /// Sees every byte of the body, in order.
    fn body(&mut self, _bytes: &[u8]) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// A visitor that only wants the result.
impl Visitor for () {
    type Error = WasmError;
}

impl<V: Visitor> Visitor for &mut V {
    type Error = V::Error;

    fn section(&mut self, section: &Section) {
        (**self).section(section);
    }

    #[cfg(feature = "manifest")]
    fn wants(&self, section: &Section) -> bool {
        (**self).wants(section)
    }

    #[cfg(feature = "manifest")]
    fn content(&mut self, content: Vec<u8>) {
        (**self).content(content);
    }

    fn body_starts(&mut self, kind: Kind, embedded: Option<&Embedded>) -> Result<(), V::Error> {
        (**self).body_starts(kind, embedded)
    }

    #[cfg(feature = "whole-file")]
    fn file(&mut self, run: &Run, in_signature: bool) {
        (**self).file(run, in_signature);
    }

    #[cfg(feature = "whole-file")]
    fn long_file(&mut self) {
        (**self).long_file();
    }

    fn body(&mut self, bytes: &[u8]) -> Result<(), V::Error> {
        (**self).body(bytes)
    }
}

/// Which hashes a pass computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hashing {
    /// None: the boundaries stay without.
    Nothing,
    /// That which is signed, at each boundary.
    Signed,
    /// The identity as well.
    SignedAndIdentity,
    /// The identity alone: the boundaries stay without.
    #[cfg(any(feature = "trust", feature = "whole-file"))]
    Identity,
}

impl Hashing {
    /// Whether that which is signed is computed.
    pub(super) fn signs(self) -> bool {
        matches!(self, Self::Signed | Self::SignedAndIdentity)
    }

    /// Whether the identity is computed.
    pub(super) fn identifies(self) -> bool {
        !matches!(self, Self::Nothing | Self::Signed)
    }
}

/// How many of the hashes are met, each at its own boundary, in order from the first.
pub(crate) fn boundaries_met(hashes: &[Hash], boundaries: &[Boundary]) -> usize {
    hashes.iter().zip(boundaries).take_while(|(hash, boundary)| **hash == boundary.hash).count()
}

impl Embedded {
    /// Bytes of the whole section.
    #[cfg(feature = "std")]
    pub(crate) fn len(&self) -> u64 {
        self.section.end() - self.section.offset
    }

    /// Offset of the signature data in the file.
    pub(crate) fn origin(&self) -> u64 {
        self.section
            .custom
            .as_ref()
            .map_or(self.section.payload.start, |custom| custom.content.start)
    }
}

#[cfg(feature = "sign")]
impl Body {
    /// Bytes of the file without its embedded signature section.
    pub(crate) fn unsigned_total(&self) -> u64 {
        self.total - self.embedded.as_ref().map_or(0, Embedded::len)
    }

    /// The hash of every boundary; `None` where there are more than can be signed.
    pub(crate) fn hashes(&self) -> Option<Vec<Hash>> {
        let all_noted = self.boundaries.len() == self.boundary_count;
        all_noted.then(|| self.boundaries.iter().map(|boundary| boundary.hash).collect())
    }
}
