//! What a verdict says of a trust file.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// What a trust file says of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ruled {
    pub(super) rule: Option<usize>,
    pub(super) roles: Vec<SignedRole>,
}

/// A role of a trust file, and which of its keys have signed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedRole {
    /// Its name; of a single key that is required, that of the key.
    pub name: Arc<str>,
    /// The names of its keys that have signed and count, in the order of the role. A key and its successors stand here once,
    /// and so does one key under two names.
    pub keys: Vec<Arc<str>>,
    /// How many are wanted.
    pub wanted: usize,
}

impl SignedRole {
    /// Whether enough of its keys have signed.
    #[must_use]
    pub fn is_satisfied(&self) -> bool {
        self.keys.len() >= self.wanted
    }
}

/// Roles that lack signatures, in words.
pub(super) fn lacking(missing: &[SignedRole]) -> String {
    let role = |role: &SignedRole| match (&role.name, role.keys.len()) {
        (name, 0) => alloc::format!("nobody has signed for `{name}`"),
        (name, have) => {
            alloc::format!("`{name}` needs the signatures of {} keys, but has {have}", role.wanted)
        }
    };
    missing.iter().map(role).collect::<Vec<_>>().join("; ")
}
