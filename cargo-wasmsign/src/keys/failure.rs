//! What is said of a key that cannot be used.

use wasmsign_core::KeyError;

use crate::error::Error;

/// The error about the key in `source`.
pub(super) fn key_error(source: &str, error: KeyError) -> Error {
    match error {
        KeyError::MismatchedHalves => {
            Error::usage(format!("the key in {source} must not be used")).because(error).advice(
                "its public half was changed, and signing with it would reveal the secret; \
                 restore it from a backup",
            )
        }
        KeyError::SecretGiven | KeyError::PublicGiven => {
            Error::usage(format!("the key in {source} is the wrong half")).because(error)
        }
        KeyError::WrongPassphrase => {
            Error::usage(format!("the passphrase for the key in {source} is wrong"))
                .because(error)
                .advice("check which key it belongs to, and that nothing was added to it")
        }
        KeyError::TooMuchWork { .. } => Error::usage(format!(
            "the key in {source} asks for too much work"
        ))
        .because(error)
        .advice(
            "check where the file is from; encrypt the key again with a passphrase and less \
                 work, in the program that made it",
        ),
        _ => Error::malformed(format!("failed to read the key in {source}")).because(error),
    }
}

/// The error about a text that is a key of another algorithm: there is no file that could be something else.
pub(super) fn other_algorithm(source: &str) -> Error {
    Error::usage(format!("{source} is not an Ed25519 key"))
        .advice("modules are signed with Ed25519 keys: `cargo wasmsign keygen` creates a pair")
}
