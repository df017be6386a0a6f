//! Who must have signed, as data.

use alloc::vec;
use alloc::vec::Vec;

use super::policy::Require;

/// Who must have signed: of each of the groups enough signers, whatever the other groups have.
///
/// It is met by more keys where it is met by some: so no further signature ever makes a file less trusted.
#[derive(Debug)]
pub(crate) struct Requirement {
    pub(crate) groups: Vec<Group>,
}

/// Keys of which so many signers must have signed.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) wanted: usize,
    pub(crate) members: Vec<Member>,
    /// All signers of members are below this.
    pub(crate) signers: usize,
}

/// A key in a group.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member {
    /// Its index among the keys of the verifier.
    pub(crate) key: usize,
    /// Whose it is: keys of one signer count once.
    pub(crate) signer: usize,
}

impl Requirement {
    /// One group of so many keys, each of a signer of its own.
    pub(super) fn of(require: Require, keys: usize) -> Self {
        let members = (0..keys).map(|key| Member { key, signer: key }).collect();
        Self { groups: vec![Group { wanted: require.count(keys), members, signers: keys }] }
    }

    /// Whether these keys are enough.
    pub(super) fn is_met_by(&self, has_signed: &dyn Fn(usize) -> bool) -> bool {
        self.groups.iter().all(|group| group.count(has_signed) >= group.wanted)
    }
}

impl Group {
    /// How many signers have signed with one of their keys.
    pub(super) fn count(&self, has_signed: &dyn Fn(usize) -> bool) -> usize {
        let mut seen = vec![false; self.signers];
        let signed = self.members.iter().filter(|member| has_signed(member.key));
        signed.filter(|member| !core::mem::replace(&mut seen[member.signer], true)).count()
    }
}
