//! How far the signatures of trusted keys reach into a file, and whether that is enough.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::policy::Policy;
use super::requirement::Requirement;
use super::search::{Exhausted, Hit, Ranked, Search};
use super::verdict::{Covered, MaybeManifest, Reason, SignedBy};
use crate::digest::Hash;
#[cfg(feature = "whole-file")]
use crate::formats::whole_file::Invalid;
use crate::wasm::{Boundary, boundaries_met};

/// What is asked of a file.
pub(super) struct Asked<'a> {
    pub(super) policy: &'a Policy,
    pub(super) requirement: &'a Requirement,
    /// The manifest in the bytes before an offset, where the policy agrees with it.
    pub(super) manifest: &'a dyn Fn(u64) -> Result<MaybeManifest, Reason>,
}

/// A body as far as it was read.
pub(super) struct Seen<'a> {
    /// The boundaries, as many as can be signed.
    pub(super) boundaries: &'a [Boundary],
    /// How many boundaries there are.
    pub(super) boundary_count: usize,
    /// The end of the last section that a prefix must hold.
    pub(super) required_end: u64,
    /// Bytes of the file.
    #[cfg(feature = "trust")]
    pub(super) total: u64,
}

/// What can be said before the end of a file.
#[cfg(feature = "std")]
pub(super) struct SoFar {
    /// So many bytes from its start are covered if the file is trusted in the end.
    pub(super) certain: u64,
    /// Whether more may be covered than that.
    pub(super) open: bool,
}

/// What enough trusted keys have signed, and who they are.
pub(super) struct Granted {
    pub(super) covered: Covered,
    pub(super) signers: Vec<SignedBy>,
    pub(super) manifest: MaybeManifest,
}

/// Why nothing is granted.
pub(super) enum Denied {
    /// For this reason.
    Because(Reason),
    /// Too few trusted keys have signed as much as the policy wants. So many have.
    NotEnough(usize),
}

/// What is covered and the signers, if they are enough.
pub(super) fn covered(
    asked: &Asked<'_>,
    seen: &Seen<'_>,
    search: &mut Search<'_>,
) -> Result<Granted, Denied> {
    let reaches = reaches(asked.policy, seen, search);
    if asked.policy.takes_prefix() {
        search.follow(seen.boundaries).map_err(too_many)?;
    }
    let (hits, complete) = search.run(&enough(&reaches));
    // Whoever else has signed, and how far, is not known then.
    complete.map_err(too_many)?;
    grant(asked, search, &reaches, &hits)
}

/// For each key that is searched for whether it has signed as much as the policy wants, as far as the budget goes.
#[cfg(feature = "trust")]
pub(super) fn signed(policy: &Policy, seen: &Seen<'_>, search: &mut Search<'_>) -> Vec<bool> {
    let reaches = reaches(policy, seen, search);
    search.run(&enough(&reaches)).0.iter().map(Option::is_some).collect()
}

/// What is certain of a file that goes on behind what was read, should it be trusted in the end.
///
/// It is what would be covered if the file ended here. What follows can only take keys away that
/// reach less far than a later required section, or carry a key further: the range never shrinks.
///
/// Means nothing where the policy asks for the whole file.
#[cfg(feature = "std")]
pub(super) fn so_far(asked: &Asked<'_>, seen: &Seen<'_>, search: &mut Search<'_>) -> SoFar {
    const NOTHING: SoFar = SoFar { certain: 0, open: false };
    if search.follow(seen.boundaries).is_err() {
        return NOTHING;
    }
    let reaches = reaches(asked.policy, seen, search);
    let hits = search.known(&enough(&reaches));
    match grant(asked, search, &reaches, &hits) {
        Ok(granted) => SoFar { certain: granted.covered.end, open: goes_on(seen, search) },
        // It may come with a later part.
        #[cfg(feature = "manifest")]
        Err(Denied::Because(Reason::NoManifest)) => {
            SoFar { certain: 0, open: goes_on(seen, search) }
        }
        // Whatever follows, the file is refused.
        Err(_) => NOTHING,
    }
}

/// The most signers that are enough, and what all of them have signed. Where the manifest is not right there, fewer
/// signers who have signed more are.
fn grant(
    asked: &Asked<'_>,
    search: &Search<'_>,
    reaches: &[Reach],
    hits: &[Option<Hit>],
) -> Result<Granted, Denied> {
    let reach_of = |hit: &Hit| reaches[hit.set].covered();
    let mut denied = Denied::NotEnough(hits.iter().flatten().count());
    let mut before = None;
    let beyond = |before| {
        hits.iter().flatten().map(reach_of).filter(move |reach| Some(*reach) > before).min()
    };
    while let Some(covered) = beyond(before) {
        before = Some(covered);
        let signed = |key: usize| hits[key].as_ref().filter(|hit| reach_of(hit) >= covered);
        if !asked.requirement.is_met_by(&|key| signed(key).is_some()) {
            break;
        }
        match (asked.manifest)(covered.end) {
            Ok(manifest) => {
                let signers = search.keys().iter().enumerate().filter_map(|(index, key)| {
                    let hit = signed(index)?;
                    let (key_id, format) =
                        (Cow::Owned(hit.key_id.clone()), search.claims().format(hit.set));
                    Some(SignedBy { public_key: key.clone(), key_id, format })
                });
                return Ok(Granted { covered, signers: signers.collect(), manifest });
            }
            Err(reason) => denied = Denied::Because(reason),
        }
    }
    Err(denied)
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

fn too_many(exhausted: Exhausted) -> Denied {
    Denied::Because(too_many_signatures(exhausted))
}

fn too_many_signatures(Exhausted { limit }: Exhausted) -> Reason {
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

/// Why no key that is searched for has signed enough of the file: the most telling of the possible reasons.
pub(super) fn why_none(policy: &Policy, seen: &Seen<'_>, search: &mut Search<'_>) -> Reason {
    let reaches = reaches(policy, seen, search);
    let claims = search.claims();
    if (0..claims.set_count()).all(|set| claims.claim_count(set) == 0) {
        return Reason::NoSignature;
    }
    let others = ranked(&reaches, |set, reach| {
        !matches!(reach, Reach::Enough(_)) && !claims.hashes(set).is_empty()
    });
    let (hits, exhausted) = search.run(&others);
    match hits.iter().flatten().map(|hit| reaches[hit.set]).max() {
        Some(Reach::Short) => Reason::NotCovered,
        Some(_) => Reason::BodyChanged,
        None => match exhausted {
            #[cfg(feature = "whole-file")]
            Ok(()) => why_invalid(search).unwrap_or(Reason::NoTrustedSignature),
            #[cfg(not(feature = "whole-file"))]
            Ok(()) => Reason::NoTrustedSignature,
            Err(exhausted) => too_many_signatures(exhausted),
        },
    }
}

/// Why a signature that names one of the keys that are searched for is not valid under it.
#[cfg(feature = "whole-file")]
fn why_invalid(search: &Search<'_>) -> Option<Reason> {
    let claims = search.claims();
    let places = (0..claims.set_count())
        .flat_map(|set| (0..claims.claim_count(set)).map(move |claim| (set, claim)));
    let keys = || search.keys().iter().enumerate();
    let mut invalid =
        places.flat_map(|place| keys().filter_map(move |key| claims.why_invalid(place, key)));
    invalid.next().map(|invalid| match invalid {
        Invalid::File => Reason::BodyChanged,
        Invalid::Comment => Reason::CommentChanged,
    })
}
