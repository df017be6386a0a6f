//! Verified bytes on their way into the program.
//!
//! `include_bytes!` of the file that was verified would read it a second time, and may find other bytes there. So
//! short modules become a literal. To write, parse and unescape a literal of 10 MB takes the compiler some 250 ms, five
//! times as long as the rest; a long module is copied into the directory to which the compiler writes its output,
//! and included from there. Whoever can write to that directory can replace what is compiled, and has to be trusted
//! without this.

use std::env;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::time::SystemTime;

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use wasmsign_core::Identity;

use crate::files::include;

/// Up to here a literal takes less than ten milliseconds.
const MAX_LITERAL: usize = 256 << 10;

/// Files of one identity differ in their signatures alone, of which there are a few in a lifetime.
const MAX_COPIES: u32 = 64;

/// An expression of the type `&'static [u8]` that can only be these bytes.
pub(crate) fn expression(bytes: &[u8], identity: &Identity) -> TokenStream {
    let copy = (bytes.len() > MAX_LITERAL)
        .then(|| output_directory(env::args_os().map(PathBuf::from)))
        .flatten()
        .and_then(|directory| keep(bytes, identity, &directory).ok());
    match copy.as_deref().and_then(Path::to_str) {
        Some(path) => include(path),
        // Slower, and needs no place: where there is none, or it cannot be written to.
        None => {
            let literal = Literal::byte_string(bytes);
            quote!(#literal)
        }
    }
}

/// Where the compiler, in whose process a macro runs, was told to put its output.
fn output_directory(arguments: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    let mut arguments = arguments.skip_while(|argument| argument.as_os_str() != "--out-dir");
    let directory = arguments.nth(1)?;
    std::path::absolute(directory).ok()
}

/// The path of a file in `directory` with these bytes. No file that is there is ever changed, since another compiler
/// may be about to read it: where its bytes are others, the next number is tried.
fn keep(bytes: &[u8], identity: &Identity, directory: &Path) -> io::Result<PathBuf> {
    let name = identity.to_string().replace(':', "-");
    for number in 0..MAX_COPIES {
        let path = directory.join(format!("wasmsign-{name}.{number}.wasm"));
        if !path.try_exists()? {
            let temporary = path.with_extension(format!("{}.tmp", process::id()));
            let written = write(bytes, &temporary).and_then(|()| fs::hard_link(&temporary, &path));
            fs::remove_file(&temporary)?;
            // If another compiler was quicker, what it has written is looked at like what was there before.
            written.or_else(|error| path.try_exists()?.then_some(()).ok_or(error))?;
        }
        if fs::read(&path)? == bytes {
            return Ok(path);
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// The time is one long ago: a file that is newer than the compiler's start makes cargo compile once more.
fn write(bytes: &[u8], path: &Path) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.set_modified(SystemTime::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_directory_is_the_compilers() {
        let find = |arguments: &[&str]| output_directory(arguments.iter().map(PathBuf::from));
        assert_eq!(find(&["rustc", "--out-dir", "/a/deps", "-C", "x"]), Some("/a/deps".into()));
        assert_eq!(find(&["rustc", "-o", "x"]), None);
        assert_eq!(find(&["rustc", "--out-dir"]), None);
    }

    #[test]
    fn a_copy_is_made_once_and_never_changed() {
        let directory = env::temp_dir().join(format!("wasmsign-macros-{}", process::id()));
        fs::create_dir_all(&directory).unwrap();
        let keep = |bytes: &[u8]| keep(bytes, &Identity::from([7; 32]), &directory).unwrap();
        let path = keep(b"module");
        assert_eq!(keep(b"module"), path);
        let other = keep(b"module with another signature");
        assert_ne!(other, path);
        assert_eq!(fs::read(&path).unwrap(), b"module");
        assert_eq!(fs::read(&other).unwrap(), b"module with another signature");
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 2);
        fs::remove_dir_all(&directory).unwrap();
    }
}
