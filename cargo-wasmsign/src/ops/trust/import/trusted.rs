//! Whom a file of another tool trusts.

use wasmsign_core::PublicKey;

/// Whom a file of another tool trusts.
#[derive(Default)]
pub(super) struct Trusted {
    pub(super) keys: Vec<Key>,
    /// What every module needs: roles, or keys that stand for themselves.
    pub(super) require: Vec<Requirement>,
    pub(super) left_out: Vec<String>,
    pub(super) notes: Vec<String>,
}

/// A key with the time in which it counts, as TOML has it.
pub(super) struct Key {
    pub(super) name: String,
    pub(super) public: PublicKey,
    pub(super) valid_from: Option<String>,
    pub(super) valid_until: Option<String>,
}

/// So many of these keys must have signed.
pub(super) struct Requirement {
    pub(super) keys: Vec<String>,
    pub(super) threshold: usize,
}

impl Trusted {
    /// Takes a key by this name, or by one like it where that is taken.
    pub(super) fn add(&mut self, wanted: &str, public: PublicKey) -> &mut Key {
        let is_free = |name: &str| self.keys.iter().all(|key| key.name != name);
        let mut name = wanted.to_owned();
        let mut number = 1;
        while !is_free(&name) {
            number += 1;
            name = format!("{wanted}-{number}");
        }
        self.keys.push(Key { name, public, valid_from: None, valid_until: None });
        self.keys.last_mut().expect("it was just added")
    }
}
