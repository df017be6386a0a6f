//! The search for valid signatures of the trusted keys, with bounded work.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec;
use alloc::vec::Vec;

use crate::formats::Claims;
use crate::keys::PublicKey;
use crate::limits::MAX_PUBLIC_KEY_OPERATIONS;
use crate::wasm::{Boundary, boundaries_met};

/// A valid signature of a trusted key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Its set.
    pub(crate) set: usize,
    /// Rank of that in the search.
    rank: usize,
    /// The hint that stood beside it.
    pub(crate) key_id: Vec<u8>,
}

/// There are more signatures to try than one file may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Exhausted {
    /// How many that are.
    pub(crate) limit: u32,
}

/// The work that was spent on one file's signatures, and what it has found. There is one for a file, however it is read.
#[derive(Debug)]
pub(crate) struct Work {
    limit: u32,
    /// What was tried. Trying it again costs nothing.
    tried: BTreeSet<Place>,
    /// Whose the valid signatures are, by set and entry. None is valid under two keys.
    owners: BTreeMap<(usize, usize), usize>,
    /// The boundaries that [`Search::follow`] has come to.
    followed: usize,
}

/// A set, and what is made of it: the lower the better.
pub(crate) type Ranked = (usize, usize);

/// A set, an entry in it, and a key.
type Place = (usize, usize, usize);

impl Work {
    /// None so far, for so many keys: with each of them two signatures can be tried at least.
    pub(crate) fn new(keys: usize) -> Self {
        let twice = u32::try_from(keys.saturating_mul(2)).unwrap_or(u32::MAX);
        let limit = MAX_PUBLIC_KEY_OPERATIONS.max(twice);
        Self { limit, tried: BTreeSet::new(), owners: BTreeMap::new(), followed: 0 }
    }

    /// Whether the signature at this place is valid, if that is known.
    fn known(&self, place: Place) -> Option<bool> {
        let (set, entry, key) = place;
        match self.owners.get(&(set, entry)) {
            Some(&owner) => Some(owner == key),
            None => self.tried.contains(&place).then_some(false),
        }
    }

    /// Whether it is valid, at the cost of one operation where that is not known.
    fn valid(&mut self, place: Place, verify: impl FnOnce() -> bool) -> Result<bool, Exhausted> {
        if let Some(known) = self.known(place) {
            return Ok(known);
        }
        if self.tried.len() >= self.limit as usize {
            return Err(Exhausted { limit: self.limit });
        }
        self.tried.insert(place);
        let valid = verify();
        if valid {
            self.owners.insert((place.0, place.1), place.2);
        }
        Ok(valid)
    }
}

/// The keys of a verifier: those that it trusts, and behind them others whose signatures are looked for to know why a file
/// is not trusted.
#[derive(Debug)]
pub(crate) struct Keys {
    all: Vec<PublicKey>,
    trusted: usize,
    /// All keys by their usual ids.
    ids: BTreeMap<[u8; 12], usize>,
}

impl Keys {
    /// Trusted keys, each once.
    pub(crate) fn new(trusted: Vec<PublicKey>) -> Self {
        let count = trusted.len();
        let ids: Vec<_> = trusted.iter().map(PublicKey::default_key_id).collect();
        Self::with_ids(trusted, &ids, count)
    }

    /// Keys with their usual ids, each once, of which the first so many are trusted.
    pub(crate) fn with_ids(all: Vec<PublicKey>, ids: &[[u8; 12]], trusted: usize) -> Self {
        let mut by_id = BTreeMap::new();
        for (index, id) in ids.iter().enumerate() {
            by_id.insert(*id, index);
        }
        Self { all, trusted, ids: by_id }
    }

    /// All of them, the trusted ones first.
    #[cfg(feature = "whole-file")]
    pub(super) fn all(&self) -> &[PublicKey] {
        &self.all
    }

    /// The keys that are trusted.
    pub(super) fn trusted(&self) -> &[PublicKey] {
        &self.all[..self.trusted]
    }

    /// How many there are, trusted or not.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }
}

/// One file's signatures against the trusted keys.
pub(crate) struct Search<'a> {
    claims: &'a dyn Claims,
    keys: &'a [PublicKey],
    known: &'a Keys,
    work: &'a mut Work,
}

impl<'a> Search<'a> {
    /// Begins a search of these signatures for these keys, or goes on with it. `work` is that of the same file and keys.
    pub(crate) fn new(claims: &'a dyn Claims, known: &'a Keys, work: &'a mut Work) -> Self {
        Self { claims, keys: known.trusted(), known, work }
    }

    /// Searches for all keys from here on, and not for the trusted ones alone.
    #[cfg(feature = "trust")]
    pub(super) fn widen(&mut self) {
        self.keys = &self.known.all;
    }

    /// Searches for the trusted keys alone from here on.
    #[cfg(feature = "trust")]
    pub(super) fn narrow(&mut self) {
        self.keys = self.known.trusted();
    }

    /// The signatures that are searched.
    pub(super) fn claims(&self) -> &'a dyn Claims {
        self.claims
    }

    /// The keys that they are searched for.
    pub(super) fn keys(&self) -> &'a [PublicKey] {
        self.keys
    }

    /// For each key a hit in one of the sets of the lowest rank, as far as the budget goes.
    ///
    /// A key id is a hint: entries that carry a trusted key's usual id are tried with that key first,
    /// then every key is tried on every entry.
    pub(crate) fn run(&mut self, sets: &[Ranked]) -> (Vec<Option<Hit>>, Result<(), Exhausted>) {
        let mut hits = vec![None; self.keys.len()];
        let tries: [fn(&mut Self, _, &mut _) -> _; 2] = [Self::try_hinted, Self::try_every];
        let mut tries = tries.into_iter();
        let result = tries.try_for_each(|try_set| {
            sets.iter().try_for_each(|&ranked| try_set(self, ranked, &mut hits))
        });
        (hits, result)
    }

    /// As [`Search::run`], of what was tried before alone.
    #[cfg(feature = "std")]
    pub(super) fn known(&self, sets: &[Ranked]) -> Vec<Option<Hit>> {
        let mut hits: Vec<Option<Hit>> = vec![None; self.keys.len()];
        for (&(set, entry), &key) in &self.work.owners {
            let ranked = sets.iter().find(|(other, _)| *other == set);
            let Some(&(_, rank)) = ranked else { continue };
            if hits[key].as_ref().is_none_or(|hit| hit.rank > rank) {
                let key_id = self.claims.key_id(set, entry).to_vec();
                hits[key] = Some(Hit { set, rank, key_id });
            }
        }
        hits
    }

    /// Sees to it that at each of these boundaries one set is known for each key that has signed up to there: one of
    /// those that are met so far, and it does not matter which.
    ///
    /// What is tried depends on the boundaries alone, and not on whether they come one by one or all at once: so whoever
    /// reads a file part by part comes to the end of the budget where everybody else does.
    pub(super) fn follow(&mut self, boundaries: &[Boundary]) -> Result<(), Exhausted> {
        while self.work.followed < boundaries.len() {
            let seen = &boundaries[..=self.work.followed];
            let met = |set: &usize| boundaries_met(self.claims.hashes(*set), seen) == seen.len();
            let alive: Vec<_> =
                (0..self.claims.set_count()).filter(met).map(|set| (set, 0)).collect();
            self.run(&alive).1?;
            self.work.followed += 1;
        }
        Ok(())
    }

    /// Whether a signature in this set is a valid one of a trusted key, as far as that is known.
    #[cfg(feature = "std")]
    pub(super) fn may_be_signed(&self, set: usize) -> bool {
        let entries = 0..self.claims.claim_count(set);
        let mut places = entries
            .filter(|&entry| self.claims.is_known(set, entry))
            .flat_map(|entry| (0..self.keys.len()).map(move |key| (set, entry, key)));
        places.any(|place| self.work.known(place) != Some(false))
    }

    /// Tries each entry with the key whose usual id it carries.
    fn try_hinted(
        &mut self,
        (set, rank): Ranked,
        hits: &mut [Option<Hit>],
    ) -> Result<(), Exhausted> {
        let message = self.claims.message(set);
        for index in 0..self.claims.claim_count(set) {
            let key_id = self.claims.key_id(set, index);
            let key = key_id.try_into().ok().and_then(|id: [u8; 12]| self.known.ids.get(&id));
            if let Some(&key) = key.filter(|&&key| key < self.keys.len()) {
                self.try_one((set, index, key), &message, rank, hits)?;
            }
        }
        Ok(())
    }

    /// Tries each entry with each key.
    fn try_every(
        &mut self,
        (set, rank): Ranked,
        hits: &mut [Option<Hit>],
    ) -> Result<(), Exhausted> {
        let lacks = |key: &usize| hits[*key].as_ref().is_none_or(|hit| hit.rank > rank);
        let keys: Vec<_> = (0..self.keys.len()).filter(lacks).collect();
        let message = self.claims.message(set);
        for entry in (0..self.claims.claim_count(set)).take_while(|_| !keys.is_empty()) {
            for &key in &keys {
                self.try_one((set, entry, key), &message, rank, hits)?;
            }
        }
        Ok(())
    }

    fn try_one(
        &mut self,
        place: Place,
        message: &[u8],
        rank: usize,
        hits: &mut [Option<Hit>],
    ) -> Result<(), Exhausted> {
        let (set, entry, key) = place;
        let found_before = hits[key].as_ref().is_some_and(|hit| hit.rank <= rank);
        let may_be = self.claims.is_known(set, entry)
            && self.claims.may_be_by((set, entry), &self.keys[key]);
        if found_before || !may_be {
            return Ok(());
        }
        let is_by = || self.claims.is_by((set, entry), message, (key, &self.keys[key]));
        if self.work.valid(place, is_by)? {
            hits[key] = Some(Hit { set, rank, key_id: self.claims.key_id(set, entry).to_vec() });
        }
        Ok(())
    }
}
