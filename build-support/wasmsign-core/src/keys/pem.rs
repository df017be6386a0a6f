//! PEM (RFC 7468): one block, and nothing beside it.

use pkcs8::der::pem;
use zeroize::Zeroizing;

use super::{KeyError, form::Form};

/// How every block starts.
pub(super) const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";

pub(super) fn read(text: &str) -> Result<Form, KeyError> {
    let block = Block::find(text)?;
    match block.label()? {
        "PUBLIC KEY" => Ok(Form::Spki(block.decode()?)),
        "PRIVATE KEY" => Ok(Form::Pkcs8(block.decode()?)),
        "OPENSSH PRIVATE KEY" => Ok(Form::OpenSshSecret(block.decode()?)),
        "ENCRYPTED PRIVATE KEY" => Ok(Form::Encrypted),
        other => Err(refuse_label(other)),
    }
}

fn refuse_label(label: &str) -> KeyError {
    let name = match label {
        "RSA PRIVATE KEY" | "RSA PUBLIC KEY" => "RSA",
        "EC PRIVATE KEY" | "EC PARAMETERS" => "EC",
        "DSA PRIVATE KEY" | "DSA PARAMETERS" => "DSA",
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

    /// The label in the first line. It is looked at before the rest of the block, because it says
    /// most: `openssl` puts a block of `EC PARAMETERS` before an EC key.
    fn label(&self) -> Result<&'a str, KeyError> {
        let line = self.text[BEGIN.len()..].lines().next().unwrap_or_default();
        match line.trim_ascii_end().strip_suffix("-----") {
            Some(label) if is_label(label) => Ok(label),
            _ => Err(self.malformed(BEGIN.len(), "the first line is not a label and five hyphens")),
        }
    }

    fn decode(&self) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        self.require_alone()?;
        decode_block(self.text).map_err(|error| KeyError::Pem {
            offset: self.stray_byte().map(|at| self.start + at),
            reason: error.to_string(),
        })
    }

    /// Refuses what stands behind the end line: a second block, or other text.
    fn require_alone(&self) -> Result<(), KeyError> {
        let Some(end) = self.text.find(END) else {
            return Err(self.malformed(self.text.len(), "the block has no END line"));
        };
        match self.text[end..].find('\n') {
            None => Ok(()),
            Some(rest) => Err(self.malformed(end + rest + 1, "text after the block")),
        }
    }

    /// The first byte between the two border lines that is neither base64 nor the end of a line.
    fn stray_byte(&self) -> Option<usize> {
        let start = self.text.find('\n')?;
        let body = self.text.get(start..self.text.find(END)?)?;
        let stray = |b: u8| !(b.is_ascii_alphanumeric() || b"+/=\r\n".contains(&b));
        body.bytes().position(stray).map(|at| start + at)
    }

    fn malformed(&self, at: usize, reason: &str) -> KeyError {
        KeyError::Pem { offset: Some(self.start + at), reason: reason.to_owned() }
    }
}

/// A foreign label goes to a terminal: capitals, digits and spaces as in every label in use.
fn is_label(label: &str) -> bool {
    label.len() <= 64 && label.bytes().all(|b| matches!(b, b' ' | b'A'..=b'Z' | b'0'..=b'9'))
}

fn decode_block(block: &str) -> pem::Result<Zeroizing<Vec<u8>>> {
    let mut decoder = pem::Decoder::new_detect_wrap(block.as_bytes())?;
    let mut bytes = Zeroizing::new(vec![0; decoder.remaining_len()]);
    decoder.decode(&mut bytes)?;
    if decoder.is_finished() { Ok(bytes) } else { Err(pem::Error::Length) }
}
