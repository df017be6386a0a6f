//! `cargo wasmsign migrate`: from a signature of another format to one of the current format.
//!
//! The module is copied first, so that what is signed is what was verified, whatever becomes of the file meanwhile.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use wasmsign_core::edit;
use wasmsign_core::formats::Format;

use super::signature_file::refuse_same_file;
use super::verify::{self, Verdict};
use super::{Event, Observer};
use crate::error::{Error, Result, of_rewriting};
use crate::keys::{KeyIdChoice, PassphraseSource, Signer};
use crate::module::rewrite::same_file;
use crate::module::seal::{self, Sealed};
use crate::sys::files::{self, Output};
use crate::sys::hashing;

/// A module with a signature of another format, and who signs it from now on.
pub(crate) struct Request {
    /// The old signature, and whose it must be.
    pub(crate) old: verify::Request,
    /// Its format.
    pub(crate) from: Format,
    /// Where the signed module goes.
    pub(crate) output: PathBuf,
    /// Secret keys, as `--key` names them.
    pub(crate) keys: Vec<String>,
    /// Where the passphrase of an encrypted key is.
    pub(crate) passphrase: PassphraseSource,
    /// The key id beside each signature.
    pub(crate) key_id: KeyIdChoice,
    /// The file that a line about it is appended to.
    pub(crate) record: Option<PathBuf>,
}

impl Request {
    /// The module.
    pub(crate) fn module(&self) -> &Path {
        &self.old.modules[0]
    }
}

/// The result.
pub(crate) enum Outcome<'a> {
    /// The module is signed anew.
    Migrated(Box<Migrated>),
    /// The old signature does not verify; nothing was written.
    Refused(Box<Verdict<'a>>),
}

/// A module that was signed anew.
pub(crate) struct Migrated {
    /// `sha256:` and the digest of the old file.
    pub(crate) old: String,
    /// The new signature.
    pub(crate) sealed: Sealed,
    /// The file of the old signature, which is gone.
    pub(crate) removed: Option<PathBuf>,
}

/// A line of a record.
#[derive(Serialize)]
struct Line<'a> {
    module: &'a str,
    from: &'static str,
    old: &'a str,
    new: &'a str,
    time: String,
}

/// Verifies the old signature, takes it away, and signs the module in the current format.
///
/// # Errors
///
/// Exit code 2 where keys, formats or files do not go together, 3 where the module is malformed, 4.
pub(crate) fn run<'a>(request: &'a Request, observe: &mut Observer<'_>) -> Result<Outcome<'a>> {
    let (module, output) = (request.module(), &request.output);
    if files::output_kind(output) == Output::Stream {
        return Err(Error::usage("`migrate` writes a file, and cannot write to a stream")
            .advice("name the signed module with `--output FILE`"));
    }
    if let Some(record) = &request.record {
        refuse_same_file(module, output, record)?;
    }
    let signers = signers(request, observe)?;
    let failed = |source| Error::io(format!("failed to copy `{}`", module.display()), source);
    let copy = files::spooled(&seal::open(module)?).map_err(failed)?;
    let old = sha256(&copy).map_err(failed)?;
    let verdict = verify::opened(&request.old, &copy)?;
    if verdict.result.is_err() {
        return Ok(Outcome::Refused(Box::new(verdict)));
    }
    let bare = bare(request, &copy)?;
    let signatures: Vec<_> =
        signers.iter().map(|signer| signer.signature(&request.key_id)).collect();
    let mut staged = seal::stage(output)?;
    let sealed = seal::embedded(module, &bare, &mut staged, &signatures)?;
    let record = request.record.as_deref().map(open_record).transpose()?;
    staged.publish()?;
    let removed = verdict.signature.filter(|_| same_file(module, output));
    let removed = removed.filter(|path| request.old_is_beside(path));
    if let Some(path) = &removed {
        std::fs::remove_file(path).map_err(|source| {
            Error::io(format!("failed to remove the old signature `{}`", path.display()), source)
        })?;
    }
    let migrated = Migrated { old, sealed, removed };
    if let (Some(mut file), Some(path)) = (record, &request.record) {
        append(&mut file, path, request, &migrated)?;
    }
    Ok(Outcome::Migrated(Box::new(migrated)))
}

impl Request {
    /// Whether the old signature was found beside the module, rather than named.
    fn old_is_beside(&self, path: &Path) -> bool {
        !matches!(&self.old.signature, verify::SignatureSource::Named(named) if named == path)
    }
}

fn signers(request: &Request, observe: &mut Observer<'_>) -> Result<Vec<Signer>> {
    let keys = request.keys.iter().map(|key| Signer::from_argument(key, &request.passphrase));
    let signers = keys.collect::<Result<Vec<_>>>()?;
    signers.iter().try_for_each(|signer| signer.keeps_from(&request.key_id))?;
    let mut warnings = signers.iter().filter_map(|signer| signer.warning.as_deref());
    warnings.try_for_each(|warning| observe(Event::Warning(warning)))?;
    Ok(signers)
}

/// The module without its old signature, in a file that has no name.
fn bare(request: &Request, copy: &File) -> Result<File> {
    let module = request.module();
    let failed = |source| Error::io("failed to write a temporary file", source);
    let source = seal::rewound(module, copy)?;
    let mut bare = tempfile::tempfile().map_err(failed)?;
    let taken = match request.from {
        Format::Wasmsign1 => edit::take_away_wasmsign1(source, &mut bare).map(drop),
        Format::WasmSign => edit::take_away_wasm_sign(source, &mut bare).map(drop),
        Format::Wasmsign2 if has_own(module, copy)? => {
            edit::detach(seal::rewound(module, copy)?, &mut bare).map(drop)
        }
        _ => {
            let mut source = source;
            io::copy(&mut source, &mut bare).map_err(failed)?;
            Ok(())
        }
    };
    taken.map_err(|error| of_rewriting(module, &request.output, "migrated", error))?;
    Ok(bare)
}

fn has_own(module: &Path, copy: &File) -> Result<bool> {
    Ok(crate::module::rewrite::inspect(module, copy)?.signatures.is_some())
}

fn sha256(mut file: &File) -> io::Result<String> {
    io::Seek::rewind(&mut file)?;
    let digest = hashing::copy_with_sha256(file, &mut io::sink())?;
    Ok(format!("sha256:{digest}"))
}

/// Opened before anything is published, so that what cannot be recorded is not done.
fn open_record(path: &Path) -> Result<File> {
    let opened = OpenOptions::new().create(true).append(true).open(path);
    opened.map_err(|source| Error::io(format!("failed to open `{}`", path.display()), source))
}

fn append(file: &mut File, path: &Path, request: &Request, migrated: &Migrated) -> Result<()> {
    let new = migrated.sealed.verified.identity().map(|it| it.to_string()).unwrap_or_default();
    let line = Line {
        module: &request.module().to_string_lossy(),
        from: request.from.name(),
        old: &migrated.old,
        new: &new,
        time: verify::Question { name: None, at: None }.time().to_string(),
    };
    let text = serde_json::to_string(&line).map_err(io::Error::from);
    // One write for the whole line: several may append to one file.
    let written = text.and_then(|text| file.write_all(format!("{text}\n").as_bytes()));
    written.map_err(|source| Error::io(format!("failed to write `{}`", path.display()), source))
}
