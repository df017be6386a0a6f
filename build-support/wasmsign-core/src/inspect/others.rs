//! Signatures of other formats in a module, for those who look.

use std::sync::Arc;
use std::vec::Vec;

use crate::digest::{Hash, Identity};
use crate::formats::Format;
use crate::formats::file_digests::{Digested, FileDigests, Wanted};
use crate::formats::whole_file::{FileDigest, FileRead, WholeFile};
use crate::limits::MAX_UNREAD_EXPORT_BYTES;
use crate::stream::chunks::Run;
use crate::wasm::{Body, Embedded, Malformed, SIGNATURE, Section, custom_frame};

/// A signature of another format in a module. Nothing of it is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OtherSignature {
    /// How it is written down.
    pub format: Format,
    /// Where its section begins.
    pub offset: u64,
    /// Bytes of its section.
    pub length: u64,
    /// What is wrong with its form, or with its place; `None` where both are right.
    pub fault: Option<Malformed>,
}

/// What is found while a module is read.
pub(super) struct Others {
    formats: Vec<Found>,
    digests: FileDigests,
    at_head: bool,
    /// Whether the content that is coming is an export section.
    pub(super) reads_exports: bool,
    /// Whether the module exports a signature.
    pub(super) has_symbol: bool,
}

/// A format, and its sections.
struct Found {
    format: Arc<dyn WholeFile>,
    last: Option<Section>,
    count: usize,
}

/// The id of the section of exports.
const EXPORTS: u8 = 7;

impl Others {
    pub(super) fn new() -> Self {
        let formats = formats();
        let trailer_bytes = formats.iter().map(|format| format.trailer_bytes()).max().unwrap_or(0);
        let identity = Wanted { digest: FileDigest::Sha256, trailer_bytes, with_signature: false };
        let found = |format| Found { format, last: None, count: 0 };
        Self {
            formats: formats.into_iter().map(found).collect(),
            digests: FileDigests::new(&[identity], &[]),
            at_head: true,
            reads_exports: false,
            has_symbol: false,
        }
    }

    pub(super) fn section(&mut self, section: &Section) {
        let is_first = core::mem::take(&mut self.at_head);
        let length = section.payload.end - section.payload.start;
        self.reads_exports =
            section.id == EXPORTS && length <= MAX_UNREAD_EXPORT_BYTES && !self.has_symbol;
        for found in &mut self.formats {
            if found.format.is_its_section(section, is_first) {
                found.last = Some(section.clone());
                found.count += 1;
            }
        }
    }

    /// Takes the content of the export section.
    pub(super) fn exports(&mut self, content: &[u8]) {
        let symbols = self.formats.iter().filter_map(|found| found.format.unread_export());
        let has = |symbol: &[u8]| content.windows(symbol.len()).any(|window| window == symbol);
        self.has_symbol = symbols.into_iter().any(has);
    }

    pub(super) fn file(&mut self, run: &Run, in_signature: bool) {
        self.digests.take(run, in_signature);
    }

    pub(super) fn long_file(&mut self) {
        self.digests.call_threads();
    }

    /// What was found, and the identity: that of the module without the signature at its end.
    pub(super) fn finish(self, body: &Body) -> (Vec<OtherSignature>, Option<Identity>) {
        let Self { formats, digests, .. } = self;
        let mut all = Vec::new();
        let digested = digests.finish_with(|trailer| {
            let lone = body.embedded.as_ref().filter(|it| it.section.end() == body.total);
            let end = lone.and_then(content).unwrap_or_else(|| trailer.to_vec());
            all = formats.iter().filter_map(|found| found.signature(&end, body.total)).collect();
            let at_the_end = all.iter().find(|it| it.fault.is_none() && lone.is_none());
            at_the_end.map_or(0, |it| it.length as usize)
        });
        let is_its = |offset| all.iter().any(|it| it.fault.is_none() && it.offset == offset);
        let is_stray = body.misplaced_signature.is_some_and(|offset| !is_its(offset));
        let identity = digested.into_iter().next().and_then(identity).filter(|_| !is_stray);
        (all, identity)
    }
}

impl Found {
    /// The signature of this format, if its bytes are at the end of the module's.
    fn signature(&self, end: &[u8], total: u64) -> Option<OtherSignature> {
        let section = self.last.as_ref()?;
        let (length, usual) = (section.end() - section.offset, self.format.trailer_bytes());
        // Any other length is that of signature data in a wrong place.
        if section.name() == Some(SIGNATURE) && length != usual as u64 {
            return None;
        }
        let read = FileRead {
            digest: &[],
            #[cfg(feature = "minisign")]
            valid_under: &[],
            trailer: &end[end.len().saturating_sub(usual)..],
            total,
            its_section: Some(section),
            its_sections: self.count,
        };
        let fault = self.format.claims(&read).err();
        Some(OtherSignature { format: self.format.format(), offset: section.offset, length, fault })
    }
}

fn formats() -> Vec<Arc<dyn WholeFile>> {
    std::vec![
        #[cfg(feature = "wasmsign1")]
        Arc::new(crate::formats::wasmsign1::AtTheEnd { prefix: Vec::new() }),
        #[cfg(feature = "wasm-sign")]
        Arc::new(crate::formats::wasm_sign::AtTheEnd),
    ]
}

/// The bytes of a section at the head that is at the end as well.
fn content(embedded: &Embedded) -> Option<Vec<u8>> {
    let data = embedded.data.as_deref()?;
    let mut section = custom_frame(SIGNATURE, data.len() as u64)?;
    section.extend_from_slice(data);
    Some(section)
}

fn identity(digested: Digested) -> Option<Identity> {
    let hash: Hash = digested.digest.try_into().ok()?;
    Some(Identity::from(hash))
}
