//! Keys that have a name.

use super::scheme::KeyRef;
use crate::text::snippet::Snippet;

/// A key pair that has a name, in a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedKey {
    /// Its name.
    pub name: String,
    /// Its public half, if it is pinned.
    pub public: Option<KeyRef>,
    /// Where its secret half is found, if that is said.
    pub secret: Option<KeyRef>,
    /// Where it is named.
    pub place: Snippet,
}
