//! A release that is there, as it says itself: nothing of it is checked but that it can be read.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::index::{Index, Module};
use super::names::{INDEX, SUMS, SUMS_SIGNATURE};
use super::problem::Problem;
use super::sums::{Fault, Sums};
use crate::error::{Error, Result};
use crate::sys::paths;

/// More than any index, list of sums, bill or statement has: they are held in memory.
const MAX_LENGTH: u64 = 64 << 20;

/// A release.
pub(super) struct Opened {
    /// Its directory.
    pub(super) directory: PathBuf,
    /// What it says is in it.
    pub(super) index: Index,
    /// The sums that name files in the directory.
    pub(super) sums: Sums,
    /// The text of the sums, which is what is signed.
    pub(super) sums_text: Vec<u8>,
    /// The signature of the sums.
    pub(super) signature: Option<Vec<u8>>,
    /// Lines of the sums that cannot be used, links in the place of files.
    pub(super) problems: Vec<Problem>,
}

impl Opened {
    /// Reads what spans all modules.
    ///
    /// # Errors
    ///
    /// Exit code 1 where a link is in the place of one of these files, 3 where one is not what it should be, 4 where one
    /// cannot be read.
    pub(super) fn open(directory: &Path) -> Result<Self> {
        let whole = paths::whole(directory)?;
        let read = |file: &str| {
            read(&whole, file).map_err(|problem| {
                let path = directory.join(file);
                Error::new(
                    problem.exit,
                    format!("`{}`: {} ({})", path.display(), problem.message, problem.reason),
                )
                .advice("pass the directory of a release, which `cargo wasmsign release` makes")
            })
        };
        let index = Index::read(&read(INDEX)?)?;
        let sums_text = read(SUMS)?;
        let (sums, faults) = Sums::read(&sums_text)?;
        let signature = match whole.join(SUMS_SIGNATURE).symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            _ => Some(read(SUMS_SIGNATURE)?),
        };
        let problems = faults.into_iter().map(|(name, fault)| match fault {
            Fault::UnsafePath => Problem::refused(
                SUMS,
                "unsafe-path",
                format!("it names {name:?}, which is not in the directory"),
            ),
            Fault::Twice => {
                Problem::refused(SUMS, "named-twice", format!("it names {name:?} twice"))
            }
        });
        Ok(Self {
            problems: problems.collect(),
            directory: whole,
            index,
            sums,
            sums_text,
            signature,
        })
    }

    /// The module of this file name.
    ///
    /// # Errors
    ///
    /// Exit code 2.
    pub(super) fn module(&self, file: &str) -> Result<&Module> {
        let mut modules = self.index.modules.iter();
        modules.find(|module| module.file == file).ok_or_else(|| {
            let names: Vec<_> =
                self.index.modules.iter().map(|module| module.file.as_str()).collect();
            Error::usage(format!("the release has no module `{}`", file.escape_debug()))
                .advice(format!("its modules are: {}", names.join(", ")))
        })
    }

    /// The path of a file.
    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.directory.join(file)
    }

    /// Opens a file of it.
    pub(super) fn file(&self, file: &str) -> Result<File, Problem> {
        open(&self.directory, file)
    }

    /// Reads a file of it that is not a module.
    pub(super) fn read(&self, file: &str) -> Result<Vec<u8>, Problem> {
        read(&self.directory, file)
    }

    /// Whether any of its modules is signed.
    pub(super) fn is_signed(&self) -> bool {
        self.signature.is_some()
            || self.index.modules.iter().any(|module| !module.signers.is_empty())
    }
}

/// Opens a file, and no other that a link leads to: nobody who publishes files makes links.
fn open(directory: &Path, file: &str) -> Result<File, Problem> {
    let path = directory.join(file);
    let unread = |source: io::Error| Problem::unread(file, &source);
    let kind = path.symlink_metadata().map_err(unread)?.file_type();
    if kind.is_symlink() {
        return Err(Problem::refused(
            file,
            "symbolic-link",
            "it is a symbolic link, expected a file",
        ));
    }
    if !kind.is_file() {
        return Err(Problem::refused(file, "not-a-file", "it is not a regular file"));
    }
    File::open(path).map_err(unread)
}

fn read(directory: &Path, file: &str) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let read = open(directory, file)?.take(MAX_LENGTH + 1).read_to_end(&mut bytes);
    read.map_err(|source| Problem::unread(file, &source))?;
    match bytes.len() as u64 > MAX_LENGTH {
        true => Err(Problem::malformed(file, "it is longer than 64 MiB")),
        false => Ok(bytes),
    }
}
