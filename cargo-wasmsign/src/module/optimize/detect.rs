//! Which features a module needs: what it says, checked, or what validation finds in use.

use std::path::Path;

use wasmparser::{Parser, Validator, WasmFeatures};

use super::constructs::{self, Construct};
use super::features::{Feature, Features};
use super::target_features::{self, Declared, Fault};
use crate::error::{Error, Result};
use crate::text::escape::escape;

/// The features to optimize `module` with; `path` names it in errors.
///
/// These are the ones in `target_features` where the module validates with them alone; that also
/// proves names harmless that nobody here knows. Where the section is absent, or says too
/// little, they are the smallest set that the module validates with.
///
/// # Errors
///
/// Malformed, with the offset, for a module that does not validate at all; tool for one that needs
/// what nobody here knows; usage for a component.
pub(super) fn detect(path: &Path, module: &[u8]) -> Result<Features> {
    let Declared { known, unknown } = declared(path, module)?;
    match grow(module, known) {
        Ok(features) => Ok(features),
        Err(Stuck) => shrink(module, path, &unknown),
    }
}

/// The features of `listed`, and those that `module` is found to need besides. What it declares and does
/// not need is none of them: an optimizer that may use it would.
///
/// # Errors
///
/// As of [`detect`].
pub(super) fn detect_beyond(path: &Path, module: &[u8], listed: &Features) -> Result<Features> {
    let Declared { unknown, .. } = declared(path, module)?;
    match grow(module, listed.clone()) {
        Ok(features) => Ok(features),
        Err(Stuck) => {
            let needed = shrink(module, path, &unknown)?;
            Ok(listed.iter().chain(needed.iter()).collect())
        }
    }
}

fn declared(path: &Path, module: &[u8]) -> Result<Declared> {
    if Parser::is_component(module) {
        return Err(component(path));
    }
    let declared = target_features::read(module).map_err(|fault| malformed(path, &fault))?;
    Ok(declared.unwrap_or_default())
}

/// Validation that fails for another reason than a missing feature.
struct Stuck;

/// Adds to `features` what validation misses, until it misses nothing. Rust's modules need few
/// features and need them early, so all tries but the last are short.
fn grow(module: &[u8], mut features: Features) -> Result<Features, Stuck> {
    loop {
        let Err(error) = validate(module, features.validation()) else {
            if lacks_new_exceptions(module, &features) {
                features.set(Feature::Exceptions, true);
            }
            return Ok(features.iter().collect());
        };
        let missing = error.missing_wasm_feature().ok_or(Stuck)?;
        if !features.add_validation(missing) {
            return Err(Stuck);
        }
    }
}

/// Takes from all features each that the module validates without: slower than [`grow`], but does
/// not depend on wasmparser naming the missing one.
fn shrink(module: &[u8], path: &Path, unknown: &[String]) -> Result<Features> {
    let mut needed = Features::all();
    validate(module, needed.validation()).map_err(|error| refusal(module, path, unknown, error))?;
    for feature in Features::all().iter() {
        needed.set(feature, false);
        let without = validate(module, needed.validation());
        needed.set(feature, without.is_err() || lacks_new_exceptions(module, &needed));
    }
    Ok(needed.iter().collect())
}

/// Whether a module is valid with these features.
pub(super) fn validate(module: &[u8], features: WasmFeatures) -> Result<(), wasmparser::Error> {
    Validator::new_with_features(features).validate_all(module).map(drop)
}

/// Whether a module that is valid with these features has the new exceptions, and they are none of these: validation does
/// not tell them from the legacy ones, where those are allowed.
pub(super) fn lacks_new_exceptions(module: &[u8], features: &Features) -> bool {
    let may_hide =
        features.contains(Feature::LegacyExceptions) && !features.contains(Feature::Exceptions);
    may_hide && constructs::found(module).contains(&Construct::NewExceptions)
}

/// Why a module does not validate with all features that there are.
fn refusal(module: &[u8], path: &Path, unknown: &[String], error: wasmparser::Error) -> Error {
    match validate(module, WasmFeatures::all()) {
        Ok(()) => unheard_of(path, unknown, &error.into()),
        // With features that nobody here knows, the module may well be right.
        Err(_) if !unknown.is_empty() => unheard_of(path, unknown, &error.into()),
        Err(error) => malformed(path, &error.into()),
    }
}

fn unheard_of(path: &Path, unknown: &[String], fault: &Fault) -> Error {
    let names = unknown.iter().map(|name| format!("`{}`", escape(name))).collect::<Vec<_>>();
    let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
    Error::tool(format!(
        "`{}` uses a WebAssembly feature that cargo-wasmsign does not know{names}",
        path.display()
    ))
    .because(fault.to_string())
    .advice("compile without that feature, or set `optimize = false`")
}

fn malformed(path: &Path, fault: &Fault) -> Error {
    Error::malformed(format!("`{}` is not a valid WebAssembly module", path.display()))
        .because(fault.to_string())
        .advice("build it again; it may be truncated")
}

fn component(path: &Path) -> Error {
    Error::usage(format!("`{}` is a component; the optimizer accepts only modules", path.display()))
        .advice("set `optimize = false` for this package")
}
