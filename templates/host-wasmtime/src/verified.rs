//! From a file to machine code, with the verifier between them.

use std::fs::File;
use std::path::Path;

use wasmsign_core::{VerifiedModule, Verifier, VerifyError};
use wasmtime::{Engine, Module};

/// The largest module that is held in memory.
const MAX_MODULE_BYTES: usize = 256 << 20;

/// Reads the file once and verifies what was read.
///
/// The bytes that are kept are the very bytes that were verified. Verifying a path and then giving the
/// path to the engine would read it twice, and whoever can write to it could change it in between.
pub fn open(path: &Path, verifier: &Verifier) -> Result<VerifiedModule<'static>, VerifyError> {
    let file =
        File::open(path).map_err(|source| VerifyError::File { path: path.into(), source })?;
    verifier.reader(file).with_cap(MAX_MODULE_BYTES).into_module()
}

/// Compiles the module. Nothing else in this program calls the compiler, and only verifying makes a `VerifiedModule`: no
/// byte comes to the compiler that was not verified before.
///
/// `from_binary` reads WebAssembly and nothing else. Machine code that was compiled earlier
/// (`Module::deserialize`) is not WebAssembly, and not what the signature is over.
pub fn compile(engine: &Engine, module: &VerifiedModule<'_>) -> wasmtime::Result<Module> {
    Module::from_binary(engine, module.covered_bytes())
}
