//! What the code that `wasmsign-macros` expands to names, and nobody else.
//!
//! The macros and this crate must be of the same release, because the macros check what is not checked here. So the path has
//! the version in it: code that was expanded by other macros does not compile.

/// Of this release alone.
pub mod v0_1_0 {
    use alloc::borrow::Cow;

    use crate::digest::Identity;
    use crate::formats::Format;
    use crate::keys::PublicKey;
    #[cfg(feature = "manifest")]
    use crate::manifest::ModuleManifest;
    use crate::verify::{self, MaybeManifest, SignedBy, VerifiedModule};
    use crate::wasm::Kind;

    /// A public key that `public_key!` has checked. Bytes that are no point make a key under which nothing verifies.
    #[must_use]
    pub const fn public_key(bytes: [u8; 32]) -> PublicKey {
        PublicKey::from_checked(bytes)
    }

    /// A signer that `include_signed!` has found.
    #[must_use]
    pub const fn signed_by(public_key: [u8; 32], key_id: &'static [u8]) -> SignedBy {
        let (public_key, key_id) = (self::public_key(public_key), Cow::Borrowed(key_id));
        SignedBy { public_key, key_id, format: Format::Wasmsign2 }
    }

    /// What a module says of itself. Without the feature `manifest` it has no value.
    pub type Manifest = MaybeManifest;

    /// A module that says nothing.
    #[cfg(feature = "manifest")]
    pub const NO_MANIFEST: Manifest = None;

    /// A module of which it does not matter what it says.
    #[cfg(not(feature = "manifest"))]
    pub const NO_MANIFEST: Manifest = ();

    /// The manifest that `include_signed!` has read: package, version, target and profile; revision, and whether there were
    /// changes; what cargo made; name, version and options of the optimizer; the rest, sorted by key.
    #[must_use]
    pub const fn manifest(
        texts: [&'static str; 4],
        revision: (Option<&'static str>, Option<bool>),
        built: [u8; 32],
        optimizer: Option<[&'static str; 2]>,
        options: &'static [Text],
        extra: &'static [(Text, Text)],
    ) -> Manifest {
        #[cfg(feature = "manifest")]
        {
            let built = Identity::from_bytes(built);
            let read =
                ModuleManifest::from_build(texts, revision, built, optimizer, options, extra);
            Some(Cow::Owned(read))
        }
        #[cfg(not(feature = "manifest"))]
        {
            let _ = (texts, revision, built, optimizer, options, extra);
        }
    }

    /// A text of a manifest.
    pub type Text = Cow<'static, str>;

    /// A text of a manifest.
    #[must_use]
    pub const fn text(text: &'static str) -> Text {
        Cow::Borrowed(text)
    }

    /// A module that `include_signed!` has verified: the file, the offset up to which it is covered and whether it is
    /// whole, its identity, who has signed, and what it says of itself there. Components cannot be included.
    pub const fn verified_module(
        bytes: &'static [u8],
        covered: (u64, bool),
        identity: [u8; 32],
        signers: &'static [SignedBy],
        manifest: Manifest,
    ) -> VerifiedModule<'static> {
        let (total, identity) = (bytes.len() as u64, Identity::from_bytes(identity));
        let verified =
            verify::from_build(Kind::Module, total, covered, identity, signers, manifest);
        VerifiedModule::new(Cow::Borrowed(bytes), verified)
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    #[cfg(feature = "manifest")]
    use alloc::string::ToString;

    use super::v0_1_0::{NO_MANIFEST, signed_by, verified_module};
    use crate::Identity;
    use crate::verify::{SignedBy, VerifiedModule};

    const SIGNERS: &[SignedBy] = &[signed_by([3; 32], b"id")];
    static MODULE: VerifiedModule<'_> =
        verified_module(b"\0asm\x01\0\0\0\0\x02\x01a", (8, false), [7; 32], SIGNERS, NO_MANIFEST);

    #[test]
    fn a_module_of_a_build_is_a_constant_with_its_facts() {
        assert_eq!(MODULE.bytes().len(), 12);
        assert_eq!(MODULE.covered_bytes(), b"\0asm\x01\0\0\0");
        let proof = MODULE.verified();
        assert_eq!((proof.covered(), proof.total(), proof.is_whole()), (8, 12, false));
        assert_eq!(proof.identity(), Some(Identity::from_bytes([7; 32])));
        assert_eq!(proof.signers(), SIGNERS);
    }

    #[cfg(feature = "manifest")]
    #[test]
    fn so_is_what_it_says_of_itself() {
        use super::v0_1_0::{Manifest, Text, manifest, text};

        const OPTIONS: &[Text] = &[text("-Oz")];
        const EXTRA: &[(Text, Text)] = &[(text("channel"), text("stable"))];
        const MANIFEST: Manifest = manifest(
            ["codec", "1.4.0-rc.1", "codec", "release"],
            (Some("git:0000000000000000000000000000000000000000"), Some(true)),
            [9; 32],
            Some(["binaryen", "116"]),
            OPTIONS,
            EXTRA,
        );
        static MODULE: VerifiedModule<'_> =
            verified_module(b"\0asm\x01\0\0\0", (8, true), [7; 32], SIGNERS, MANIFEST);
        let manifest = MODULE.verified().manifest().expect("it has one");
        let encoded = manifest.encode().expect("it is short");
        assert_eq!(crate::ModuleManifest::parse(&encoded).as_ref(), Ok(manifest));
        assert_eq!(manifest.version().to_string(), "1.4.0-rc.1");
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
