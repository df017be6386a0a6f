//! A trust file as data, in which nothing can be wrong.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::pattern::Pattern;
use super::succession::Handover;
use super::time::Time;
use crate::digest::Identity;
use crate::formats::Format;
use crate::keys::{Algorithm, PublicKey};
use crate::verify::Policy;

/// A trust file: who must have signed which modules.
///
/// [`Trust::load`] makes one of a file's text, and [`Trust::verifier`] asks it about a module.
#[derive(Debug, Clone)]
pub struct Trust {
    pub(super) keys: Vec<TrustedKey>,
    pub(super) roles: Vec<Role>,
    pub(super) rules: Vec<Rule>,
    pub(super) revoked: Arc<[Identity]>,
    pub(super) signers: Signers,
}

/// A key of a trust file, under its name.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TrustedKey {
    /// Its name.
    pub name: Arc<str>,
    /// The key.
    pub public_key: PublicKey,
    /// From when it and its successors count, inclusive.
    pub valid_from: Option<Time>,
    /// Until when it and its successors count, exclusive.
    pub valid_until: Option<Time>,
    /// Whether it and its successors never count.
    pub revoked: bool,
    /// From when the key itself counts no more, while its successors do.
    pub retired: Option<Time>,
    /// To whom it has handed over, from each to the next.
    pub successions: Vec<Handover>,
}

/// Keys of which so many must have signed.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Role {
    /// Its name.
    pub name: Arc<str>,
    /// The keys, as indexes into [`Trust::keys`].
    pub keys: Vec<usize>,
    /// How many distinct ones must have signed. A key and its successors count once.
    pub threshold: usize,
}

/// What a trust file asks of modules whose names match.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Rule {
    /// The names.
    pub modules: Vec<Pattern>,
    /// Who must have signed: each of these by itself. A single key stands here as a role of its own name.
    pub require: Vec<Role>,
    /// How much they must cover, what kind of binary it must be, and the package and version that its manifest must name.
    /// How many keys are wanted is said by `require`.
    pub policy: Policy,
    /// The formats of signatures that count.
    pub formats: Vec<Format>,
    /// The algorithms of which each required role must have signatures. None where any algorithm does.
    pub algorithms: Vec<Algorithm>,
    /// Whether the module may be unsigned.
    pub unsigned: bool,
}

/// A key that counts under some name from some moment until another.
pub(super) struct Term<'t> {
    pub(super) key: &'t PublicKey,
    pub(super) from: Option<Time>,
    pub(super) until: Option<Time>,
}

impl Term<'_> {
    pub(super) fn contains(&self, time: Time) -> bool {
        self.from.is_none_or(|from| from <= time) && self.until.is_none_or(|until| time < until)
    }
}

impl TrustedKey {
    /// The key and its successors, each with the time in which it counts, unless it is revoked.
    pub(super) fn terms(&self) -> impl Iterator<Item = Term<'_>> {
        // A missing end is the last of all, and `None` is less than every time.
        let until = match (self.valid_until, self.retired) {
            (Some(until), Some(retired)) => Some(until.min(retired)),
            (until, retired) => until.or(retired),
        };
        let first = Term { key: &self.public_key, from: self.valid_from, until };
        let successors = self.successions.iter().map(|handover| Term {
            key: &handover.to,
            from: self.valid_from.max(handover.valid_from),
            until: self.valid_until,
        });
        core::iter::once(first).chain(successors)
    }
}

/// Who a key belongs to: keys of one signer count once, and so does one key under two names.
#[derive(Debug, Clone, Default)]
pub(super) struct Signers {
    by_key: BTreeMap<PublicKey, Owner>,
}

/// What holds for a key under all its names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner {
    /// The same for a key and its successors.
    pub(super) signer: usize,
    /// Its usual key id.
    pub(super) key_id: [u8; 12],
    /// Whether it is revoked, or has taken over from a key that is.
    pub(super) revoked: bool,
}

impl Signers {
    /// Those of these keys.
    pub(super) fn of<'k>(keys: impl Iterator<Item = &'k TrustedKey> + Clone) -> Self {
        let mut signers = Self::default();
        for (index, key) in keys.clone().enumerate() {
            let chain: Vec<_> = key.terms().map(|term| term.key).collect();
            signers.join(index, &chain);
        }
        let mut changed = true;
        while changed {
            changed = false;
            for key in keys.clone() {
                changed |= signers.spread_revocation(key);
            }
        }
        signers
    }

    /// Makes the keys of a chain, and whoever has one of them, one signer.
    fn join(&mut self, signer: usize, chain: &[&PublicKey]) {
        let earlier: Vec<_> =
            chain.iter().filter_map(|key| self.owner(key)).map(|owner| owner.signer).collect();
        if !earlier.is_empty() {
            for owner in self.by_key.values_mut() {
                if earlier.contains(&owner.signer) {
                    owner.signer = signer;
                }
            }
        }
        for key in chain {
            let new = || Owner { signer, key_id: key.default_key_id(), revoked: false };
            self.by_key.entry((*key).clone()).or_insert_with(new).signer = signer;
        }
    }

    /// Revokes what follows on a revoked key in a chain; whether that has changed anything.
    fn spread_revocation(&mut self, key: &TrustedKey) -> bool {
        let mut revoked = key.revoked;
        let mut changed = false;
        for term in key.terms() {
            let Some(owner) = self.by_key.get_mut(term.key) else { continue };
            revoked |= owner.revoked;
            changed |= revoked != owner.revoked;
            owner.revoked = revoked;
        }
        changed
    }

    pub(super) fn owner(&self, key: &PublicKey) -> Option<Owner> {
        self.by_key.get(key).copied()
    }
}

impl Trust {
    /// The keys, in the order of the file.
    #[must_use]
    pub fn keys(&self) -> &[TrustedKey] {
        &self.keys
    }

    /// Every key that counts at `time` under some name, successors too, and each once: for what belongs to modules and has
    /// no rule of its own, such as the sums of a release.
    #[must_use]
    pub fn keys_at(&self, time: Time) -> Vec<PublicKey> {
        let mut keys: Vec<PublicKey> = Vec::new();
        for term in self.keys.iter().flat_map(TrustedKey::terms) {
            let is_revoked = self.signers.owner(term.key).is_some_and(|owner| owner.revoked);
            if term.contains(time) && !is_revoked && !keys.contains(term.key) {
                keys.push(term.key.clone());
            }
        }
        keys
    }

    /// The roles, in the order of the file.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// The rules, in the order of the file: the first that matches a name decides.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The modules that never count, whoever has signed them.
    #[must_use]
    pub fn revoked(&self) -> &[Identity] {
        &self.revoked
    }

    /// The index of the rule that decides about modules of this name.
    #[must_use]
    pub fn rule_for(&self, name: &str) -> Option<usize> {
        self.rules.iter().position(|rule| rule.modules.iter().any(|pattern| pattern.matches(name)))
    }

    /// Whether `new` is `old`, or has taken over from it by the successions of one of the file's keys.
    #[must_use]
    pub fn succeeds(&self, old: &PublicKey, new: &PublicKey) -> bool {
        let follows = |key: &TrustedKey| {
            let mut chain = key.terms().map(|term| term.key).skip_while(|key| *key != old);
            chain.any(|key| key == new)
        };
        old == new || self.keys.iter().any(follows)
    }

    /// What a rule asks of a role, in words: `2 of maintainers (alice, bob, carol)`; of a single key its name.
    #[must_use]
    pub fn describe(&self, role: &Role) -> String {
        let names: Vec<&str> = role.keys.iter().map(|&key| &*self.keys[key].name).collect();
        match names[..] {
            [name] if name == &*role.name => name.into(),
            _ => alloc::format!("{} of {} ({})", role.threshold, role.name, names.join(", ")),
        }
    }
}
