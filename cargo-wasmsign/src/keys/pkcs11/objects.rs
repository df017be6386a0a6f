//! The keys in a token.

use std::fmt;

use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::Session;
use wasmsign_core::PublicKey;

use super::failure::Called;
use super::uri::Uri;
use crate::error::{Error, Result};
use crate::text::escape::escape;

/// Of how many keys an error tells.
const LISTED: usize = 20;

/// The two ways in which a token says that a key is of the curve of Ed448.
const ED448: [&[u8]; 2] = [b"\x06\x03\x2b\x65\x71", b"\x13\x0aedwards448"];

/// A secret key in a token.
pub(super) struct Key {
    pub(super) handle: ObjectHandle,
    label: String,
    id: Vec<u8>,
    kind: Option<KeyType>,
    curve: Vec<u8>,
    point: Vec<u8>,
    /// Whether the PIN is wanted for each single signature.
    pub(super) always_asks: bool,
}

impl Key {
    fn read(session: &Session, handle: ObjectHandle) -> Result<Self> {
        let mut key = Self {
            handle,
            label: String::new(),
            id: Vec::new(),
            kind: None,
            curve: Vec::new(),
            point: Vec::new(),
            always_asks: false,
        };
        let wanted = [
            AttributeType::Label,
            AttributeType::Id,
            AttributeType::KeyType,
            AttributeType::EcParams,
            AttributeType::EcPoint,
            AttributeType::AlwaysAuthenticate,
        ];
        // What a token does not say of a key is not among the answers.
        for attribute in session.get_attributes(handle, &wanted).or_failed("describe a key")? {
            match attribute {
                Attribute::Label(label) => key.label = String::from_utf8_lossy(&label).into_owned(),
                Attribute::Id(id) => key.id = id,
                Attribute::KeyType(kind) => key.kind = Some(kind),
                Attribute::EcParams(curve) => key.curve = curve,
                Attribute::EcPoint(point) => key.point = point,
                Attribute::AlwaysAuthenticate(always) => key.always_asks = always,
                _ => {}
            }
        }
        Ok(key)
    }

    /// All keys of a class that a session sees.
    fn all(session: &Session, class: ObjectClass) -> Result<Vec<Self>> {
        let handles =
            session.find_objects(&[Attribute::Class(class)]).or_failed("list its keys")?;
        handles.into_iter().map(|handle| Self::read(session, handle)).collect()
    }

    fn is_named(&self, uri: &Uri) -> bool {
        uri.object.as_ref().is_none_or(|label| *label == self.label)
            && uri.id.as_ref().is_none_or(|id| *id == self.id)
    }

    fn is_ed25519(&self) -> bool {
        self.kind == Some(KeyType::EC_EDWARDS) && !ED448.contains(&&*self.curve)
    }

    fn algorithm(&self) -> String {
        match self.kind {
            Some(KeyType::EC_EDWARDS) if self.is_ed25519() => "Ed25519".to_owned(),
            Some(KeyType::EC_EDWARDS) => "Ed448".to_owned(),
            Some(KeyType::EC_MONTGOMERY) => "X25519 or X448".to_owned(),
            Some(KeyType::RSA) => "RSA".to_owned(),
            Some(KeyType::EC) => "ECDSA".to_owned(),
            Some(other) => other.to_string(),
            None => "unknown".to_owned(),
        }
    }

    /// The public half: what the token's public key of the same id (or, without one, of the same label) says, else what the
    /// secret key does.
    ///
    /// # Errors
    ///
    /// Exit code 5 where a public key is no Ed25519 key that may be used.
    pub(super) fn public_keys(&self, session: &Session) -> Result<Vec<PublicKey>> {
        let is_half = |key: &Key| match self.id.is_empty() {
            true => key.label == self.label,
            false => key.id == self.id,
        };
        let public = Self::all(session, ObjectClass::PUBLIC_KEY)?;
        let halves = public.iter().filter(|key| key.is_ed25519() && is_half(key));
        let points = halves.chain([self]).map(|key| &*key.point).filter(|point| !point.is_empty());
        points.map(public_key).collect()
    }
}

/// As URIs name them.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id: String = self.id.iter().map(|byte| format!("%{byte:02x}")).collect();
        f.write_str(&escape(&format!("object={};id={id} ({})", self.label, self.algorithm())))
    }
}

/// The key that a point is: its 32 bytes, or these in an OCTET STRING or BIT STRING, as older tokens have them.
fn public_key(point: &[u8]) -> Result<PublicKey> {
    let bytes = match point {
        [0x04, 0x20, bytes @ ..] if bytes.len() == 32 => bytes,
        [0x03, 0x21, 0, bytes @ ..] if bytes.len() == 32 => bytes,
        bytes => bytes,
    };
    let unfit = || Error::tool("the public key in the token is not an Ed25519 key");
    let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| unfit())?;
    PublicKey::from_bytes(&bytes).map_err(|error| unfit().because(error))
}

/// The one Ed25519 key that a URI names.
///
/// # Errors
///
/// Exit code 2 where there is none, or more than one.
pub(super) fn find(session: &Session, uri: &Uri, token: &str) -> Result<Key> {
    let keys = Key::all(session, ObjectClass::PRIVATE_KEY)?;
    let (named, others): (Vec<_>, Vec<_>) = keys.into_iter().partition(|key| key.is_named(uri));
    let (mut fit, unfit): (Vec<_>, Vec<_>) = named.into_iter().partition(Key::is_ed25519);
    match (fit.pop(), fit.is_empty()) {
        (Some(key), true) => Ok(key),
        (Some(key), false) => {
            fit.push(key);
            Err(Error::usage(format!("the token {token} has several keys that this can mean"))
                .because(listed(&fit))
                .advice("name one of them with `object=…` or `id=…`"))
        }
        (None, _) if !unfit.is_empty() => {
            Err(Error::usage(format!("the key in the token {token} is not an Ed25519 key"))
                .because(listed(&unfit))
                .advice(
                    "modules are signed with Ed25519 keys; make one in the token, if it knows them",
                ))
        }
        (None, _) => Err(Error::usage(format!("the token {token} has no such key"))
            .because(match others.is_empty() {
                true => "it shows no secret keys at all".to_owned(),
                false => listed(&others),
            })
            .advice("correct `object` and `id` of the URI")),
    }
}

fn listed(keys: &[Key]) -> String {
    let lines: Vec<_> = keys.iter().take(LISTED).map(Key::to_string).collect();
    let more = match keys.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!("\nand {more} more"),
    };
    format!("it has\n{}{more}", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use wasmsign_core::SecretKey;

    use super::*;
    use crate::exit::Exit;

    #[test]
    fn points_are_read_as_tokens_write_them() {
        let key = SecretKey::from_seed(&[1; 32]).public_key().clone();
        let raw = key.as_bytes();
        for point in [&[][..], &[0x04, 0x20], &[0x03, 0x21, 0]] {
            assert_eq!(public_key(&[point, raw].concat()).unwrap(), key, "{point:?}");
        }
        for point in [&raw[1..], &[0x04, 0x20], &[0; 32], &[&[0x04, 0x39], &[1; 57][..]].concat()] {
            assert_eq!(public_key(point).unwrap_err().exit(), Exit::Tool, "{point:?}");
        }
    }
}
