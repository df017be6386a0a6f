//! What a build script has put into `OUT_DIR`.

use std::path::{Path, PathBuf};

use wasmsign_core::{Identity, Verified};

use crate::error::Result;
use crate::script::{Script, Told};

/// The header of a module without sections, and so without a signature.
pub(crate) const STUB: &[u8] = b"\0asm\x01\0\0\0";

/// A module in `OUT_DIR`, whose path is in the variable that `env!` reads.
#[derive(Debug, Clone)]
pub struct Module {
    pub(crate) env_name: String,
    pub(crate) path: PathBuf,
    pub(crate) signature: Option<PathBuf>,
    pub(crate) identity: Option<Identity>,
    pub(crate) verified: Option<Verified>,
    pub(crate) is_stub: bool,
}

impl Module {
    /// The copy in `OUT_DIR`.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The variable that has the path: `include_bytes!(env!("…"))`.
    pub fn env_name(&self) -> &str {
        &self.env_name
    }

    /// The copy of the detached signature, where there is one. Its variable is that of the module with `_SIGNATURE`
    /// behind it.
    pub fn signature(&self) -> Option<&Path> {
        self.signature.as_deref()
    }

    /// The name of the module that stays the same while signatures come and go; none of a stub.
    pub fn identity(&self) -> Option<Identity> {
        self.identity
    }

    /// The proof, of a module that was verified here: how much of it is covered, and who has signed.
    pub fn verified(&self) -> Option<&Verified> {
        self.verified.as_ref()
    }

    /// Whether this is the stub that never verifies.
    pub fn is_stub(&self) -> bool {
        self.is_stub
    }

    /// Copies a module into `OUT_DIR` and sets its variables.
    pub(crate) fn publish(
        script: &Script,
        told: &mut Told,
        env_name: &str,
        module: &[u8],
        signature: Option<&[u8]>,
    ) -> Result<Self> {
        let path = script.write(&format!("{env_name}.wasm"), module)?;
        told.set(env_name, &path)?;
        let signature = match signature {
            None => None,
            Some(data) => {
                let path = script.write(&format!("{env_name}.wasm.sig"), data)?;
                told.set(&format!("{env_name}_SIGNATURE"), &path)?;
                Some(path)
            }
        };
        Ok(Self {
            env_name: env_name.to_owned(),
            path,
            signature,
            identity: None,
            verified: None,
            is_stub: false,
        })
    }

    /// A stub in place of a module.
    pub(crate) fn stub(script: &Script, told: &mut Told, env_name: &str) -> Result<Self> {
        told.warn(&format!("{env_name} is a stub without a signature, which never verifies"));
        // A host that was written for a detached signature finds a file for it too; empty data verifies nothing.
        let module = Self::publish(script, told, env_name, STUB, Some(&[]))?;
        Ok(Self { is_stub: true, ..module })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmsign_core::verify::Reason;
    use wasmsign_core::{Policy, SecretKey, Verifier, VerifyError};

    #[test]
    fn a_stub_never_verifies() {
        let key = SecretKey::from_seed(&[7; 32]).public_key().clone();
        let builder = Verifier::builder([key]).policy(Policy::default().prefix().expect(None));
        let verifier = builder.build().expect("there is a key");
        match verifier.verify(STUB) {
            Err(VerifyError::Refused(refusal)) => {
                assert_eq!(*refusal.reason(), Reason::NoSignature)
            }
            other => panic!("{other:?}"),
        }
        assert!(verifier.verify_detached(STUB, &[]).is_err());
    }
}
