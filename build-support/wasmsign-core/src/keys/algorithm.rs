//! The algorithms of signatures.

use core::fmt;

/// A signature algorithm. This version verifies [`Algorithm::Ed25519`], and with the feature `wasm-sign`
/// [`Algorithm::EcdsaSecp256k1`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// Ed25519 (RFC 8032).
    Ed25519,
    /// ECDSA over secp256k1 with SHA-256.
    EcdsaSecp256k1,
    /// ML-DSA-65 (FIPS 204).
    MlDsa65,
}

impl Algorithm {
    /// Every algorithm, by the word that trust files have for it.
    pub const NAMES: &[(&'static str, Self)] = &[
        ("ed25519", Self::Ed25519),
        ("ecdsa-secp256k1", Self::EcdsaSecp256k1),
        ("ml-dsa-65", Self::MlDsa65),
    ];

    /// Whether this version verifies it.
    #[cfg(feature = "trust")]
    pub(crate) const fn is_verified_here(self) -> bool {
        matches!(self, Self::Ed25519)
            || (cfg!(feature = "wasm-sign") && matches!(self, Self::EcdsaSecp256k1))
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::NAMES.iter().find(|(_, this)| this == self);
        f.write_str(name.map_or("", |(name, _)| name))
    }
}
