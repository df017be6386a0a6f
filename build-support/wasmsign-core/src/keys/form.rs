//! In which form a key was given.

use core::fmt;

/// How the bytes of a key are written down.
///
/// It is finer than [`KeyEncoding`](super::KeyEncoding), which is what keys are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyForm {
    /// The 33 or 65 bytes of the signature specification.
    Compact,
    /// SPKI or PKCS#8 in PEM.
    Pem,
    /// SPKI or PKCS#8 in DER.
    Der,
    /// The line of a `.pub` file, or an `OPENSSH PRIVATE KEY`.
    OpenSsh,
    /// minisign's two lines, or the second alone.
    Minisign,
    /// The 36 or 68 bytes of wasmsign 0.1.
    #[cfg(feature = "wasmsign1")]
    Wasmsign1,
    /// Hexadecimal digits.
    Hex,
    /// Base64 of something else than the forms above.
    Base64,
}

impl KeyForm {
    /// The form as a lower-case word: `compact`, `pem`, `der`, `openssh`, `minisign`, `wasmsign1`, `hex` or `base64`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Compact => "compact",
            Self::Pem => "pem",
            Self::Der => "der",
            Self::OpenSsh => "openssh",
            Self::Minisign => "minisign",
            #[cfg(feature = "wasmsign1")]
            Self::Wasmsign1 => "wasmsign1",
            Self::Hex => "hex",
            Self::Base64 => "base64",
        }
    }
}

impl fmt::Display for KeyForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
