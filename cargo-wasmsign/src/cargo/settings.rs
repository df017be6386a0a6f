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
    for text in overrides.iter().rev() {
        let targets = from_override(text)?;
        if !targets.is_empty() {
            return Ok(targets);
        }
    }
    let config = cargo_config2::Config::load()
        .map_err(|source| Error::usage("failed to read cargo's configuration").because(source))?;
    let targets = config.build.target.unwrap_or_default();
    Ok(targets
        .iter()
        .map(|target| target.spec_path().map_or_else(|| target.triple().to_owned(), path_text))
        .collect())
}

fn path_text(path: &Path) -> String {
    path.display().to_string()
}

/// `build.target` of one `--config`: a TOML assignment, or the path of a file.
fn from_override(text: &str) -> Result<Vec<String>> {
    let content = if Path::new(text).is_file() {
        fs_err::read_to_string(text)
            .map_err(|source| Error::io("failed to read cargo's configuration", source))?
    } else {
        text.to_owned()
    };
    // What is not TOML is cargo's to refuse, with its own message.
    let document = content.parse::<DocumentMut>().unwrap_or_default();
    let target = document.get("build").and_then(|build| build.get("target"));
    Ok(match target {
        Some(Item::Value(Value::String(one))) => vec![one.value().clone()],
        Some(Item::Value(Value::Array(list))) => {
            list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    })
}
