//! What is answered, as JSON in UTF-8, in the words of `cargo wasmsign verify --format json`.

#[cfg(feature = "trust")]
use std::collections::BTreeMap;

use serde::Serialize;
#[cfg(feature = "trust")]
use wasmsign_core::verify::SignedRole;
use wasmsign_core::verify::{BuilderError, Ignored, Prehashed, SignedBy, SignedHashes};
use wasmsign_core::wasm::{Kind, Section};
use wasmsign_core::{Error, KeyError, Verified};
#[cfg(feature = "trust")]
use wasmsign_core::{ModuleManifest, manifest::VersionError};

/// An answer.
#[derive(Debug, Serialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub(crate) enum Answer {
    /// The module was read, and is to be hashed and judged.
    Prepared(Prepared),
    /// It was hashed.
    Identified {
        /// Nothing where a `signature` section is not first and alone.
        identity: Option<String>,
    },
    /// It is trusted.
    Verified(Box<Trusted>),
    /// It was read, and is not trusted.
    Refused(Fault),
    /// It is not what the format says.
    Malformed(Fault),
    /// The request makes no sense, or a key is none.
    Error(Fault),
}

/// What stands in a module. Offsets and lengths are bytes of the file.
#[derive(Debug, Serialize)]
pub(crate) struct Prepared {
    kind: &'static str,
    total: u64,
    /// What is hashed, of a module of one part.
    start: u64,
    /// The number of parts, as many as can be signed.
    parts: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    map: Option<Map>,
}

/// The sections in file order.
#[derive(Debug, Serialize)]
struct Map {
    sections: Vec<Entry>,
    /// How many there are, also where not all are listed.
    section_count: u64,
}

#[derive(Debug, Serialize)]
struct Entry {
    id: u8,
    /// Of a custom section, as it stands there.
    name: Option<String>,
    start: u64,
    end: u64,
}

/// A verdict that is positive.
#[derive(Debug, Serialize)]
pub(crate) struct Trusted {
    kind: &'static str,
    coverage: Covered,
    signers: Vec<Signatory>,
    ignored: Vec<String>,
    #[cfg(feature = "trust")]
    #[serde(flatten)]
    ruled: Option<Ruled>,
    /// What the module says of itself in the covered bytes.
    #[cfg(feature = "trust")]
    manifest: Option<ModuleManifest>,
}

/// What a trust file has decided.
#[cfg(feature = "trust")]
#[derive(Debug, Serialize)]
struct Ruled {
    rule: usize,
    /// The names of the keys that have signed, by those of the roles.
    roles: BTreeMap<String, Vec<String>>,
}

#[cfg(feature = "trust")]
impl Ruled {
    fn new(rule: Option<usize>, roles: &[SignedRole]) -> Option<Self> {
        let names = |role: &SignedRole| role.keys.iter().map(ToString::to_string).collect();
        let roles = roles.iter().map(|role| (role.name.to_string(), names(role))).collect();
        rule.map(|rule| Self { rule, roles })
    }
}

#[derive(Debug, Serialize)]
struct Covered {
    kind: &'static str,
    covered: u64,
    total: u64,
}

#[derive(Debug, Serialize)]
struct Signatory {
    public_key: String,
    key_id: Option<String>,
}

/// Why there is no positive one.
#[derive(Debug, Serialize)]
pub(crate) struct Fault {
    /// A stable word in kebab-case.
    reason: &'static str,
    message: String,
    /// Files that the trust file names, and that the request lacks.
    #[cfg(feature = "trust")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<String>,
    #[serde(skip)]
    class: Class,
}

#[derive(Debug, Clone, Copy)]
enum Class {
    Refused,
    Malformed,
    Error,
}

impl Prepared {
    pub(crate) fn new(prehashed: &Prehashed, sections: Option<(Vec<Section>, u64)>) -> Self {
        let map = sections.map(|(sections, section_count)| Map {
            sections: sections.into_iter().map(Entry::from).collect(),
            section_count,
        });
        Self {
            kind: kind(prehashed.kind()),
            total: prehashed.total(),
            start: prehashed.start(),
            parts: prehashed.ends().len(),
            map,
        }
    }
}

impl From<Section> for Entry {
    fn from(section: Section) -> Self {
        let (start, end) = (section.offset, section.end());
        Self { id: section.id, name: section.custom.map(|custom| custom.name), start, end }
    }
}

impl Answer {
    pub(crate) fn verified(verified: &Verified) -> Self {
        let coverage = Covered::new(verified.is_whole(), verified.covered(), verified.total());
        Self::Verified(Box::new(Trusted {
            #[cfg(feature = "trust")]
            ruled: Ruled::new(verified.rule(), verified.roles()),
            #[cfg(feature = "trust")]
            manifest: verified.manifest().cloned(),
            ..Trusted::new(verified.kind(), coverage, verified.signers(), verified.ignored())
        }))
    }

    /// The same, by the digest that the browser has computed over the module where it lies.
    pub(crate) fn signed(signed: &SignedHashes) -> Self {
        let coverage = Covered::new(signed.is_whole(), signed.covered(), signed.total());
        Self::Verified(Box::new(Trusted {
            #[cfg(feature = "trust")]
            ruled: Ruled::new(signed.rule(), signed.roles()),
            #[cfg(feature = "trust")]
            manifest: signed.manifest().cloned(),
            ..Trusted::new(signed.kind(), coverage, signed.signers(), signed.ignored())
        }))
    }
}

impl Trusted {
    /// A verdict on a module that says nothing.
    fn new(of: Kind, coverage: Covered, signers: &[SignedBy], ignored: &[Ignored]) -> Self {
        Self {
            kind: kind(of),
            coverage,
            signers: signers.iter().map(Signatory::from).collect(),
            ignored: ignored.iter().map(ToString::to_string).collect(),
            #[cfg(feature = "trust")]
            ruled: None,
            #[cfg(feature = "trust")]
            manifest: None,
        }
    }
}

impl Covered {
    fn new(whole: bool, covered: u64, total: u64) -> Self {
        Self { kind: if whole { "whole" } else { "prefix" }, covered, total }
    }
}

impl From<Fault> for Answer {
    fn from(fault: Fault) -> Self {
        match fault.class {
            Class::Refused => Self::Refused(fault),
            Class::Malformed => Self::Malformed(fault),
            Class::Error => Self::Error(fault),
        }
    }
}

impl From<&SignedBy> for Signatory {
    fn from(signer: &SignedBy) -> Self {
        let key_id = (!signer.key_id.is_empty()).then(|| hex(&signer.key_id));
        Self { public_key: signer.public_key.to_string(), key_id }
    }
}

impl Fault {
    /// The library's verdict.
    pub(crate) fn core(error: impl Into<Error>) -> Self {
        let error = error.into();
        let (class, reason) = match &error {
            Error::Refused(_) => (Class::Refused, error.code()),
            Error::Malformed(_) => (Class::Malformed, error.code()),
            _ => (Class::Error, "io"),
        };
        Self::new(class, reason, error.to_string())
    }

    /// One of the keys cannot be read.
    pub(crate) fn key(index: usize, error: &KeyError) -> Self {
        Self::error("key", format!("key {}: {error}", index + 1))
    }

    /// The keys and what is asked of them do not fit together.
    pub(crate) fn unfit(error: BuilderError) -> Self {
        let message = error.to_string();
        match error {
            // No module could meet the policy.
            BuilderError::TooFewKeys { .. } => Self::new(Class::Refused, "policy-not-met", message),
            _ => Self::error("key", message),
        }
    }

    pub(crate) fn request(error: &serde_json::Error) -> Self {
        let told = error.to_string();
        // Of JSON that the caller has never seen.
        let what = told.rsplit_once(" at line ").map_or(&*told, |(what, _)| what);
        Self::error("request", format!("the keys or the options are not valid: {what}"))
    }

    /// What is asked of the version is no requirement.
    #[cfg(feature = "trust")]
    pub(crate) fn version(error: &VersionError) -> Self {
        Self::error("request", format!("the keys or the options are not valid: version: {error}"))
    }

    pub(crate) fn not_prepared() -> Self {
        Self::error("request", "a module is prepared before it is judged".into())
    }

    fn error(reason: &'static str, message: String) -> Self {
        Self::new(Class::Error, reason, message)
    }

    fn new(class: Class, reason: &'static str, message: String) -> Self {
        Self {
            class,
            reason,
            message,
            #[cfg(feature = "trust")]
            missing: Vec::new(),
        }
    }
}

/// Of trust files.
#[cfg(feature = "trust")]
impl Fault {
    /// The trust file has faults.
    pub(crate) fn trust(message: String) -> Self {
        Self::error("trust", message)
    }

    /// The trust file names files that the request does not have.
    pub(crate) fn missing(missing: Vec<String>) -> Self {
        let message = format!("the trust file names {}", missing.join(", "));
        Self { missing, ..Self::trust(message) }
    }

    /// There is a trust file, and something that it decides alone.
    pub(crate) fn both() -> Self {
        let message = "the trust file says which keys must have signed how much: give no others";
        Self::error("request", message.into())
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Module => "module",
        Kind::Component => "component",
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
