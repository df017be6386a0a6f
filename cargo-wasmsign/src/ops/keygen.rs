//! `cargo wasmsign keygen`.

use std::path::PathBuf;

use wasmsign_core::{KeyEncoding, PublicKey, SecretKey};

use crate::error::{Error, Result};
use crate::keys::PassphraseSource;
use crate::ops::key_file;
use crate::sys::files::{Access, Output, output_kind};
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
    /// Where the passphrase is that the secret key gets, if it gets one.
    pub(crate) encryption: Option<PassphraseSource>,
    /// Whether existing files are overwritten.
    pub(crate) force: bool,
}

/// Makes a key pair.
///
/// # Errors
///
/// Exit code 2 where a file exists or there is no passphrase, 4 where a file cannot be written, 130 where somebody is asked
/// for a passphrase and presses Ctrl-C.
pub(crate) fn run(request: &Request) -> Result<PublicKey> {
    let Request { secret: secret_path, public: public_path, encoding, force, .. } = request;
    refuse_overwriting(request)?;
    let owner = format!("`{}`", secret_path.display());
    let passphrase =
        request.encryption.as_ref().map(|source| source.new_passphrase(&owner)).transpose()?;
    let secret = random_key()?;
    let public = secret.public_key().clone();
    make_directories(request)?;
    let encoded = key_file::encode(&secret, *encoding, passphrase.as_ref())?;
    let secret_file = key_file::staged(secret_path, Access::Secret, &encoded)?;
    let public_file = key_file::staged(public_path, Access::Usual, &public.encode(*encoding))?;
    // Both are on the disk before either gets its name.
    key_file::publish(secret_file, *force)?;
    key_file::publish(public_file, *force).map_err(|error| {
        error.or_advice(
            "the secret key was written, but the public key was not; remove the secret key and \
             start again",
        )
    })?;
    Ok(public)
}

fn refuse_overwriting(request: &Request) -> Result<()> {
    let paths = [&request.secret, &request.public];
    paths.into_iter().try_for_each(|path| key_file::refuse_overwriting(path, request.force))
}

/// Those that the two files lie in, where they are files.
fn make_directories(request: &Request) -> Result<()> {
    let paths = [&request.secret, &request.public];
    let files = paths.into_iter().filter(|path| output_kind(path) == Output::File);
    for path in files {
        std::fs::create_dir_all(paths::directory(path))
            .map_err(|source| Error::io(format!("failed to write `{}`", path.display()), source))?;
    }
    Ok(())
}

fn random_key() -> Result<SecretKey> {
    Ok(SecretKey::from_seed(&*key_file::random()?))
}
