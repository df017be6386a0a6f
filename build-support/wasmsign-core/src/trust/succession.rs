//! A key hands over to its successor.
//!
//! The statement is the payload of a DSSE envelope (version 1) that both keys have signed: the old one gives, and the new
//! one takes. So nobody can make a key its successor that belongs to somebody else.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::time::Time;
use crate::formats::dsse::{DsseError, Envelope};
use crate::keys::{KeyEncoding, KeyError, PublicKey};
use crate::limits::MAX_SUCCESSION_BYTES;

/// The payload type of the envelope.
pub const PAYLOAD_TYPE: &str = "application/vnd.wasmsign.succession+json";

/// That one key hands over to another.
///
/// ```
/// use wasmsign_core::SecretKey;
/// use wasmsign_core::trust::Handover;
///
/// let (old, new) = (SecretKey::from_seed(&[1; 32]), SecretKey::from_seed(&[2; 32]));
/// let handover = Handover::new(old.public_key().clone(), new.public_key().clone(), None)?;
/// let message = handover.message();
/// let envelope = handover.envelope(&old.sign(&message), &new.sign(&message))?;
/// assert_eq!(Handover::read(envelope.as_bytes())?, handover);
/// # Ok::<(), wasmsign_core::trust::SuccessionError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Handover {
    /// Whose successor is named.
    pub from: PublicKey,
    /// The successor.
    pub to: PublicKey,
    /// From when the successor counts; at once where nothing is said.
    pub valid_from: Option<Time>,
}

/// Why an envelope is no statement that a key hands over to another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SuccessionError {
    /// It is longer than [`MAX_SUCCESSION_BYTES`].
    #[error("expected at most {MAX_SUCCESSION_BYTES} bytes, found {found}")]
    TooLong {
        /// How many bytes there are.
        found: usize,
    },
    /// It is not the JSON of a DSSE envelope, or its payload not that of a succession.
    #[error("expected {expected}: {reason}")]
    NotASuccession {
        /// What was expected.
        expected: &'static str,
        /// What the reader said.
        reason: String,
    },
    /// The envelope is about something else.
    #[error("expected the payload type `{PAYLOAD_TYPE}`, found {found:?}")]
    OtherPayload {
        /// The payload type.
        found: String,
    },
    /// The statement is of a later version.
    #[error("a succession of schema {found}; this version reads schema 1")]
    LaterSchema {
        /// Its schema.
        found: u64,
    },
    /// One of the keys is no compact Ed25519 key in hexadecimal.
    #[error("`{field}` is no compact public key in hexadecimal: {source}")]
    Key {
        /// `from` or `to`.
        field: &'static str,
        /// What is wrong with it.
        source: KeyError,
    },
    /// The two keys are one.
    #[error("a key cannot be its own successor")]
    SameKey,
    /// A signature is missing or not valid.
    #[error("the {whose} key has not signed the succession")]
    NotSigned {
        /// `old` or `new`.
        whose: &'static str,
    },
}

impl SuccessionError {
    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "not-a-succession"
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    schema: u64,
    from: String,
    to: String,
    valid_from: Option<String>,
}

/// Of a payload nothing but its version, so that a later one is told from a broken one.
#[derive(Deserialize)]
struct AnySchema {
    schema: u64,
}

impl Handover {
    /// A statement that is to be signed.
    ///
    /// # Errors
    ///
    /// [`SuccessionError::SameKey`].
    pub fn new(
        from: PublicKey,
        to: PublicKey,
        valid_from: Option<Time>,
    ) -> Result<Self, SuccessionError> {
        if from == to {
            return Err(SuccessionError::SameKey);
        }
        Ok(Self { from, to, valid_from })
    }

    /// The bytes that both keys sign: DSSE's pre-authentication encoding of the payload.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        self.unsigned().message()
    }

    /// The envelope, with the Ed25519 signatures (R ‖ S) that both keys have made over [`Handover::message`]: one line of
    /// JSON.
    ///
    /// # Errors
    ///
    /// [`SuccessionError::NotSigned`] where a signature is not valid.
    pub fn envelope(&self, old: &[u8; 64], new: &[u8; 64]) -> Result<String, SuccessionError> {
        let mut envelope = self.unsigned();
        let message = envelope.message();
        for (whose, key, signature) in [("old", &self.from, old), ("new", &self.to, new)] {
            if !key.verify(&message, signature) {
                return Err(SuccessionError::NotSigned { whose });
            }
            envelope.add(key, signature);
        }
        Ok(envelope.to_json())
    }

    /// Reads an envelope, and checks both signatures.
    ///
    /// # Errors
    ///
    /// A [`SuccessionError`] that says what is wrong with it.
    pub fn read(envelope: &[u8]) -> Result<Self, SuccessionError> {
        if envelope.len() > MAX_SUCCESSION_BYTES {
            return Err(SuccessionError::TooLong { found: envelope.len() });
        }
        let envelope = Envelope::read(envelope)
            .map_err(|DsseError { expected, reason }| not(expected, reason))?;
        if envelope.payload_type() != PAYLOAD_TYPE {
            return Err(SuccessionError::OtherPayload { found: envelope.payload_type().into() });
        }
        let handover = Self::of_payload(envelope.payload())?;
        for (whose, key) in [("old", &handover.from), ("new", &handover.to)] {
            if !envelope.is_signed_by(key) {
                return Err(SuccessionError::NotSigned { whose });
            }
        }
        Ok(handover)
    }

    fn unsigned(&self) -> Envelope {
        Envelope::new(PAYLOAD_TYPE, self.payload().as_bytes())
    }

    fn payload(&self) -> String {
        let payload = Payload {
            schema: 1,
            from: self.from.to_string(),
            to: self.to.to_string(),
            valid_from: self.valid_from.map(|time| time.to_string()),
        };
        serde_json::to_string(&payload).expect("texts can be written as JSON")
    }

    fn of_payload(payload: &[u8]) -> Result<Self, SuccessionError> {
        const WHAT: &str = "the payload of a succession";
        let AnySchema { schema } = json(WHAT, payload)?;
        if schema != 1 {
            return Err(SuccessionError::LaterSchema { found: schema });
        }
        let payload: Payload = json(WHAT, payload)?;
        let time = |text: String| text.parse::<Time>().map_err(|error| not(WHAT, error));
        let valid_from = payload.valid_from.map(time).transpose()?;
        Self::new(key("from", &payload.from)?, key("to", &payload.to)?, valid_from)
    }
}

fn not(expected: &'static str, reason: impl ToString) -> SuccessionError {
    SuccessionError::NotASuccession { expected, reason: reason.to_string() }
}

fn json<'j, T: Deserialize<'j>>(
    expected: &'static str,
    text: &'j [u8],
) -> Result<T, SuccessionError> {
    serde_json::from_slice(text).map_err(|error| not(expected, error))
}

fn key(field: &'static str, text: &str) -> Result<PublicKey, SuccessionError> {
    let wrong = |source| SuccessionError::Key { field, source };
    let bytes = hex::decode(text).unwrap_or_default();
    let key = PublicKey::decode(&bytes).map_err(wrong)?;
    match key.encode(KeyEncoding::Compact) == bytes {
        true => Ok(key),
        false => Err(wrong(KeyError::Empty)),
    }
}
