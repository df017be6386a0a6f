//! The pin store. Who changes it holds the lock of its directory.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use wasmsign_core::trust::{Pin, Pins};

use crate::error::{Error, Result};
use crate::sys::files::{Access, Exclusive, Staged};
use crate::text::paths;
use crate::text::snippet::Snippet;

/// A store that no other process changes meanwhile.
pub(crate) struct Store {
    path: PathBuf,
    /// What it remembers.
    pub(crate) pins: Pins,
    _lock: Exclusive,
}

impl Store {
    /// Opens a store, and waits where another process has it. One that does not exist remembers nothing.
    ///
    /// # Errors
    ///
    /// Exit code 3 where the file is no store of pins, 4 where it cannot be read or locked.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let lock = Exclusive::of_directory(paths::directory(path), || ())?;
        Ok(Self { path: path.to_owned(), pins: read(path)?, _lock: lock })
    }

    /// Remembers a module by this name, in place of what was.
    ///
    /// # Errors
    ///
    /// Exit code 4; the store is then what it was.
    pub(crate) fn set(&mut self, name: &str, pin: Pin) -> Result<()> {
        self.pins.set(name, pin);
        self.write()
    }

    /// Forgets a name; whether it was known.
    ///
    /// # Errors
    ///
    /// As of [`Store::set`].
    pub(crate) fn remove(&mut self, name: &str) -> Result<bool> {
        match self.pins.remove(name) {
            Some(_) => self.write().map(|()| true),
            None => Ok(false),
        }
    }

    fn write(&self) -> Result<()> {
        let path = &self.path;
        let mut staged = Staged::new(path, Access::Usual)?;
        staged
            .file()
            .write_all(self.pins.to_toml().as_bytes())
            .map_err(|source| Error::io(format!("failed to write `{}`", path.display()), source))?;
        staged.sync()?;
        staged.publish()
    }
}

/// Reads a store without its lock: what is written is one version or the other.
///
/// # Errors
///
/// As of [`Store::open`].
pub(crate) fn read(path: &Path) -> Result<Pins> {
    let text = match fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Pins::new()),
        Err(error) => return Err(Error::io(format!("failed to read `{}`", path.display()), error)),
    };
    let malformed = || Error::malformed(format!("`{}` is not a pin store", path.display()));
    let text = text.map_err(|_| malformed().because("it is not text in UTF-8"))?;
    Pins::parse(&text).map_err(|error| match error.faults() {
        [only] => Error::malformed(only.message()).at(Snippet::new(path, &text, only.span())),
        _ => malformed().because(error),
    })
}
