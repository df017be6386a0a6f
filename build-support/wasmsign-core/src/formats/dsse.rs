//! DSSE envelopes (version 1): statements of any type, with signatures over their type and their bytes.
//!
//! <https://github.com/secure-systems-lab/dsse>

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use base64ct::{Base64, Base64Url, Encoding};
use serde::{Deserialize, Serialize};

use crate::keys::PublicKey;
use crate::limits::MAX_ENVELOPE_SIGNATURES;

/// An envelope: a payload, its type, and who has signed both.
///
/// ```
/// use wasmsign_core::SecretKey;
/// use wasmsign_core::formats::dsse::Envelope;
///
/// let key = SecretKey::from_seed(&[1; 32]);
/// let mut envelope = Envelope::new("text/plain", b"hello");
/// envelope.add(key.public_key(), &key.sign(&envelope.message()));
/// let read = Envelope::read(envelope.to_json().as_bytes())?;
/// assert_eq!(read.payload(), b"hello");
/// assert!(read.is_signed_by(key.public_key()));
/// # Ok::<(), wasmsign_core::formats::dsse::DsseError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    payload_type: String,
    payload: Vec<u8>,
    /// Hints at keys, and signatures: of any algorithm.
    signatures: Vec<(String, Vec<u8>)>,
}

/// Why something is no envelope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}: {reason}")]
pub struct DsseError {
    /// What was expected.
    pub expected: &'static str,
    /// What the reader said.
    pub reason: String,
}

impl DsseError {
    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "not-an-envelope"
    }
}

/// What DSSE allows beside these is ignored.
#[derive(Serialize, Deserialize)]
struct Document {
    payload: String,
    #[serde(rename = "payloadType")]
    payload_type: String,
    signatures: Vec<Signature>,
}

#[derive(Serialize, Deserialize)]
struct Signature {
    #[serde(default)]
    keyid: String,
    sig: String,
}

impl Envelope {
    /// An envelope that nobody has signed.
    #[must_use]
    pub fn new(payload_type: &str, payload: &[u8]) -> Self {
        Self {
            payload_type: payload_type.to_owned(),
            payload: payload.to_owned(),
            signatures: Vec::new(),
        }
    }

    /// Reads an envelope, and verifies nothing.
    ///
    /// # Errors
    ///
    /// [`DsseError`] where it is none, its payload is not in base64, or it has more than [`MAX_ENVELOPE_SIGNATURES`]. Signatures that are not in base64 are left out.
    pub fn read(json: &[u8]) -> Result<Self, DsseError> {
        let not =
            |expected, reason: &dyn ToString| DsseError { expected, reason: reason.to_string() };
        let Document { payload, payload_type, signatures } =
            serde_json::from_slice(json).map_err(|error| not("a DSSE envelope", &error))?;
        if signatures.len() > MAX_ENVELOPE_SIGNATURES {
            let found = format!("there are {}", signatures.len());
            return Err(not("at most 256 signatures", &found));
        }
        let payload = base64(&payload).map_err(|error| not("a payload in base64", &error))?;
        let signatures = signatures
            .into_iter()
            .filter_map(|Signature { keyid, sig }| Some((keyid, base64(&sig).ok()?)))
            .collect();
        Ok(Self { payload_type, payload, signatures })
    }

    /// What the payload is.
    #[must_use]
    pub fn payload_type(&self) -> &str {
        &self.payload_type
    }

    /// The payload. Whoever believes it has asked [`Envelope::is_signed_by`] and looked at [`Envelope::payload_type`].
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The bytes that are signed: DSSE's pre-authentication encoding of type and payload.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        let Self { payload_type, payload, .. } = self;
        let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
        [head.as_bytes(), payload].concat()
    }

    /// Adds the Ed25519 signature (R ‖ S) of a key over [`Envelope::message`], without looking at it. Its hint is the key's
    /// usual id, in hexadecimal.
    pub fn add(&mut self, key: &PublicKey, signature: &[u8; 64]) {
        self.signatures.push((hex::encode(key.default_key_id()), signature.to_vec()));
    }

    /// Whether there is a valid Ed25519 signature of this key. Hints decide nothing.
    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        let message = self.message();
        let mut signatures =
            self.signatures.iter().filter_map(|(_, bytes)| bytes[..].try_into().ok());
        signatures.any(|signature| key.verify(&message, signature))
    }

    /// How many signatures there are, valid or not.
    #[must_use]
    pub fn signature_count(&self) -> usize {
        self.signatures.len()
    }

    /// The envelope in one line of JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let signatures = self.signatures.iter().map(|(keyid, signature)| Signature {
            keyid: keyid.clone(),
            sig: Base64::encode_string(signature),
        });
        let document = Document {
            payload: Base64::encode_string(&self.payload),
            payload_type: self.payload_type.clone(),
            signatures: signatures.collect(),
        };
        serde_json::to_string(&document).expect("texts can be written as JSON")
    }
}

/// Either alphabet, as DSSE says.
fn base64(text: &str) -> Result<Vec<u8>, base64ct::Error> {
    Base64::decode_vec(text).or_else(|_| Base64Url::decode_vec(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SecretKey;

    #[test]
    fn the_message_is_that_of_the_specification() {
        // The example of DSSE's protocol.md.
        let envelope = Envelope::new("http://example.com/HelloWorld", b"hello world");
        assert_eq!(envelope.message(), b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn a_signature_is_of_one_type_and_one_payload() {
        let key = SecretKey::from_seed(&[1; 32]);
        let signed = |payload_type, payload: &[u8]| {
            let mut envelope = Envelope::new("a", b"b");
            envelope.add(key.public_key(), &key.sign(&envelope.message()));
            Envelope {
                payload: payload.into(),
                payload_type: String::from(payload_type),
                ..envelope
            }
        };
        assert!(signed("a", b"b").is_signed_by(key.public_key()));
        for other in [signed("a", b"c"), signed("b", b"b"), signed("a 1", b"b")] {
            assert!(!other.is_signed_by(key.public_key()), "{other:?}");
        }
        assert!(!signed("a", b"b").is_signed_by(SecretKey::from_seed(&[2; 32]).public_key()));
    }

    #[test]
    fn either_alphabet_is_read_and_broken_signatures_count_as_none() {
        let text = r#"{"payload":"_-8=","payloadType":"t","signatures":[{"sig":"!"},{"sig":"AA==","keyid":"k"}]}"#;
        let envelope = Envelope::read(text.as_bytes()).expect("it is one");
        assert_eq!((envelope.payload(), envelope.signature_count()), (&b"\xff\xef"[..], 1));
        for other in ["", "{}", "[]", r#"{"payload":"?","payloadType":"t","signatures":[]}"#] {
            let error = Envelope::read(other.as_bytes()).expect_err(other);
            assert_eq!(error.code(), "not-an-envelope");
        }
    }
}
