//! Keys as encodings give them: plain data, of which nothing is checked but its length.

use alloc::boxed::Box;
#[cfg(feature = "key-files")]
use alloc::string::String;
use alloc::vec::Vec;

use zeroize::{Zeroize, Zeroizing};

/// A key whose encoding is known, and not yet decoded.
pub(super) enum Encoded {
    CompactPublic([u8; 32]),
    CompactSecret(Zeroizing<Vec<u8>>),
    /// 32 bytes as text. A public key is written like that, and so is a seed.
    Untyped(Zeroizing<Vec<u8>>),
    #[cfg(feature = "key-files")]
    Spki(Zeroizing<Vec<u8>>),
    #[cfg(feature = "key-files")]
    Pkcs8(Zeroizing<Vec<u8>>),
    /// PKCS#8 under a passphrase: what it says of that, and the encrypted data.
    #[cfg(feature = "key-files")]
    EncryptedPkcs8(
        #[cfg_attr(not(feature = "encrypted-keys"), expect(dead_code, reason = "it stays so"))]
        Vec<u8>,
    ),
    #[cfg(feature = "key-files")]
    OpenSshPublic(String),
    #[cfg(feature = "key-files")]
    OpenSshSecret(Zeroizing<Vec<u8>>),
    #[cfg(feature = "key-files")]
    MinisignPublic(MinisignPublic),
    #[cfg(feature = "key-files")]
    MinisignSecret(Zeroizing<Vec<u8>>),
}

/// A public key as minisign has it.
#[cfg(feature = "key-files")]
#[derive(Clone, Copy)]
pub(super) struct MinisignPublic {
    /// By which signatures name it.
    pub(super) number: [u8; 8],
    pub(super) key: [u8; 32],
}

/// What a secret key under a passphrase shows without it.
pub(super) struct Encrypted {
    /// The public half, where it stands beside.
    pub(super) public: Option<[u8; 32]>,
}

/// A seed, and the public half that some encodings keep beside it.
pub(super) struct Halves {
    pub(super) seed: Seed,
    pub(super) public: Option<[u8; 32]>,
    /// That of minisign's encoding.
    pub(super) minisign_number: Option<[u8; 8]>,
}

/// A seed in a place of its own. Decoding copies it there from where it was read, and nowhere else: a value on the stack
/// would leave copies wherever it is moved, and in the unused bytes of whatever comes to lie there, such as an error.
pub(super) struct Seed(Box<[u8; 32]>);

impl Seed {
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Takes 32 bytes, and no other number of them.
    pub(super) fn copy(bytes: &[u8]) -> Option<Self> {
        let seed: &[u8; 32] = bytes.try_into().ok()?;
        // Straight to the heap, which `Box::new` would not do.
        let seed: Box<[u8]> = seed.as_slice().into();
        seed.try_into().ok().map(Self)
    }
}

impl Drop for Seed {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}
