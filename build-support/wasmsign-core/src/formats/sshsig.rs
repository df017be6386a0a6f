//! OpenSSH's signatures of files: `ssh-keygen -Y sign -n NAMESPACE`.
//!
//! A PEM block `SSH SIGNATURE` of: `"SSHSIG"`, version 1, the public key, the namespace, a reserved string that is empty, the
//! name of a hash (`sha512` or `sha256`), the signature. It is Ed25519 over `"SSHSIG" ‖ namespace ‖ reserved ‖ hash name ‖
//! hash of the file`, each a string with its length (u32, big-endian). Source: PROTOCOL.sshsig of OpenSSH.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use ssh_key::{HashAlg, LineEnding, SshSig, public::KeyData};

use super::Format;
use super::whole_file::{
    FileClaim, FileDigest, FileRead, FileSignature, Named, WholeFile, malformed,
};
use crate::wasm::{Malformed, Place};

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";

/// The namespace of signatures over WebAssembly.
pub const NAMESPACE: &str = "wasm";

/// What such a file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// The key that is said to have signed.
    pub public_key: [u8; 32],
    /// What it was signed for.
    pub namespace: String,
    /// The hash of the file that was signed.
    pub hash: Hash,
    /// R ‖ S.
    pub signature: [u8; 64],
}

/// The hash of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-512, which `ssh-keygen` takes.
    Sha512,
}

impl Hash {
    fn of(found: HashAlg) -> Option<Self> {
        match found {
            HashAlg::Sha256 => Some(Self::Sha256),
            HashAlg::Sha512 => Some(Self::Sha512),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }
}

impl Signature {
    /// Reads a file of such a signature. What follows the PEM block is not looked at, as in `ssh-keygen`.
    ///
    /// # Errors
    ///
    /// [`Malformed`].
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let armor = armor(bytes).ok_or_else(|| wrong("a PEM block SSH SIGNATURE at its start"))?;
        let read = SshSig::from_pem(armor).map_err(|_| {
            wrong("a PEM block SSH SIGNATURE of version 1, by an Ed25519 key (`ssh-ed25519`)")
        })?;
        let KeyData::Ed25519(key) = read.public_key() else {
            return Err(wrong("an Ed25519 key (`ssh-ed25519`)"));
        };
        // The crate takes every version up to its own.
        if read.version() != SshSig::VERSION {
            return Err(wrong("version 1"));
        }
        if read.algorithm() != ssh_key::Algorithm::Ed25519 {
            return Err(wrong("a signature of the key's algorithm (`ssh-ed25519`)"));
        }
        if !read.reserved().is_empty() {
            return Err(wrong("an empty reserved field"));
        }
        let hash = Hash::of(read.hash_alg()).ok_or_else(|| wrong("the hash sha512 or sha256"))?;
        let signature = read.signature_bytes().try_into();
        Ok(Self {
            public_key: key.0,
            namespace: read.namespace().to_string(),
            hash,
            signature: signature.map_err(|_| wrong("an Ed25519 signature of 64 bytes"))?,
        })
    }

    /// The PEM block, as `ssh-keygen` writes it.
    ///
    /// # Errors
    ///
    /// [`Malformed`] where the namespace is empty.
    pub fn encode(&self) -> Result<String, Malformed> {
        let failed = |_| wrong("a namespace that is not empty");
        let key = KeyData::Ed25519(ssh_key::public::Ed25519PublicKey(self.public_key));
        let hash = match self.hash {
            Hash::Sha256 => HashAlg::Sha256,
            Hash::Sha512 => HashAlg::Sha512,
        };
        let signature =
            ssh_key::Signature::new(ssh_key::Algorithm::Ed25519, self.signature.to_vec());
        let signature = signature.map_err(failed)?;
        let whole = SshSig::new(key, self.namespace.as_str(), hash, signature).map_err(failed)?;
        let mut text = whole.to_pem(LineEnding::LF).map_err(failed)?;
        if !text.ends_with('\n') {
            text.push('\n');
        }
        Ok(text)
    }
}

/// What a signature is over, for a file with this hash.
pub(crate) fn message(namespace: &str, hash: Hash, digest: &[u8]) -> Vec<u8> {
    let mut message = b"SSHSIG".to_vec();
    for field in [namespace.as_bytes(), b"", hash.name().as_bytes(), digest] {
        message.extend_from_slice(&(field.len() as u32).to_be_bytes());
        message.extend_from_slice(field);
    }
    message
}

/// Whether a file begins as these do.
pub(crate) fn is_likely(bytes: &[u8]) -> bool {
    bytes.starts_with(BEGIN.as_bytes())
}

/// The PEM block at the start of a file, its lines ended by LF.
fn armor(bytes: &[u8]) -> Option<String> {
    if !is_likely(bytes) {
        return None;
    }
    let end = bytes.windows(END.len()).position(|window| window == END.as_bytes())?;
    let block = core::str::from_utf8(&bytes[..end + END.len()]).ok()?;
    Some(block.replace("\r\n", "\n") + "\n")
}

fn wrong(expected: &'static str) -> Malformed {
    malformed(Format::Sshsig, Place::DetachedSignature, 0, expected)
}

/// A file of such a signature, and the namespace that is wanted.
#[derive(Debug)]
pub(crate) struct Detached {
    pub(crate) signature: Signature,
    pub(crate) namespace: String,
}

impl WholeFile for Detached {
    fn format(&self) -> Format {
        Format::Sshsig
    }

    fn digest(&self) -> FileDigest {
        match self.signature.hash {
            Hash::Sha256 => FileDigest::Sha256,
            Hash::Sha512 => FileDigest::Sha512(Vec::new()),
        }
    }

    fn claims(&self, file: &FileRead<'_>) -> Result<Vec<FileClaim>, Malformed> {
        let Signature { public_key, ref namespace, hash, signature } = self.signature;
        Ok(vec![FileClaim {
            format: Format::Sshsig,
            key_id: Vec::new(),
            names: Named::Key(public_key),
            message: message(namespace, hash, file.digest),
            // A signature that was made for something else is one over something else.
            is_about_this_file: *namespace == self.namespace,
            signature: FileSignature::Ed25519(Box::new(signature)),
            comment: None,
        }])
    }
}
