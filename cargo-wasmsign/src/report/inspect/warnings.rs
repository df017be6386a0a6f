//! What the reader of a module should know before trusting any of it.

use schemars::JsonSchema;
use serde::Serialize;
use wasmsign_core::inspect::{Agreement, Inspection};
use wasmsign_core::limits::MAX_HASHES_PER_SET;

use super::facts::stray_signature;
use crate::module::shape::wants_to_be_first;
use crate::text::escape::escape;

/// Something that is unusual or dangerous about a file.
#[derive(Serialize, JsonSchema)]
pub(super) struct Warning {
    /// A stable kebab-case word for programs.
    pub(super) code: &'static str,
    /// The same for people.
    pub(super) text: String,
}

/// Everything that is worth a warning, in the order of the file.
pub(super) fn warnings(what: &Inspection) -> Vec<Warning> {
    let all = [
        misplaced_signature(what),
        not_first(what),
        padded(what),
        many_parts(what),
        unsigned_tail(what),
        broken_manifest(what),
        envoy(what),
    ];
    all.into_iter().flatten().collect()
}

fn broken_manifest(what: &Inspection) -> Option<Warning> {
    let error = what.manifest.as_ref()?.as_ref().err()?;
    let text = format!("the module manifest counts as none: {}", escape(&error.to_string()));
    Some(Warning { code: error.code(), text })
}

fn misplaced_signature(what: &Inspection) -> Option<Warning> {
    let offset = stray_signature(what)?;
    let text = format!(
        "the `signature` section at offset {offset} is not the first section: no signature can \
         verify"
    );
    Some(Warning { code: "stray-signature", text })
}

/// A section for a dynamic linker after the signature.
fn not_first(what: &Inspection) -> Option<Warning> {
    let offset = what.sections.iter().skip(1).find(|one| one.name().is_some_and(wants_to_be_first));
    let text = format!(
        "the `dylink.0` section at offset {} is not the first section, where dynamic linkers look \
         for it",
        offset?.offset
    );
    Some(Warning { code: "dylink-not-first", text })
}

fn padded(what: &Inspection) -> Option<Warning> {
    let (count, first) = (what.padded_count, what.first_padded?);
    let text = format!(
        "sections with a padded size or name length: {count}, the first at offset {first}; this \
         is valid, but tools that re-encode them break the signature"
    );
    Some(Warning { code: "padded-lengths", text })
}

fn many_parts(what: &Inspection) -> Option<Warning> {
    let count = what.boundary_count;
    let text = format!("{count} parts: at most {MAX_HASHES_PER_SET} can be signed");
    (count > MAX_HASHES_PER_SET as usize).then_some(Warning { code: "too-many-parts", text })
}

/// A tail that no set of signatures reaches, though one agrees with what is before it.
fn unsigned_tail(what: &Inspection) -> Option<Warning> {
    let data = what.signatures.as_ref()?.as_ref().ok()?;
    let reach = data.sets.iter().map(|set| match what.agreement(set) {
        Agreement::Whole => what.total,
        Agreement::Prefix(end) => end,
        Agreement::Nothing => 0,
    });
    let reach = reach.max()?;
    let text = format!("bytes {reach} to {} are not signed", what.total);
    (0 < reach && reach < what.total).then_some(Warning { code: "unsigned-tail", text })
}

fn envoy(what: &Inspection) -> Option<Warning> {
    let data = what.signatures.as_ref()?.as_ref().ok()?;
    let obstacle = data.envoy_obstacle()?;
    let text = format!("the Envoy/proxy-wasm host cannot read these signatures: {obstacle}");
    Some(Warning { code: "unreadable-by-envoy", text })
}
