//! A module that was verified while the program around it was compiled.
//!
//! [`VerifiedModule`] is what `include_signed!` of the crate `wasmsign-macros` expands to, and that macro is the only
//! one to make it: take it as a parameter where only such modules may go.

use std::fmt;
use std::ops::Deref;

use crate::Identity;

/// The bytes of a module that the compiler has embedded after they had met a policy.
///
/// It costs nothing at run time: the bytes are in the program, the identity was computed beside them.
///
/// What it proves is what the *build* has seen: these are the bytes that were verified, under the keys and the policy
/// in the call of the macro. Whoever can change the program can change them, as he can change all of it.
///
/// ```
/// use wasmsign_core::included::VerifiedModule;
///
/// fn instantiate(module: VerifiedModule) {
///     println!("{}: {} bytes", module.identity(), module.len());
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct VerifiedModule {
    bytes: &'static [u8],
    identity: Identity,
    covered: u64,
}

impl VerifiedModule {
    /// What `wasmsign_macros::include_signed!` expands to; for nothing else, because nothing is checked here.
    #[doc(hidden)]
    #[must_use]
    pub const fn __from_macro(bytes: &'static [u8], identity: [u8; 32], covered: u64) -> Self {
        Self { bytes, identity: Identity::new(identity), covered }
    }

    /// The file, byte for byte, with its embedded signature where it has one.
    #[must_use]
    pub const fn as_bytes(&self) -> &'static [u8] {
        self.bytes
    }

    /// The identity of the file, computed while the program was compiled.
    #[must_use]
    pub const fn identity(&self) -> Identity {
        self.identity
    }

    /// How many bytes from the start of the file are covered. All behind them is unverified, and there is nothing
    /// behind them unless the macro was told `coverage = prefix`.
    #[must_use]
    pub const fn covered(&self) -> u64 {
        self.covered
    }
}

impl Deref for VerifiedModule {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes
    }
}

impl AsRef<[u8]> for VerifiedModule {
    fn as_ref(&self) -> &[u8] {
        self.bytes
    }
}

/// Without the bytes, of which there may be millions.
impl fmt::Debug for VerifiedModule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedModule")
            .field("length", &self.bytes.len())
            .field("identity", &format_args!("{}", self.identity))
            .field("covered", &self.covered)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULE: VerifiedModule = VerifiedModule::__from_macro(b"\0asm\x01\0\0\0", [7; 32], 8);

    #[test]
    fn is_a_constant_with_its_facts() {
        const { assert!(MODULE.as_bytes().len() == 8 && MODULE.covered() == 8) };
        assert_eq!(MODULE.identity(), Identity::from([7; 32]));
        assert_eq!(MODULE.as_ref(), &*MODULE);
    }

    #[test]
    fn does_not_show_its_bytes() {
        let shown = format!("{MODULE:?}");
        assert!(shown.contains("length: 8, identity: sha256:0707"), "{shown}");
    }
}
