//! `cargo wasmsign trust import`: trust files from the files of other tools.

mod allowed_signers;
mod document;
mod kubewarden;
mod trusted;

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::sys::files;
use crate::text::escape::escape;

/// More than any such file has.
const MAX_LENGTH: u64 = 1 << 20;

/// What is to be imported.
pub(crate) struct Request {
    /// The file; `-` is standard input.
    pub(crate) file: PathBuf,
    /// The trust file.
    pub(crate) output: PathBuf,
    /// Whether what has no place in a trust file may be left out.
    pub(crate) partial: bool,
    /// Whether an existing file is overwritten.
    pub(crate) force: bool,
}

/// A trust file with the meaning of another file.
pub(crate) struct Imported {
    /// Where it is.
    pub(crate) output: PathBuf,
    /// The names of its keys.
    pub(crate) keys: Vec<String>,
    /// What of the other file has no place in it, each with its place.
    pub(crate) left_out: Vec<String>,
    /// What is read otherwise than the other tool may read it.
    pub(crate) notes: Vec<String>,
}

/// Reads a file of another tool, whose kind its content tells.
///
/// # Errors
///
/// Exit code 2 where something of it has no place in a trust file, unless that may be left out, or where no key is left;
/// 3 where it is neither of the known kinds; 4 where it cannot be read.
pub(crate) fn run(request: &Request) -> Result<Imported> {
    let path = &request.file;
    let text = read(path)?;
    let source =
        if files::is_dash(path) { "standard input".into() } else { path.display().to_string() };
    let trusted = match kubewarden::is_one(&text) {
        true => kubewarden::read(&text).map_err(|error| unreadable(&source, &error))?,
        false => allowed_signers::read(&text).map_err(|error| unreadable(&source, &error))?,
    };
    if !trusted.left_out.is_empty() && !request.partial {
        let message = format!("`{}` says what a trust file cannot say", escape(&source));
        return Err(Error::usage(message).because(trusted.left_out.join("\n")).advice(
            "pass `--partial` to leave these out; the trust file is then not the same as the original",
        ));
    }
    if trusted.keys.is_empty() {
        let message = format!("`{}` has no key that can sign modules", escape(&source));
        let error = Error::usage(message).advice("modules are signed with Ed25519 keys");
        return Err(match trusted.left_out.is_empty() {
            true => error,
            false => error.because(trusted.left_out.join("\n")),
        });
    }
    let text = document::write(&source, &trusted);
    files::write_whole(&request.output, text.as_bytes(), request.force)?;
    Ok(Imported {
        output: request.output.clone(),
        keys: trusted.keys.into_iter().map(|key| key.name).collect(),
        left_out: trusted.left_out,
        notes: trusted.notes,
    })
}

fn read(path: &Path) -> Result<String> {
    let failed = |source| Error::io(format!("failed to read `{}`", path.display()), source);
    let file = files::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(MAX_LENGTH + 1).read_to_end(&mut bytes).map_err(failed)?;
    match String::from_utf8(bytes) {
        Ok(text) if text.len() as u64 <= MAX_LENGTH => Ok(text),
        Ok(_) => Err(Error::malformed(format!("`{}` is longer than 1 MiB", path.display()))),
        Err(_) => Err(Error::malformed(format!("`{}` is not text in UTF-8", path.display()))),
    }
}

fn unreadable(source: &str, why: &str) -> Error {
    Error::malformed(format!("failed to read `{}`", escape(source))).because(why.to_owned()).advice(
        "give an allowed_signers file of OpenSSH, or a verification-config.yml of Kubewarden",
    )
}

#[cfg(test)]
mod tests;
