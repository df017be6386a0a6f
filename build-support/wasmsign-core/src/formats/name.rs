//! What the formats are called.

use core::fmt;

/// How a signature is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Format {
    /// The sections of the WebAssembly tool-conventions, or the same data in a file.
    Wasmsign2,
    /// A section at the end of the module, of wasmsign 0.1.
    Wasmsign1,
    /// A section at the end of the module, of wasm-sign: ECDSA over secp256k1.
    WasmSign,
    /// A `.minisig` file.
    Minisign,
    /// A file of PEM blocks, as Oak has them.
    Oak,
    /// A Sigstore bundle.
    Sigstore,
    /// A file of `ssh-keygen -Y sign`.
    Sshsig,
}

impl Format {
    /// Every format, by the word that trust files and command lines have for it.
    pub const NAMES: &[(&'static str, Self)] = &[
        ("wasmsign2", Self::Wasmsign2),
        ("wasmsign1", Self::Wasmsign1),
        ("wasm-sign", Self::WasmSign),
        ("minisign", Self::Minisign),
        ("oak", Self::Oak),
        ("sigstore", Self::Sigstore),
        ("sshsig", Self::Sshsig),
    ];

    /// Its word.
    #[must_use]
    pub fn name(self) -> &'static str {
        let named = Self::NAMES.iter().find(|(_, this)| *this == self);
        named.map_or("", |(name, _)| name)
    }

    /// Whether its signatures stand in the module, at its end.
    #[must_use]
    pub const fn ends_the_module(self) -> bool {
        matches!(self, Self::Wasmsign1 | Self::WasmSign)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
