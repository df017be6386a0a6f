//! What is told of signatures in more than one place.

use wasmsign_core::formats::Content;
use wasmsign_core::formats::sections::{Entry, SignatureSet};
use wasmsign_core::inspect::{Agreement, Inspection};

use crate::report::verify::{Coverage, CoverageKind};

/// How far the hashes of a set agree with the file.
pub(super) fn coverage(what: &Inspection, set: &SignatureSet) -> Coverage {
    let (kind, covered) = match what.agreement(set) {
        Agreement::Whole => (CoverageKind::Whole, what.total),
        Agreement::Prefix(end) => (CoverageKind::Prefix, end),
        Agreement::Nothing => (CoverageKind::Nothing, 0),
    };
    Coverage { kind, covered, total: None }
}

/// The algorithm of a signature, and whether it is one that counts.
pub(super) fn algorithm_title(entry: &Entry) -> String {
    match entry.content() {
        Content::Ed25519(_) => "Ed25519".to_owned(),
        Content::WrongLength(length) => format!("Ed25519 of {length} bytes (ignored)"),
        other => format!("algorithm 0x{:02x} (ignored)", other.algorithm()),
    }
}

/// Offset of a `signature` section that is in a wrong place, and no signature of another format.
pub(super) fn stray_signature(what: &Inspection) -> Option<u64> {
    let is_its = |offset| what.others.iter().any(|it| it.fault.is_none() && it.offset == offset);
    what.misplaced_signature.filter(|offset| !is_its(*offset))
}
