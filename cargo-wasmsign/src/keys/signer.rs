//! Somebody who signs, whoever holds the secret.

use wasmsign_core::keys::Secp256k1SecretKey;
use wasmsign_core::sign::{self, KeyId, NewSignature};
use wasmsign_core::{KeyEncoding, PublicKey, SecretKey};

use super::holder::{Found, Holder};
use super::key_id::KeyIdChoice;
use super::named_key::NamedKey;
use super::passphrase::PassphraseSource;
use super::scheme::{KeyRef, Search};
use crate::error::{Error, Result};
use crate::sys::caller;

/// Somebody who signs, on any thread.
#[derive(Debug)]
pub struct Signer {
    /// The manifest's name for it, or the argument that named it.
    pub name: String,
    holder: Box<dyn Holder>,
    /// What the reader should know about the key, such as that others can read its file.
    pub warning: Option<String>,
}

impl Signer {
    /// A signer by the argument of `-k`.
    ///
    /// # Errors
    ///
    /// Exit code 2 where there is no such key, its halves disagree, or its passphrase is wrong or not there; 3 where it is
    /// no key; 4 where it cannot be read; 130 where somebody is asked for its passphrase and presses Ctrl-C.
    pub fn from_argument(argument: &str, passphrase: &PassphraseSource) -> Result<Self> {
        Self::of_argument(argument, passphrase, false)
    }

    /// As [`Signer::from_argument`]; the key may be one of secp256k1.
    ///
    /// # Errors
    ///
    /// As of [`Signer::from_argument`].
    pub fn of_argument(
        argument: &str,
        passphrase: &PassphraseSource,
        takes_secp256k1: bool,
    ) -> Result<Self> {
        let search = Search { public: None, passphrase, takes_secp256k1 };
        let found = KeyRef::secret_argument(argument)?.find(&search)?;
        Ok(Self::of(argument, found))
    }

    /// A signer by its table in the manifest: the key is read, the agent asked for it, the program looked for.
    /// Nothing is signed.
    ///
    /// # Errors
    ///
    /// As [`Signer::from_argument`]; exit code 2 where the manifest's public key belongs to another one, or where
    /// there is no such agent, key or program; 5 where what should be an agent is none.
    pub fn from_manifest(key: &NamedKey, passphrase: &PassphraseSource) -> Result<Self> {
        Self::of_manifest(key, passphrase, false)
    }

    /// As [`Signer::from_manifest`]; the key may be one of secp256k1.
    ///
    /// # Errors
    ///
    /// As of [`Signer::from_manifest`].
    pub fn of_manifest(
        key: &NamedKey,
        passphrase: &PassphraseSource,
        takes_secp256k1: bool,
    ) -> Result<Self> {
        let secret = key.secret.as_ref().ok_or_else(|| no_secret(key))?;
        let halves = match takes_secp256k1 {
            true => KeyRef::any_public_keys,
            false => KeyRef::public_keys,
        };
        let public = key.public.as_ref().map(halves).transpose()?;
        let search = Search { public: public.iter().flatten().next(), passphrase, takes_secp256k1 };
        let signer = Self::of(&key.name, secret.find(&search)?);
        match public {
            Some(public) if !public.contains(signer.public_key()) => Err(other_pair(key)),
            _ => Ok(signer),
        }
    }

    fn of(name: &str, Found { holder, warning }: Found) -> Self {
        Self { name: name.to_owned(), holder, warning }
    }

    /// The public half.
    pub fn public_key(&self) -> &PublicKey {
        self.holder.public_key()
    }

    /// The secret, where it is an Ed25519 key in our memory.
    pub fn secret(&self) -> Option<&SecretKey> {
        self.holder.secret()
    }

    /// The secret, where it is a key of secp256k1.
    pub fn secp256k1(&self) -> Option<&Secp256k1SecretKey> {
        self.holder.secp256k1()
    }

    /// Refuses a key id that is the secret itself: it would be published with the signature.
    ///
    /// # Errors
    ///
    /// Exit code 2.
    pub fn keeps_from(&self, key_id: &KeyIdChoice) -> Result<()> {
        let (Some(secret), KeyIdChoice::Bytes(id)) = (self.holder.secret(), key_id) else {
            return Ok(());
        };
        let compact = secret.encode(KeyEncoding::Compact);
        let seed = &compact[1..33];
        match id.windows(seed.len()).any(|piece| piece == seed) {
            true => Err(Error::usage("the key id contains the secret key, and would be published")
                .advice("set `key-id` to `auto`, or use another text")),
            false => Ok(()),
        }
    }

    /// The signature that this signer is to make, with a hint at its key.
    pub fn signature(&self, key_id: &KeyIdChoice) -> NewSignature<'_> {
        NewSignature { signer: self, key_id: key_id_of(key_id) }
    }
}

impl Signer {
    /// The signature of a message that is not a module's; it was seen to be valid.
    ///
    /// # Errors
    ///
    /// Those of whoever holds the secret; exit code 5 where there is no valid signature.
    pub fn sign_message(&self, message: &[u8]) -> Result<[u8; 64]> {
        let signature = self.holder.sign(message)?;
        match self.public_key().verify(message, &signature) {
            true => Ok(signature),
            false => Err(Error::tool(format!(
                "the key `{}` made a signature that is not valid",
                self.name.escape_debug()
            ))),
        }
    }
}

impl sign::Signer for Signer {
    fn public_key(&self) -> &PublicKey {
        self.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], Box<dyn std::error::Error + Send + Sync>> {
        Ok(self.holder.sign(message)?)
    }
}

/// The public keys of a named key: those that the manifest names, else that of the secret half.
///
/// # Errors
///
/// Those of the half that is asked.
pub fn public_halves(key: &NamedKey) -> Result<Vec<PublicKey>> {
    match &key.public {
        Some(public) => public.public_keys(),
        None => Signer::from_manifest(key, &PassphraseSource::default())
            .map(|signer| vec![signer.public_key().clone()]),
    }
}

fn key_id_of(choice: &KeyIdChoice) -> KeyId {
    match choice {
        KeyIdChoice::Auto => KeyId::Auto,
        KeyIdChoice::None => KeyId::None,
        KeyIdChoice::Bytes(bytes) => KeyId::Bytes(bytes.clone()),
    }
}

fn no_secret(key: &NamedKey) -> Error {
    Error::usage(format!("the key `{}` has no `secret` to sign with", key.name))
        .at(key.place.clone())
        .advice(format!(
            "set `secret = {{ env = \"VARIABLE\" }}` in its table, or pass another key with {}",
            caller::key()
        ))
}

fn other_pair(key: &NamedKey) -> Error {
    Error::usage(format!("the public key of `{}` does not belong to its secret key", key.name))
        .at(key.place.clone())
        .advice(
            "one of the two is from another pair; correct it, or create a new pair with `cargo \
             wasmsign keygen`",
        )
}
