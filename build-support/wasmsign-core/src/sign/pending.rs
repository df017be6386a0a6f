//! Signing in two steps: the message out, signatures in.

use std::io::{Read, Seek, Write};
use std::vec::Vec;

use super::add::{has_signed, key_id, section, set_of, within_limits};
use super::copy::copy_with;
use super::error::{NotSignable, SignError};
use super::signer::{KeyId, NewSignature, checked, signature};
use crate::digest::Hash;
use crate::formats::sections::{Entry, Layout, SignatureData, decode_embedded, message};
use crate::keys::PublicKey;
use crate::limits::MAX_HASHES_PER_SET;
use crate::stream::source::Reader;
use crate::wasm::{Body, Hashing, Kind, pass};

/// What signing has done.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Signed {
    /// All the signature data that there is now, the earlier signatures first.
    pub data: SignatureData,
    /// How many signatures are new. A key that had signed the same hashes before adds none.
    pub added: usize,
    /// What the header announces.
    pub kind: Kind,
}

/// A module that was read and waits for its signatures, for signers that answer later: a service that keeps keys, a
/// token, anything behind an `await`.
///
/// Nothing is borrowed, so that it can be kept while others work.
///
/// ```
/// use std::io::Cursor;
/// use wasmsign_core::sign::{KeyId, Pending};
/// # use wasmsign_core::{SecretKey, Verifier};
/// # let secret = SecretKey::from_seed(&[7; 32]);
/// # let public = secret.public_key().clone();
/// # let ask_the_service = |message: &[u8]| secret.sign(message);
/// let module = b"\0asm\x01\0\0\0";
/// let mut pending = Pending::embedded(&module[..])?;
/// let signature = ask_the_service(pending.message());
/// pending.add(&public, &KeyId::Auto, &signature)?;
///
/// let mut signed = Vec::new();
/// pending.write(Cursor::new(module), &mut signed)?;
/// # Verifier::new([public])?.verify_bytes(signed)?;
/// # Ok::<(), wasmsign_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Pending {
    pub(super) body: Body,
    data: SignatureData,
    hashes: Vec<Hash>,
    message: Vec<u8>,
    added: usize,
}

impl Pending {
    /// Reads a module to its end. Signatures will join those that it carries.
    ///
    /// # Errors
    ///
    /// [`SignError::Read`], [`SignError::Malformed`], [`SignError::NotSignable`].
    pub fn embedded(module: impl Read) -> Result<Self, SignError> {
        Self::extending(pass::read(Reader::new(module), Hashing::Signed, &mut ())?)
    }

    /// Reads a module to its end. Signatures will join those in `earlier`, detached signature data. Embedded ones have no
    /// part in it: the body that is signed is the same with and without them.
    ///
    /// # Errors
    ///
    /// As [`Pending::embedded`].
    pub fn detached(module: impl Read, earlier: Option<&[u8]>) -> Result<Self, SignError> {
        let body = pass::read(Reader::new(module), Hashing::Signed, &mut ())?;
        let earlier = earlier.map(SignatureData::from_detached).transpose()?;
        Self::new(body, earlier.unwrap_or_default())
    }

    /// One whose signatures join those that the module carries.
    pub(super) fn extending(body: Body) -> Result<Self, SignError> {
        let embedded = body.embedded.as_ref();
        let earlier = embedded.map(|embedded| decode_embedded(embedded, Layout::Deployed));
        let earlier = earlier.transpose()?.unwrap_or_default();
        Self::new(body, earlier)
    }

    fn new(body: Body, data: SignatureData) -> Result<Self, SignError> {
        signature_is_alone(&body)?;
        let over = NotSignable::OverLimit { what: "parts", limit: MAX_HASHES_PER_SET };
        let hashes = body.hashes().ok_or(over)?;
        let message = message(&hashes);
        Ok(Self { body, data, hashes, message, added: 0 })
    }

    /// The bytes that each signature is over: at most some 2 KiB.
    #[must_use]
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// What the header of the module announces.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.body.kind
    }

    /// Whether this key has signed these bytes already, so that there is nothing to ask it for.
    ///
    /// # Errors
    ///
    /// [`SignError::NotSignable`] where that would take more public-key operations than a verifier spends.
    pub fn is_signed_by(&self, key: &PublicKey) -> Result<bool, SignError> {
        has_signed(key, &self.hashes, &self.data)
    }

    /// Adds a signature (R ‖ S, 64 bytes) of this key over [`Pending::message`]. It is verified first. One of a key that
    /// has signed already is not added.
    ///
    /// # Errors
    ///
    /// [`SignError::Signer`] where it is not valid, [`SignError::NotSignable`] where there is no room for it.
    pub fn add(
        &mut self,
        key: &PublicKey,
        id: &KeyId,
        signature: &[u8; 64],
    ) -> Result<(), SignError> {
        checked(key, &self.message, signature)?;
        if !self.is_signed_by(key)? {
            self.push(&key_id(id, key)?, signature);
        }
        within_limits(&self.data).map_err(SignError::from)
    }

    /// Asks each of these for a signature, unless it has signed already.
    pub(super) fn ask(&mut self, signatures: &[NewSignature<'_>]) -> Result<(), SignError> {
        for new in signatures {
            let key = new.signer.public_key();
            if !self.is_signed_by(key)? {
                let id = key_id(&new.key_id, key)?;
                let signature = signature(new.signer, &self.message)?;
                self.push(&id, &signature);
            }
        }
        within_limits(&self.data).map_err(SignError::from)
    }

    fn push(&mut self, key_id: &[u8], signature: &[u8; 64]) {
        let entry = Entry::ed25519(key_id, signature);
        set_of(&mut self.data, &self.hashes).entries.push(entry);
        self.added += 1;
    }

    /// Ends with the signature data, of which [`SignatureData::encode`] is what a `.sig` file holds.
    #[must_use]
    pub fn finish(self) -> Signed {
        Signed { data: self.data, added: self.added, kind: self.body.kind }
    }

    /// Ends with the signed module. `module` is the one that was read, from its start; it is read again.
    ///
    /// # Errors
    ///
    /// [`SignError::Changed`] where it is another one by now, [`SignError::Read`], [`SignError::Write`].
    pub fn write(
        self,
        module: impl Read + Seek,
        output: &mut impl Write,
    ) -> Result<Signed, SignError> {
        copy_with(module, output, &self.section(), &self.body)?;
        Ok(self.finish())
    }

    /// The signature section of the signed module: none where there was none and nobody has signed.
    pub(super) fn section(&self) -> Vec<u8> {
        match (&self.body.embedded, self.added) {
            (None, 0) => Vec::new(),
            _ => section(&self.data),
        }
    }
}

/// Refuses a `signature` section that is not first and alone.
pub(crate) fn signature_is_alone(body: &Body) -> Result<(), NotSignable> {
    match body.misplaced_signature {
        Some(offset) => Err(NotSignable::MisplacedSignature { offset }),
        None => Ok(()),
    }
}
