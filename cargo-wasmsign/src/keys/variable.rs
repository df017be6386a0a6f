//! Environment variables with keys in them.

use std::ffi::OsString;

use wasmsign_core::keys::Secp256k1SecretKey;
use wasmsign_core::{KeyError, SecretKey};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::sys::child;
use crate::text::redact;

/// The value of a variable, which should be `meaning`. An empty one is an unset one.
///
/// # Errors
///
/// Exit code 2.
pub(super) fn read(name: &str, meaning: &str) -> Result<OsString> {
    let value = std::env::var_os(name);
    let found = if value.is_some() { "is empty" } else { "is not set" };
    value.filter(|value| !value.is_empty()).ok_or_else(|| {
        let name = redact::shown(name);
        Error::usage(format!("the environment variable {name} {found}"))
            .advice(format!("set it to {meaning}; `cargo wasmsign keygen` creates a key"))
    })
}

/// Keeps every variable whose value is a secret key, encrypted or not, from our children, whether this call uses it or not.
pub fn withhold_secrets() {
    for (name, value) in std::env::vars_os() {
        let value = Zeroizing::new(value.into_encoded_bytes());
        let is_ed25519 = matches!(SecretKey::decode(&value), Ok(_) | Err(KeyError::Encrypted));
        if is_ed25519 || Secp256k1SecretKey::decode(&value).is_ok() {
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
