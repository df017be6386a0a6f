//! What a verifier is asked for, and what is told of it.

use std::num::NonZeroUsize;

use wasmsign_core::limits::MAX_KEYS;
use wasmsign_core::trust::Trust;
use wasmsign_core::wasm::Kind;
use wasmsign_core::{Policy, PublicKey, Require, SectionNames, Verified, Verifier};

use crate::outcome::{NO_SIZE, Outcome, unfit};
use crate::pointers;
use crate::types::{WasmsignKind, WasmsignStatus, WasmsignVerdict, WasmsignVerifier};

impl WasmsignVerifier {
    /// Trusts a key. One that is given twice counts once.
    pub(crate) fn add(&mut self, key: &[u8]) -> Outcome {
        let usage = |text: String| Err((WasmsignStatus::Usage, text.into()));
        match PublicKey::decode(key) {
            Ok(key) if self.keys.contains(&key) => Ok(()),
            Ok(_) if self.keys.len() >= MAX_KEYS => {
                usage(format!("a verifier takes {MAX_KEYS} keys at most"))
            }
            Ok(key) => {
                self.keys.push(key);
                Ok(())
            }
            Err(error) if key.last() == Some(&0) => {
                usage(format!("{error}; it ends with a zero byte: pass the length without it"))
            }
            Err(error) => usage(error.to_string()),
        }
    }

    /// Verifies, where everything that was asked for makes sense.
    pub(crate) fn verify(
        &self,
        size: Option<usize>,
        verify: impl FnOnce(&Verifier) -> Outcome<Verified>,
    ) -> Outcome<Verified> {
        if size.is_some_and(|size| size < size_of::<WasmsignVerdict>()) {
            return Err(NO_SIZE);
        }
        verify(&self.core()?)
    }

    /// The core's verifier that asks for the same.
    pub(crate) fn core(&self) -> Outcome<Verifier> {
        match &self.trust {
            Some(trust) => self.by_trust_file(trust),
            None => self.by_keys(),
        }
    }

    fn by_trust_file(&self, trust: &Trust) -> Outcome<Verifier> {
        let usage = |text: &'static str| Err((WasmsignStatus::Usage, text.into()));
        let is_any = self.package.is_none() && self.version.is_none();
        let is_default =
            is_any && self.require == 1 && !self.prefix && self.expect == WasmsignKind::Module;
        match &self.asked {
            _ if !self.keys.is_empty() || !is_default => usage(
                "the trust file says which keys, how many and how much: set nothing of that beside it",
            ),
            None => usage("a trust file is asked with a name and a time: wasmsign_verifier_ask"),
            Some((name, time)) => Ok(trust.verifier(name, *time).with_identity().build()),
        }
    }

    fn by_keys(&self) -> Outcome<Verifier> {
        let require = match NonZeroUsize::new(self.require) {
            None => Require::All,
            Some(count) => Require::AtLeast(count),
        };
        let expect = match self.expect {
            WasmsignKind::Module => Some(Kind::Module),
            WasmsignKind::Component => Some(Kind::Component),
            WasmsignKind::Any => None,
        };
        let mut policy = Policy::default().require(require).expect(expect);
        if let Some(package) = &self.package {
            policy = policy.package(package);
        }
        if let Some(version) = &self.version {
            policy = policy.version(version.clone());
        }
        let policy = match self.prefix {
            true => policy.prefix_with(SectionNames::exactly(&self.sections)),
            false => policy,
        };
        let builder = Verifier::builder(self.keys.iter().cloned()).policy(policy).with_identity();
        builder.build().map_err(unfit)
    }

    /// Writes the message, when nothing is read any more that could be the earlier one.
    pub(crate) fn tell(&mut self, outcome: Outcome) -> WasmsignStatus {
        let (status, text) = outcome.err().unwrap_or((WasmsignStatus::Ok, "".into()));
        self.message.set(&text);
        status
    }
}

impl WasmsignVerdict {
    pub(crate) const NOTHING: Self = Self {
        size: size_of::<Self>(),
        covered: 0,
        total: 0,
        signers: 0,
        whole: false,
        has_identity: false,
        identity: [0; 32],
        has_rule: false,
        rule: 0,
    };

    pub(crate) fn of(verified: &Verified) -> Self {
        let identity = verified.identity();
        Self {
            covered: verified.covered(),
            total: verified.total(),
            signers: verified.signers().len(),
            whole: verified.is_whole(),
            has_identity: identity.is_some(),
            identity: identity.map(|identity| *identity.as_bytes()).unwrap_or_default(),
            has_rule: verified.rule().is_some(),
            rule: verified.rule().unwrap_or_default(),
            ..Self::NOTHING
        }
    }

    /// Writes this where C points, if there is room; `size` stays what C has set it to.
    ///
    /// # Safety
    ///
    /// `place` is null, or points at `size` bytes that may be written.
    pub(crate) unsafe fn put(self, place: *mut Self, size: Option<usize>) {
        if let Some(size) = size.filter(|size| *size >= size_of::<Self>()) {
            // SAFETY: it is what the contract above says, and there are as many bytes.
            unsafe { pointers::put(place, Self { size, ..self }) }
        }
    }
}
