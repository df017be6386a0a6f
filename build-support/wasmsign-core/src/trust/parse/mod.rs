//! From the text of a trust file to what it means. Every fault is found, not the first alone.

mod chain;
mod files;
mod keys;
mod roles;
mod rules;

use alloc::format;
use alloc::vec::Vec;
use std::io;

use toml::de::DeTable;

use super::document::{Located, Table, Value};
use super::error::{Faults, TrustError};
use super::model::Trust;
use crate::digest::Identity;
use files::Read;
use keys::Keys;

/// The version of trust files that this reads.
const VERSION: i64 = 1;

/// What the TOML reader says of a key that stands twice. After it the rest of the text means what it says.
const REPEATED: &str = "duplicate key";

impl Trust {
    /// Loads a trust file of this text. `read` gives the content of the key files and successions that the text names, by
    /// their paths as they are written there: relative ones are meant from the directory of the trust file.
    ///
    /// ```
    /// use wasmsign_core::trust::Trust;
    ///
    /// let text = r#"
    ///     version = 1
    ///     [keys.ci]
    ///     public = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea"
    ///     [[rules]]
    ///     modules = ["plugins/*.wasm"]
    ///     require = ["cj"]
    /// "#;
    /// let directory = std::path::Path::new("/etc/host");
    /// let error = Trust::load(text, |path| std::fs::read(directory.join(path))).unwrap_err();
    /// assert!(error.to_string().starts_with("line 7, column 16: "));
    /// ```
    ///
    /// # Errors
    ///
    /// A [`TrustError`] with everything that is wrong, each with its place.
    pub fn load(
        text: &str,
        mut read: impl FnMut(&str) -> io::Result<Vec<u8>>,
    ) -> Result<Self, TrustError> {
        let loaded = load(text, &[], &mut read)?;
        Ok(loaded.expect("a document has a root"))
    }

    /// Loads the same from a table of a longer text, such as `["workspace", "metadata", "wasmsign", "trust"]` of a
    /// `Cargo.toml`; `None` where the text has no such table. There `version` may be left out.
    ///
    /// # Errors
    ///
    /// As [`Trust::load`], and for what is no TOML anywhere in the text.
    pub fn load_table(
        text: &str,
        path: &[&str],
        mut read: impl FnMut(&str) -> io::Result<Vec<u8>>,
    ) -> Result<Option<Self>, TrustError> {
        load(text, path, &mut read)
    }
}

fn load(text: &str, path: &[&str], read: Read<'_>) -> Result<Option<Trust>, TrustError> {
    let mut faults = Faults::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut table = Some(Table::root(&document));
    for key in path {
        table = table.and_then(|table| table.get(key)?.as_table());
    }
    // Text that is no TOML may hide it.
    let needed = path.is_empty() && errors.is_empty();
    if let Some(table) = &mut table {
        version(table, needed, &mut faults);
    }
    faults.into_result()?;
    let mut faults = Faults::new(text);
    let readable = errors.iter().all(|error| error.message() == REPEATED);
    for error in errors {
        faults.add(&error.span().unwrap_or(0..0), format!("invalid TOML: {}", error.message()));
    }
    match table {
        Some(table) if readable => trust(table, read, faults).map(Some),
        _ => faults.into_result().map(|()| None),
    }
}

/// Reads the version first, and says nothing about the rest of a file of another one.
fn version(table: &mut Table<'_>, needed: bool, faults: &mut Faults<'_>) {
    let value = match needed {
        true => table.needed("version", faults),
        false => table.take("version"),
    };
    let Some(value) = value else { return };
    match value.integer() {
        Some(VERSION) => {}
        Some(later) if later > VERSION => faults.add(
            &value.span,
            format!("a trust file of version {later}; this program reads version {VERSION}: a later one may read it"),
        ),
        _ => faults.add(&value.span, format!("expected the version of the trust file, {VERSION}")),
    }
}

fn trust(
    mut table: Table<'_>,
    read: Read<'_>,
    mut faults: Faults<'_>,
) -> Result<Trust, TrustError> {
    let keys = Keys::read(table.take("keys"), read, &mut faults);
    let signers = keys.signers();
    let roles = roles::read(table.take("roles"), &keys, &signers, &mut faults);
    let rules = rules::read(table.take("rules"), &keys, &roles, &mut faults);
    let revoked = revoked(table.take("revoked"), &mut faults);
    table.finish(&mut faults);
    faults.into_result()?;
    let keys = keys.into_keys().expect("a key that could not be read is a fault");
    Ok(Trust { keys, roles, rules, revoked: revoked.into(), signers })
}

/// The modules that never count.
fn revoked(table: Option<Value<'_>>, faults: &mut Faults<'_>) -> Vec<Identity> {
    let Some(mut table) = table.and_then(|table| table.table(faults)) else { return Vec::new() };
    let listed = table.take("identities");
    let listed = listed.map(|listed| listed.strings(faults)).unwrap_or_default();
    let identity = |text: Located<&str>| {
        let parsed = text.value.parse::<Identity>().map_err(|error| format!("{error}"));
        faults.take(&text.span, parsed)
    };
    let identities = listed.into_iter().filter_map(identity).collect();
    table.finish(faults);
    identities
}
