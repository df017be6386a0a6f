//! `cargo wasmsign keygen`.

use std::io::Write;
use std::path::{Path, PathBuf};

use wasmsign_core::{KeyEncoding, PublicKey, SecretKey};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::sys::files::{self, Access, Output, Staged, output_kind};
use crate::text::paths;

/// Where a new key pair goes.
#[derive(Debug)]
pub(crate) struct Request {
    /// The file of the secret key.
    pub(crate) secret: PathBuf,
    /// The file of the public key.
    pub(crate) public: PathBuf,
    /// The encoding of both.
    pub(crate) encoding: KeyEncoding,
    /// Whether existing files are overwritten.
    pub(crate) force: bool,
}

/// Makes a key pair.
///
/// # Errors
///
/// Exit code 2 where a file exists, 4 where one cannot be written.
pub(crate) fn run(request: &Request) -> Result<PublicKey> {
    let Request { secret: secret_path, public: public_path, encoding, force } = request;
    refuse_overwriting(request)?;
    let secret = random_key()?;
    let public = secret.public_key().clone();
    let secret_file = staged(secret_path, Access::Secret, &secret.encode(*encoding))?;
    let public_file = staged(public_path, Access::Usual, &public.encode(*encoding))?;
    // Both are on the disk before either gets its name.
    publish(secret_file, *force)?;
    publish(public_file, *force).map_err(|error| {
        error.or_advice(
            "the secret key was written, but the public key was not; remove the secret key and \
             start again",
        )
    })?;
    Ok(public)
}

fn refuse_overwriting(request: &Request) -> Result<()> {
    let Request { secret, public, force, .. } = request;
    let is_there =
        |path: &&PathBuf| path.symlink_metadata().is_ok() && output_kind(path) == Output::File;
    match [secret, public].into_iter().find(is_there) {
        Some(path) if !force => Err(files::exists(path)),
        _ => Ok(()),
    }
}

fn random_key() -> Result<SecretKey> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed)
        .map_err(|source| Error::io("failed to get random bytes from the system", source))?;
    Ok(SecretKey::from_seed(&seed))
}

/// A file that is not yet renamed; a device or pipe already has the key.
fn staged(path: &Path, access: Access, content: &[u8]) -> Result<Option<Staged>> {
    let failed = |source| Error::io(format!("failed to write `{}`", path.display()), source);
    if output_kind(path) == Output::Stream {
        let written = files::open_stream(path).and_then(|mut stream| stream.write_all(content));
        return written.map(|()| None).map_err(failed);
    }
    std::fs::create_dir_all(paths::directory(path)).map_err(failed)?;
    let mut staged = Staged::new(path, access)?;
    staged.file().write_all(content).map_err(failed)?;
    staged.sync()?;
    Ok(Some(staged))
}

fn publish(staged: Option<Staged>, force: bool) -> Result<()> {
    match staged {
        Some(staged) if force => staged.publish(),
        Some(staged) => staged.publish_new(),
        None => Ok(()),
    }
}
