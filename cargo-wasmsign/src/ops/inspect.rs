//! `cargo wasmsign inspect`.

mod beside;

use std::io::{self, Read};
use std::path::Path;

use wasmsign_core::inspect::{self, Inspection};

use crate::error::{Error, Result, of_module};
use crate::sys::files;
pub(crate) use beside::{Beside, Content};

/// What was found.
pub(crate) enum Found {
    /// A module or a component.
    Module(Box<Inspected>),
    /// Another file, such as an archive, beside which signatures stand.
    Other(OtherFile),
}

/// What is in a module, and which signatures stand beside it.
pub(crate) struct Inspected {
    pub(crate) module: Inspection,
    pub(crate) beside: Vec<Beside>,
}

/// A file that is no WebAssembly, and the signatures beside it.
pub(crate) struct OtherFile {
    /// Its length in bytes.
    pub(crate) size: u64,
    pub(crate) beside: Vec<Beside>,
}

/// Looks at a file, or at standard input where the path is `-`, beside which there is nothing.
///
/// # Errors
///
/// Exit code 3 where it is malformed, and where it is no WebAssembly without a signature beside it; 4 where it cannot be
/// read.
pub(crate) fn run(path: &Path) -> Result<Found> {
    let failed = |source| Error::io(format!("failed to read `{}`", path.display()), source);
    let file = files::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if metadata.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
    }
    let beside = match files::is_dash(path) {
        true => Vec::new(),
        false => beside::beside(path)?,
    };
    // Only a file can be read twice.
    if metadata.is_file() && !beside.is_empty() && !is_wasm(path).map_err(failed)? {
        return Ok(Found::Other(OtherFile { size: metadata.len(), beside }));
    }
    let module = inspect::inspect(file).map_err(|error| of_module(path, error))?;
    Ok(Found::Module(Box::new(Inspected { module, beside })))
}

/// Whether a file begins as all WebAssembly does.
fn is_wasm(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    files::open(path)?.take(4).read_to_end(&mut start)?;
    Ok(start == *b"\0asm")
}
