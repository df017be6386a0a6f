//! What is printed of the inside of a module.

mod facts;
mod hosts;
mod known;
mod map;
mod other_file;
mod warnings;

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use wasmsign_core::formats::Content;
use wasmsign_core::formats::sections::{self, ED25519, SignatureData, SignatureSet};
use wasmsign_core::inspect::Inspection;
use wasmsign_core::wasm;

use super::manifest::Manifest;
use super::printer::Line;
use super::printer::{FAINT, GOOD, Report};
use super::rewrite::Boundary;
use super::values::{Kind, path_text};
use super::verify::{Coverage, CoverageKind};
use crate::error::Result;
use crate::module::section_names::standard_name;
use crate::ops::inspect::Inspected;
use crate::text::escape::escape;
use crate::text::size::{human, share};
use facts::{algorithm_title, coverage, stray_signature};
use hosts::Place;
use known::KnownSignature;
use map::Map;
pub(super) use other_file::InspectFile;
use warnings::{Warning, warnings};

/// Everything that is known about a module without a key.
#[derive(Serialize, JsonSchema)]
pub(super) struct Inspect {
    /// The module, as it was named.
    module: String,
    /// What the header announces.
    kind: Kind,
    /// The length of the file in bytes.
    size: u64,
    /// The identity; null where a signature section stands in another place than the first.
    identity: Option<String>,
    /// The sections in file order. There may be more.
    sections: Vec<Section>,
    /// How many sections there are.
    section_count: u64,
    /// The offset of a signature section that is not the first section.
    stray_signature: Option<u64>,
    /// The parts of the body, as offsets in bytes.
    parts: Vec<Part>,
    /// What should be known before any of it is trusted.
    warnings: Vec<Warning>,
    /// The ends of the parts.
    boundaries: Vec<Boundary>,
    /// What the module says of itself, signed or not; null without a manifest that can be read.
    manifest: Option<Manifest>,
    /// The embedded signatures of the default format.
    signatures: Option<Signatures>,
    /// Every signature whose format is known, in the module or in a file beside it.
    known_signatures: Vec<KnownSignature>,
}

/// A section.
#[derive(Serialize, JsonSchema)]
struct Section {
    id: u8,
    /// The name of a custom section.
    name: Option<String>,
    /// Where it begins, in bytes.
    offset: u64,
    /// Its length in bytes, with its frame.
    size: u64,
    /// The length of its payload in bytes.
    payload: u64,
    /// Whether its lengths take more bytes than they need.
    padded: bool,
    /// What people call it.
    #[serde(skip)]
    title: String,
}

/// A part of the body.
#[derive(Serialize, JsonSchema)]
struct Part {
    start: u64,
    end: u64,
}

/// Signature data, or why it cannot be read.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Signatures {
    Sets(Vec<Set>),
    Error(String),
}

/// Signatures over the same hashes.
#[derive(Serialize, JsonSchema)]
struct Set {
    /// The SHA-256 hashes that are signed, in hexadecimal.
    hashes: Vec<String>,
    /// How far they agree with the file.
    coverage: Coverage,
    entries: Vec<Entry>,
}

/// A signature.
#[derive(Serialize, JsonSchema)]
struct Entry {
    /// The number of its algorithm: 1 is Ed25519.
    algorithm: u8,
    /// The hint beside it, in hexadecimal.
    key_id: Option<String>,
    /// What people call it.
    #[serde(skip)]
    title: String,
}

impl Report {
    /// Everything that is known about a module without a key.
    ///
    /// # Errors
    ///
    /// Exit code 4 where it cannot be printed.
    pub fn inspection(&self, path: &Path, what: &Inspected) -> Result<()> {
        self.line(&Inspect::of(path, what))
    }
}

impl Inspect {
    fn of(path: &Path, inspected: &Inspected) -> Self {
        let what = &inspected.module;
        let ends = what.boundaries.iter();
        Self {
            module: path_text(path),
            kind: what.kind.into(),
            size: what.total,
            identity: what.identity.map(|identity| identity.to_string()),
            sections: what.sections.iter().map(|one| Section::of(what.kind, one)).collect(),
            section_count: what.section_count,
            stray_signature: stray_signature(what),
            parts: parts(what),
            warnings: warnings(what),
            boundaries: ends
                .map(|end| Boundary { end: end.end, hash: hex::encode(end.hash) })
                .collect(),
            manifest: what
                .manifest
                .as_ref()
                .and_then(|read| read.as_ref().ok())
                .map(Manifest::from),
            signatures: what.signatures.as_ref().map(|data| match data {
                Ok(data) => Signatures::Sets(sets(what, data)),
                Err(error) => Signatures::Error(error.to_string()),
            }),
            known_signatures: KnownSignature::all(inspected),
        }
    }

    fn show_sections(&self, report: &Report) -> Result<()> {
        let line = |offset: u64, size: u64, title: &str| {
            report
                .result(&format!("{offset:>10} {size:>10} {:>7}  {title}", share(size, self.size)))
        };
        report.result(&format!(
            "{FAINT}{:>10} {:>10} {:>7}  section{FAINT:#}",
            "offset", "size", "share"
        ))?;
        line(0, 8, &format!("{FAINT}header{FAINT:#}"))?;
        for Section { offset, size, padded, title, .. } in &self.sections {
            let padded = if *padded { " (padded lengths)" } else { "" };
            line(*offset, *size, &format!("{title}{padded}"))?;
        }
        match self.section_count - self.sections.len() as u64 {
            0 => Ok(()),
            more => {
                report.result(&format!("{FAINT}{:>26}  and {more} more sections{FAINT:#}", "…"))
            }
        }
    }

    fn show_manifest(&self, report: &Report) -> Result<()> {
        let Some(manifest) = &self.manifest else { return Ok(()) };
        report.result("\nmodule manifest (not verified: that needs a public key)")?;
        manifest.lines().iter().try_for_each(|line| report.result(&format!("  {line}")))
    }

    fn show_signatures(&self, report: &Report) -> Result<()> {
        let sets = match &self.signatures {
            None if self.known_signatures.is_empty() => return report.result("\nno signature"),
            None => return Ok(()),
            Some(Signatures::Error(error)) => {
                return report.result(&format!("\nsignature data: {}", escape(error)));
            }
            Some(Signatures::Sets(sets)) => sets,
        };
        report.result("\nsignatures (not verified: that needs a public key)")?;
        for (index, set) in sets.iter().enumerate() {
            let covers = match set.coverage.kind {
                CoverageKind::Whole => "covers the whole file".to_owned(),
                CoverageKind::Prefix => {
                    format!("covers bytes 0 to {} of {}", set.coverage.covered, self.size)
                }
                CoverageKind::Nothing => "covers nothing: the body is different".to_owned(),
            };
            for Entry { title, .. } in &set.entries {
                report.result(&format!("set {index}: {GOOD}{title}{GOOD:#} {covers}"))?;
            }
        }
        self.show_hosts(report)?;
        match self.boundaries.len() {
            0 | 1 => Ok(()),
            _ => self.show_map(sets, report),
        }
    }

    /// Who reads the embedded signatures.
    fn show_hosts(&self, report: &Report) -> Result<()> {
        let embedded = |one: &&KnownSignature| one.place == Place::ModuleStart;
        let Some(first) = self.known_signatures.iter().find(embedded) else { return Ok(()) };
        report.result(&format!("read by {}", first.hosts.join("; ")))
    }

    /// Where a file has parts, a picture of which signature covers what.
    fn show_map(&self, sets: &[Set], report: &Report) -> Result<()> {
        let map = Map {
            size: self.size,
            body: self.parts.first().map_or(self.size, |part| part.start),
            ends: self.boundaries.iter().map(|boundary| boundary.end).collect(),
        };
        report.result(&format!("\n{:>12} [{}]", "file", map.file()))?;
        for (index, set) in sets.iter().enumerate() {
            let row = map.covered(set.coverage.covered);
            report.result(&format!("{:>12} [{row}]", format!("set {index}")))?;
        }
        report.result(&format!("{FAINT}{:>12} = covered  . not covered  | end of a part  - header and signature{FAINT:#}", ""))
    }
}

impl Line for Inspect {
    fn show(&self, report: &Report) -> Result<()> {
        let (module, size, kind) = (escape(&self.module), self.size, self.kind.word());
        report.result(&format!("{module}: {kind}, {} ({size} bytes)", human(size)))?;
        report.result(&format!("identity {}\n", self.identity.as_deref().unwrap_or("none")))?;
        self.show_sections(report)?;
        self.show_manifest(report)?;
        self.show_signatures(report)?;
        known::show(&self.known_signatures, report)?;
        self.warnings.iter().for_each(|warning| report.warning(&warning.text));
        Ok(())
    }
}

impl Section {
    fn of(kind: wasm::Kind, section: &wasm::Section) -> Self {
        let known = || standard_name(kind, section.id).map(str::to_owned);
        Self {
            id: section.id,
            name: section.name().map(str::to_owned),
            offset: section.offset,
            size: section.end() - section.offset,
            payload: section.payload.end - section.payload.start,
            padded: section.padded,
            title: match section.name() {
                Some(name) => format!("custom `{}`", escape(name)),
                None => known().unwrap_or_else(|| format!("section {}", section.id)),
            },
        }
    }
}

/// From the end of the header and the signature to the first boundary, and on from one to the next.
fn parts(what: &Inspection) -> Vec<Part> {
    let body = match what.sections.first() {
        Some(section) if section.is_signature() => section.end(),
        _ => what.kind.header().len() as u64,
    };
    let ends = what.boundaries.iter().map(|boundary| boundary.end);
    let starts = std::iter::once(body).chain(ends.clone());
    starts.zip(ends).map(|(start, end)| Part { start, end }).collect()
}

fn sets(what: &Inspection, data: &SignatureData) -> Vec<Set> {
    let set = |set: &SignatureSet| Set {
        hashes: set.hashes.iter().map(hex::encode).collect(),
        coverage: coverage(what, set),
        entries: set.entries.iter().map(Entry::of).collect(),
    };
    data.sets.iter().map(set).collect()
}

impl Entry {
    fn of(entry: &sections::Entry) -> Self {
        let key_id = (!entry.key_id().is_empty()).then(|| hex::encode(entry.key_id()));
        let id = key_id.as_ref().map_or("no key id".to_owned(), |id| format!("key id {id}"));
        let algorithm = match entry.content() {
            Content::Ed25519(_) | Content::WrongLength(_) => ED25519,
            other => other.algorithm(),
        };
        Self { algorithm, key_id, title: format!("{}, {id}", algorithm_title(entry)) }
    }
}
