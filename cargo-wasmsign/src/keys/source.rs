//! Where the text of a secret key is found.

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use wasmsign_core::SecretKey;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::sys::child;
use crate::sys::files;
use crate::text::redact;

/// No form of an Ed25519 key is longer; a device that never ends is no key.
const MAX_KEY_BYTES: u64 = 64 * 1024;

/// A place that holds a key's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// An environment variable.
    Variable(String),
    /// A file.
    File(PathBuf),
}

impl Source {
    /// The file whose path is in this environment variable.
    pub(super) fn file_named_by(variable: &str) -> Result<Self> {
        let path = std::env::var_os(variable).filter(|path| !path.is_empty());
        let path = path.ok_or_else(|| unset(variable, "the path of the secret key's file"))?;
        Ok(Self::File(path.into()))
    }

    /// The key's text. A variable is kept from every child from here on.
    pub(super) fn read(&self) -> Result<Zeroizing<Vec<u8>>> {
        match self {
            Self::File(path) => read_key_file(path),
            Self::Variable(name) => {
                child::withhold(name);
                let value = std::env::var_os(name).filter(|value| !value.is_empty());
                let value = value.ok_or_else(|| unset(name, "the secret key's text"))?;
                Ok(Zeroizing::new(value.into_encoded_bytes()))
            }
        }
    }

    /// What is wrong with the place, though the key can be read.
    pub(super) fn warning(&self) -> Option<String> {
        match self {
            Self::File(path) if others_can_read(path) => Some(format!(
                "other users can read the secret key `{0}`; close it with `chmod 600 {0}`",
                path.display()
            )),
            _ => None,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "the environment variable {}", redact::shown(name)),
            Self::File(path) => write!(f, "`{}`", path.display()),
        }
    }
}

fn unset(name: &str, meaning: &str) -> Error {
    let set = std::env::var_os(name).is_some();
    let name = redact::shown(name);
    let found = if set { "is empty" } else { "is not set" };
    Error::usage(format!("the environment variable {name} {found}"))
        .advice(format!("set it to {meaning}; `cargo wasmsign keygen` makes a key"))
}

/// Reads a file that should hold a key.
pub(super) fn read_key_file(path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => {
            Error::usage(format!("there is no key file {}", redact::shown_path(path)))
                .because(source)
                .advice("name an existing key, or make one with `cargo wasmsign keygen`")
        }
        _ => Error::io(format!("failed to read the key file {}", redact::shown_path(path)), source),
    };
    // As large as it can get from the start: growing would leave copies of the key in freed memory.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_KEY_BYTES as usize + 1));
    files::open(path)
        .and_then(|file| file.take(MAX_KEY_BYTES).read_to_end(&mut bytes))
        .map_err(failed)?;
    Ok(bytes)
}

/// Keeps every variable whose value is a secret key from our children, whether this call uses it or not.
pub fn withhold_secrets() {
    for (name, value) in std::env::vars_os() {
        let value = Zeroizing::new(value.into_encoded_bytes());
        if SecretKey::decode(&value).is_ok() {
            child::withhold(name);
        }
    }
    hide_our_memory();
}

/// Keeps others of the same user from reading our memory and our first environment, which build scripts
/// could find under the process id of their parent.
#[cfg(target_os = "linux")]
fn hide_our_memory() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    // Where a sandbox forbids the call, it forbids reading other processes too.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// There is no such switch here: where the system shows the environment of a process to others of the same user,
/// as macOS does, a key is safer in a file that the build does not know of.
#[cfg(not(target_os = "linux"))]
fn hide_our_memory() {}

#[cfg(unix)]
fn others_can_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path)
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o077 != 0)
}

/// Who can read a file is a matter of access lists here, which the standard library does not show.
#[cfg(not(unix))]
fn others_can_read(_path: &Path) -> bool {
    false
}
