//! What is told of the inside of a module.

mod map;
mod warnings;

use std::path::Path;

use serde_json::{Value, json};
use wasmsign_core::inspect::{Agreement, Inspection};
use wasmsign_core::section::{Kind, Section};
use wasmsign_core::signature_data::{Content, Entry, SignatureData, SignatureSet};

use super::{FAINT, GOOD, Report};
use crate::error::Result;
use crate::module::seal::kind_word;
use crate::module::section_names::standard_name;
use crate::text::escape::escape;
use crate::text::hex::hex;
use crate::text::size::{human, share};

impl Report {
    /// Everything that can be told of a module without a key.
    ///
    /// # Errors
    ///
    /// Exit code 4 where it cannot be printed.
    pub fn inspection(&self, path: &Path, what: &Inspection) -> Result<()> {
        if self.is_json() {
            return self.json(&as_json(path, what));
        }
        let identity =
            what.identity.map_or_else(|| "none".to_owned(), |identity| identity.to_string());
        let path = escape(&path.display().to_string());
        self.result(&format!(
            "{path}: {}, {} ({} bytes)",
            kind_word(what.kind),
            human(what.total),
            what.total
        ))?;
        self.result(&format!("identity {identity}\n"))?;
        self.sections(what)?;
        self.signatures(what)?;
        warnings::warnings(what).iter().for_each(|warning| self.warning(&warning.text));
        Ok(())
    }

    fn sections(&self, what: &Inspection) -> Result<()> {
        self.result(&format!(
            "{FAINT}{:>10} {:>10} {:>7}  section{FAINT:#}",
            "offset", "size", "share"
        ))?;
        self.result(&format!(
            "{:>10} {:>10} {:>7}  {FAINT}header{FAINT:#}",
            0,
            8,
            share(8, what.total)
        ))?;
        for section in &what.sections {
            let size = section.end() - section.offset;
            let padded = if section.padded { " (padded lengths)" } else { "" };
            let line = format!(
                "{:>10} {size:>10} {:>7}  {}{padded}",
                section.offset,
                share(size, what.total),
                name(what.kind, section)
            );
            self.result(&line)?;
        }
        match what.section_count - what.sections.len() as u64 {
            0 => Ok(()),
            more => self.result(&format!("{FAINT}{:>26}  and {more} more sections{FAINT:#}", "…")),
        }
    }

    fn signatures(&self, what: &Inspection) -> Result<()> {
        let data = match &what.signatures {
            None => return self.result("\nno signature"),
            Some(Err(error)) => {
                return self.result(&format!("\nsignature data: {}", escape(&error.to_string())));
            }
            Some(Ok(data)) => data,
        };
        self.result("\nsignatures (not verified: that needs a public key)")?;
        for (index, set) in data.sets.iter().enumerate() {
            let covers = match what.agreement(set) {
                Agreement::Whole => "covers the whole file".to_owned(),
                Agreement::Prefix(end) => format!("covers bytes 0 to {end} of {}", what.total),
                Agreement::Nothing => "covers nothing: the body is different".to_owned(),
            };
            for entry in &set.entries {
                self.result(&format!("set {index}: {GOOD}{}{GOOD:#} {covers}", entry_name(entry)))?;
            }
        }
        self.map(what, data)
    }

    /// Where a file has parts, a picture of which signature covers what.
    fn map(&self, what: &Inspection, data: &SignatureData) -> Result<()> {
        if what.boundary_count < 2 {
            return Ok(());
        }
        self.result(&format!("\n{:>12} [{}]", "file", map::file(what)))?;
        for (index, set) in data.sets.iter().enumerate() {
            self.result(&format!("{:>12} [{}]", format!("set {index}"), map::set(what, set)))?;
        }
        self.result(&format!("{FAINT}{:>12} = covered  . not covered  | end of a part  - header and signature{FAINT:#}", ""))
    }
}

fn entry_name(entry: &Entry) -> String {
    let id = if entry.key_id().is_empty() {
        "no key id".to_owned()
    } else {
        format!("key id {}", hex(entry.key_id()))
    };
    match entry.content() {
        Content::Ed25519(_) => format!("Ed25519, {id}"),
        Content::WrongLength(length) => format!("Ed25519 of {length} bytes (ignored), {id}"),
        Content::UnknownAlgorithm(algorithm) => {
            format!("algorithm 0x{algorithm:02x} (ignored), {id}")
        }
    }
}

/// The name of a section: of a custom one what the binary says, escaped.
fn name(kind: Kind, section: &Section) -> String {
    match section.name() {
        Some(name) => format!("custom `{}`", escape(name)),
        None => {
            let known = standard_name(kind, section.id);
            known.map_or_else(|| format!("section {}", section.id), str::to_owned)
        }
    }
}

fn as_json(path: &Path, what: &Inspection) -> Value {
    json!({
        "module": path.to_string_lossy(),
        "kind": kind_word(what.kind),
        "size": what.total,
        "identity": what.identity.map(|identity| identity.to_string()),
        "sections": what.sections.iter().map(section_json).collect::<Vec<_>>(),
        "section_count": what.section_count,
        "stray_signature": what.stray_signature,
        "parts": map::parts(what).iter().map(|(start, end)| json!({"start": start, "end": end})).collect::<Vec<_>>(),
        "warnings": warnings::warnings(what).iter().map(|warning| {
            json!({"code": warning.code, "text": warning.text})
        }).collect::<Vec<_>>(),
        "boundaries": what.boundaries.iter().map(|boundary| {
            json!({"end": boundary.end, "hash": hex(&boundary.hash)})
        }).collect::<Vec<_>>(),
        "signatures": what.signatures.as_ref().map(|data| match data {
            Ok(data) => json!({"sets": data.sets.iter().map(|set| set_json(what, set)).collect::<Vec<_>>()}),
            Err(error) => json!({"error": error.to_string()}),
        }),
    })
}

fn section_json(section: &Section) -> Value {
    json!({
        "id": section.id,
        "name": section.name(),
        "offset": section.offset,
        "size": section.end() - section.offset,
        "payload": section.payload.end - section.payload.start,
        "padded": section.padded,
    })
}

fn set_json(what: &Inspection, set: &SignatureSet) -> Value {
    let covers = match what.agreement(set) {
        Agreement::Whole => json!({"kind": "whole", "covered": what.total}),
        Agreement::Prefix(end) => json!({"kind": "prefix", "covered": end}),
        Agreement::Nothing => json!({"kind": "nothing", "covered": 0}),
    };
    json!({
        "hashes": set.hashes.iter().map(|hash| hex(hash)).collect::<Vec<_>>(),
        "coverage": covers,
        "entries": set.entries.iter().map(|entry| {
            let key_id = (!entry.key_id().is_empty()).then(|| hex(entry.key_id()));
            let algorithm = match entry.content() {
                Content::UnknownAlgorithm(algorithm) => algorithm,
                _ => wasmsign_core::signature_data::ED25519,
            };
            json!({"algorithm": algorithm, "key_id": key_id})
        }).collect::<Vec<_>>(),
    })
}
