//! The key id that is stored beside a signature.

use std::fmt;
use std::str::FromStr;

use wasmsign_core::keys::is_secret_key_text;
use wasmsign_core::{KeyError, SecretKey};

use crate::text::words::Invalid;

/// Key ids longer than this are refused by verifiers.
const MAX_BYTES: usize = 255;

/// Which key id is stored beside a signature.
///
/// Read from `auto`, `none`, `hex:H` (bytes in hexadecimal) or any other text (its UTF-8 bytes).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyIdChoice {
    /// The field's usual id, made from the public key.
    Auto,
    /// None at all.
    None,
    /// These bytes, 1 to 255.
    Bytes(Vec<u8>),
}

/// As manifests write it: a text where the bytes are one, and it does not mean something else.
impl fmt::Display for KeyIdChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = match self {
            Self::Auto => return f.write_str("auto"),
            Self::None => return f.write_str("none"),
            Self::Bytes(bytes) => bytes,
        };
        match std::str::from_utf8(bytes) {
            Ok(text) if text.parse().as_ref() == Ok(self) => f.write_str(text),
            _ => write!(f, "hex:{}", hex::encode(bytes)),
        }
    }
}

impl FromStr for KeyIdChoice {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match (text, text.strip_prefix("hex:")) {
            _ if is_secret(text) => Err(Invalid::because(
                "this may be a secret key, and it would be published; use another key id, or give \
                 bytes as `hex:…`",
            )),
            ("auto", _) => Ok(Self::Auto),
            ("none", _) => Ok(Self::None),
            (_, Some(digits)) => {
                let expected = "an even number of hexadecimal digits after `hex:`";
                bytes(hex::decode(digits).map_err(|_| Invalid::new(expected, text))?, text)
            }
            _ => bytes(text.as_bytes().to_vec(), text),
        }
    }
}

/// Whether a text is a secret key, or nothing but digits as many as a seed has.
fn is_secret(text: &str) -> bool {
    let found = SecretKey::decode(text.strip_prefix("hex:").unwrap_or(text).as_bytes());
    match found {
        Ok(_) | Err(KeyError::Encrypted | KeyError::MismatchedHalves) => true,
        Err(KeyError::Untyped { .. }) => !text.starts_with("hex:"),
        // The greater part of one.
        Err(KeyError::CompactLength { found, .. }) => found > 32 && !text.starts_with("hex:"),
        _ => is_secret_key_text(text),
    }
}

fn bytes(id: Vec<u8>, text: &str) -> Result<KeyIdChoice, Invalid> {
    match id.len() {
        0 => Err(Invalid::new("`auto`, `none`, `hex:` with digits, or a text", text)),
        1..=MAX_BYTES => Ok(KeyIdChoice::Bytes(id)),
        length => Err(Invalid::because(format!(
            "expected a key id of at most {MAX_BYTES} bytes, found {length} bytes"
        ))),
    }
}
