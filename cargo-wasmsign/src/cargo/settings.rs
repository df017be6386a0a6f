//! cargo's own configuration, as far as it decides the target.

use std::path::Path;

use toml_edit::{DocumentMut, Item, Value};

use crate::error::{Error, Result};

/// `build.target` of cargo's configuration, from `--config`, the environment and the configuration files.
///
/// # Errors
///
/// Exit code 2 where the configuration cannot be read.
pub fn configured_targets(overrides: &[String]) -> Result<Vec<String>> {
    let config = load()?;
    let mut targets: Vec<String> = config
        .build
        .target
        .iter()
        .flatten()
        .map(|target| target.spec_path().map_or_else(|| target.triple().to_owned(), path_text))
        .collect();
    for text in overrides {
        match from_override(text)? {
            Override::None => {}
            Override::One(target) => targets = vec![target],
            // cargo joins lists, and refuses a list where another place has one target.
            Override::List(more) => targets.extend(more),
        }
    }
    targets.sort();
    targets.dedup();
    Ok(targets)
}

/// `build.jobs` of cargo's configuration, as it is written.
///
/// # Errors
///
/// Exit code 2 where the configuration cannot be read.
pub fn configured_jobs() -> Result<Option<i32>> {
    Ok(load()?.build.jobs)
}

/// Whether one of these `--config` sets flags of the compiler.
///
/// # Errors
///
/// Exit code 4 where a file cannot be read.
pub(super) fn overrides_rustflags(overrides: &[String]) -> Result<bool> {
    for text in overrides {
        let document = overriding(text)?;
        let has_flags =
            |table: Option<&Item>| table.is_some_and(|table| table.get("rustflags").is_some());
        let targets = document.get("target").and_then(Item::as_table_like);
        let of_target = || {
            targets.is_some_and(|targets| targets.iter().any(|(_, table)| has_flags(Some(table))))
        };
        if has_flags(document.get("build")) || of_target() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a `--config` says: a TOML assignment, or the content of a file.
pub(super) fn overriding(text: &str) -> Result<DocumentMut> {
    let content = if Path::new(text).is_file() {
        fs_err::read_to_string(text)
            .map_err(|source| Error::io("failed to read cargo's configuration", source))?
    } else {
        text.to_owned()
    };
    // What is not TOML is cargo's to refuse, with its own message.
    Ok(content.parse::<DocumentMut>().unwrap_or_default())
}

/// The compiler's flags for a target, from the environment and the configuration files.
///
/// # Errors
///
/// Exit code 2 where the configuration cannot be read.
pub(super) fn configured_rustflags(target: &str) -> Result<Vec<String>> {
    let flags = load()?.rustflags(target).map_err(unreadable)?;
    Ok(flags.map(|flags| flags.flags).unwrap_or_default())
}

pub(super) fn load() -> Result<cargo_config2::Config> {
    cargo_config2::Config::load().map_err(unreadable)
}

fn unreadable(source: cargo_config2::Error) -> Error {
    Error::usage("failed to read cargo's configuration").because(source)
}

/// What one `--config` says of `build.target`.
enum Override {
    None,
    One(String),
    List(Vec<String>),
}

fn path_text(path: &Path) -> String {
    path.display().to_string()
}

/// `build.target` of one `--config`: a TOML assignment, or the path of a file.
fn from_override(text: &str) -> Result<Override> {
    let document = overriding(text)?;
    let target = document.get("build").and_then(|build| build.get("target"));
    Ok(match target {
        Some(Item::Value(Value::String(one))) => Override::One(one.value().clone()),
        Some(Item::Value(Value::Array(list))) => {
            Override::List(list.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        _ => Override::None,
    })
}
