//! Trust files on the disk, and the table of a workspace's manifest that says the same.

use std::io::{self, Read};
use std::path::Path;

use wasmsign_core::trust::{Trust, TrustError};

use crate::error::{Error, Result};
use crate::sys::files;
use crate::text::paths;
use crate::text::snippet::Snippet;

/// Where a manifest has the tables of a trust file.
const TABLE: [&str; 4] = ["workspace", "metadata", "wasmsign", "trust"];

/// More than any trust file, key or succession has.
const MAX_LENGTH: u64 = 16 << 20;

/// Loads a trust file, or the trust table of a `Cargo.toml`.
///
/// # Errors
///
/// Exit code 2 where there is none, or something is wrong with it, its keys or its successions; 4 where it cannot be read.
pub(crate) fn load(path: &Path) -> Result<Trust> {
    if path.file_name().is_some_and(|name| name == "Cargo.toml") {
        return load_table(path)?.ok_or_else(|| {
            let table = TABLE.join(".");
            Error::usage(format!("`{}` has no table [{table}]", path.display())).advice(
                "add the table, or pass a trust file; `cargo wasmsign trust init` makes one",
            )
        });
    }
    let text = read(path)?;
    Trust::load(&text, beside(path)).map_err(|error| faulty(path, &text, &error))
}

/// Loads the trust table of a manifest, if it has one.
///
/// # Errors
///
/// As of [`load`].
pub(crate) fn load_table(manifest: &Path) -> Result<Option<Trust>> {
    let text = read(manifest)?;
    let loaded = Trust::load_table(&text, &TABLE, beside(manifest));
    loaded.map_err(|error| faulty(manifest, &text, &error))
}

fn read(path: &Path) -> Result<String> {
    let bytes = read_bytes(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => {
            Error::usage(format!("there is no trust file `{}`", path.display()))
                .advice("check the path; `cargo wasmsign trust init` makes a trust file")
        }
        _ => Error::io(format!("failed to read `{}`", path.display()), source),
    })?;
    String::from_utf8(bytes)
        .map_err(|_| Error::usage(format!("`{}` is not text in UTF-8", path.display())))
}

fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    files::open(path)?.take(MAX_LENGTH + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 > MAX_LENGTH {
        true => Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is longer than 16 MiB")),
        false => Ok(bytes),
    }
}

/// Reads the files that a trust file names, from its directory.
fn beside(path: &Path) -> impl FnMut(&str) -> io::Result<Vec<u8>> {
    let directory = match files::is_dash(path) {
        true => Path::new(""),
        false => paths::directory(path),
    };
    move |named| read_bytes(&directory.join(named))
}

/// All that is wrong with a trust file.
fn faulty(path: &Path, text: &str, error: &TrustError) -> Error {
    const ADVICE: &str = "correct the file; `cargo wasmsign trust check` looks at it again";
    match error.faults() {
        [only] => Error::usage(only.message()).at(Snippet::new(path, text, only.span())),
        several => {
            let message = format!("`{}` has {} mistakes", path.display(), several.len());
            Error::usage(message).because(error.to_string()).advice(ADVICE)
        }
    }
}
