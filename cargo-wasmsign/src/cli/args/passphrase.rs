//! Where the passphrase of an encrypted key is, as it was typed.

use clap::Args;

use crate::error::{Error, Result};
use crate::keys::PassphraseSource;

/// The flags for a passphrase. It is never typed on the command line, where others could read it.
#[derive(Debug, Clone, Default, Args)]
pub struct Passphrase {
    /// Environment variable with the passphrase of an encrypted key [default: ask on the terminal]
    #[arg(long, value_name = "NAME", conflicts_with = "passphrase_fd", allow_hyphen_values = true)]
    pub passphrase_env: Option<String>,
    /// File descriptor to read the passphrase of an encrypted key from, one line
    // As text, because an error about a number would repeat what was typed.
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub passphrase_fd: Option<String>,
}

impl Passphrase {
    /// Where the passphrase is.
    ///
    /// # Errors
    ///
    /// Exit code 2 for something else than the name of a variable.
    pub fn source(&self) -> Result<PassphraseSource> {
        source("--passphrase", self.passphrase_env.as_deref(), self.passphrase_fd.as_deref())
    }

    /// Whether it is read from standard input.
    pub fn is_stdin(&self) -> bool {
        self.passphrase_fd.as_deref() == Some("0")
    }
}

/// What two such flags say, whose names begin with `flag`.
///
/// # Errors
///
/// Exit code 2. What was typed is not repeated: it may be the passphrase itself.
pub(super) fn source(
    flag: &str,
    variable: Option<&str>,
    descriptor: Option<&str>,
) -> Result<PassphraseSource> {
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    match (variable, descriptor) {
        (Some(name), _) if is_name(name) => Ok(PassphraseSource::variable(name)),
        (Some(_), _) => Err(Error::usage(format!(
            "`{flag}-env`: expected the name of an environment variable, found something else"
        ))
        .advice("set a variable to the passphrase, and pass the variable's name")),
        (None, Some(number)) => number.parse().map(PassphraseSource::descriptor).map_err(|_| {
            Error::usage(format!("`{flag}-fd`: expected a number, found something else")).advice(
                "open a file for reading, as `3< FILE` in a shell does, and pass its number",
            )
        }),
        (None, None) => Ok(PassphraseSource::default()),
    }
}
