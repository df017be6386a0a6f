//! What the modules of a package say of themselves and what is said of them, as far as it is known before cargo runs.

use std::path::Path;

use cargo_metadata::Package;

use crate::manifest::PackageConfig;
use crate::pipeline::Statement;
use crate::project::{self, Revision};

/// The module manifest and the sections of `sections.metadata`, where they are wanted.
pub(super) fn of(
    package: &Package,
    config: &PackageConfig,
) -> (Option<Statement>, Vec<(&'static str, String)>) {
    let (manifest, metadata) = (&config.options.manifest, config.options.sections.metadata);
    if manifest.is_none() && !metadata {
        return (None, Vec::new());
    }
    let directory =
        package.manifest_path.parent().map_or(Path::new("."), |path| path.as_std_path());
    let revision = project::revision(directory);
    let sections = if metadata { sections(package, revision.as_ref()) } else { Vec::new() };
    let statement = manifest.as_ref().map(|extra| Statement {
        package: package.name.to_string(),
        version: package.version.clone(),
        revision,
        extra: extra.clone(),
    });
    (statement, sections)
}

/// The sections that wasm-metadata reads, by name: each is a text. What the package does not say has no section.
fn sections(package: &Package, revision: Option<&Revision>) -> Vec<(&'static str, String)> {
    // cargo takes this older form too.
    let licenses = package.license.as_ref().map(|licenses| licenses.replace('/', " OR "));
    let authors = (!package.authors.is_empty()).then(|| package.authors.join(", "));
    let revision = revision.map(|Revision { commit, is_dirty }| match is_dirty {
        true => format!("{commit}-dirty"),
        false => commit.clone(),
    });
    // Readers refuse all of the metadata where one of these is no URL.
    let url = |text: &Option<String>| text.clone().filter(|text| text.contains("://"));
    let texts = [
        ("version", Some(package.version.to_string())),
        ("description", package.description.clone()),
        ("authors", authors),
        ("licenses", licenses),
        ("homepage", url(&package.homepage)),
        ("source", url(&package.repository)),
        ("revision", revision),
    ];
    let said =
        |(name, text): (_, Option<String>)| Some((name, text.filter(|text| !text.is_empty())?));
    texts.into_iter().filter_map(said).collect()
}
