//! Rewriting a module, or writing what was removed from it, and checking the result before it is published.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use wasmsign_core::inspect::{self, Inspection};

use crate::error::{Error, Result, of_module};
use crate::exit::Exit;
use crate::module::seal;
use crate::sys::files::{self, Output, Staged};

/// What was written, and under which name it is not yet there.
#[must_use]
pub struct Written<T> {
    /// What the writer has to say of it.
    pub value: T,
    /// The file that waits for its name; none where the output was a device or a pipe.
    staged: Option<Staged>,
}

impl<T> Written<T> {
    /// Gives the file its name, or throws it away.
    ///
    /// # Errors
    ///
    /// Exit code 4; the old file is still there then.
    pub fn publish_if(self, wanted: bool) -> Result<T> {
        match self.staged {
            Some(staged) if wanted => staged.publish()?,
            _ => {}
        }
        Ok(self.value)
    }
}

/// Has `write` write a module for `output`, and `check` look at what the disk has of it then.
///
/// A device or a pipe is written directly and cannot be checked. `name` is what messages call the module.
///
/// # Errors
///
/// Those of `write`; exit code 1 where `check` does not hold, 4 where something cannot be written.
pub fn write<T>(
    name: &Path,
    output: &Path,
    write: impl FnOnce(&mut File) -> Result<T>,
    check: impl FnOnce(&T, &Inspection) -> bool,
) -> Result<Written<T>> {
    if let Some(mut stream) = stream(output)? {
        return Ok(Written { value: write(&mut stream)?, staged: None });
    }
    let mut staged = seal::stage(output)?;
    let value = write(staged.file())?;
    let found = seal::synced(&mut staged, |file| inspect::inspect_without_sections(file))?;
    match found {
        Ok(found) if check(&value, &found) => Ok(Written { value, staged: Some(staged) }),
        Ok(_) => Err(unsound(Error::new(
            Exit::Refused,
            format!("`{}`: the written file is not what it should be", name.display()),
        ))),
        Err(error) => Err(unsound(of_module(name, error))),
    }
}

/// Writes bytes for `output`, and compares them with what the disk has then.
///
/// # Errors
///
/// As [`write()`].
pub fn write_bytes(output: &Path, bytes: &[u8]) -> Result<Written<()>> {
    let failed = |source| Error::io(format!("failed to write `{}`", output.display()), source);
    if let Some(mut stream) = stream(output)? {
        stream.write_all(bytes).map_err(failed)?;
        return Ok(Written { value: (), staged: None });
    }
    let mut staged = seal::stage(output)?;
    staged.file().write_all(bytes).map_err(failed)?;
    let found = seal::written_bytes(&mut staged)?;
    if found != bytes {
        let text = format!("`{}`: the written file is not what it should be", output.display());
        return Err(unsound(Error::new(Exit::Refused, text)));
    }
    Ok(Written { value: (), staged: Some(staged) })
}

/// Looks at a module that is read again afterwards: at all but its sections, of which it may have very many.
///
/// # Errors
///
/// Exit code 3 where its sections are malformed, 4 where it cannot be read.
pub fn inspect(name: &Path, module: &File) -> Result<Inspection> {
    let module = seal::rewound(name, module)?;
    inspect::inspect_without_sections(module).map_err(|error| of_module(name, error))
}

/// Whether two paths lead to the same file.
pub fn same_file(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    real(one).is_some() && real(one) == real(other)
}

/// The output, where it is a device or a pipe.
fn stream(output: &Path) -> Result<Option<File>> {
    let failed = |source| Error::io(format!("failed to write `{}`", output.display()), source);
    match files::output_kind(output) {
        Output::Stream => files::open_stream(output).map(Some).map_err(failed),
        Output::File => Ok(None),
    }
}

fn unsound(error: Error) -> Error {
    error.advice("the file that was just written has been removed; the disk may be faulty")
}
