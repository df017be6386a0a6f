//! What a binary holds, for people and programs that look without trusting.

use std::io::Read;

use crate::error::Result;
use crate::identity::Identity;
use crate::parts::{self, Boundary, Visitor};
use crate::section::{Kind, Section};
use crate::signature_data::{DecodeError, Form, SignatureData, SignatureSet};

/// All that can be told of a binary without a key. Nothing in it is verified.
#[derive(Debug)]
#[non_exhaustive]
pub struct Inspection {
    /// What the header announces.
    pub kind: Kind,
    /// Bytes of the file.
    pub total: u64,
    /// `None` where a `signature` section is not first and alone.
    pub identity: Option<Identity>,
    /// Every section, in file order; none after [`inspect_without_sections`].
    pub sections: Vec<Section>,
    /// The ends of the parts with the hashes up to there, as many as can be signed.
    pub boundaries: Vec<Boundary>,
    /// How many boundaries there are.
    pub boundary_count: usize,
    /// Offset of a `signature` section that is not the first section.
    pub stray_signature: Option<u64>,
    /// The embedded signature data, or what is wrong with it; `None` where there is none.
    pub signatures: Option<Result<SignatureData>>,
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
/// # Errors
///
/// [`Error::Read`](crate::Error::Read), and [`Error::Malformed`](crate::Error::Malformed) where the frames
/// of the sections are broken. Broken signature data is told in [`Inspection::signatures`].
pub fn inspect(input: impl Read) -> Result<Inspection> {
    let mut sections = Sections(Vec::new());
    let inspection = look(input, &mut sections)?;
    Ok(Inspection { sections: sections.0, ..inspection })
}

/// As [`inspect`], without the list of sections: its memory is bounded, whatever the file holds.
///
/// # Errors
///
/// As [`inspect`].
pub fn inspect_without_sections(input: impl Read) -> Result<Inspection> {
    look(input, &mut ())
}

fn look(input: impl Read, visitor: &mut impl Visitor) -> Result<Inspection> {
    let body = parts::read(input, true, visitor)?;
    let decoded = body.embedded.as_ref().map(|embedded| embedded.decode(Form::Deployed));
    let signatures = decoded.map(|decoded| decoded.map_err(DecodeError::without_verdict));
    Ok(Inspection {
        kind: body.kind,
        total: body.total,
        identity: body.identity,
        sections: Vec::new(),
        boundaries: body.boundaries,
        boundary_count: body.boundary_count,
        stray_signature: body.stray_signature,
        signatures,
    })
}

impl Inspection {
    /// How far the hashes of a set agree with this file: each at its own boundary, in order.
    pub fn agreement(&self, set: &SignatureSet) -> Agreement {
        let met = parts::boundaries_met(&set.hashes, &self.boundaries);
        match met.checked_sub(1).map(|last| self.boundaries[last].end) {
            None => Agreement::Nothing,
            Some(_) if met == set.hashes.len() && met == self.boundary_count => Agreement::Whole,
            Some(end) => Agreement::Prefix(end),
        }
    }
}

struct Sections(Vec<Section>);

impl Visitor for Sections {
    fn section(&mut self, section: &Section) {
        self.0.push(section.clone());
    }
}
