//! Which signatures a verification looks at.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::whole_file::{WholeFile, malformed};
use super::{Format, FormatError};
use crate::limits::MAX_SIGNATURE_BYTES;
use crate::wasm::{Malformed, Place};

/// Signatures for [`Verifier::verify_file`](crate::Verifier::verify_file) and its kind: those of one format or of several.
/// What they say counts together, whichever of them it is from.
///
/// ```
/// # use wasmsign_core::{SecretKey, Verifier, formats::FileSignatures, sign};
/// # let secret = SecretKey::from_seed(&[7; 32]);
/// # let archive = b"any file";
/// # let minisig = sign::minisign(&mut &archive[..], &secret, "of a test", "signed by a test")?;
/// let signatures = FileSignatures::minisign(minisig.as_bytes())?;
/// let verifier = Verifier::new([secret.public_key().clone()])?;
/// verifier.verify_file(&archive[..], &signatures)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct FileSignatures {
    pub(crate) all: Vec<Arc<dyn WholeFile>>,
    /// Whether those of the tool-conventions count, and where they stand: in this data, else in the module.
    pub(crate) sections: Option<Option<Vec<u8>>>,
}

/// Whether a file begins as one of a format does.
type Test = fn(&[u8]) -> bool;

impl FileSignatures {
    fn of(format: impl WholeFile + 'static) -> Self {
        Self { all: [Arc::new(format) as Arc<dyn WholeFile>].into(), sections: None }
    }

    /// None at all. What is verified by them is unsigned.
    #[must_use]
    pub fn none() -> Self {
        Self { all: Vec::new(), sections: None }
    }

    /// Those in the module's `signature` section.
    #[must_use]
    pub fn embedded() -> Self {
        Self { all: Vec::new(), sections: Some(None) }
    }

    /// Those in a `.sig` file of the tool-conventions. It is read with the module.
    #[must_use]
    pub fn detached(data: &[u8]) -> Self {
        Self { all: Vec::new(), sections: Some(Some(data.to_vec())) }
    }

    /// That at the end of a module, of wasmsign 0.1, over additional data, which is empty as a rule.
    ///
    /// # Errors
    ///
    /// [`FormatError::OverLimit`] where the additional data has 4 GiB.
    #[cfg(feature = "wasmsign1")]
    pub fn wasmsign1(additional_data: &[u8]) -> Result<Self, FormatError> {
        if u32::try_from(additional_data.len()).is_err() {
            return Err(FormatError::OverLimit {
                what: "bytes of additional data",
                limit: u32::MAX,
            });
        }
        let prefix = super::wasmsign1::prefix(additional_data);
        Ok(Self::of(super::wasmsign1::AtTheEnd { prefix }))
    }

    /// That at the end of a module, of wasm-sign.
    #[cfg(feature = "wasm-sign")]
    #[must_use]
    pub fn wasm_sign() -> Self {
        Self::of(super::wasm_sign::AtTheEnd)
    }

    /// That in a `.minisig` file.
    ///
    /// # Errors
    ///
    /// [`FormatError::Malformed`].
    #[cfg(feature = "minisign")]
    pub fn minisign(file: &[u8]) -> Result<Self, FormatError> {
        within(Format::Minisign, file)?;
        let signature = super::minisign::Signature::decode(file)?;
        Ok(Self::of(super::minisign::Detached(signature)))
    }

    /// That in a file of `ssh-keygen -Y sign`, if it was made for this namespace.
    ///
    /// # Errors
    ///
    /// [`FormatError::Malformed`].
    #[cfg(feature = "sshsig")]
    pub fn sshsig(file: &[u8], namespace: &str) -> Result<Self, FormatError> {
        within(Format::Sshsig, file)?;
        let signature = super::sshsig::Signature::decode(file)?;
        Ok(Self::of(super::sshsig::Detached { signature, namespace: String::from(namespace) }))
    }

    /// Those in a file of Oak's endorsements.
    ///
    /// # Errors
    ///
    /// [`FormatError::Malformed`], [`FormatError::OverLimit`].
    #[cfg(feature = "oak")]
    pub fn oak(file: &[u8]) -> Result<Self, FormatError> {
        within(Format::Oak, file)?;
        super::oak::Endorsement::decode_all(file).map(|all| Self::of(super::oak::Detached(all)))
    }

    /// These and others: all of them count together.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.all.extend(others.all);
        self.sections = self.sections.or(others.sections);
        self
    }

    /// The format of a detached signature, by how its content begins. What is none of the others is
    /// [`Format::Wasmsign2`], or no signature.
    #[must_use]
    pub fn format_of(file: &[u8]) -> Format {
        let likely: [(Format, Test); 3] = [
            #[cfg(feature = "minisign")]
            (Format::Minisign, super::minisign::is_likely),
            #[cfg(not(feature = "minisign"))]
            (Format::Minisign, |_| false),
            #[cfg(feature = "sshsig")]
            (Format::Sshsig, super::sshsig::is_likely),
            #[cfg(not(feature = "sshsig"))]
            (Format::Sshsig, |_| false),
            #[cfg(feature = "oak")]
            (Format::Oak, super::oak::is_likely),
            #[cfg(not(feature = "oak"))]
            (Format::Oak, |_| false),
        ];
        let found = likely.into_iter().find(|(_, is_likely)| is_likely(file));
        found.map_or(Format::Wasmsign2, |(format, _)| format)
    }
}

/// A signature has some hundred bytes; what is over the cap is none.
#[cfg(any(feature = "minisign", feature = "sshsig", feature = "oak"))]
fn within(format: Format, file: &[u8]) -> Result<(), Malformed> {
    match file.len() <= MAX_SIGNATURE_BYTES as usize {
        true => Ok(()),
        false => Err(malformed(format, Place::DetachedSignature, 0, "a file of at most 4 MiB")),
    }
}
