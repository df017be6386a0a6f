//! One line of hex or standard base64, as environment variables and manifests hold keys.

use pkcs8::der::pem::Base64Decoder;
use zeroize::Zeroizing;

use super::super::KeyError;

/// The bytes behind the text, without the white space around it.
pub(in crate::keys) fn decode(text: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let line = text.trim_ascii();
    require_alphabet(text)?;
    let decoded = if is_hex(line) { from_hex(line) } else { from_base64(line) };
    decoded.ok_or(KeyError::Unrecognised { length: line.len(), found: "text" })
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
    let (pairs, rest) = line.as_bytes().as_chunks::<2>();
    for (byte, &[high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(high)? << 4 | digit(low)?;
    }
    rest.is_empty().then_some(bytes)
}

fn digit(character: u8) -> Option<u8> {
    char::from(character).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

pub(in crate::keys) fn from_base64(line: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut decoder = Base64Decoder::new(line.as_bytes()).ok()?;
    let mut bytes = Zeroizing::new(vec![0; decoder.remaining_len()]);
    decoder.decode(&mut bytes).ok()?;
    Some(bytes)
}

/// Lower-case hex, for public bytes only: the text is not overwritten.
pub(in crate::keys) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
