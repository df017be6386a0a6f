//! Why a key was refused. No variant ever holds a byte of what may be a secret.

use alloc::string::String;
use core::fmt;

/// Why a key was refused: what was expected, what was found, and how to mend it.
///
/// Neither `Debug` nor `Display` shows bytes of the key: lengths, offsets and names only.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// There is nothing but white space.
    #[error("expected a key, found only white space")]
    Empty,

    /// None of the encodings begins like this.
    #[error(
        "expected a compact, PEM, DER, OpenSSH or minisign key (or hex or base64 of a compact or DER \
         one), found {found} of {length} bytes"
    )]
    Unrecognised {
        /// The length of the input in bytes.
        length: usize,
        /// What it looks like.
        found: &'static str,
    },

    /// Key bytes without anything that says what they are.
    #[error(
        "found {length} bytes without the type byte that every compact key starts with: put 01 \
         before the 32 bytes of a public key, or 81 before the 32-byte seed and the 32-byte \
         public key of a secret key"
    )]
    Untyped {
        /// The number of bytes, after hex or base64.
        length: usize,
    },

    /// A compact key that is cut off or followed by something.
    #[error("expected {expected} bytes in a compact key that begins with {tag:02x}, found {found}")]
    CompactLength {
        /// The first byte: `01` (public) or `81` (secret).
        tag: u8,
        /// 33 (public) or 65 (secret).
        expected: usize,
        /// The number of bytes that there are, after hex or base64.
        found: usize,
    },

    /// A secret key where a public key is wanted.
    #[error(
        "expected a public key, found a secret key; pass its public half, and keep this one secret"
    )]
    SecretGiven,

    /// A public key where a secret key is wanted.
    #[error(
        "expected a secret key, found a public key; pass the secret key file that keygen wrote"
    )]
    PublicGiven,

    /// A key of another signature scheme.
    #[error("expected an Ed25519 key, found one of {found}")]
    WrongAlgorithm {
        /// A name such as `RSA` or `EC P-256`, else the dotted object identifier.
        found: String,
    },

    /// A secret key under a passphrase, and no passphrase.
    #[cfg_attr(
        feature = "encrypted-keys",
        error("the secret key is encrypted, and no passphrase was given")
    )]
    #[cfg_attr(
        not(feature = "encrypted-keys"),
        error(
            "the secret key is encrypted: write a copy without passphrase with `openssl pkey -in \
             KEY -out COPY` (PEM, DER) or `ssh-keygen -p -N '' -f COPY` (OpenSSH)"
        )
    )]
    Encrypted,

    /// A passphrase that does not open the key.
    #[error("the passphrase is not that of the secret key")]
    WrongPassphrase,

    /// A secret key whose passphrase would be turned into a key with more work than is done for any file.
    #[error("the key file asks for {asked}, and at most {limit} are allowed")]
    TooMuchWork {
        /// What it asks for.
        asked: String,
        /// What is allowed.
        limit: &'static str,
    },

    /// A secret key that is encrypted in a way that is not read.
    #[error("the secret key is encrypted with {found}, which is not supported")]
    UnknownCipher {
        /// The name of the cipher or of another part of the encryption, else its object identifier.
        found: String,
    },

    /// An encoding that knows no passphrases.
    #[error("compact keys cannot be encrypted")]
    NotEncryptable,

    /// The public half in the file is not that of the seed.
    ///
    /// Signing with such a key can give the secret away, so it is never used.
    #[error(
        "the public half of the secret key does not belong to its seed: the file is damaged or \
         forged; restore it from a backup"
    )]
    MismatchedHalves,

    /// The 32 bytes are not the encoding of any point.
    #[error("the 32 bytes of the public key are not a point of the curve")]
    NotAPoint,

    /// The 32 bytes encode a point that has another, shorter encoding.
    #[error("the 32 bytes of the public key are not the canonical encoding of their point")]
    NonCanonical,

    /// A point of order 1, 2, 4 or 8, under which one signature fits many messages.
    #[error("the public key is a point of small order, which no secret key has")]
    SmallOrder,

    /// Something is wrong with the PEM frame or its base64.
    #[error("malformed PEM{}: {reason}", At(*offset))]
    Pem {
        /// The byte of the input, counted from 0, where that is known.
        offset: Option<usize>,
        /// What is wrong.
        reason: String,
    },

    /// A PEM block of something that is no key.
    #[error(
        "expected a PEM block of PUBLIC KEY, PRIVATE KEY or OPENSSH PRIVATE KEY, found {found:?}"
    )]
    PemLabel {
        /// The label of the block.
        found: String,
    },

    /// Something is wrong with the DER, as it stands or inside PEM, hex or base64.
    #[error("malformed DER{}: {reason}", At(*offset))]
    Der {
        /// The byte of the DER, counted from 0, where that is known.
        offset: Option<usize>,
        /// What is wrong.
        reason: String,
    },

    /// Something is wrong with an OpenSSH key.
    #[error("malformed OpenSSH key: {reason}")]
    OpenSsh {
        /// What is wrong.
        reason: String,
    },

    /// Something is wrong with a key of minisign.
    #[error("malformed minisign key: {reason}")]
    Minisign {
        /// What is wrong.
        reason: String,
    },

    /// Text that is neither PEM nor OpenSSH, and no hex or base64 either.
    #[error(
        "expected a PEM or OpenSSH key, or one line of hex or base64 (the alphabet with + and /, \
         padded), found an invalid character at byte {offset}"
    )]
    Text {
        /// The byte of the input, counted from 0.
        offset: usize,
    },
}

/// ` at byte N`, where N is known.
struct At(Option<usize>);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |offset| write!(f, " at byte {offset}"))
    }
}

impl KeyError {
    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty-key",
            Self::Unrecognised { .. } => "not-a-key",
            Self::Untyped { .. } => "untyped-key",
            Self::CompactLength { .. } => "compact-length",
            Self::SecretGiven => "secret-key-given",
            Self::PublicGiven => "public-key-given",
            Self::WrongAlgorithm { .. } => "wrong-algorithm",
            Self::Encrypted => "encrypted-key",
            Self::WrongPassphrase => "wrong-passphrase",
            Self::TooMuchWork { .. } => "too-much-work",
            Self::UnknownCipher { .. } => "unknown-cipher",
            Self::NotEncryptable => "not-encryptable",
            Self::MismatchedHalves => "mismatched-halves",
            Self::NotAPoint => "not-a-point",
            Self::NonCanonical => "non-canonical-key",
            Self::SmallOrder => "small-order-key",
            Self::Pem { .. } => "malformed-pem",
            Self::PemLabel { .. } => "pem-label",
            Self::Der { .. } => "malformed-der",
            Self::OpenSsh { .. } => "malformed-openssh",
            Self::Minisign { .. } => "malformed-minisign",
            Self::Text { .. } => "malformed-text",
        }
    }
}
