//! Keys: how they are named (`scheme`, `argument`), where they are found (one file for each of the `schemes`), and who signs
//! with them (`signer`).

pub(crate) mod diagnose;

mod agent;
mod allowed_signers;
mod any;
mod argument;
mod command;
mod directory;
mod env;
mod env_file;
mod failure;
mod file;
mod fingerprint;
mod github;
mod holder;
mod key_id;
mod named_key;
mod passphrase;
mod pkcs11;
mod scheme;
mod schemes;
mod signer;
#[cfg(test)]
mod tests;
mod text;
mod variable;

pub use allowed_signers::allowed_signers;
pub(crate) use allowed_signers::{AllowedSigner, Moment, signers};
pub use any::{AnyKey, KeyFacts, facts, read_any};
pub use argument::{any_public_keys, public_keys};
pub use fingerprint::fingerprint;
pub use key_id::KeyIdChoice;
pub use named_key::NamedKey;
pub use passphrase::{Opened, Passphrase, PassphraseSource};
pub use scheme::{Beside, Form, KeyRef, Scheme, Told, Why};
pub use schemes::SCHEMES;
pub use signer::{Signer, public_halves};
pub use variable::withhold_secrets;
