//! What a binary holds, for people and programs that look without trusting.

#[cfg(feature = "whole-file")]
mod others;

use std::io::Read;
use std::vec::Vec;

use crate::digest::Identity;
use crate::formats::sections::{Layout, SignatureData, SignatureSet, decode_embedded};
use crate::formats::{Format, FormatError};
use crate::limits::{MAX_LISTED_NAME_BYTES, MAX_LISTED_SECTIONS};
use crate::stream::source::Reader;
use crate::wasm::{
    Boundary, Hashing, Kind, SIGNATURE, Section, Visitor, WasmError, boundaries_met, pass,
};

#[cfg(feature = "whole-file")]
pub use others::OtherSignature;

#[cfg(feature = "whole-file")]
use crate::stream::chunks::Run;
#[cfg(feature = "whole-file")]
use others::Others;

#[cfg(feature = "manifest")]
use crate::manifest::{FoundManifest, ManifestError, ModuleManifest};

/// All that can be told of a binary without a key. Nothing in it is verified.
#[derive(Debug)]
#[non_exhaustive]
pub struct Inspection {
    /// What the header announces.
    pub kind: Kind,
    /// Bytes of the file.
    pub total: u64,
    /// That of the module without its signature, wherever that stands; `None` where a `signature` section is neither first
    /// and alone nor one of another format at the end.
    pub identity: Option<Identity>,
    /// The sections in file order: all of them, unless [`Inspection::is_truncated`] says otherwise.
    pub sections: Vec<Section>,
    /// How many sections there are.
    pub section_count: u64,
    /// How many of them have lengths that are written in more bytes than they need.
    pub padded_count: u64,
    /// Offset of the first of these.
    pub first_padded: Option<u64>,
    /// The ends of the parts with the hashes up to there, as many as can be signed.
    pub boundaries: Vec<Boundary>,
    /// How many boundaries there are.
    pub boundary_count: usize,
    /// Offset of a `signature` section that is not the first section.
    pub misplaced_signature: Option<u64>,
    /// The signature of another format at the end of the module, whether or not it is of the right form: its format and
    /// where it begins.
    pub at_the_end: Option<(Format, u64)>,
    /// The signatures of other formats in the module: of those whose features are there.
    #[cfg(feature = "whole-file")]
    pub others: Vec<OtherSignature>,
    /// Whether the module exports a signature in its data, as wasmsign 0.1 puts it there on request. It is not read here.
    #[cfg(feature = "whole-file")]
    pub has_symbol: bool,
    /// The embedded signature data, or what is wrong with it; `None` where there is none.
    pub signatures: Option<Result<SignatureData, FormatError>>,
    /// What the module says of itself, or why that is no manifest; `None` where it says nothing. It may lie outside of what
    /// is signed.
    #[cfg(feature = "manifest")]
    pub manifest: Option<Result<ModuleManifest, ManifestError>>,
}

/// How far the hashes of a set agree with a file, whoever signed them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// With the whole file.
    Whole,
    /// With so many bytes from its start.
    Prefix(u64),
    /// With no part of it.
    Nothing,
}

/// Reads a binary from its first byte to its last and tells what is there.
///
/// Memory is bounded, whatever the file holds: the list of sections ends at [`MAX_LISTED_SECTIONS`], or where their names
/// have [`MAX_LISTED_NAME_BYTES`]; [`Inspection::is_truncated`] tells.
///
/// # Errors
///
/// [`WasmError::Read`], and [`WasmError::Malformed`] where the frames
/// of the sections are broken. Broken signature data is told in [`Inspection::signatures`].
pub fn inspect(input: impl Read) -> Result<Inspection, WasmError> {
    look(input, Sections::listing(MAX_LISTED_SECTIONS))
}

/// As [`inspect`], without the list of sections.
///
/// # Errors
///
/// As [`inspect`].
pub fn inspect_without_sections(input: impl Read) -> Result<Inspection, WasmError> {
    look(input, Sections::listing(0))
}

fn look(input: impl Read, mut seen: Sections) -> Result<Inspection, WasmError> {
    #[cfg(feature = "whole-file")]
    let hashing = {
        seen.others = Some(Others::new());
        Hashing::Signed
    };
    #[cfg(not(feature = "whole-file"))]
    let hashing = Hashing::SignedAndIdentity;
    let body = pass::read(Reader::new(input), hashing, &mut seen)?;
    #[cfg(feature = "whole-file")]
    let has_symbol = seen.others.as_ref().is_some_and(|others| others.has_symbol);
    #[cfg(feature = "whole-file")]
    let (others, identity) = seen.others.take().map(|it| it.finish(&body)).unwrap_or_default();
    #[cfg(not(feature = "whole-file"))]
    let identity = body.identity;
    let embedded = body.embedded.as_ref();
    // A module that is nothing but a signature of another format has it in the place of ours.
    #[cfg(feature = "whole-file")]
    let embedded = embedded.filter(|embedded| {
        let is_its =
            |it: &OtherSignature| it.fault.is_none() && it.offset == embedded.section.offset;
        !others.iter().any(is_its)
    });
    let signatures = embedded.map(|embedded| decode_embedded(embedded, Layout::Deployed));
    Ok(Inspection {
        kind: body.kind,
        total: body.total,
        identity,
        sections: seen.list,
        section_count: seen.count,
        padded_count: seen.padded_count,
        first_padded: seen.first_padded,
        boundaries: body.boundaries,
        boundary_count: body.boundary_count,
        misplaced_signature: body.misplaced_signature,
        at_the_end: seen.last.as_ref().and_then(other_format),
        #[cfg(feature = "whole-file")]
        others,
        #[cfg(feature = "whole-file")]
        has_symbol,
        signatures,
        #[cfg(feature = "manifest")]
        manifest: seen.manifest.before(body.total),
    })
}

/// The sections in file order, and how many there are, without any hash: what [`inspect`] gives as
/// [`Inspection::sections`] and [`Inspection::section_count`].
///
/// # Errors
///
/// As [`inspect`].
pub fn sections(input: impl Read) -> Result<(Vec<Section>, u64), WasmError> {
    let mut seen = Sections::listing(MAX_LISTED_SECTIONS);
    pass::read_unhashed(Reader::new(input), Hashing::Nothing, &mut seen)?;
    Ok((seen.list, seen.count))
}

impl Inspection {
    /// Whether there are more sections than are listed.
    pub fn is_truncated(&self) -> bool {
        (self.sections.len() as u64) < self.section_count
    }

    /// How far the hashes of a set agree with this file: each at its own boundary, in order.
    pub fn agreement(&self, set: &SignatureSet) -> Agreement {
        let met = boundaries_met(&set.hashes, &self.boundaries);
        match met.checked_sub(1).map(|last| self.boundaries[last].end) {
            None => Agreement::Nothing,
            Some(_) if met == set.hashes.len() && met == self.boundary_count => Agreement::Whole,
            Some(end) => Agreement::Prefix(end),
        }
    }
}

/// The format of a signature that this section holds as the last one of a module.
fn other_format(last: &Section) -> Option<(Format, u64)> {
    /// Bytes of the section that wasm-sign writes.
    const WASM_SIGN: u64 = 118;
    let format = match last.name() {
        Some("signature_wasmsign") => Format::Wasmsign1,
        Some(SIGNATURE) if last.end() - last.offset == WASM_SIGN => Format::WasmSign,
        _ => return None,
    };
    Some((format, last.offset))
}

/// Counts the sections, and lists them as long as there is room.
#[derive(Default)]
struct Sections {
    list: Vec<Section>,
    count: u64,
    padded_count: u64,
    first_padded: Option<u64>,
    /// The last custom section.
    last: Option<Section>,
    /// Sections, and bytes of names, that there is still room for.
    room: usize,
    name_room: usize,
    #[cfg(feature = "manifest")]
    manifest: FoundManifest,
    /// Where nobody wants the identity, `None`.
    #[cfg(feature = "whole-file")]
    others: Option<Others>,
}

impl Sections {
    fn listing(room: usize) -> Self {
        Self { room, name_room: MAX_LISTED_NAME_BYTES, ..Self::default() }
    }

    fn list(&mut self, section: &Section) {
        let names = self.name_room.checked_sub(section.name().map_or(0, str::len));
        match (self.room.checked_sub(1), names) {
            (Some(room), Some(names)) => {
                (self.room, self.name_room) = (room, names);
                self.list.push(section.clone());
            }
            // The list has no gaps: whatever comes later is not listed either.
            _ => self.room = 0,
        }
    }
}

impl Visitor for Sections {
    type Error = WasmError;

    fn section(&mut self, section: &Section) {
        self.count += 1;
        if section.padded {
            self.padded_count += 1;
            self.first_padded.get_or_insert(section.offset);
        }
        self.list(section);
        self.last = section.custom.is_some().then(|| section.clone());
        #[cfg(feature = "manifest")]
        self.manifest.see(section);
        #[cfg(feature = "whole-file")]
        if let Some(others) = &mut self.others {
            others.section(section);
        }
    }

    #[cfg(feature = "manifest")]
    fn wants(&self, section: &Section) -> bool {
        #[cfg(feature = "whole-file")]
        if self.others.as_ref().is_some_and(|others| others.reads_exports) {
            return true;
        }
        self.manifest.wants(section)
    }

    #[cfg(feature = "manifest")]
    fn content(&mut self, content: Vec<u8>) {
        #[cfg(feature = "whole-file")]
        if let Some(others) = self.others.as_mut().filter(|others| others.reads_exports) {
            return others.exports(&content);
        }
        self.manifest.keep(content);
    }

    #[cfg(feature = "whole-file")]
    fn file(&mut self, run: &Run, in_signature: bool) {
        if let Some(others) = &mut self.others {
            others.file(run, in_signature);
        }
    }

    #[cfg(feature = "whole-file")]
    fn long_file(&mut self) {
        if let Some(others) = &mut self.others {
            others.long_file();
        }
    }
}
