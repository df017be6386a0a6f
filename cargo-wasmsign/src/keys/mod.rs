//! Keys: how they are named (`scheme`, `argument`), where they are found (one file for each of the `schemes`), and who signs
//! with them (`signer`).

pub(crate) mod diagnose;

mod agent;
mod argument;
mod command;
mod directory;
mod env;
mod env_file;
mod failure;
mod file;
mod github;
mod holder;
mod key_id;
mod named_key;
mod pkcs11;
mod scheme;
mod schemes;
mod signer;
#[cfg(test)]
mod tests;
mod text;
mod variable;

pub use argument::public_keys;
pub use key_id::KeyIdChoice;
pub use named_key::NamedKey;
pub use scheme::{Beside, Form, KeyRef, Scheme, Told, Why};
pub use schemes::SCHEMES;
pub use signer::Signer;
pub use variable::withhold_secrets;
