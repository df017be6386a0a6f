//! `cargo wasmsign keygen`.

use std::io::Write;
use std::path::Path;

use wasmsign_core::{KeyEncoding, SecretKey};
use zeroize::Zeroizing;

use super::standard_streams::write_once;
use crate::cli::args::{Encoding, Keygen};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::Report;
use crate::sys::files::{self, Access, Output, Staged, output_kind};
use crate::text::paths;

pub(crate) fn run(arguments: &Keygen, report: &Report) -> Result<Exit> {
    refuse_overwriting(arguments)?;
    report.keeps_out_of(&arguments.secret)?;
    report.keeps_out_of(&arguments.public)?;
    let secret = random_key()?;
    let encoding = match arguments.encoding {
        Encoding::Pem => KeyEncoding::Pem,
        Encoding::Compact => KeyEncoding::Compact,
        Encoding::Openssh => KeyEncoding::OpenSsh,
    };
    let secret_file = staged(&arguments.secret, Access::Secret, &secret.encode(encoding))?;
    let public_file =
        staged(&arguments.public, Access::Usual, &secret.public_key().encode(encoding))?;
    // Both are on the disk before either gets its name.
    publish(secret_file, arguments.force)?;
    publish(public_file, arguments.force).map_err(|error| {
        error.or_advice(
            "the new secret key is there, the public key is not: remove it and start again",
        )
    })?;
    report.keygen(&arguments.secret, &arguments.public, secret.public_key())?;
    Ok(Exit::Ok)
}

fn refuse_overwriting(arguments: &Keygen) -> Result<()> {
    if std::path::absolute(&arguments.secret).ok() == std::path::absolute(&arguments.public).ok() {
        return Err(Error::usage("the secret and the public key need files of their own"));
    }
    write_once([("the secret key", &*arguments.secret), ("the public key", &*arguments.public)])?;
    let taken = [&arguments.secret, &arguments.public]
        .into_iter()
        .find(|path| path.symlink_metadata().is_ok() && output_kind(path) == Output::File);
    match taken {
        Some(path) if !arguments.force => Err(files::exists(path)),
        _ => Ok(()),
    }
}

fn random_key() -> Result<SecretKey> {
    let mut seed = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *seed)
        .map_err(|source| Error::io("the system gave no random bytes", source))?;
    Ok(SecretKey::from_seed(&seed))
}

/// A file that waits for its name; a device or pipe has the key at once.
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
