//! What programs leave besides the modules that are published, so that it can be made again when it is gone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::sys::hashing::sha256;

/// Files that programs have made, each with the SHA-256 that it had then.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Products(BTreeMap<String, String>);

impl Products {
    /// Takes these files too. Those that are there already are looked at again: a later program may have changed them.
    pub(super) fn add(&mut self, files: impl Iterator<Item = PathBuf>) {
        let known = std::mem::take(&mut self.0);
        // A name that is not Unicode names no file in the end: then everything is made again, always.
        let names = files.map(|path| path.to_string_lossy().into_owned());
        self.0 = known.into_keys().chain(names).map(with_digest).collect();
    }

    /// Whether each file is there, and as it was.
    pub(crate) fn are_there(&self) -> bool {
        self.0.iter().all(|(name, known)| digest(name) == *known)
    }
}

fn with_digest(name: String) -> (String, String) {
    let digest = digest(&name);
    (name, digest)
}

/// Of a file that cannot be read, none that a file has.
fn digest(name: &str) -> String {
    sha256(Path::new(name)).unwrap_or_default()
}
