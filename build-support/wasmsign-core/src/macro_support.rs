//! What the code that `wasmsign-macros` expands to names, and nobody else.
//!
//! The macros and this crate must be of the same release, because the macros check what is not checked here. So the path has
//! the version in it: code that was expanded by other macros does not compile.

/// Of this release alone.
pub mod v0_1_0 {
    use alloc::borrow::Cow;

    use crate::digest::Identity;
    use crate::keys::PublicKey;
    use crate::verify::{self, SignedBy, VerifiedModule};
    use crate::wasm::Kind;

    /// A public key that `public_key!` has checked. Bytes that are no point make a key under which nothing verifies.
    #[must_use]
    pub const fn public_key(bytes: [u8; 32]) -> PublicKey {
        PublicKey::from_checked(bytes)
    }

    /// A signer that `include_signed!` has found.
    #[must_use]
    pub const fn signed_by(public_key: [u8; 32], key_id: &'static [u8]) -> SignedBy {
        SignedBy { public_key: self::public_key(public_key), key_id: Cow::Borrowed(key_id) }
    }

    /// A module that `include_signed!` has verified: the file, the offset up to which it is covered and whether it is
    /// whole, its identity, and who has signed. Components cannot be included.
    pub const fn verified_module(
        bytes: &'static [u8],
        covered: (u64, bool),
        identity: [u8; 32],
        signers: &'static [SignedBy],
    ) -> VerifiedModule<'static> {
        let (total, identity) = (bytes.len() as u64, Identity::from_bytes(identity));
        let verified = verify::from_build(Kind::Module, total, covered, identity, signers);
        VerifiedModule::new(Cow::Borrowed(bytes), verified)
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::v0_1_0::{signed_by, verified_module};
    use crate::Identity;
    use crate::verify::{SignedBy, VerifiedModule};

    const SIGNERS: &[SignedBy] = &[signed_by([3; 32], b"id")];
    static MODULE: VerifiedModule<'_> =
        verified_module(b"\0asm\x01\0\0\0\0\x02\x01a", (8, false), [7; 32], SIGNERS);

    #[test]
    fn a_module_of_a_build_is_a_constant_with_its_facts() {
        assert_eq!(MODULE.bytes().len(), 12);
        assert_eq!(MODULE.covered_bytes(), b"\0asm\x01\0\0\0");
        let proof = MODULE.verified();
        assert_eq!((proof.covered(), proof.total(), proof.is_whole()), (8, 12, false));
        assert_eq!(proof.identity(), Some(Identity::from_bytes([7; 32])));
        assert_eq!(proof.signers(), SIGNERS);
    }

    #[test]
    fn it_does_not_show_its_bytes() {
        let shown = format!("{MODULE:?}");
        assert!(shown.starts_with("VerifiedModule { length: 12, verified: "), "{shown}");
    }

    #[test]
    fn the_path_has_the_version_of_this_crate() {
        let marker = env!("CARGO_PKG_VERSION").replace(['.', '-', '+'], "_");
        let path = core::any::type_name_of_val(&signed_by);
        assert!(path.contains(&format!("::v{marker}::")), "{path}");
    }
}
