//! `cargo wasmsign key show`.

use crate::error::Result;
use crate::exit::Exit;
use crate::keys::{KeyFacts, PassphraseSource, facts};
use crate::ops::{Event, Observer};

/// Keys, and where the passphrase of those is that are encrypted.
#[derive(Debug)]
pub(crate) struct Request {
    /// Paths, `env:NAME`, texts of public keys.
    pub(crate) keys: Vec<String>,
    /// Nobody is asked for it.
    pub(crate) passphrase: PassphraseSource,
}

/// Looks at each key, and gives the worst exit code.
///
/// # Errors
///
/// Those of `show` and `observe`.
pub(crate) fn run(
    request: &Request,
    show: &mut dyn FnMut(&KeyFacts) -> Result<()>,
    observe: &mut Observer<'_>,
) -> Result<Exit> {
    let mut exit = Exit::Ok;
    for key in &request.keys {
        match facts(key, &request.passphrase) {
            Ok(facts) => show(&facts)?,
            Err(error) => {
                exit = exit.worst(error.exit());
                observe(Event::Failed(&error))?;
            }
        }
    }
    Ok(exit)
}
