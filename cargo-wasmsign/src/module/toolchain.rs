//! What a module tells of the tools that made it: its `producers`, and the compiler's commit in the names of the
//! standard library's files.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use wasmsign_core::inspect::Inspection;
use wasmsign_core::wasm::Custom;

use crate::error::{Error, Result};
use crate::module::edit;

/// The most that is read of a `producers` section.
const MOST: u64 = 64 * 1024;
/// The text before the commit.
const BEFORE: &[u8] = b"/rustc/";
/// The digits of a commit.
const DIGITS: usize = 40;

/// The tools that a module names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Toolchain {
    /// Each with its version, as `producers` has them.
    pub tools: Vec<Tool>,
    /// The commit of the Rust compiler whose standard library it holds.
    pub rustc_commit: Option<String>,
}

/// A program that has processed a module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

impl Toolchain {
    /// Looks for them in a module, which is `what` it holds.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn of(path: &Path, file: &File, what: &Inspection) -> Result<Self> {
        let failed = |source| Error::io(format!("failed to read `{}`", path.display()), source);
        let producers = what.sections.iter().find(|section| section.name() == Some("producers"));
        let tools = match producers.and_then(|section| section.custom.as_ref()) {
            Some(custom) => edit::tools(&content(file, custom).map_err(failed)?),
            None => Vec::new(),
        };
        let tools = tools.into_iter().map(|(name, version)| Tool { name, version });
        Ok(Self { tools: tools.collect(), rustc_commit: commit(file).map_err(failed)? })
    }
}

fn content(mut file: &File, custom: &Custom) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    file.seek(SeekFrom::Start(custom.content.start))?;
    let length = custom.content.end - custom.content.start;
    file.take(length.min(MOST)).read_to_end(&mut content)?;
    Ok(content)
}

/// The first commit that a file of the standard library is named with.
fn commit(mut file: &File) -> io::Result<Option<String>> {
    file.rewind()?;
    let mut held = Vec::new();
    let mut chunk = vec![0; 128 * 1024];
    loop {
        let length = file.read(&mut chunk)?;
        held.extend_from_slice(&chunk[..length]);
        if let Some(found) = find(&held) {
            return Ok(Some(found));
        }
        if length == 0 {
            return Ok(None);
        }
        // It may have begun at the end of the chunk.
        held.drain(..held.len().saturating_sub(BEFORE.len() + DIGITS));
    }
}

fn find(bytes: &[u8]) -> Option<String> {
    let commit = |place: &[u8]| {
        let digits = place.strip_prefix(BEFORE)?.get(..DIGITS)?;
        let are_digits = digits.iter().all(u8::is_ascii_hexdigit);
        are_digits.then(|| String::from_utf8_lossy(digits).into_owned())
    };
    bytes.windows(BEFORE.len() + DIGITS).find_map(commit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commit_is_found_wherever_it_stands() {
        let hash = "0123456789abcdef0123456789abcdef01234567";
        for before in [0, 1, 128 * 1024 - 20, 128 * 1024, 300_000] {
            let mut file = tempfile::tempfile().expect("there is room");
            let text = format!("{}/rustc/{hash}/library/core", "/rustc/x".repeat(before / 8 + 1));
            io::Write::write_all(&mut file, text.as_bytes()).expect("it is written");
            assert_eq!(commit(&file).expect("it is read").as_deref(), Some(hash), "{before}");
        }
        assert_eq!(find(b"/rustc/0123/library"), None);
    }
}
