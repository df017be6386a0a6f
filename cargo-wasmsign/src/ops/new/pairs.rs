//! The key pairs of a new project.

use std::path::Path;

use wasmsign_core::trust::Handover;
use wasmsign_core::{KeyEncoding, SecretKey};

use super::template::Pair;
use crate::error::{Error, Result};
use crate::ops::key_file;
use crate::sys::files::{Access, write_whole};
use crate::text::paths;

/// Makes the pairs in the directory `keys`, and statements by which some hand over to others. Gives the secret files, and adds
/// all to the files that were made.
///
/// # Errors
///
/// Exit code 4.
pub(super) fn add(project: &Path, pairs: &[Pair], made: &mut Vec<String>) -> Result<Vec<String>> {
    let mut secrets = Vec::new();
    let mut keys: Vec<(&str, SecretKey)> = Vec::new();
    for pair in pairs {
        let key = SecretKey::from_seed(&*key_file::random()?);
        let secret = format!("keys/{}.key", pair.name);
        let public = format!("keys/{}.pub", pair.name);
        write(&project.join(&secret), Access::Secret, &key.encode(KeyEncoding::Pem))?;
        write(&project.join(&public), Access::Usual, &key.public_key().encode(KeyEncoding::Pem))?;
        let old = keys.iter().find(|(name, _)| Some(*name) == pair.succeeds);
        if let Some((old_name, old)) = old {
            let statement = format!("keys/{old_name}.dsse");
            write_whole(&project.join(&statement), succession(old, &key)?.as_bytes(), false)?;
            made.push(statement);
        }
        keys.push((pair.name, key));
        made.extend([secret.clone(), public]);
        secrets.push(secret);
    }
    Ok(secrets)
}

fn write(path: &Path, access: Access, content: &[u8]) -> Result<()> {
    std::fs::create_dir_all(paths::directory(path))
        .map_err(|source| Error::io(format!("failed to write `{}`", path.display()), source))?;
    key_file::publish(key_file::staged(path, access, content)?, false)
}

/// The statement that a key hands over to another, at once.
fn succession(old: &SecretKey, new: &SecretKey) -> Result<String> {
    let (from, to) = (old.public_key().clone(), new.public_key().clone());
    let envelope = Handover::new(from, to, None).and_then(|handover| {
        let message = handover.message();
        handover.envelope(&old.sign(&message), &new.sign(&message))
    });
    let failed = |error| Error::tool("failed to sign the succession of a key").because(error);
    Ok(format!("{}\n", envelope.map_err(failed)?))
}
