//! What the sections say and what is said of the file as a whole, together.

use alloc::vec::Vec;

use crate::digest::Hash;
use crate::formats::sections::SignatureData;
use crate::formats::whole_file::{FileClaim, Invalid};
use crate::formats::{Claims, Format};
use crate::keys::PublicKey;
use crate::wasm::Body;

/// The sets of the signature data, and behind them one for each signature over the file as a whole.
pub(super) struct AllClaims {
    data: SignatureData,
    files: Vec<FileClaim>,
    /// What a set has that is about this file: the hash at every boundary.
    this_file: Vec<Hash>,
}

/// What a set has that is about another file: no hash is this one.
const ANOTHER_FILE: &[Hash] = &[[0xff; 32]];

impl AllClaims {
    pub(super) fn new(data: SignatureData, files: Vec<FileClaim>, body: &Body) -> Self {
        let this_file = body.boundaries.iter().map(|boundary| boundary.hash).collect();
        Self { data, files, this_file }
    }

    /// The claim over the file that this set stands for.
    fn file(&self, set: usize) -> Option<&FileClaim> {
        self.files.get(set.checked_sub(self.data.set_count())?)
    }
}

impl Claims for AllClaims {
    fn set_count(&self) -> usize {
        self.data.set_count() + self.files.len()
    }

    fn hashes(&self, set: usize) -> &[Hash] {
        match self.file(set) {
            Some(claim) if claim.is_about_this_file => &self.this_file,
            Some(_) => ANOTHER_FILE,
            None => self.data.hashes(set),
        }
    }

    fn message(&self, set: usize) -> Vec<u8> {
        match self.file(set) {
            Some(claim) => claim.message.clone(),
            None => self.data.message(set),
        }
    }

    fn claim_count(&self, set: usize) -> usize {
        self.file(set).map_or_else(|| self.data.claim_count(set), |_| 1)
    }

    fn key_id(&self, set: usize, claim: usize) -> &[u8] {
        self.file(set).map_or_else(|| self.data.key_id(set, claim), |file| &file.key_id)
    }

    fn is_known(&self, set: usize, claim: usize) -> bool {
        self.file(set).is_some() || self.data.is_known(set, claim)
    }

    fn format(&self, set: usize) -> Format {
        self.file(set).map_or(Format::Wasmsign2, |claim| claim.format)
    }

    fn may_be_by(&self, place: (usize, usize), key: &PublicKey) -> bool {
        self.file(place.0).is_none_or(|claim| claim.may_be_by(key))
    }

    fn is_by(&self, place: (usize, usize), message: &[u8], key: (usize, &PublicKey)) -> bool {
        match self.file(place.0) {
            Some(claim) => claim.is_by(key.0, key.1),
            None => self.data.is_by(place, message, key),
        }
    }

    fn why_invalid(&self, place: (usize, usize), key: (usize, &PublicKey)) -> Option<Invalid> {
        self.file(place.0)?.why_invalid(key.0, key.1)
    }
}
