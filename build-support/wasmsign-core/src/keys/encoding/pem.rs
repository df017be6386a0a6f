//! PEM (RFC 7468): one block, and nothing beside it. Where its lines end does not matter, because variables and tables
//! lose that.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use zeroize::Zeroizing;

use super::text::from_base64;
use crate::keys::error::KeyError;
use crate::keys::form::KeyForm;
use crate::keys::parsed::Encoded;
use crate::keys::redaction::may_hold_secret;

/// How every block starts.
pub(super) const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const BORDER: &str = "-----";

/// The end of a line as text.
const BREAKS: [&str; 3] = ["\\n", "\\r", "\\t"];

pub(super) fn read(text: &str) -> Result<(KeyForm, Encoded), KeyError> {
    let block = Block::find(text)?;
    let encoded = match block.label()? {
        "PUBLIC KEY" => Encoded::Spki(block.decode()?),
        "PRIVATE KEY" => Encoded::Pkcs8(block.decode()?),
        "ENCRYPTED PRIVATE KEY" => Encoded::EncryptedPkcs8(block.decode()?.to_vec()),
        "OPENSSH PRIVATE KEY" => {
            return Ok((KeyForm::OpenSsh, Encoded::OpenSshSecret(block.decode()?)));
        }
        other => return Err(refuse_label(other)),
    };
    Ok((KeyForm::Pem, encoded))
}

fn refuse_label(label: &str) -> KeyError {
    let name = match label {
        "RSA PRIVATE KEY" | "RSA PUBLIC KEY" => "RSA",
        "EC PRIVATE KEY" | "EC PARAMETERS" => "EC (ECDSA)",
        "DSA PRIVATE KEY" | "DSA PARAMETERS" => "DSA",
        _ if may_hold_secret(label) => {
            return KeyError::PemLabel { found: "something else".into() };
        }
        _ => return KeyError::PemLabel { found: label.to_owned() },
    };
    KeyError::WrongAlgorithm { found: name.to_owned() }
}

/// A text that begins with a block, without the white space around it.
struct Block<'a> {
    /// Where it starts in the input.
    start: usize,
    text: &'a str,
}

impl<'a> Block<'a> {
    fn find(input: &'a str) -> Result<Self, KeyError> {
        let start = input.len() - input.trim_ascii_start().len();
        let block = Self { start, text: input.trim_ascii() };
        if block.text.starts_with(BEGIN) {
            Ok(block)
        } else {
            Err(block.malformed(0, "text before the block"))
        }
    }

    /// The label in the first border. It is looked at before the rest of the block, because it says
    /// most: `openssl` puts a block of `EC PARAMETERS` before an EC key.
    fn label(&self) -> Result<&'a str, KeyError> {
        match self.text[BEGIN.len()..].split_once(BORDER) {
            Some((label, _)) if is_label(label) => Ok(label),
            _ => Err(self.malformed(BEGIN.len(), "the first line is not a label and five hyphens")),
        }
    }

    fn decode(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let label = self.label()?;
        let start = BEGIN.len() + label.len() + BORDER.len();
        let end = self.end(label)?;
        let digits = self.digits(start..end)?;
        from_base64(&digits).ok_or_else(|| KeyError::Pem {
            offset: None,
            reason: "its base64 is truncated or damaged".to_owned(),
        })
    }

    /// Where the last border begins. Refuses what stands behind it: a second block, or other text.
    fn end(&self, label: &str) -> Result<usize, KeyError> {
        let Some(end) = self.text.find(END) else {
            return Err(self.malformed(self.text.len(), "the block has no END line"));
        };
        let behind = self.text[end + END.len()..].strip_prefix(label);
        let Some(behind) = behind.and_then(|rest| rest.strip_prefix(BORDER)) else {
            return Err(self.malformed(end, "the END line is not that of the BEGIN line"));
        };
        match without_breaks(behind) {
            "" => Ok(end),
            rest => Err(self.malformed(self.text.len() - rest.len(), "text after the block")),
        }
    }

    /// The base64 in this place, without the ends of its lines.
    fn digits(&self, place: Range<usize>) -> Result<Zeroizing<String>, KeyError> {
        // Of full length from the start: a text that grows leaves copies behind.
        let mut digits = Zeroizing::new(String::with_capacity(place.len()));
        let mut rest = without_breaks(self.text.get(place.clone()).unwrap_or_default());
        while let Some(digit) = rest.chars().next() {
            if !(digit.is_ascii_alphanumeric() || "+/=".contains(digit)) {
                return Err(
                    self.malformed(place.end - rest.len(), "a character that is not base64")
                );
            }
            digits.push(digit);
            rest = without_breaks(&rest[1..]);
        }
        Ok(digits)
    }

    fn malformed(&self, at: usize, reason: &str) -> KeyError {
        KeyError::Pem { offset: Some(self.start + at), reason: reason.to_owned() }
    }
}

/// A foreign label goes to a terminal: capitals, digits and spaces as in every label in use.
fn is_label(label: &str) -> bool {
    label.len() <= 64 && label.bytes().all(|b| matches!(b, b' ' | b'A'..=b'Z' | b'0'..=b'9'))
}

/// The text behind the ends of lines that it begins with: white space, or what stands for it where a variable or a
/// table has lost it.
fn without_breaks(text: &str) -> &str {
    let mut rest = text.trim_ascii_start();
    while let Some(behind) = BREAKS.iter().find_map(|written| rest.strip_prefix(written)) {
        rest = behind.trim_ascii_start();
    }
    rest
}
