//! What a verifier asks for, and whether the facts it found are enough. Reads no bytes.

use std::fmt;
use std::num::NonZeroUsize;
use std::sync::Arc;

use crate::wasm::section::{Kind, Section};

/// How many of the given keys must have signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Require {
    /// At least one.
    #[default]
    Any,
    /// Each of them, and at least one.
    All,
    /// At least so many distinct ones.
    AtLeast(NonZeroUsize),
}

impl Require {
    /// The number of signers wanted, of `keys` distinct keys. Never 0.
    pub(crate) fn count(self, keys: usize) -> usize {
        match self {
            Self::Any => 1,
            Self::All => keys.max(1),
            Self::AtLeast(count) => count.get(),
        }
    }
}

/// Decides by name whether a custom section must be covered.
type NameTest = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// How much of the file a signature must cover, and what kind of binary the file must be.
///
/// The default is the strictest: any key, the whole file, a module.
#[derive(Clone)]
pub struct Policy {
    pub(crate) require: Require,
    pub(crate) prefix: Option<NameTest>,
    pub(crate) expect: Option<Kind>,
}

impl Default for Policy {
    fn default() -> Self {
        Self { require: Require::Any, prefix: None, expect: Some(Kind::Module) }
    }
}

impl Policy {
    /// Sets how many of the keys must have signed.
    #[must_use]
    pub fn require(mut self, require: Require) -> Self {
        self.require = require;
        self
    }

    /// Is content with a signed prefix of the file that holds every section that is not custom.
    ///
    /// What lies behind it is not verified: see [`Verified::covered`](crate::Verified::covered).
    #[must_use]
    pub fn prefix(self) -> Self {
        self.prefix_with(|_| false)
    }

    /// As [`Policy::prefix`]; the custom sections whose name passes the test must lie in the prefix too.
    #[must_use]
    pub fn prefix_with(mut self, required: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        self.prefix = Some(Arc::new(required));
        self
    }

    /// Sets the kind of binary that the header must announce; `None` takes either. The header is not
    /// under the signature, so this is the only word on it.
    #[must_use]
    pub fn expect(mut self, kind: Option<Kind>) -> Self {
        self.expect = kind;
        self
    }

    /// Whether a prefix may be enough only if it holds this section.
    pub(crate) fn must_cover(&self, section: &Section) -> bool {
        match (section.name(), &self.prefix) {
            (None, _) => true,
            (Some(name), Some(required)) => required(name),
            (Some(_), None) => true,
        }
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy")
            .field("require", &self.require)
            .field("prefix", &self.prefix.is_some())
            .field("expect", &self.expect)
            .finish()
    }
}
