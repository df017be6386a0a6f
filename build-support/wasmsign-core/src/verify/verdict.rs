//! What a verification says: the proof, or the reason why there is none.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

#[cfg(feature = "trust")]
use super::roles::{self, Ruled, SignedRole};
use crate::digest::Identity;
use crate::formats::{Format, Unknown};
use crate::keys::PublicKey;
use crate::wasm::{Kind, SIGNATURE};

#[cfg(feature = "manifest")]
use crate::manifest::{ModuleManifest, Version, VersionReq};
#[cfg(feature = "manifest")]
use alloc::string::String;

/// The manifest that counts, where there is one.
#[cfg(feature = "manifest")]
pub(crate) type MaybeManifest = Option<Cow<'static, ModuleManifest>>;

/// Nothing: manifests are not read.
#[cfg(not(feature = "manifest"))]
pub(crate) type MaybeManifest = ();

/// Proof that a binary met the policy of a [`Verifier`](crate::Verifier), which has read and hashed every byte of it. Nothing
/// else makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Verified {
    pub(super) facts: Facts,
    pub(super) covered: Covered,
    pub(super) signers: Cow<'static, [SignedBy]>,
    /// What it says of itself in the covered range.
    pub(super) manifest: MaybeManifest,
}

/// How much of a file is covered; more is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Covered {
    /// Offset of the first byte that is not.
    pub(super) end: u64,
    /// Whether the file is all of what was signed, and nothing else.
    pub(super) whole: bool,
}

/// A key that has signed what a [`Verified`] says is covered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedBy {
    /// The key.
    pub public_key: PublicKey,
    /// The unsigned hint that stood beside the signature; empty where there was none.
    pub key_id: Cow<'static, [u8]>,
    /// How the signature is written down.
    pub format: Format,
}

/// Why a binary that was read correctly is not trusted.
#[derive(Debug, Clone)]
pub struct Refusal {
    pub(super) reason: Reason,
    pub(super) facts: Facts,
}

/// What is known of a binary whether it is trusted or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Facts {
    /// `None` for a file that is no WebAssembly.
    pub(super) kind: Option<Kind>,
    pub(super) total: u64,
    /// Bytes of the embedded signature section, which readers leave out.
    #[cfg(feature = "std")]
    pub(super) signature_section: u64,
    pub(super) identity: Option<Identity>,
    pub(super) ignored: Vec<Ignored>,
    /// What the trust file says, where one was asked.
    #[cfg(feature = "trust")]
    pub(super) ruled: Option<Ruled>,
}

/// What a trust file has said.
#[cfg(feature = "trust")]
impl Facts {
    fn rule(&self) -> Option<usize> {
        self.ruled.as_ref()?.rule
    }

    fn roles(&self) -> &[SignedRole] {
        self.ruled.as_ref().map_or(&[], |ruled| &ruled.roles)
    }
}

/// The rules that a binary can fail.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The header announces another kind of binary than was expected.
    KindMismatch {
        /// The kind that the policy expects.
        expected: Kind,
    },
    /// A `signature` section that is not the first section and the only one.
    MisplacedSignature {
        /// Where it begins.
        offset: u64,
    },
    /// There is no signature.
    NoSignature,
    /// The signature data is of a version that is not known.
    Unknown(Unknown),
    /// There is more signature data than a verifier looks at.
    TooManySignatures {
        /// What there is too much of.
        what: &'static str,
        /// How much may be.
        limit: u32,
    },
    /// None of the signatures is a valid one of a trusted key.
    NoTrustedSignature,
    /// A trusted key has signed, but another body.
    BodyChanged,
    /// A trusted key has signed the file, and another trusted comment of minisign.
    #[cfg(feature = "whole-file")]
    CommentChanged,
    /// The module has a signature of wasmsign 0.1 in its data, which is not read.
    #[cfg(feature = "whole-file")]
    SymbolMode,
    /// A trusted key has signed, but less of the file than the policy wants.
    NotCovered,
    /// Some trusted keys have signed, but not enough of them.
    PolicyNotMet {
        /// Distinct keys that have signed all that the policy wants.
        found: usize,
        /// Distinct keys wanted.
        wanted: usize,
    },
    /// The covered range has no module manifest, or a broken one, or two.
    #[cfg(feature = "manifest")]
    NoManifest,
    /// No rule of the trust file matches the module's name.
    #[cfg(feature = "trust")]
    NoRule,
    /// Keys of the trust file have signed, but not enough of them for each role that is required.
    #[cfg(feature = "trust")]
    RoleNotMet {
        /// The roles that lack signatures.
        missing: Vec<SignedRole>,
    },
    /// It would be trusted if revoked keys counted.
    #[cfg(feature = "trust")]
    RevokedKey,
    /// It would be trusted if keys counted that are no more valid, or not yet.
    #[cfg(feature = "trust")]
    KeyNotValid,
    /// The trust file names it among the modules that are never trusted.
    #[cfg(feature = "trust")]
    RevokedModule,
    /// The module manifest names another package.
    #[cfg(feature = "manifest")]
    WrongPackage {
        /// The package that the policy asks for.
        expected: String,
        /// The package that the manifest names. Escape it before it reaches a terminal.
        found: String,
    },
    /// The module manifest names a version that the policy does not take.
    #[cfg(feature = "manifest")]
    WrongVersion {
        /// What the policy asks for.
        expected: VersionReq,
        /// The version that the manifest names.
        found: Version,
    },
}

/// Something in the signature data that had no part in the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ignored {
    /// An entry of another algorithm than Ed25519.
    UnknownAlgorithm {
        /// Index of the set, from 0.
        set: usize,
        /// Index of the entry in its set, from 0.
        entry: usize,
        /// The algorithm byte.
        algorithm: u8,
    },
    /// An Ed25519 entry whose signature has not 64 bytes.
    WrongLength {
        /// Index of the set, from 0.
        set: usize,
        /// Index of the entry in its set, from 0.
        entry: usize,
    },
    /// The embedded signature, where a detached one was given.
    EmbeddedSignature,
}

/// What `wasmsign-macros` has proved while a program was compiled. What was ignored then stays with the build.
pub(crate) const fn from_build(
    kind: Kind,
    total: u64,
    (covered, whole): (u64, bool),
    identity: Identity,
    signers: &'static [SignedBy],
    manifest: MaybeManifest,
) -> Verified {
    let facts = Facts {
        kind: Some(kind),
        total,
        #[cfg(feature = "std")]
        signature_section: 0,
        identity: Some(identity),
        ignored: Vec::new(),
        #[cfg(feature = "trust")]
        ruled: None,
    };
    let covered = Covered { end: covered, whole };
    Verified { facts, covered, signers: Cow::Borrowed(signers), manifest }
}

impl Verified {
    /// The same of the file without its embedded signature section.
    #[cfg(feature = "std")]
    pub(super) fn without_signature_section(mut self) -> Self {
        let length = core::mem::take(&mut self.facts.signature_section);
        self.facts.total -= length;
        self.covered.end -= length;
        self
    }

    /// What the header announces. The signature does not cover it; the policy has checked it.
    pub fn kind(&self) -> Kind {
        // Of other files there is a `VerifiedFile`, which does not show it.
        self.facts.kind.unwrap_or(Kind::Module)
    }

    /// How many bytes from the start of the file are covered. All behind them is unverified.
    #[must_use]
    pub const fn covered(&self) -> u64 {
        self.covered.end
    }

    /// Whether the file is exactly what was signed: nothing was appended, and no signed part is missing.
    ///
    /// A prefix may reach the end of the file and still not be whole: parts that were signed as well may have been
    /// stripped from its tail.
    pub fn is_whole(&self) -> bool {
        self.covered.whole
    }

    /// Bytes of the file.
    pub fn total(&self) -> u64 {
        self.facts.total
    }

    /// The keys that have signed all of the covered bytes, in the order in which they were given.
    pub fn signers(&self) -> &[SignedBy] {
        &self.signers
    }

    /// The file's identity; `None` where [`VerifierBuilder::with_identity`](crate::verify::VerifierBuilder::with_identity) did not ask for it.
    pub fn identity(&self) -> Option<Identity> {
        self.facts.identity
    }

    /// What the module says of itself in the covered range. `None` where there is no manifest, a broken one, or two.
    /// Sections outside the covered range change nothing.
    #[cfg(feature = "manifest")]
    pub fn manifest(&self) -> Option<&ModuleManifest> {
        self.manifest.as_deref()
    }

    /// What had no part in the verdict.
    pub fn ignored(&self) -> &[Ignored] {
        &self.facts.ignored
    }

    /// Index of the rule of the trust file that has decided, from 0. `None` where no rule matches the name, and where no
    /// trust file was asked.
    #[cfg(feature = "trust")]
    #[must_use]
    pub fn rule(&self) -> Option<usize> {
        self.facts.rule()
    }

    /// The roles that the rule requires, and who has signed for each.
    #[cfg(feature = "trust")]
    #[must_use]
    pub fn roles(&self) -> &[SignedRole] {
        self.facts.roles()
    }
}

impl Refusal {
    /// The rule that the file fails.
    pub fn reason(&self) -> &Reason {
        &self.reason
    }

    /// What the header announces; `None` for a file that is no WebAssembly.
    pub fn kind(&self) -> Option<Kind> {
        self.facts.kind
    }

    /// Bytes of the file.
    pub fn total(&self) -> u64 {
        self.facts.total
    }

    /// The file's identity; `None` where nobody asked, or a `signature` section is not first and alone.
    pub fn identity(&self) -> Option<Identity> {
        self.facts.identity
    }

    /// What had no part in the verdict.
    pub fn ignored(&self) -> &[Ignored] {
        &self.facts.ignored
    }

    /// Index of the rule of the trust file that has decided, from 0. `None` where no rule matches the name, and where no
    /// trust file was asked.
    #[cfg(feature = "trust")]
    #[must_use]
    pub fn rule(&self) -> Option<usize> {
        self.facts.rule()
    }

    /// The roles that the rule requires, and who has signed for each.
    #[cfg(feature = "trust")]
    #[must_use]
    pub fn roles(&self) -> &[SignedRole] {
        self.facts.roles()
    }
}

impl Reason {
    /// A stable kebab-case word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::KindMismatch { .. } => "kind-mismatch",
            Self::MisplacedSignature { .. } => "stray-signature",
            Self::NoSignature => "no-signature",
            Self::Unknown(unknown) => unknown.code(),
            Self::TooManySignatures { .. } => "too-many-signatures",
            Self::NoTrustedSignature => "no-trusted-signature",
            Self::BodyChanged => "body-changed",
            #[cfg(feature = "whole-file")]
            Self::CommentChanged => "comment-changed",
            #[cfg(feature = "whole-file")]
            Self::SymbolMode => "no-signature",
            Self::NotCovered => "not-covered",
            Self::PolicyNotMet { .. } => "policy-not-met",
            #[cfg(feature = "trust")]
            Self::NoRule => "no-rule",
            #[cfg(feature = "trust")]
            Self::RoleNotMet { .. } => "role-not-met",
            #[cfg(feature = "trust")]
            Self::RevokedKey => "revoked-key",
            #[cfg(feature = "trust")]
            Self::KeyNotValid => "key-not-valid",
            #[cfg(feature = "trust")]
            Self::RevokedModule => "revoked-module",
            #[cfg(feature = "manifest")]
            Self::NoManifest => "no-manifest",
            #[cfg(feature = "manifest")]
            Self::WrongPackage { .. } => "wrong-package",
            #[cfg(feature = "manifest")]
            Self::WrongVersion { .. } => "wrong-version",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KindMismatch { expected: Kind::Module } => {
                f.write_str("expected a module, found a component")
            }
            Self::KindMismatch { expected: Kind::Component } => {
                f.write_str("expected a component, found a module")
            }
            Self::MisplacedSignature { offset } => {
                write!(
                    f,
                    "offset {offset}: a `{SIGNATURE}` section that is not the first section and the only one"
                )
            }
            Self::NoSignature => f.write_str("there is no signature"),
            Self::Unknown(unknown) => write!(f, "unsupported signature data: {unknown}"),
            Self::TooManySignatures { what, limit } => {
                write!(f, "too many {what}: the limit is {limit}")
            }
            Self::NoTrustedSignature => f.write_str("no valid signature by a trusted key"),
            Self::BodyChanged => {
                f.write_str("a trusted key has signed a different body: this one was changed")
            }
            #[cfg(feature = "whole-file")]
            Self::CommentChanged => f.write_str(
                "a trusted key has signed the file, but with another trusted comment: this one was changed",
            ),
            #[cfg(feature = "whole-file")]
            Self::SymbolMode => f.write_str(
                "there is no signature that can be read: this one is in symbol mode of wasmsign 0.1 (the export \
                 `___SIGNATURE`), which is not supported",
            ),
            Self::NotCovered => {
                f.write_str("a trusted key has signed, but less of the file than is required")
            }
            Self::PolicyNotMet { found, wanted } => {
                write!(f, "{wanted} of the keys must have signed, but only {found} did")
            }
            #[cfg(feature = "trust")]
            Self::NoRule => f.write_str("no rule of the trust file matches the module's name"),
            #[cfg(feature = "trust")]
            Self::RoleNotMet { missing } => f.write_str(&roles::lacking(missing)),
            #[cfg(feature = "trust")]
            Self::RevokedKey => f.write_str("signed with a key that the trust file revokes"),
            #[cfg(feature = "trust")]
            Self::KeyNotValid => {
                f.write_str("signed with a key that is not valid at this time by the trust file")
            }
            #[cfg(feature = "trust")]
            Self::RevokedModule => f.write_str("the trust file revokes this module"),
            #[cfg(feature = "manifest")]
            Self::NoManifest => f.write_str("the signed part has no module manifest"),
            #[cfg(feature = "manifest")]
            Self::WrongPackage { expected, found } => {
                write!(f, "expected the package {expected:?}, found {found:?}")
            }
            #[cfg(feature = "manifest")]
            Self::WrongVersion { expected, found } => {
                write!(f, "expected the version {expected}, found {found}")
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl core::error::Error for Refusal {}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownAlgorithm { set, entry, algorithm } => {
                write!(
                    f,
                    "unknown-algorithm: set {set}, entry {entry}, algorithm 0x{algorithm:02x}"
                )
            }
            Self::WrongLength { set, entry } => {
                write!(f, "wrong-signature-length: set {set}, entry {entry}")
            }
            Self::EmbeddedSignature => f.write_str("embedded-signature"),
        }
    }
}
