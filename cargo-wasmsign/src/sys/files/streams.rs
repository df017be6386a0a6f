//! Inputs and outputs that are not regular files: standard input and output, devices, pipes.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek};
use std::path::Path;

/// Whether a path is `-`: standard input where something is read, standard output where something is written.
pub fn is_dash(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Opens a file to read it once, from its start.
///
/// # Errors
///
/// Those of the system.
pub fn open(path: &Path) -> io::Result<File> {
    if is_dash(path) { stdin() } else { File::open(path) }
}

/// All of standard input, as a private file that can be read again.
///
/// # Errors
///
/// Those of the system.
pub fn spooled_stdin() -> io::Result<File> {
    let directory = std::env::temp_dir();
    let named = |error: io::Error| {
        io::Error::new(error.kind(), format!("{}: {error}", directory.display()))
    };
    // It has no name, so nothing is left of it, however this process ends.
    let mut file = tempfile::tempfile_in(&directory).map_err(named)?;
    io::copy(&mut stdin()?, &mut file)?;
    file.rewind()?;
    Ok(file)
}

/// What a path leads to as an output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// A regular file, or a name that is free.
    File,
    /// A device, a pipe, a socket, or whatever our standard output is: written directly.
    Stream,
}

/// What kind of file a path refers to.
pub fn output_kind(path: &Path) -> Output {
    match std::fs::metadata(path) {
        _ if is_stdout(path) => Output::Stream,
        Ok(metadata) if !metadata.is_file() && !metadata.is_dir() => Output::Stream,
        _ => Output::File,
    }
}

/// A copy of a file that nobody else sees or changes, at its start.
///
/// # Errors
///
/// Those of the system.
pub fn spooled(file: &File) -> io::Result<File> {
    let mut spooled = tempfile::tempfile()?;
    let mut from: &File = file;
    from.rewind()?;
    io::copy(&mut from, &mut spooled)?;
    spooled.rewind()?;
    Ok(spooled)
}

/// Opens an [`Output::Stream`].
///
/// # Errors
///
/// Those of the system.
pub fn open_stream(path: &Path) -> io::Result<File> {
    // Opened by its name, a file would be written from its start, whatever `>>` has asked for.
    if is_stdout(path) { stdout() } else { OpenOptions::new().write(true).open(path) }
}

/// Whether a path leads to our standard output: what is told of it has to go elsewhere.
pub fn is_stdout(path: &Path) -> bool {
    is_dash(path) || is_same_as_stdout(path)
}

#[cfg(unix)]
fn is_same_as_stdout(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let id = |file: std::fs::Metadata| (file.dev(), file.ino());
    match (stdout().and_then(|file| file.metadata()), std::fs::metadata(path)) {
        (Ok(stdout), Ok(file)) => id(stdout) == id(file),
        _ => false,
    }
}

/// Standard output has no path here.
#[cfg(not(unix))]
fn is_same_as_stdout(_path: &Path) -> bool {
    false
}

#[cfg(unix)]
fn stdin() -> io::Result<File> {
    use std::os::fd::AsFd;
    io::stdin().as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(unix)]
fn stdout() -> io::Result<File> {
    use std::os::fd::AsFd;
    io::stdout().as_fd().try_clone_to_owned().map(File::from)
}

#[cfg(windows)]
fn stdin() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    io::stdin().as_handle().try_clone_to_owned().map(File::from)
}

#[cfg(windows)]
fn stdout() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    io::stdout().as_handle().try_clone_to_owned().map(File::from)
}
