//! One line of hex or standard base64, as environment variables and manifests hold keys.

use alloc::vec;
use alloc::vec::Vec;

use base64ct::{Base64, Decoder};
use zeroize::Zeroizing;

use crate::keys::error::KeyError;
use crate::keys::form::KeyForm;

/// The bytes behind the text, without the white space around it.
pub(super) fn decode(text: &str) -> Result<(KeyForm, Zeroizing<Vec<u8>>), KeyError> {
    let line = text.trim_ascii();
    require_alphabet(text)?;
    let (form, decoded) = match is_hex(line) {
        true => (KeyForm::Hex, from_hex(line)),
        false => (KeyForm::Base64, from_base64(line)),
    };
    let decoded = decoded.ok_or(KeyError::Unrecognised { length: line.len(), found: "text" })?;
    Ok((form, decoded))
}

fn require_alphabet(text: &str) -> Result<(), KeyError> {
    let start = text.len() - text.trim_ascii_start().len();
    let stray = |b: u8| !(b.is_ascii_alphanumeric() || b"+/=".contains(&b));
    match text.trim_ascii().bytes().position(stray) {
        Some(at) => Err(KeyError::Text { offset: start + at }),
        None => Ok(()),
    }
}

/// 44 digits are no key in hex, and a compact public key in base64.
fn is_hex(line: &str) -> bool {
    line.len() != 44 && line.bytes().all(|b| b.is_ascii_hexdigit())
}

fn from_hex(line: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(vec![0; line.len() / 2]);
    hex::decode_to_slice(line, &mut bytes).ok()?;
    Some(bytes)
}

pub(super) fn from_base64(line: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut decoder = Decoder::<Base64>::new(line.as_bytes()).ok()?;
    let mut bytes = Zeroizing::new(vec![0; decoder.remaining_len()]);
    decoder.decode(&mut bytes).ok()?;
    Some(bytes)
}
