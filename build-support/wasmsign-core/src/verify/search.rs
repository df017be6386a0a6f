//! The search for valid signatures of the wanted keys, with bounded work.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::PublicKey;
use crate::formats::sections::data::{Content, Entry, SignatureData};
use crate::formats::sections::message::message;
use crate::limits::MAX_PUBLIC_KEY_OPERATIONS;
use crate::wasm::pass::{self, Boundary};

/// A valid signature of a wanted key.
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
    tried: HashSet<Place>,
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
        Self { limit, tried: HashSet::new(), owners: BTreeMap::new(), followed: 0 }
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

/// One file's signatures against the wanted keys.
pub(crate) struct Search<'a> {
    data: &'a SignatureData,
    keys: &'a [PublicKey],
    /// The keys by their usual ids.
    ids: HashMap<[u8; 12], usize>,
    work: &'a mut Work,
}

impl<'a> Search<'a> {
    /// Begins a search of these signatures for these keys, or goes on with it. `work` is that of the same file and keys.
    pub(crate) fn new(data: &'a SignatureData, keys: &'a [PublicKey], work: &'a mut Work) -> Self {
        let ids = keys.iter().map(PublicKey::default_key_id).zip(0..).collect();
        Self { data, keys, ids, work }
    }

    /// The signatures that are searched.
    pub(crate) fn data(&self) -> &'a SignatureData {
        self.data
    }

    /// For each key a hit in one of the sets of the lowest rank, as far as the budget goes.
    ///
    /// A key id is a hint: entries that carry a wanted key's usual id are tried with that key first,
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
    pub(crate) fn known(&self, sets: &[Ranked]) -> Vec<Option<Hit>> {
        let mut hits: Vec<Option<Hit>> = vec![None; self.keys.len()];
        for (&(set, entry), &key) in &self.work.owners {
            let ranked = sets.iter().find(|(other, _)| *other == set);
            let Some(&(_, rank)) = ranked else { continue };
            if hits[key].as_ref().is_none_or(|hit| hit.rank > rank) {
                let key_id = self.data.sets[set].entries[entry].key_id().to_vec();
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
    pub(crate) fn follow(&mut self, boundaries: &[Boundary]) -> Result<(), Exhausted> {
        while self.work.followed < boundaries.len() {
            let seen = &boundaries[..=self.work.followed];
            let met = |hashes: &[[u8; 32]]| pass::boundaries_met(hashes, seen) == seen.len();
            let sets = self.data.sets.iter().zip(0..);
            let alive: Vec<_> =
                sets.filter(|(set, _)| met(&set.hashes)).map(|(_, set)| (set, 0)).collect();
            self.run(&alive).1?;
            self.work.followed += 1;
        }
        Ok(())
    }

    /// Whether a signature in this set is a valid one of a wanted key, as far as that is known.
    pub(crate) fn may_be_signed(&self, set: usize) -> bool {
        let entries = self.data.sets[set].entries.iter().enumerate();
        let mut places = entries
            .filter(|(_, entry)| ed25519(entry).is_some())
            .flat_map(|(entry, _)| (0..self.keys.len()).map(move |key| (set, entry, key)));
        places.any(|place| self.work.known(place) != Some(false))
    }

    /// Tries each entry with the key whose usual id it carries.
    fn try_hinted(
        &mut self,
        (set, rank): Ranked,
        hits: &mut [Option<Hit>],
    ) -> Result<(), Exhausted> {
        let data = self.data;
        let message = message(&data.sets[set].hashes);
        for (index, entry) in data.sets[set].entries.iter().enumerate() {
            let key = entry.key_id().try_into().ok().and_then(|id: [u8; 12]| self.ids.get(&id));
            if let Some(&key) = key {
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
        let message = message(&self.data.sets[set].hashes);
        for entry in (0..self.data.sets[set].entries.len()).take_while(|_| !keys.is_empty()) {
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
        let entry = &self.data.sets[set].entries[entry];
        let Some(signature) = ed25519(entry) else { return Ok(()) };
        let found_before = hits[key].as_ref().is_some_and(|hit| hit.rank <= rank);
        if !found_before && self.work.valid(place, || self.keys[key].verify(message, signature))? {
            hits[key] = Some(Hit { set, rank, key_id: entry.key_id().to_vec() });
        }
        Ok(())
    }
}

fn ed25519(entry: &Entry) -> Option<&[u8; 64]> {
    match entry.content() {
        Content::Ed25519(signature) => Some(signature),
        _ => None,
    }
}
