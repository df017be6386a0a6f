//! The search for valid signatures of the wanted keys, with bounded work.

use std::collections::HashMap;

use crate::PublicKey;
use crate::limits::MAX_PUBLIC_KEY_OPERATIONS;
use crate::message::message;
use crate::signature_data::{Content, SignatureData};

/// A valid signature of a wanted key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Place of its set in the order of the search.
    pub(crate) rank: usize,
    /// The hint that stood beside it.
    pub(crate) key_id: Vec<u8>,
}

/// There are more signatures to try than one file may cost.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Exhausted;

/// The work that was spent on one file's signatures, and what it has found.
#[derive(Debug)]
pub(crate) struct Work {
    operations_left: u32,
    /// What was tried before, by set, entry and key: trying it again costs nothing.
    tried: HashMap<(usize, usize, usize), bool>,
}

impl Default for Work {
    fn default() -> Self {
        Self { operations_left: MAX_PUBLIC_KEY_OPERATIONS, tried: HashMap::new() }
    }
}

/// One file's signatures against the wanted keys.
pub(crate) struct Search<'a> {
    data: &'a SignatureData,
    keys: &'a [PublicKey],
    ids: Vec<[u8; 12]>,
    work: Work,
}

impl Work {
    /// Whether the signature at this place is valid, at the cost of one operation the first time.
    fn valid(
        &mut self,
        place: (usize, usize, usize),
        verify: impl FnOnce() -> bool,
    ) -> Result<bool, Exhausted> {
        if let Some(&known) = self.tried.get(&place) {
            return Ok(known);
        }
        self.operations_left = self.operations_left.checked_sub(1).ok_or(Exhausted)?;
        let valid = verify();
        self.tried.insert(place, valid);
        Ok(valid)
    }
}

impl<'a> Search<'a> {
    pub(crate) fn new(data: &'a SignatureData, keys: &'a [PublicKey]) -> Self {
        Self::resume(data, keys, Work::default())
    }

    /// Goes on with a search of the same signatures for the same keys.
    pub(crate) fn resume(data: &'a SignatureData, keys: &'a [PublicKey], work: Work) -> Self {
        let ids = keys.iter().map(PublicKey::default_key_id).collect();
        Self { data, keys, ids, work }
    }

    /// What [`Search::resume`] goes on with.
    pub(crate) fn into_work(self) -> Work {
        self.work
    }

    /// The signatures that are searched.
    pub(crate) fn data(&self) -> &'a SignatureData {
        self.data
    }

    /// For each key its hit in the earliest of `sets`, as far as the budget goes.
    ///
    /// A key id is a hint: entries that carry a wanted key's usual id are tried with that key first,
    /// then every key is tried on every entry.
    pub(crate) fn run(&mut self, sets: &[usize]) -> (Vec<Option<Hit>>, Result<(), Exhausted>) {
        let mut hits = vec![None; self.keys.len()];
        let result = [true, false].into_iter().try_for_each(|hinted| {
            let mut ranked = sets.iter().enumerate();
            ranked.try_for_each(|(rank, &set)| self.try_set(set, rank, hinted, &mut hits))
        });
        (hits, result)
    }

    fn try_set(
        &mut self,
        set_index: usize,
        rank: usize,
        hinted: bool,
        hits: &mut [Option<Hit>],
    ) -> Result<(), Exhausted> {
        let set = &self.data.sets[set_index];
        let message = message(&set.hashes);
        for (entry_index, entry) in set.entries.iter().enumerate() {
            let Content::Ed25519(signature) = entry.content() else { continue };
            for (index, key) in self.keys.iter().enumerate() {
                let found_before = hits[index].as_ref().is_some_and(|hit| hit.rank <= rank);
                if found_before || (entry.key_id() == self.ids[index]) != hinted {
                    continue;
                }
                let place = (set_index, entry_index, index);
                if self.work.valid(place, || key.verify(&message, signature))? {
                    hits[index] = Some(Hit { rank, key_id: entry.key_id().to_vec() });
                }
            }
        }
        Ok(())
    }
}
