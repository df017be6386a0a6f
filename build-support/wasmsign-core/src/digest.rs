//! The name of a module that stays the same while signatures come and go.

use std::fmt;
use std::str::FromStr;

/// SHA-256 of a file without its embedded signature section, header included: what `sha256sum`
/// prints for the unsigned file. Displayed as `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Identity([u8; 32]);

impl Identity {
    pub(crate) const fn new(digest: [u8; 32]) -> Self {
        Self(digest)
    }

    /// The digest, in the byte order that SHA-256 gives.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl From<[u8; 32]> for Identity {
    fn from(digest: [u8; 32]) -> Self {
        Self(digest)
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A text that is not `sha256:` and 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected `sha256:` and 64 hexadecimal digits")]
pub struct NotAnIdentity;

impl FromStr for Identity {
    type Err = NotAnIdentity;

    fn from_str(text: &str) -> Result<Self, NotAnIdentity> {
        let digits = text.strip_prefix("sha256:").ok_or(NotAnIdentity)?.as_bytes();
        if digits.len() != 64 {
            return Err(NotAnIdentity);
        }
        let mut digest = [0; 32];
        for (byte, pair) in digest.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Ok(Self(digest))
    }
}

fn nibble(digit: u8) -> Result<u8, NotAnIdentity> {
    let value = char::from(digit).to_digit(16).ok_or(NotAnIdentity)?;
    u8::try_from(value).map_err(|_| NotAnIdentity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_displays() {
        let identity = Identity::from([0xa5; 32]);
        assert_eq!(identity.to_string().parse(), Ok(identity));
    }

    #[test]
    fn refuses_everything_else() {
        let digits = "0".repeat(64);
        for text in [
            "",
            "sha256:",
            &digits,
            &format!("sha256:{}", &digits[1..]),
            &format!("sha256:{}+1", &digits[2..]),
        ] {
            assert_eq!(text.parse::<Identity>(), Err(NotAnIdentity), "{text}");
        }
    }
}
