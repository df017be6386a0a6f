//! Files of detached signatures: where they are, and what is in them.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use wasmsign_core::limits::MAX_SIGNATURE_BYTES;

use crate::error::{Error, Result};
use crate::module::rewrite::same_file;
use crate::sys::files;

/// The default signature file of a module: the module's name with `.sig` appended.
pub(crate) fn beside(module: &Path) -> PathBuf {
    let mut name = module.as_os_str().to_owned();
    name.push(".sig");
    name.into()
}

/// Refuses a signature file that is the module or its new form.
///
/// # Errors
///
/// Exit code 2.
pub(crate) fn refuse_same_file(module: &Path, output: &Path, signature: &Path) -> Result<()> {
    // `-` is as many streams as there are directions: the command line sees to it that each has one use.
    let is_taken = |path: &Path| path == signature || same_file(path, signature);
    if !files::is_dash(signature) && (is_taken(module) || is_taken(output)) {
        return Err(Error::usage(format!(
            "`{}` cannot be both the module and its signature",
            signature.display()
        ))
        .advice("pass another file with `--signature`"));
    }
    Ok(())
}

/// The content of a detached signature.
///
/// # Errors
///
/// Exit code 4.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>> {
    content(path).map_err(|source| unread(path, source))
}

/// The content of a detached signature, if there is such a file.
///
/// # Errors
///
/// Exit code 4.
pub(crate) fn read_if_any(path: &Path) -> Result<Option<Vec<u8>>> {
    match content(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(unread(path, source)),
        Ok(data) => Ok(Some(data)),
    }
}

/// Reads one byte more than the cap at most: enough for the core to refuse it.
fn content(path: &Path) -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    files::open(path)?.take(u64::from(MAX_SIGNATURE_BYTES) + 1).read_to_end(&mut data)?;
    Ok(data)
}

fn unread(path: &Path, source: io::Error) -> Error {
    Error::io(format!("failed to read the signature `{}`", path.display()), source)
}
