//! SHA-256 values, and the identity of a module.

use core::fmt;
use core::str::FromStr;

/// A SHA-256 digest, in the byte order that SHA-256 gives.
pub(crate) type Hash = [u8; 32];

/// SHA-256 of a file without its embedded signature section, header included.
///
/// It is what `sha256sum` prints for the unsigned file, and stays the same while signatures are added and removed.
/// Displayed as `sha256:` and 64 hexadecimal digits, and read back from that, in either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity([u8; 32]);

impl Identity {
    /// The identity with this digest.
    #[must_use]
    pub const fn from_bytes(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest, in the byte order that SHA-256 gives.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Identity {
    fn from(digest: [u8; 32]) -> Self {
        Self(digest)
    }
}

const PREFIX: &str = "sha256:";

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PREFIX)?;
        f.write_str(&hex::encode(self.0))
    }
}

/// A text that is not `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `sha256:` and 64 hexadecimal digits")]
pub struct ParseIdentityError;

impl ParseIdentityError {
    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "not-an-identity"
    }
}

impl FromStr for Identity {
    type Err = ParseIdentityError;

    fn from_str(text: &str) -> Result<Self, ParseIdentityError> {
        let digits = text.strip_prefix(PREFIX).ok_or(ParseIdentityError)?;
        let mut digest = [0; 32];
        hex::decode_to_slice(digits, &mut digest).map_err(|_| ParseIdentityError)?;
        Ok(Self(digest))
    }
}

#[cfg(feature = "serde")]
crate::serde_text::serde_as_text!(Identity, "`sha256:` and 64 hexadecimal digits");

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString;

    use super::*;

    #[test]
    fn reads_back_what_it_displays() {
        let identity = Identity::from_bytes([0xa5; 32]);
        assert_eq!(identity.to_string().parse(), Ok(identity));
        assert_eq!(identity.to_string().to_uppercase().replace("SHA", "sha").parse(), Ok(identity));
    }

    #[test]
    fn refuses_everything_else() {
        let digits = "0".repeat(64);
        for text in [
            "",
            "sha256:",
            &digits,
            &format!("sha256:{}", &digits[1..]),
            &format!("sha256:{digits}0"),
            &format!("sha256:{}+1", &digits[2..]),
        ] {
            assert_eq!(text.parse::<Identity>(), Err(ParseIdentityError), "{text}");
        }
    }
}
