//! How far the signatures of trusted keys reach into a file, and whether that is enough.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::policy::Policy;
use super::search::{Exhausted, Hit, Ranked, Search};
use super::verdict::{Covered, Reason, SignedBy};
use crate::digest::Hash;
use crate::wasm::{Boundary, boundaries_met};

/// A body as far as it was read.
pub(super) struct Seen<'a> {
    /// The boundaries, as many as can be signed.
    pub(super) boundaries: &'a [Boundary],
    /// How many boundaries there are.
    pub(super) boundary_count: usize,
    /// The end of the last section that a prefix must hold.
    pub(super) required_end: u64,
}

/// What can be said before the end of a file.
#[cfg(feature = "std")]
pub(super) struct SoFar {
    /// So many bytes from its start are covered if the file is trusted in the end.
    pub(super) certain: u64,
    /// Whether more may be covered than that.
    pub(super) open: bool,
}

/// The trusted keys that have signed as much as the policy wants.
struct Tally {
    signers: Vec<SignedBy>,
    /// What all of them reach.
    covered: Covered,
}

/// What is covered and the signers, if they are enough.
pub(super) fn covered(
    policy: &Policy,
    seen: &Seen<'_>,
    search: &mut Search<'_>,
) -> Result<(Covered, Vec<SignedBy>), Reason> {
    let reaches = reaches(policy, seen, search);
    if policy.takes_prefix() {
        search.follow(seen.boundaries).map_err(too_many)?;
    }
    let enough = enough(&reaches);
    let (hits, complete) = search.run(&enough);
    // Whoever else has signed, and how far, is not known then.
    complete.map_err(too_many)?;
    let tally = tally(search, &reaches, &hits);
    match (tally.signers.len(), wanted(policy, search)) {
        (found, wanted) if found >= wanted => Ok((tally.covered, tally.signers)),
        (0, _) => Err(why_none(search, &reaches)),
        (found, wanted) => Err(Reason::PolicyNotMet { found, wanted }),
    }
}

/// What is certain of a file that goes on behind what was read, should it be trusted in the end.
///
/// It is what would be covered if the file ended here. What follows can only take keys away that
/// reach less far than a later required section, or carry a key further: the range never shrinks.
///
/// Means nothing where the policy asks for the whole file.
#[cfg(feature = "std")]
pub(super) fn so_far(policy: &Policy, seen: &Seen<'_>, search: &mut Search<'_>) -> SoFar {
    const NOTHING: SoFar = SoFar { certain: 0, open: false };
    if search.follow(seen.boundaries).is_err() {
        return NOTHING;
    }
    let reaches = reaches(policy, seen, search);
    let enough = enough(&reaches);
    let tally = tally(search, &reaches, &search.known(&enough));
    match tally.signers.len() >= wanted(policy, search) {
        true => SoFar { certain: tally.covered.end, open: goes_on(seen, search) },
        false => NOTHING,
    }
}

fn wanted(policy: &Policy, search: &Search<'_>) -> usize {
    policy.require.count(search.keys().len())
}

fn tally(search: &Search<'_>, reaches: &[Reach], hits: &[Option<Hit>]) -> Tally {
    let reach_of = |hit: &Hit| reaches[hit.set].covered();
    let covered = hits.iter().flatten().map(reach_of).min().unwrap_or_default();
    let signers = search.keys().iter().zip(hits).filter_map(|(key, hit)| {
        let key_id = Cow::Owned(hit.as_ref()?.key_id.clone());
        Some(SignedBy { public_key: key.clone(), key_id })
    });
    Tally { signers: signers.collect(), covered }
}

fn reaches(policy: &Policy, seen: &Seen<'_>, search: &Search<'_>) -> Vec<Reach> {
    let claims = search.claims();
    (0..claims.set_count()).map(|set| reach(policy, claims.hashes(set), seen)).collect()
}

/// How far the hashes of one set go with the file: each is met at its own boundary, in order.
fn reach(policy: &Policy, hashes: &[Hash], seen: &Seen<'_>) -> Reach {
    let met = boundaries_met(hashes, seen.boundaries);
    let Some(last) = met.checked_sub(1) else { return Reach::Nothing };
    let end = seen.boundaries[last].end;
    let whole = met == hashes.len() && met == seen.boundary_count;
    let enough = if policy.takes_prefix() { end >= seen.required_end } else { whole };
    match enough {
        true => Reach::Enough(Covered { end, whole }),
        false if policy.takes_prefix() || met == hashes.len() => Reach::Short,
        false => Reach::Differs,
    }
}

/// How far a set's hashes go with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    /// Not even the first part is the signed one.
    Nothing,
    /// Some parts are, others are not or are gone.
    Differs,
    /// All that was signed is there, but there is more.
    Short,
    /// As far as the policy wants.
    Enough(Covered),
}

impl Reach {
    fn covered(self) -> Covered {
        if let Self::Enough(covered) = self { covered } else { Covered::default() }
    }
}

fn too_many(Exhausted { limit }: Exhausted) -> Reason {
    Reason::TooManySignatures { what: "signatures to try", limit }
}

/// The sets that reach as far as the policy wants.
fn enough(reaches: &[Reach]) -> Vec<Ranked> {
    ranked(reaches, |_, reach| matches!(reach, Reach::Enough(_)))
}

/// Whether a trusted key may have signed more than was read, and all of what was read.
#[cfg(feature = "std")]
fn goes_on(seen: &Seen<'_>, search: &Search<'_>) -> bool {
    let claims = search.claims();
    (0..claims.set_count()).any(|set| {
        let hashes = claims.hashes(set);
        let met = boundaries_met(hashes, seen.boundaries);
        met == seen.boundary_count && met < hashes.len() && search.may_be_signed(set)
    })
}

/// The sets that pass the test, the farthest first; those that reach equally far have one rank.
fn ranked(reaches: &[Reach], test: impl Fn(usize, Reach) -> bool) -> Vec<Ranked> {
    let sets = reaches.iter().enumerate().filter(|(set, reach)| test(*set, **reach));
    let mut sets: Vec<_> = sets.map(|(set, &reach)| (set, reach)).collect();
    sets.sort_by_key(|&(_, reach)| Reverse(reach));
    let mut levels: Vec<_> = sets.iter().map(|&(_, reach)| reach).collect();
    levels.dedup();
    let rank = |reach| levels.partition_point(|&level| level > reach);
    sets.into_iter().map(|(set, reach)| (set, rank(reach))).collect()
}

/// Why no trusted key has signed enough of the file: the most telling of the possible reasons.
fn why_none(search: &mut Search<'_>, reaches: &[Reach]) -> Reason {
    let claims = search.claims();
    if (0..claims.set_count()).all(|set| claims.claim_count(set) == 0) {
        return Reason::NoSignature;
    }
    let others = ranked(reaches, |set, reach| {
        !matches!(reach, Reach::Enough(_)) && !claims.hashes(set).is_empty()
    });
    let (hits, exhausted) = search.run(&others);
    match hits.iter().flatten().map(|hit| reaches[hit.set]).max() {
        Some(Reach::Short) => Reason::NotCovered,
        Some(_) => Reason::BodyChanged,
        None => exhausted.map_or_else(too_many, |()| Reason::NoTrustedSignature),
    }
}
