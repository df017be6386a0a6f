//! What a trust file adds to the question whether a file is trusted, and to the answer.

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use super::coverage::{self, Asked, Denied, Granted, Seen};
use super::requirement::{Group, Member, Requirement};
use super::roles::{Ruled, SignedRole};
use super::search::Search;
use super::verdict::{Covered, Reason};
use crate::digest::Identity;
use crate::formats::Format;

/// The part of a trust file that decides about one module at one time.
#[derive(Debug)]
pub(crate) struct Ruling {
    /// Index of the rule that decides; without one everything is refused.
    pub(crate) rule: Option<usize>,
    /// What the groups of the requirement are called, in their order.
    pub(crate) names: Vec<GroupNames>,
    /// Keys that would be members of a group if they counted.
    pub(crate) barred: Vec<Barred>,
    /// Where the module may be unsigned: for each key of the verifier why its signatures do not count, if so.
    pub(crate) unsigned: Option<Vec<Option<Bar>>>,
    /// The modules that are never trusted.
    pub(crate) revoked: Arc<[Identity]>,
    /// The formats of signatures that count.
    pub(crate) formats: Vec<Format>,
}

/// The name of a group, and those of its members in their order.
#[derive(Debug)]
pub(crate) struct GroupNames {
    pub(crate) name: Arc<str>,
    pub(crate) members: Vec<Arc<str>>,
    pub(crate) wanted: usize,
}

/// A key that does not count in a group.
#[derive(Debug)]
pub(crate) struct Barred {
    pub(crate) group: usize,
    pub(crate) member: Member,
    pub(crate) bar: Bar,
}

/// Why a key does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bar {
    /// It is revoked.
    Revoked,
    /// It is too early or too late for it.
    NotValid,
}

impl Bar {
    fn reason(self) -> Reason {
        match self {
            Self::Revoked => Reason::RevokedKey,
            Self::NotValid => Reason::KeyNotValid,
        }
    }
}

impl Ruling {
    /// The answer before any signature was looked at.
    pub(super) fn nobody_has_signed(&self) -> Ruled {
        let role = |names: &GroupNames| SignedRole {
            name: Arc::clone(&names.name),
            keys: Vec::new(),
            wanted: names.wanted,
        };
        Ruled { rule: self.rule, roles: self.names.iter().map(role).collect() }
    }

    /// What can be said before any signature is looked at.
    pub(super) fn before_signatures(&self, identity: Option<Identity>) -> Result<(), Reason> {
        if identity.is_some_and(|identity| self.revoked.contains(&identity)) {
            return Err(Reason::RevokedModule);
        }
        self.rule.map(drop).ok_or(Reason::NoRule)
    }

    /// Who has signed: all that is covered where enough have, else as much as the policy wants.
    pub(super) fn roles(
        &self,
        asked: &Asked<'_>,
        seen: &Seen<'_>,
        search: &mut Search<'_>,
        granted: Option<&Granted>,
    ) -> Vec<SignedRole> {
        let signed = match granted {
            Some(granted) => {
                // They are in the order of the keys.
                let mut signers =
                    granted.signers.iter().map(|signer| &signer.public_key).peekable();
                let signed = |key| signers.next_if_eq(&key).is_some();
                search.keys().iter().map(signed).collect()
            }
            None => coverage::signed(asked.policy, seen, search),
        };
        let groups = asked.requirement.groups.iter().zip(&self.names);
        groups.map(|(group, names)| signed_role(group, names, &signed)).collect()
    }

    /// What becomes of a file that too few keys have signed.
    pub(super) fn complete(
        &self,
        granted: Result<Granted, Denied>,
        roles: &[SignedRole],
        asked: &Asked<'_>,
        seen: &Seen<'_>,
        search: &mut Search<'_>,
    ) -> Result<Granted, Reason> {
        let found = match granted {
            Ok(granted) => return Ok(granted),
            Err(Denied::Because(reason)) => return Err(reason),
            Err(Denied::NotEnough(found)) => found,
        };
        search.widen();
        let signed = coverage::signed(asked.policy, seen, search);
        if let Some(bars) = &self.unsigned {
            return unsigned(bars, &signed, asked, seen, search);
        }
        let bars = [Bar::Revoked, Bar::NotValid].into_iter();
        let mut between = bars.filter(|&bar| self.would_be_met(asked.requirement, bar, &signed));
        if let Some(bar) = between.next() {
            return Err(bar.reason());
        }
        search.narrow();
        if found == 0 {
            return Err(coverage::why_none(asked.policy, seen, search));
        }
        let missing = roles.iter().filter(|role| !role.is_satisfied());
        Err(Reason::RoleNotMet { missing: missing.cloned().collect() })
    }

    /// Whether the keys that do not count for this reason alone stand between the file and the verdict.
    fn would_be_met(&self, requirement: &Requirement, bar: Bar, signed: &[bool]) -> bool {
        let with_barred = |(index, group): (usize, &Group)| {
            let barred =
                self.barred.iter().filter(|barred| barred.group == index && barred.bar == bar);
            let barred = barred.map(|barred| barred.member);
            Group {
                wanted: group.wanted,
                members: group.members.iter().copied().chain(barred).collect(),
                signers: group.signers,
            }
        };
        let groups = requirement.groups.iter().enumerate().map(with_barred).collect();
        Requirement { groups }.is_met_by(&|key| signed[key])
    }
}

/// Lets an unsigned file pass, and no file with a signature of a known key that is not right.
fn unsigned(
    bars: &[Option<Bar>],
    signed: &[bool],
    asked: &Asked<'_>,
    seen: &Seen<'_>,
    search: &mut Search<'_>,
) -> Result<Granted, Reason> {
    let barred = bars.iter().zip(signed).find_map(|(bar, &signed)| bar.filter(|_| signed));
    if let Some(bar) = barred {
        return Err(bar.reason());
    }
    match coverage::why_none(asked.policy, seen, search) {
        Reason::NoSignature | Reason::NoTrustedSignature => {}
        reason => return Err(reason),
    }
    // What it says of itself was said by nobody.
    let manifest = (asked.manifest)(0)?;
    let covered = Covered { end: seen.total, whole: false };
    Ok(Granted { covered, signers: Vec::new(), manifest })
}

fn signed_role(group: &Group, names: &GroupNames, signed: &[bool]) -> SignedRole {
    let (mut seen, mut keys) = (vec![false; group.signers], Vec::new());
    for (member, name) in group.members.iter().zip(&names.members) {
        if signed[member.key] && !core::mem::replace(&mut seen[member.signer], true) {
            keys.push(Arc::clone(name));
        }
    }
    SignedRole { name: Arc::clone(&names.name), keys, wanted: group.wanted }
}
