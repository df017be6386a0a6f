//! Files of keys, as they are written.

use std::io::Write;
use std::path::Path;

use wasmsign_core::{KeyEncoding, SecretKey};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::keys::Passphrase;
use crate::sys::files::{self, Access, Output, Staged, output_kind};

/// A secret key in an encoding, under a passphrase where there is one.
///
/// # Errors
///
/// Exit code 2 where the encoding has none; 4 where the system gives no random bytes.
pub(super) fn encode(
    secret: &SecretKey,
    encoding: KeyEncoding,
    passphrase: Option<&Passphrase>,
) -> Result<Zeroizing<Vec<u8>>> {
    let Some(passphrase) = passphrase else { return Ok(secret.encode(encoding)) };
    let encoded = secret.encode_encrypted(encoding, passphrase, &*random()?);
    encoded.map_err(|error| Error::usage("the key cannot be encrypted").because(error))
}

/// Random bytes from the system.
///
/// # Errors
///
/// Exit code 4.
pub(super) fn random() -> Result<Zeroizing<[u8; 32]>> {
    let mut bytes = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *bytes)
        .map_err(|source| Error::io("failed to get random bytes from the system", source))?;
    Ok(bytes)
}

/// Refuses a path where there is a file, unless that may be overwritten.
///
/// # Errors
///
/// Exit code 2.
pub(super) fn refuse_overwriting(path: &Path, force: bool) -> Result<()> {
    let is_there = path.symlink_metadata().is_ok() && output_kind(path) == Output::File;
    if is_there && !force { Err(files::exists(path)) } else { Ok(()) }
}

/// A file that is not yet renamed; a device or pipe already has the key.
///
/// # Errors
///
/// Exit code 4.
pub(super) fn staged(path: &Path, access: Access, content: &[u8]) -> Result<Option<Staged>> {
    let failed = |source| Error::io(format!("failed to write `{}`", path.display()), source);
    if output_kind(path) == Output::Stream {
        let written = files::open_stream(path).and_then(|mut stream| stream.write_all(content));
        return written.map(|()| None).map_err(failed);
    }
    let mut staged = Staged::new(path, access)?;
    staged.file().write_all(content).map_err(failed)?;
    staged.sync()?;
    Ok(Some(staged))
}

/// Gives a file its name.
///
/// # Errors
///
/// Exit code 2 where there is a file of this name, which may not be overwritten; 4.
pub(super) fn publish(staged: Option<Staged>, force: bool) -> Result<()> {
    match staged {
        Some(staged) if force => staged.publish(),
        Some(staged) => staged.publish_new(),
        None => Ok(()),
    }
}
