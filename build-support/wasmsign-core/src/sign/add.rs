//! Adding signatures to signature data, within what a verifier reads.

use std::vec;
use std::vec::Vec;

use super::error::{NotSignable, SignError};
use super::signer::{KeyId, NewSignature};
use crate::digest::Hash;
use crate::formats::sections::{Entry, SignatureData, SignatureSet};
use crate::keys::PublicKey;
use crate::limits::{MAX_ENTRIES_PER_SET, MAX_KEY_ID_BYTES, MAX_SETS, MAX_SIGNATURE_BYTES};
use crate::verify::search::{Exhausted, Keys, Search, Work};
use crate::wasm::{SIGNATURE, own_section};

/// The bytes of a signature section with this data.
pub(super) fn section(data: &SignatureData) -> Vec<u8> {
    own_section(SIGNATURE, &data.encode())
}

/// Whether a key has signed these hashes, at the cost that one verification may have.
pub(super) fn has_signed(
    key: &PublicKey,
    hashes: &[Hash],
    data: &SignatureData,
) -> Result<bool, SignError> {
    let sets = data.sets.iter().enumerate().filter(|(_, set)| set.hashes == hashes);
    let sets: Vec<_> = sets.map(|(index, _)| (index, 0)).collect();
    match Search::new(data, &Keys::new(vec![key.clone()]), &mut Work::new(1)).run(&sets) {
        (hits, _) if hits.iter().any(Option::is_some) => Ok(true),
        (_, Ok(())) => Ok(false),
        (_, Err(Exhausted { limit })) => {
            Err(NotSignable::OverLimit { what: "signatures to try", limit }.into())
        }
    }
}

/// The key id that stands beside a signature of this key, if it is not over its cap.
pub(super) fn key_id(key_id: &KeyId, key: &PublicKey) -> Result<Vec<u8>, SignError> {
    let bytes = key_id.for_key(key);
    match bytes.len() > MAX_KEY_ID_BYTES as usize {
        true => {
            let (what, limit) = ("bytes of a key id", MAX_KEY_ID_BYTES);
            Err(NotSignable::OverLimit { what, limit }.into())
        }
        false => Ok(bytes),
    }
}

/// The last set over these hashes, made where there is none.
pub(super) fn set_of<'a>(data: &'a mut SignatureData, hashes: &[Hash]) -> &'a mut SignatureSet {
    let index = data.sets.iter().rposition(|set| set.hashes == hashes).unwrap_or_else(|| {
        data.sets.push(SignatureSet { hashes: hashes.to_vec(), entries: Vec::new() });
        data.sets.len() - 1
    });
    &mut data.sets[index]
}

pub(super) fn within_limits(data: &SignatureData) -> Result<(), NotSignable> {
    let over = |count: usize, what, limit: u32| match count > limit as usize {
        true => Err(NotSignable::OverLimit { what, limit }),
        false => Ok(()),
    };
    over(data.sets.len(), "signature sets", MAX_SETS)?;
    data.sets
        .iter()
        .try_for_each(|set| over(set.entries.len(), "signatures in a set", MAX_ENTRIES_PER_SET))?;
    over(data.encode().len(), "bytes of signature data", MAX_SIGNATURE_BYTES)
}

/// Room for the signature section of a module that is unsigned and of one part. No other module needs
/// less, so that nothing is left of the room when another one turns out to be needed.
pub(super) fn room(signatures: &[NewSignature<'_>]) -> Vec<u8> {
    let mut set = SignatureSet { hashes: vec![[0; 32]], entries: Vec::new() };
    for (index, signature) in signatures.iter().enumerate() {
        let key = signature.signer.public_key();
        if !signatures[..index].iter().any(|earlier| earlier.signer.public_key() == key) {
            set.entries.push(Entry::ed25519(&signature.key_id.for_key(key), &[0; 64]));
        }
    }
    match set.entries.is_empty() {
        true => Vec::new(),
        false => vec![0; section(&SignatureData { sets: vec![set] }).len()],
    }
}
