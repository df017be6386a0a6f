//! Signatures over a file as a whole, whatever is in it: what the formats have in common that know no parts.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use super::Format;
#[cfg(feature = "wasm-sign")]
use crate::keys::EcdsaSignature;
use crate::keys::PublicKey;
use crate::wasm::{Malformed, Place, Rule, Section};

/// A format whose signatures are over a file as a whole, apart from the bytes at its end in which they may stand.
pub(crate) trait WholeFile: fmt::Debug + Send + Sync {
    /// What it is called.
    fn format(&self) -> Format;

    /// Bytes at the end of the file that hold the signature; 0 where it stands in a file of its own.
    fn trailer_bytes(&self) -> usize {
        0
    }

    /// What the messages of the signatures are made of.
    fn digest(&self) -> FileDigest;

    /// Whether a section holds a signature of this format. Only such a one is looked at, at the end of the file.
    fn is_its_section(&self, _section: &Section, _is_first: bool) -> bool {
        false
    }

    /// Bytes in an export section that tell of a signature that is not read here.
    fn unread_export(&self) -> Option<&'static [u8]> {
        None
    }

    /// What the signatures claim, once the file was read.
    fn claims(&self, file: &FileRead<'_>) -> Result<Vec<FileClaim>, Malformed>;
}

/// What is computed of a file while it is read.
#[derive(Debug, Clone)]
pub(crate) enum FileDigest {
    /// SHA-256.
    Sha256,
    /// SHA-512 of these bytes and the file.
    Sha512(Vec<u8>),
    /// BLAKE2b-512.
    #[cfg(feature = "minisign")]
    Blake2b512,
    /// Nothing: the signature is over the file itself. It is verified for each key while the file is read.
    #[cfg(feature = "minisign")]
    Itself {
        /// The signature.
        signature: [u8; 64],
        /// The number of the key, which a key that has one must have.
        number: [u8; 8],
    },
}

/// A file that was read to its end.
#[derive(Debug)]
pub(crate) struct FileRead<'a> {
    /// The digest of all that stands before the trailer; empty for [`FileDigest::Itself`].
    pub(crate) digest: &'a [u8],
    /// For [`FileDigest::Itself`], whose signature it is: by the index of the verifier's keys.
    #[cfg(feature = "minisign")]
    pub(crate) valid_under: &'a [bool],
    /// The bytes at the end; fewer than were asked for where the file has no more.
    pub(crate) trailer: &'a [u8],
    /// Bytes of the file.
    pub(crate) total: u64,
    /// The first section that holds a signature of the format, and how many there are.
    pub(crate) its_section: Option<&'a Section>,
    pub(crate) its_sections: usize,
}

/// That some key has signed a file.
#[derive(Debug, Clone)]
pub(crate) struct FileClaim {
    pub(crate) format: Format,
    /// The hint at the key, as it is shown.
    pub(crate) key_id: Vec<u8>,
    /// Whom the signature names itself, which it does not prove.
    pub(crate) names: Named,
    /// What the signature is over.
    pub(crate) message: Vec<u8>,
    /// Whether that is this file.
    pub(crate) is_about_this_file: bool,
    pub(crate) signature: FileSignature,
    /// A second message that the same key must have signed: the trusted comment of minisign.
    pub(crate) comment: Option<(Vec<u8>, Box<[u8; 64]>)>,
}

/// Whom a signature names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Named {
    /// Nobody.
    Nobody,
    /// The key of this number of minisign's.
    #[cfg(feature = "minisign")]
    MinisignNumber([u8; 8]),
    /// This key.
    #[cfg(any(feature = "oak", feature = "sshsig"))]
    Key([u8; 32]),
}

/// The signature of a claim.
#[derive(Debug, Clone)]
pub(crate) enum FileSignature {
    /// Ed25519 over the message.
    Ed25519(Box<[u8; 64]>),
    /// ECDSA over the message, a SHA-256 digest.
    #[cfg(feature = "wasm-sign")]
    Ecdsa(EcdsaSignature),
    /// Ed25519 over the file itself, which was verified with each key while the file was read.
    #[cfg(feature = "minisign")]
    Streamed {
        /// By the index of the verifier's keys.
        valid_under: Vec<bool>,
    },
}

/// Why a signature that names a key is not valid under it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Invalid {
    /// It is over something else.
    File,
    /// The trusted comment is not the signed one.
    Comment,
}

impl FileClaim {
    /// Whether the key of this index may have made it, as far as the signature says: a named key is needed where it names
    /// one.
    pub(crate) fn may_be_by(&self, key: &PublicKey) -> bool {
        let is_ed25519 = key.ed25519_bytes().is_some();
        let is_of_algorithm = match &self.signature {
            #[cfg(feature = "wasm-sign")]
            FileSignature::Ecdsa(_) => !is_ed25519,
            _ => is_ed25519,
        };
        is_of_algorithm && self.may_name(key)
    }

    fn may_name(&self, key: &PublicKey) -> bool {
        match &self.names {
            Named::Nobody => true,
            // A key of another encoding has no number.
            #[cfg(feature = "minisign")]
            Named::MinisignNumber(number) => {
                key.minisign_number().is_none_or(|known| known == *number)
            }
            #[cfg(any(feature = "oak", feature = "sshsig"))]
            Named::Key(named) => key.ed25519_bytes() == Some(named),
        }
    }

    /// Whether it names this key in so many words.
    fn names(&self, key: &PublicKey) -> bool {
        match &self.names {
            Named::Nobody => false,
            #[cfg(feature = "minisign")]
            Named::MinisignNumber(number) => key.minisign_number() == Some(*number),
            #[cfg(any(feature = "oak", feature = "sshsig"))]
            Named::Key(named) => key.ed25519_bytes() == Some(named),
        }
    }

    /// Whether it is this key's.
    pub(crate) fn is_by(&self, index: usize, key: &PublicKey) -> bool {
        self.may_be_by(key) && self.has_signed(index, key) && self.has_signed_comment(key)
    }

    fn has_signed(&self, index: usize, key: &PublicKey) -> bool {
        match &self.signature {
            FileSignature::Ed25519(signature) => key.verify(&self.message, signature),
            #[cfg(feature = "wasm-sign")]
            FileSignature::Ecdsa(signature) => {
                let digest = self.message.as_slice().try_into();
                digest.is_ok_and(|digest| key.verify_ecdsa(digest, signature))
            }
            #[cfg(feature = "minisign")]
            FileSignature::Streamed { valid_under } => {
                valid_under.get(index).copied().unwrap_or(false)
            }
        }
    }

    fn has_signed_comment(&self, key: &PublicKey) -> bool {
        self.comment.as_ref().is_none_or(|(message, signature)| key.verify(message, signature))
    }

    /// What is wrong with it where it names this key, and is not valid under it.
    pub(crate) fn why_invalid(&self, index: usize, key: &PublicKey) -> Option<Invalid> {
        // A claim names one key, so this is one operation for each claim at most.
        self.names(key).then(|| match self.has_signed(index, key) {
            true => Invalid::Comment,
            false => Invalid::File,
        })
    }
}

/// A signature that is not of the exact form of its format.
pub(crate) fn malformed(
    format: Format,
    place: Place,
    offset: u64,
    expected: &'static str,
) -> Malformed {
    let rule = Rule::SignatureForm { format: format.name(), expected };
    Malformed::new(place, offset, rule)
}
