//! A program of the user's, and what it has to do with files.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::manifest::{FileSet, Transform, fill};
use crate::sys::hashing::sha256;
use crate::sys::programs;
use crate::text::redact;

/// A program, and the module that it gets.
pub(crate) struct Program<'a> {
    pub(crate) transform: &'a Transform,
    pub(crate) file_name: &'a Path,
    pub(crate) profile: &'a str,
    /// Where modules are published.
    pub(crate) published: &'a Path,
}

impl Program<'_> {
    /// What the program makes: as the manifest says, else everything in the directory where it leaves the module. That
    /// directory must be its own, and not one in which the project or what cargo builds lies as well.
    pub(super) fn products(&self, left_at: Option<&Path>) -> Vec<FileSet> {
        let places = self.names();
        let places = places.each_ref().map(|(place, name)| (*place, name.as_str()));
        let said = self.transform.produces.as_ref();
        let mut sets: Vec<_> = said.into_iter().flatten().map(|path| path.files(&places)).collect();
        if let Some(path) = left_at {
            let directory =
                path.parent().filter(|directory| said.is_none() && self.is_own(directory));
            sets.push(FileSet::one(directory.unwrap_or(path).to_owned()));
        }
        sets
    }

    fn is_own(&self, directory: &Path) -> bool {
        let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let directory = real(directory);
        let is_shared = |other: &Path| real(other).starts_with(&directory);
        ![&self.transform.command.directory, self.published, &std::env::temp_dir()]
            .iter()
            .any(|other| is_shared(other))
    }

    /// The module's name without `.wasm`.
    pub(super) fn name(&self) -> String {
        self.file_name.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The places that are the same in every run.
    fn names(&self) -> [(&'static str, String); 2] {
        [("name", self.name()), ("profile", self.profile.to_owned())]
    }

    /// What decides the result of the program, as far as it can be known: its words, and the files that they and
    /// `inputs` name.
    pub(crate) fn fingerprint(&self) -> String {
        let transform = self.transform;
        let mut hash = Sha256::new();
        hash.update(format!("{transform:?} {:?}", self.names()));
        let found = programs::find(&transform.command.argv[0], &transform.command.directory);
        let names = self.names();
        let places = names.each_ref().map(|(place, name)| (*place, name.as_str()));
        let made =
            self.products(transform.output.as_ref().map(|path| path.path(&places)).as_deref());
        let words = transform
            .command
            .argv
            .iter()
            .map(|word| transform.command.directory.join(fill(word, &places)));
        // What it makes it has not read: that is looked at after the program has run.
        let read = words.filter(|path| !made.iter().any(|set| set.is_match(path)));
        let named = found.into_iter().chain(read).filter(|path| path.is_file());
        let inputs = transform.inputs.iter().flat_map(|input| input.files(&places).list());
        for path in named.chain(inputs) {
            hash.update(path.as_os_str().as_encoded_bytes());
            // A file that cannot be read is one that has changed.
            hash.update(sha256(&path).unwrap_or_default());
        }
        hex::encode(hash.finalize())
    }
}

pub(super) fn program(transform: &Transform) -> Result<PathBuf> {
    let name = &transform.command.argv[0];
    programs::find(name, &transform.command.directory).ok_or_else(|| {
        let place = programs::place(name, &transform.command.directory);
        let name = redact::shown(name);
        Error::usage(format!("the program {name} of `transform` was not found {place}"))
            .advice("install it, make it executable, or set another one in `transform.command`")
    })
}
