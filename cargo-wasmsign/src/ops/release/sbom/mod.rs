//! The bill of materials of a module: CycloneDX 1.6.

mod component;
mod document;

use std::collections::BTreeMap;

use cargo_metadata::PackageId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use wasmsign_core::trust::Time;

use crate::error::{Error, Result};
use crate::project::Reached;
use component::Named;
use document::{Bom, Component, Dependency, Hash, Metadata, Property, Tools};

/// The property with the identity of the module.
const IDENTITY: &str = "cargo-wasmsign:identity";
/// Where the sum of the module's file is.
const HASH: &str = "/metadata/component/hashes/0/content";

/// A module that a bill is of.
pub(super) struct Subject<'a> {
    /// The name of its file.
    pub(super) file: &'a str,
    /// SHA-256 of its file, in hexadecimal.
    pub(super) sha256: &'a str,
    /// Its identity.
    pub(super) identity: &'a str,
    /// Whether it is a program; else it is a library.
    pub(super) is_program: bool,
}

/// The bill of a module of the package `root`, which was built with these packages.
pub(super) fn make(
    subject: &Subject<'_>,
    root: &PackageId,
    packages: &BTreeMap<&PackageId, Reached<'_>>,
    time: Option<Time>,
) -> Value {
    let names = component::names(packages.values().filter(|one| one.package.id != *root));
    let named = |id: &PackageId| match id == root {
        true => subject.file.to_owned(),
        false => names.get(id).map(|Named { reference, .. }| reference.clone()).unwrap_or_default(),
    };
    let dependencies = packages.iter().map(|(id, one)| {
        let mut needed: Vec<_> = one
            .dependencies
            .iter()
            .filter(|id| packages.contains_key(*id))
            .map(|id| named(id))
            .collect();
        needed.sort();
        Dependency { reference: named(id), depends_on: needed }
    });
    let mut dependencies: Vec<_> = dependencies.collect();
    dependencies.sort_by(|one, other| one.reference.cmp(&other.reference));
    let others = packages.iter().filter(|(id, _)| **id != root);
    let mut components: Vec<_> =
        others.filter_map(|(id, one)| Some(component::of(one, names.get(*id)?))).collect();
    components.sort_by(|one, other| one.bom_ref.cmp(&other.bom_ref));
    let bom = Bom {
        schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
        bom_format: "CycloneDX",
        spec_version: "1.6",
        serial_number: serial_number(subject.identity),
        version: 1,
        metadata: Metadata {
            timestamp: time.map(|time| time.to_string()),
            tools: Tools { components: vec![component::ourselves()] },
            component: packages.get(root).map(|one| main(subject, one)),
        },
        components,
        dependencies,
    };
    json!(bom)
}

/// The module itself.
fn main(subject: &Subject<'_>, package: &Reached<'_>) -> Component {
    let kind = if subject.is_program { "application" } else { "library" };
    let named =
        Named { reference: subject.file.to_owned(), purl: component::purl(package.package) };
    let component = component::of(package, &named);
    let identity = Property { name: IDENTITY.into(), value: subject.identity.to_owned() };
    Component {
        kind,
        scope: None,
        hashes: vec![Hash { alg: "SHA-256", content: subject.sha256.to_owned() }],
        properties: std::iter::once(identity).chain(component.properties).collect(),
        ..component
    }
}

/// A number of the same form as others, which is always the same for a module.
fn serial_number(identity: &str) -> String {
    let digest = Sha256::digest(format!("cargo-wasmsign:sbom:{identity}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    // RFC 9562: version 8 is made as its maker likes.
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex::encode(bytes);
    let parts = [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]];
    format!("urn:uuid:{}", parts.join("-"))
}

/// Sets the sum of the module's file, which has changed because it was signed.
pub(super) fn set_sum(bill: &mut Value, sha256: &str) -> Result<()> {
    match bill.pointer_mut(HASH) {
        Some(content) => *content = sha256.into(),
        None => return Err(Error::malformed("the bill of materials has no hash of the module")),
    }
    Ok(())
}

/// Reads a bill.
///
/// # Errors
///
/// Exit code 3.
pub(super) fn read(file: &str, text: &[u8]) -> Result<Value> {
    let malformed =
        || Error::malformed(format!("`{file}` is not a CycloneDX 1.6 document in JSON"));
    let bill: Value = serde_json::from_slice(text).map_err(|error| malformed().because(error))?;
    match (bill["bomFormat"].as_str(), bill["specVersion"].as_str()) {
        (Some("CycloneDX"), Some("1.6")) => Ok(bill),
        _ => Err(malformed()),
    }
}

/// What of a bill does not belong to the module, in words; nothing where all does.
pub(super) fn disagreement(bill: &Value, subject: &Subject<'_>) -> Option<String> {
    let component = &bill["metadata"]["component"];
    let hashes = component["hashes"].as_array();
    let has_sum = |hash: &Value| hash["alg"] == "SHA-256" && hash["content"] == subject.sha256;
    let properties = component["properties"].as_array();
    let has_identity =
        |property: &Value| property["name"] == IDENTITY && property["value"] == subject.identity;
    if !hashes.is_some_and(|hashes| hashes.iter().all(has_sum) && !hashes.is_empty()) {
        return Some(format!("its SHA-256 is not that of `{}`", subject.file));
    }
    if !properties.is_some_and(|properties| properties.iter().any(has_identity)) {
        return Some(format!("its `{IDENTITY}` is not that of `{}`", subject.file));
    }
    (bill["serialNumber"] != serial_number(subject.identity))
        .then(|| format!("its serial number is not that of `{}`", subject.file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_number_is_a_uuid_of_the_identity() {
        let number = serial_number("sha256:00");
        assert_eq!(number, serial_number("sha256:00"));
        assert_ne!(number, serial_number("sha256:01"));
        assert_eq!((number.len(), &number[..9], &number[23..24]), (45, "urn:uuid:", "8"));
    }
}
