//! How a verifier is made: the one place where keys and policy are checked against each other.

use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::error::BuilderError;
use super::judge::Criteria;
use super::policy::Policy;
use super::requirement::Requirement;
use super::search::Keys;
use super::verifier::Verifier;
use crate::formats::sections::Layout;
use crate::keys::PublicKey;
use crate::limits::MAX_KEYS;

/// Keys and a policy, of which [`VerifierBuilder::build`] makes a [`Verifier`]; made by [`VerifierBuilder::new`].
#[derive(Debug, Clone, Default)]
#[must_use = "`build` makes the verifier"]
pub struct VerifierBuilder {
    keys: Vec<PublicKey>,
    policy: Policy,
    identity: bool,
    layout: Layout,
}

impl VerifierBuilder {
    /// No key, and the strictest policy.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts another key. One that is given twice counts once.
    pub fn key(mut self, key: PublicKey) -> Self {
        self.keys.push(key);
        self
    }

    /// Trusts other keys.
    pub fn keys(mut self, keys: impl IntoIterator<Item = PublicKey>) -> Self {
        self.keys.extend(keys);
        self
    }

    /// Sets what is asked for.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Computes the [`Identity`](crate::Identity) as well: a second hash over the file, with std on a thread of its own.
    /// Without this, nobody pays for it.
    pub fn with_identity(mut self) -> Self {
        self.identity = true;
        self
    }

    /// Reads signature data in the literal form of the tool-conventions text, without lengths before
    /// sets and entries, in place of the deployed form.
    pub fn literal_form(mut self) -> Self {
        self.layout = Layout::Literal;
        self
    }

    /// Makes the verifier.
    ///
    /// # Errors
    ///
    /// [`BuilderError`]: no key, too many, or fewer than the policy wants signers.
    pub fn build(self) -> Result<Verifier, BuilderError> {
        let mut seen = BTreeSet::new();
        let keys = self.keys.into_iter().filter(|key| seen.insert(key.clone()));
        let keys: Vec<_> = keys.collect();
        let wanted = self.policy.require.count(keys.len());
        match keys.len() {
            0 => Err(BuilderError::NoKeys),
            found if found > MAX_KEYS => Err(BuilderError::TooManyKeys { found }),
            given if wanted > given => Err(BuilderError::TooFewKeys { wanted, given }),
            _ => {
                let Self { policy, identity, layout, .. } = self;
                let requirement = Requirement::of(policy.require, keys.len());
                let keys = Keys::new(keys);
                Ok(Verifier::of(Arc::new(Criteria {
                    keys,
                    requirement,
                    policy,
                    identity,
                    layout,
                    #[cfg(feature = "trust")]
                    ruling: None,
                })))
            }
        }
    }
}

impl Verifier {
    /// A verifier of whole modules, content with one signature of any of these keys; short for a builder with these keys
    /// and the default policy.
    ///
    /// # Errors
    ///
    /// As [`VerifierBuilder::build`].
    pub fn new(keys: impl IntoIterator<Item = PublicKey>) -> Result<Self, BuilderError> {
        Self::builder(keys).build()
    }

    /// The builder of a verifier that trusts these keys.
    pub fn builder(keys: impl IntoIterator<Item = PublicKey>) -> VerifierBuilder {
        VerifierBuilder::new().keys(keys)
    }
}
