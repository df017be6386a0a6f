//! What came of building a module again.

use wasmsign_core::Identity;
use wasmsign_core::wasm::Kind;

use crate::module::compare::Difference;
use crate::module::toolchain::Toolchain;

/// A module and what its source gives now.
pub(crate) struct Rebuilt {
    /// The identity of the module.
    pub(crate) identity: Identity,
    /// The identity of what was built again.
    pub(crate) rebuilt: Identity,
    /// The kind of the module.
    pub(crate) kind: Kind,
    /// The profile that it was built with.
    pub(crate) profile: String,
    /// The target that it was built for.
    pub(crate) target: String,
    /// Where the two differ first, if they do.
    pub(crate) difference: Option<Difference>,
    /// What the module tells of the tools that made it, and what the rebuilt one does.
    pub(crate) tools: (Toolchain, Toolchain),
}
