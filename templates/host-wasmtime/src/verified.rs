//! From a file to machine code, with the verifier between them.

use std::fs::File;
use std::path::Path;

use wasmsign_core::{Verified, Verifier};
use wasmtime::{Engine, Module};

/// The largest module that is held in memory.
const MAX_MODULE_BYTES: usize = 256 << 20;

/// The bytes of a module, and the proof that a trusted key has signed them.
///
/// Nothing but [`VerifiedModule::open`] makes one, and nothing else in this program calls the compiler: no byte
/// comes to it that was not verified before.
pub struct VerifiedModule {
    bytes: Vec<u8>,
    proof: Verified,
}

impl VerifiedModule {
    /// Reads the file once and verifies what was read.
    ///
    /// The bytes that are kept are the very bytes that were verified. Verifying a path and then giving the
    /// path to the engine would read it twice, and whoever can write to it could change it in between.
    pub fn open(path: &Path, verifier: &Verifier) -> wasmsign_core::Result<Self> {
        let file = File::open(path)
            .map_err(|source| wasmsign_core::Error::File { path: path.into(), source })?;
        let (bytes, proof) = verifier.reader(file).with_cap(MAX_MODULE_BYTES).into_bytes()?;
        Ok(Self { bytes, proof })
    }

    /// Compiles the module.
    ///
    /// `from_binary` reads WebAssembly and nothing else. Machine code that was compiled earlier
    /// (`Module::deserialize`) is not WebAssembly, and not what the signature is over.
    pub fn compile(&self, engine: &Engine) -> wasmtime::Result<Module> {
        Module::from_binary(engine, &self.bytes)
    }

    /// Who has signed, and how much.
    pub fn proof(&self) -> &Verified {
        &self.proof
    }
}
