//! How a module was built: an in-toto statement (version 1) with SLSA provenance (version 1).

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};
use wasmsign_core::trust::Time;

use super::index::{Index, Module};
use super::names::Names;
use crate::error::{Error, Result};

/// The payload type of statements.
pub(super) const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const PREDICATE: &str = "https://slsa.dev/provenance/v1";
/// What a build of ours is: docs/release-format.md describes it.
const BUILD_TYPE: &str = "https://docs.rs/cargo-wasmsign/latest/cargo_wasmsign/#build-type-v1";
/// Who has built: whoever has called this program, on a machine of their own.
const BUILDER: &str = "https://docs.rs/cargo-wasmsign/latest/cargo_wasmsign/#the-caller";

/// What was asked for, and what was used, beside what the index says.
pub(super) struct Build<'a> {
    /// cargo's profile.
    pub(super) profile: &'a str,
    /// The features that the call named.
    pub(super) features: &'a [String],
    /// `--all-features`.
    pub(super) all_features: bool,
    /// `--no-default-features`.
    pub(super) no_default_features: bool,
    /// The tag that the release is of.
    pub(super) tag: Option<&'a str>,
    /// The repository that Cargo.toml names.
    pub(super) repository: Option<&'a str>,
    /// SHA-256 of Cargo.lock, in hexadecimal.
    pub(super) lock: Option<&'a str>,
    /// What has optimized the module.
    pub(super) optimizer: Option<&'a str>,
    /// The features that the package was compiled with.
    pub(super) resolved_features: Vec<&'a str>,
    /// A time, where one is said.
    pub(super) time: Option<Time>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri: Option<String>,
    digest: BTreeMap<&'a str, &'a str>,
}

/// The statement about a module.
pub(super) fn statement(index: &Index, module: &Module, names: &Names, build: &Build<'_>) -> Value {
    let mut parameters = json!({
        "package": module.package,
        "version": module.version,
        "target": module.target,
        "triple": module.triple,
        "profile": build.profile,
        "features": build.features,
        "allFeatures": build.all_features,
        "noDefaultFeatures": build.no_default_features,
    });
    if let Some(tag) = build.tag {
        parameters["tag"] = tag.into();
    }
    let mut internal = json!({
        "features": build.resolved_features,
        "cargo": index.tools.cargo,
        "rustc": index.tools.rustc,
        "optimizer": build.optimizer,
    });
    if index.dirty {
        internal["dirty"] = true.into();
    }
    let mut run = json!({
        "builder": {
            "id": BUILDER,
            "version": { "cargo-wasmsign": index.tools.cargo_wasmsign },
        },
    });
    if let Some(time) = build.time {
        let time = time.to_string();
        run["metadata"] = json!({ "startedOn": time, "finishedOn": time });
    }
    json!({
        "_type": STATEMENT,
        "subject": subjects(names, &module.sha256, &module.identity),
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": parameters,
                "internalParameters": internal,
                "resolvedDependencies": dependencies(index, build),
            },
            "runDetails": run,
        },
    })
}

fn dependencies<'a>(index: &'a Index, build: &Build<'a>) -> Vec<Dependency<'a>> {
    let source = index.revision.as_deref().map(|commit| Dependency {
        name: Some("source"),
        uri: build.repository.map(|address| format!("git+{address}@{commit}")),
        digest: [("gitCommit", commit)].into(),
    });
    let lock = build.lock.map(|sum| Dependency {
        name: Some("Cargo.lock"),
        uri: None,
        digest: [("sha256", sum)].into(),
    });
    source.into_iter().chain(lock).collect()
}

/// What a statement is about: the file, and the module without its signature. All digests of one subject are of one artifact,
/// so these are two.
fn subjects(names: &Names, sha256: &str, identity: &str) -> Value {
    let bare = identity.strip_prefix("sha256:").unwrap_or(identity);
    json!([
        { "name": names.module(), "digest": { "sha256": sha256 } },
        { "name": names.unsigned(), "digest": { "sha256": bare } },
    ])
}

/// Sets the sum of the module's file, which has changed because it was signed.
pub(super) fn set_sum(statement: &mut Value, names: &Names, module: &Module) {
    statement["subject"] = subjects(names, &module.sha256, &module.identity);
}

/// Reads the payload of an envelope.
///
/// # Errors
///
/// Exit code 3 where it is no statement.
pub(super) fn read(file: &str, payload: &[u8]) -> Result<Value> {
    let malformed = || Error::malformed(format!("`{file}` holds no in-toto statement"));
    let statement: Value =
        serde_json::from_slice(payload).map_err(|error| malformed().because(error))?;
    match statement["_type"].is_string() && statement["subject"].is_array() {
        true => Ok(statement),
        false => Err(malformed()),
    }
}

/// What of a statement does not belong to the module, in words; nothing where all does.
pub(super) fn disagreement(
    statement: &Value,
    index: &Index,
    module: &Module,
    names: &Names,
) -> Option<String> {
    let is = |place: &str, expected: &str| {
        let found = statement.pointer(place).and_then(Value::as_str);
        (found != Some(expected)).then(|| match found {
            Some(found) => format!("`{place}` is {found:?}, expected {expected:?}"),
            None => format!("`{place}` is missing, expected {expected:?}"),
        })
    };
    if statement["subject"] != subjects(names, &module.sha256, &module.identity) {
        return Some(format!("it is about another module than `{}`", module.file));
    }
    let definition = "/predicate/buildDefinition";
    let parameter = |name: &str| format!("{definition}/externalParameters/{name}");
    let said = is("/_type", STATEMENT)
        .or_else(|| is("/predicateType", PREDICATE))
        .or_else(|| is(&format!("{definition}/buildType"), BUILD_TYPE))
        .or_else(|| is(&parameter("package"), &module.package))
        .or_else(|| is(&parameter("version"), &module.version))
        .or_else(|| is(&parameter("target"), &module.target))
        .or_else(|| is(&parameter("triple"), &module.triple));
    said.or_else(|| {
        let dependencies = statement.pointer(&format!("{definition}/resolvedDependencies"));
        let commits = dependencies.and_then(Value::as_array).into_iter().flatten();
        let commit = commits.filter_map(|one| one["digest"]["gitCommit"].as_str()).next();
        let dirty = statement.pointer(&format!("{definition}/internalParameters/dirty"));
        if commit != index.revision.as_deref() {
            return Some("it names another git revision than the index".into());
        }
        let is_dirty = dirty == Some(&Value::Bool(true));
        (is_dirty != index.dirty)
            .then(|| "it and the index disagree about changes in the tree".into())
    })
}
