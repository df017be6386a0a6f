//! Every signature that is known by its form, in a module and beside it, whatever its format.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use wasmsign_core::PublicKey;
use wasmsign_core::formats::oak::Endorsement;
use wasmsign_core::formats::sections::{Entry, SignatureData};
use wasmsign_core::formats::{Format, minisign, sshsig};
use wasmsign_core::inspect::{Inspection, OtherSignature};

use super::facts::{algorithm_title, coverage};
use super::hosts::{Place, WITHOUT_ENVOY, hosts};
use crate::error::Result;
use crate::keys::fingerprint;
use crate::ops::inspect::{Beside, Content, Inspected};
use crate::report::printer::{BAD, FAINT, GOOD, Report};
use crate::report::values::path_text;
use crate::report::verify::{Coverage, CoverageKind};
use crate::text::escape::escape;
use crate::text::hex::public_key_text;

/// A signature of any format. Nothing of it is verified.
#[derive(Serialize, JsonSchema)]
pub(super) struct KnownSignature {
    /// How it is written down: the word that `--as` has for it.
    format: &'static str,
    /// Where it stands.
    pub(super) place: Place,
    /// The file beside the module that has it.
    path: Option<String>,
    /// The offset of its section in the module.
    offset: Option<u64>,
    /// What it covers by its format, or by the hashes in it; null where it cannot be read.
    covers: Option<Coverage>,
    /// Whether the hashes in it are those of the file; null where it has none, and only a public key can tell.
    agrees: Option<bool>,
    /// What it says of its key and of itself, by name.
    details: BTreeMap<&'static str, String>,
    /// What is wrong with its form.
    fault: Option<String>,
    /// Whether this version can verify it.
    supported: bool,
    /// The hosts and programs that read it.
    pub(super) hosts: &'static [&'static str],
}

impl KnownSignature {
    /// All of them: those in the module first.
    pub(super) fn all(what: &Inspected) -> Vec<Self> {
        let module = &what.module;
        let mut all = Vec::new();
        if let Some(Ok(data)) = &module.signatures {
            all.extend(Self::embedded(module, data));
        }
        if let Some(Err(error)) = &module.signatures {
            let empty = Self::of(Format::Wasmsign2, Place::ModuleStart);
            all.push(Self { offset: Some(8), ..empty.broken(error.to_string()) });
        }
        all.extend(module.others.iter().map(|other| Self::at_the_end(module, other)));
        if module.has_symbol {
            all.push(Self { supported: false, ..Self::of(Format::Wasmsign1, Place::Export) });
        }
        all.extend(Self::all_beside(&what.beside, module.total, Some(module)));
        all
    }

    /// Those beside a file of so many bytes, which is this module if it is one.
    pub(super) fn all_beside(all: &[Beside], total: u64, module: Option<&Inspection>) -> Vec<Self> {
        all.iter().flat_map(|beside| Self::beside(beside, total, module)).collect()
    }

    fn of(format: Format, place: Place) -> Self {
        Self {
            format: format.name(),
            place,
            path: None,
            offset: None,
            covers: None,
            agrees: None,
            details: BTreeMap::new(),
            fault: None,
            supported: true,
            hosts: hosts(format, place),
        }
    }

    fn broken(self, fault: String) -> Self {
        Self { fault: Some(fault), hosts: &[], ..self }
    }

    /// Over all bytes but those of the signature itself.
    fn over_all(self, total: u64) -> Self {
        let covers = Coverage { kind: CoverageKind::Whole, covered: total, total: None };
        Self { covers: Some(covers), ..self }
    }

    fn telling(mut self, details: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.details.extend(details);
        self
    }

    fn embedded(what: &Inspection, data: &SignatureData) -> Vec<Self> {
        let all = Self::sections(Some(what), data, Place::ModuleStart);
        let hosts = data.envoy_obstacle().map(|_| WITHOUT_ENVOY);
        all.into_iter()
            .map(|one| Self { offset: Some(8), hosts: hosts.unwrap_or(one.hosts), ..one })
            .collect()
    }

    /// One for each signature in each set.
    fn sections(what: Option<&Inspection>, data: &SignatureData, place: Place) -> Vec<Self> {
        let mut all = Vec::new();
        for (index, set) in data.sets.iter().enumerate() {
            for entry in &set.entries {
                let covers = what.map(|what| coverage(what, set));
                let agrees = covers.as_ref().map(|covers| covers.kind != CoverageKind::Nothing);
                let one = Self { covers, agrees, ..Self::of(Format::Wasmsign2, place) };
                all.push(one.telling(of_entry(index, entry)));
            }
        }
        all
    }

    fn at_the_end(what: &Inspection, other: &OtherSignature) -> Self {
        let one = Self::of(other.format, Place::ModuleEnd);
        let one = Self { offset: Some(other.offset), ..one };
        match &other.fault {
            Some(fault) => one.broken(fault.to_string()),
            None => one.over_all(what.total),
        }
    }

    fn beside(beside: &Beside, total: u64, module: Option<&Inspection>) -> Vec<Self> {
        let new = || Self::of(beside.format, Place::Beside);
        let all = match &beside.content {
            Err(fault) => vec![new().broken(fault.clone())],
            Ok(Content::Unread) => vec![Self { supported: false, ..new() }],
            Ok(Content::Sections(data)) => Self::sections(module, data, Place::Beside),
            Ok(Content::Minisign(signature)) => {
                vec![new().over_all(total).telling(of_minisign(signature))]
            }
            Ok(Content::Sshsig(signature)) => {
                vec![new().over_all(total).telling(of_sshsig(signature))]
            }
            Ok(Content::Oak(endorsements)) => endorsements
                .iter()
                .map(|(endorsement, agrees)| new().endorsing(total, endorsement, *agrees))
                .collect(),
        };
        let path = path_text(&beside.path);
        all.into_iter().map(|one| Self { path: Some(path.clone()), ..one }).collect()
    }

    fn endorsing(self, total: u64, endorsement: &Endorsement, agrees: bool) -> Self {
        let one = self.over_all(total).telling([
            ("public_key", public_key_text(&endorsement.public_key)),
            ("hash", hex::encode(endorsement.hash)),
        ]);
        let nothing = Coverage { kind: CoverageKind::Nothing, covered: 0, total: None };
        let covers = if agrees { one.covers } else { Some(nothing) };
        Self { covers, agrees: Some(agrees), ..one }
    }
}

fn of_entry(set: usize, entry: &Entry) -> Vec<(&'static str, String)> {
    let mut details = vec![("set", set.to_string()), ("algorithm", algorithm_title(entry))];
    if !entry.key_id().is_empty() {
        details.push(("key_id", hex::encode(entry.key_id())));
    }
    details
}

fn of_minisign(signature: &minisign::Signature) -> [(&'static str, String); 4] {
    let algorithm = match signature.algorithm {
        minisign::Algorithm::Pure => "Ed, of the file itself",
        minisign::Algorithm::Prehashed => "ED, of the file's BLAKE2b-512",
    };
    // As minisign shows it; `verify` shows its bytes, as those of every key id.
    let number = u64::from_le_bytes(signature.number);
    [
        ("algorithm", algorithm.to_owned()),
        ("key_id", hex::encode(signature.number)),
        ("key_number", format!("{number:016X}")),
        ("trusted_comment", signature.trusted_comment.clone()),
    ]
}

fn of_sshsig(signature: &sshsig::Signature) -> Vec<(&'static str, String)> {
    let hash = match signature.hash {
        sshsig::Hash::Sha256 => "sha256",
        sshsig::Hash::Sha512 => "sha512",
    };
    let mut details = vec![("hash", hash.to_owned()), ("namespace", signature.namespace.clone())];
    // Bytes that are no key are nobody's, and have no name.
    if let Ok(key) = PublicKey::from_bytes(&signature.public_key) {
        details.push(("fingerprint", fingerprint(&key)));
        details.push(("public_key", public_key_text(&key)));
    }
    details
}

/// The signatures that are not shown with the sections of the default format.
pub(super) fn show(all: &[KnownSignature], report: &Report) -> Result<()> {
    let others = || all.iter().filter(|one| one.place != Place::ModuleStart);
    if others().next().is_none() {
        return Ok(());
    }
    report
        .result("\nin other formats, or beside the file (not verified: that needs a public key)")?;
    others().try_for_each(|one| one.show(report))
}

impl KnownSignature {
    fn show(&self, report: &Report) -> Result<()> {
        let place = match (&self.path, self.offset, self.place) {
            (Some(path), ..) => format!("in {}", escape(path)),
            (_, _, Place::Export) => "in the module's data (symbol mode)".to_owned(),
            (_, Some(offset), _) => format!("at offset {offset}"),
            _ => "in the module".to_owned(),
        };
        report.result(&format!("{GOOD}{}{GOOD:#} {place}", self.format))?;
        let line = |name: &str, text: &str| {
            let name = name.replace('_', " ");
            report.result(&format!("  {FAINT}{name:<16}{FAINT:#} {text}"))
        };
        if let Some(fault) = &self.fault {
            line("malformed", &format!("{BAD}{}{BAD:#}", escape(fault)))?;
        }
        if !self.supported {
            line("not supported", "this version does not read it")?;
        }
        if let Some(covers) = &self.covers {
            line("covers", &self.said_of(covers))?;
        }
        self.details.iter().try_for_each(|(name, text)| line(name, &escape(text)))?;
        match self.hosts {
            [] => Ok(()),
            hosts => line("read by", &hosts.join("; ")),
        }
    }

    fn said_of(&self, covers: &Coverage) -> String {
        match (covers.kind, self.agrees) {
            (CoverageKind::Nothing, _) => "nothing: the file is different".to_owned(),
            (CoverageKind::Prefix, _) => format!("bytes 0 to {}", covers.covered),
            (CoverageKind::Whole, Some(_)) => "the whole file: its hash is this one".to_owned(),
            (CoverageKind::Whole, None) => match self.place {
                Place::ModuleEnd => "all bytes before it".to_owned(),
                _ => "the whole file".to_owned(),
            },
        }
    }
}
