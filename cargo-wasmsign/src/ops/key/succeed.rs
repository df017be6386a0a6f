//! `cargo wasmsign key succeed`: the statement that one key hands over to another.

use std::path::PathBuf;

use wasmsign_core::sign::Signer as _;
use wasmsign_core::trust::{Handover, Time};

use crate::error::{Error, Result};
use crate::keys::{self, PassphraseSource, Signer};
use crate::sys::files;

/// A key, and its successor.
pub(crate) struct Request {
    /// The secret key that hands over, as `-k` names it.
    pub(crate) old: String,
    /// The public key of the successor.
    pub(crate) new_public: String,
    /// The secret key of the successor, as `-k` names it.
    pub(crate) new_secret: String,
    /// The passphrases of both.
    pub(crate) passphrase: PassphraseSource,
    /// From when the successor counts; at once where nothing is said.
    pub(crate) valid_from: Option<Time>,
    /// Where the statement goes.
    pub(crate) output: PathBuf,
    /// Whether an existing file is overwritten.
    pub(crate) force: bool,
}

/// Has both keys sign the statement, and writes it.
///
/// # Errors
///
/// Exit code 2 where the public key is not that of the new secret key, both keys are one, or the file exists; those of the
/// keys; 4; 5 where an agent or a token makes a signature that is not valid.
pub(crate) fn run(request: &Request) -> Result<Handover> {
    let old = Signer::from_argument(&request.old, &request.passphrase)?;
    let new = Signer::from_argument(&request.new_secret, &request.passphrase)?;
    let named = keys::public_keys(&request.new_public)?;
    if !named.contains(new.public_key()) {
        return Err(Error::usage("the new public key does not belong to the new secret key")
            .advice(
                "pass both halves of one pair; `cargo wasmsign key show` shows what they are",
            ));
    }
    let (from, to) = (old.public_key().clone(), new.public_key().clone());
    let handover = Handover::new(from, to, request.valid_from)
        .map_err(|error| Error::usage("the two keys are the same").because(error))?;
    let message = handover.message();
    let signed = |signer: &Signer| {
        let name = signer.name.escape_debug();
        let failed =
            |source| Error::tool(format!("the key `{name}` made no signature")).because(source);
        signer.sign(&message).map_err(|source| match source.downcast::<Error>() {
            Ok(ours) => *ours,
            Err(source) => failed(source),
        })
    };
    let envelope = handover.envelope(&signed(&old)?, &signed(&new)?).map_err(|error| {
        Error::tool("a signature of the succession is not valid").because(error)
    })?;
    files::write_whole(&request.output, format!("{envelope}\n").as_bytes(), request.force)?;
    Ok(handover)
}
