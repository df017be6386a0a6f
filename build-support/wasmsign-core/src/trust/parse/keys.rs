//! The keys of a trust file.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::chain;
use super::files::Read;
use crate::keys::{KeyError, PublicKey, is_key_text};
use crate::trust::document::{Located, Table, Value, not_empty};
use crate::trust::error::Faults;
use crate::trust::model::{Signers, TrustedKey};
use crate::trust::order;
use crate::trust::words::shown;

/// The keys of a file by their names, also those with which something is wrong: roles may name them.
pub(super) struct Keys<'t> {
    names: Vec<Located<&'t str>>,
    keys: Vec<Option<TrustedKey>>,
    by_name: BTreeMap<&'t str, usize>,
}

impl<'t> Keys<'t> {
    pub(super) fn read(table: Option<Value<'t>>, read: Read<'_>, faults: &mut Faults<'_>) -> Self {
        let table = table.and_then(|table| table.table(faults));
        let (mut names, mut keys) = (Vec::new(), Vec::new());
        for (name, value) in table.iter().flat_map(Table::entries) {
            keys.push(value.table(faults).and_then(|table| key(&name, table, read, faults)));
            names.push(name);
        }
        chain::check_forks(&names, &keys, faults);
        let mut by_name = BTreeMap::new();
        for (index, name) in names.iter().enumerate() {
            by_name.insert(name.value, index);
        }
        Self { names, keys, by_name }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'t str> {
        self.names.iter().map(|name| name.value)
    }

    pub(super) fn index(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    pub(super) fn signers(&self) -> Signers {
        Signers::of(self.keys.iter().flatten())
    }

    /// Whose a key is. One that could not be read is somebody's whom nobody else is.
    fn signer(&self, key: usize, signers: &Signers) -> usize {
        let owner = self.keys[key].as_ref().and_then(|key| signers.owner(&key.public_key));
        owner.map_or(usize::MAX - key, |owner| owner.signer)
    }

    /// How many signers these keys have.
    pub(super) fn distinct(&self, keys: &[usize], signers: &Signers) -> usize {
        let owners = keys.iter().map(|&key| self.signer(key, signers)).collect();
        let mut owners = order::by(owners, |owner| *owner);
        owners.dedup();
        owners.len()
    }

    /// How many keys these are with their successors.
    pub(super) fn count(&self, keys: impl Iterator<Item = usize>) -> usize {
        keys.map(|key| 1 + self.keys[key].as_ref().map_or(0, |key| key.successions.len())).sum()
    }

    /// All keys, if none has a fault.
    pub(super) fn into_keys(self) -> Option<Vec<TrustedKey>> {
        self.keys.into_iter().collect()
    }
}

fn key(
    name: &Located<&str>,
    mut table: Table<'_>,
    read: Read<'_>,
    faults: &mut Faults<'_>,
) -> Option<TrustedKey> {
    not_empty(name.clone(), faults);
    let public = table.needed("public", faults).and_then(|value| value.string(faults));
    let public_key = public.and_then(|text| public_key(&text, read, faults));
    let from = table.take("valid-from");
    let valid_from = from.and_then(|value| value.time(faults));
    let until = table.take("valid-until");
    let valid_until = until.as_ref().and_then(|value| value.time(faults));
    if let (Some(from), Some(until), Some(value)) = (valid_from, valid_until, &until)
        && until <= from
    {
        faults.add(&value.span, "`valid-until` is not after `valid-from`: the key never counts");
    }
    let revoked = table.take("revoked").and_then(|value| value.boolean(faults)).unwrap_or(false);
    let retired = table.take("retired").and_then(|value| value.time(faults));
    let successions = table.take("successions");
    let successions = successions.map(|value| value.strings(faults)).unwrap_or_default();
    table.finish(faults);
    let public_key = public_key?;
    let successions = chain::read(&public_key, &successions, read, faults)?;
    Some(TrustedKey {
        name: Arc::from(name.value),
        public_key,
        valid_from,
        valid_until,
        revoked,
        retired,
        successions,
    })
}

/// The key that is written in the file, or whose path is.
fn public_key(text: &Located<&str>, read: Read<'_>, faults: &mut Faults<'_>) -> Option<PublicKey> {
    let value = not_empty(text.clone(), faults)?;
    let decoded = match is_key(value) {
        true => decode(value.as_bytes()).map_err(|error| format!("{error}")),
        false => key_file(value, read),
    };
    faults.take(&text.span, decoded)
}

fn is_key(text: &str) -> bool {
    const BEGINNINGS: [&str; 4] = ["ssh-", "sk-ssh-", "ecdsa-", "untrusted comment:"];
    let is_line = |beginning: &&str| text.starts_with(*beginning) && text.contains([' ', '\n']);
    is_key_text(text) || BEGINNINGS.iter().any(is_line) || decode(text.as_bytes()).is_ok()
}

fn key_file(path: &str, read: Read<'_>) -> Result<PublicKey, String> {
    const ELSEWHERE: [&str; 5] = ["github:", "dir:", "env:", "ssh-agent:", "pkcs11:"];
    if let Some(scheme) = ELSEWHERE.iter().find(|scheme| path.starts_with(**scheme)) {
        return Err(format!(
            "`{scheme}` is not for trust files; write the path of a key, or its text"
        ));
    }
    let content = read(path).map_err(|error| format!("failed to read {}: {error}", shown(path)))?;
    decode(&content).map_err(|error| format!("{}: {error}", shown(path)))
}

/// Keys of every algorithm that this build verifies.
fn decode(bytes: &[u8]) -> Result<PublicKey, KeyError> {
    #[cfg(feature = "wasm-sign")]
    return PublicKey::decode_any(bytes);
    #[cfg(not(feature = "wasm-sign"))]
    PublicKey::decode(bytes)
}
