//! The directory of a release: what may be in it before, and what is put there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::contents::Contents;
use super::index::Index;
use super::names::{INDEX, SUMS, SUMS_SIGNATURE};
use super::title::Title;
use crate::error::{Error, Result};
use crate::sys::hashing::sha256;
use crate::sys::paths;

/// Where a release goes.
#[derive(Debug)]
pub(super) struct Destination {
    path: PathBuf,
    force: bool,
}

/// What was put there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placed {
    /// Everything.
    New,
    /// Nothing: it was all there.
    Fresh,
}

impl Destination {
    /// A directory that may be there, with or without `force`.
    ///
    /// # Errors
    ///
    /// Exit code 2: it is no directory, or has what is not a release or one of something else; 4.
    pub(super) fn new(
        path: &Path,
        force: bool,
        (title, revision): (&Title, Option<&str>),
        kept: &[&Path],
    ) -> Result<Self> {
        let path = paths::whole(path)?;
        let destination = Self { path, force };
        match destination.entries()? {
            Some(entries) if !entries.is_empty() => {
                destination.check(title, revision, kept)?;
            }
            _ => {}
        }
        Ok(destination)
    }

    /// The directory.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn check(&self, title: &Title, revision: Option<&str>, kept: &[&Path]) -> Result<()> {
        let path = self.path.display();
        if self.force {
            let holds = |kept: &&Path| kept.starts_with(&self.path);
            let is_precious = kept.iter().any(holds) || self.path.join(".git").exists();
            return match is_precious {
                true => Err(Error::usage(format!(
                    "`{path}` has more than a release in it, and would be removed"
                ))
                .advice("choose another directory with `--out`")),
                false => Ok(()),
            };
        }
        let index = fs::read(self.path.join(INDEX)).ok().and_then(|text| Index::read(&text).ok());
        match index {
            None => Err(Error::usage(format!("`{path}` already exists, and is not a release"))
                .advice("choose another directory with `--out`, or pass `--force` to replace all that is in it")),
            Some(index) if Title::of_index(&index) != *title => Err(Error::usage(format!(
                "`{path}` already exists, and is a release of {}",
                Title::of_index(&index).in_words().escape_debug()
            ))
            .advice(FORCE)),
            Some(index) if index.revision.as_deref() != revision => {
                Err(Error::usage(format!("`{path}` already exists, and is a release of another git revision"))
                    .advice(FORCE))
            }
            Some(_) => Ok(()),
        }
    }

    /// Puts the files there: all of them, or none where they are there already.
    ///
    /// # Errors
    ///
    /// Exit code 2 where other files are there, 4.
    pub(super) fn place(&self, contents: Contents) -> Result<Placed> {
        let entries = self.entries()?.unwrap_or_default();
        if entries.is_empty() {
            contents.synced()?.publish()?;
            return Ok(Placed::New);
        }
        if self.has(&contents, &entries) {
            return Ok(Placed::Fresh);
        }
        if !self.force {
            let path = self.path.display();
            return Err(Error::usage(format!(
                "`{path}` already exists, and has other files than this release"
            ))
            .advice(FORCE));
        }
        contents.synced()?.replace()?;
        Ok(Placed::New)
    }

    /// Puts the files in the place of those that are there.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub(super) fn replace(&self, contents: Contents) -> Result<()> {
        contents.synced()?.replace()
    }

    /// The names of what is there; none where there is nothing by that name.
    fn entries(&self) -> Result<Option<Vec<String>>> {
        let failed =
            |source| Error::io(format!("failed to read `{}`", self.path.display()), source);
        let entries = match fs::read_dir(&self.path) {
            Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(_) if self.path.is_file() => {
                return Err(Error::usage(format!("`{}` is a file", self.path.display()))
                    .advice("choose another directory with `--out`"));
            }
            entries => entries.map_err(failed)?,
        };
        let name = |entry: io::Result<fs::DirEntry>| {
            entry.map(|entry| entry.file_name().to_string_lossy().into_owned())
        };
        entries.map(name).collect::<io::Result<_>>().map(Some).map_err(failed)
    }

    /// Whether exactly these files are there.
    fn has(&self, contents: &Contents, entries: &[String]) -> bool {
        let sums = contents.sums();
        let is_same = |name: &String| match name.as_str() {
            SUMS | SUMS_SIGNATURE => {
                let there = fs::read(self.path.join(name)).ok();
                there.is_some() && there == fs::read(contents.path(name)).ok()
            }
            name => {
                let file = self.path.join(name);
                let is_file = fs::symlink_metadata(&file).is_ok_and(|file| file.is_file());
                is_file
                    && sums
                        .get(name)
                        .is_some_and(|sum| sha256(&file).is_ok_and(|there| there == sum))
            }
        };
        let signed = usize::from(contents.path(SUMS_SIGNATURE).exists());
        entries.len() == sums.iter().count() + 1 + signed && entries.iter().all(is_same)
    }
}

const FORCE: &str = "choose another directory with `--out`, or pass `--force` to replace it";
