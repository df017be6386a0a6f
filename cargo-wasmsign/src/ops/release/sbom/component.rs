//! Packages as components.

use std::collections::BTreeMap;

use cargo_metadata::{Package, PackageId};

use super::document::{Component, LicenseChoice, Property};
use crate::project::Reached;

/// The property with the features of a package, separated by commas.
const FEATURES: &str = "cargo:features";

/// How a component is referred to, in the bill and elsewhere.
pub(super) struct Named {
    pub(super) reference: String,
    pub(super) purl: String,
}

/// Names for packages. Those that only differ in where they come from on this machine are counted.
pub(super) fn names<'a>(
    packages: impl Iterator<Item = &'a Reached<'a>>,
) -> BTreeMap<&'a PackageId, Named> {
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let mut names = BTreeMap::new();
    for Reached { package, .. } in packages {
        let purl = purl(package);
        let count = taken.entry(purl.clone()).or_default();
        *count += 1;
        let reference = match *count {
            1 => purl.clone(),
            count => format!("{purl}#{count}"),
        };
        names.insert(&package.id, Named { reference, purl });
    }
    names
}

/// A package as a component.
pub(super) fn of(reached: &Reached<'_>, named: &Named) -> Component {
    let Reached { package, is_linked, features, .. } = reached;
    let features: Vec<_> = features.iter().map(String::as_str).collect();
    let property = Property { name: FEATURES.into(), value: features.join(",") };
    Component {
        kind: "library",
        bom_ref: named.reference.clone(),
        name: package.name.to_string(),
        version: package.version.to_string(),
        description: package.description.as_ref().map(|text| text.trim().to_owned()),
        // The schema's word for what is used, and not part of what runs.
        scope: Some(if *is_linked { "required" } else { "excluded" }),
        hashes: Vec::new(),
        licenses: licenses(package),
        purl: Some(named.purl.clone()),
        properties: vec![property],
    }
}

/// This program.
pub(super) fn ourselves() -> Component {
    Component {
        kind: "application",
        name: env!("CARGO_PKG_NAME").into(),
        version: env!("CARGO_PKG_VERSION").into(),
        ..Component::default()
    }
}

/// The package URL: names and versions of packages have one character that must be escaped. A path of this machine is told to
/// nobody.
pub(super) fn purl(package: &Package) -> String {
    let version = package.version.to_string().replace('+', "%2B");
    let source = package.source.as_ref().map(|source| source.repr.as_str()).unwrap_or_default();
    let qualifier = match source.split_once('+') {
        Some(("git", address)) => {
            format!("?vcs_url={}", escaped(&format!("git+{}", address.replace('#', "@"))))
        }
        Some(("registry" | "sparse", address)) if !is_crates_io(address) => {
            format!("?repository_url={}", escaped(address))
        }
        _ => String::new(),
    };
    format!("pkg:cargo/{}@{version}{qualifier}", package.name)
}

fn is_crates_io(address: &str) -> bool {
    address == "https://github.com/rust-lang/crates.io-index"
        || address.starts_with("https://index.crates.io")
}

/// A text as the value of a qualifier.
fn escaped(text: &str) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_~/:".contains(byte);
    text.bytes()
        .map(|byte| match is_plain(&byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
}

fn licenses(package: &Package) -> Vec<LicenseChoice> {
    // cargo takes this older form too.
    let named = package.license.as_ref().map(|text| text.replace('/', " OR "));
    let choice = named.map(|text| match spdx::Expression::parse(&text) {
        Ok(_) => LicenseChoice::Expression(text),
        Err(_) => LicenseChoice::License { name: text },
    });
    let file = || {
        let file = package.license_file.as_ref()?.file_name()?;
        Some(LicenseChoice::License { name: format!("see {file}") })
    };
    choice.or_else(file).into_iter().collect()
}
