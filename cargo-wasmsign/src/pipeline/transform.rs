//! The user's program between cargo and the optimizer.
//!
//! Its arguments may hold `{input}` and `{output}`, the paths of two files, and `{name}`, the module's name without
//! `.wasm`. A command without `{input}` reads the module from standard input; one without `{output}` writes it to
//! standard output, unless `transform.output` says where it leaves the module.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Condvar, Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::record::{copy_hashed, sha256};
use super::work::reader;
use crate::child;
use crate::config::Transform;
use crate::error::{Error, Result};
use crate::fate::{fate, last_words};
use crate::files::Staged;
use crate::hex::hex;
use crate::programs;

/// The places where programs that run now leave their modules.
static CLAIMED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
/// One of them is free again.
static FREED: Condvar = Condvar::new();

/// Runs the program on `input`, and leaves what it makes in `output`.
///
/// # Errors
///
/// Exit code 2: there is no such program; 5: it failed, or left no module; 4: a file cannot be read or written.
pub(super) fn run(
    transform: &Transform,
    file_name: &Path,
    input: &mut Staged,
    output: &mut Staged,
) -> Result<()> {
    let program = program(transform)?;
    let arguments = Arguments::of(transform, file_name, input.path(), output.path())?;
    let _claim = arguments.left_at.clone().map(Claim::wait);
    let mut command = Command::new(&program);
    command.args(&arguments.words).current_dir(&transform.directory);
    let from = if arguments.reads_path { Stdio::null() } else { reader(input)?.into() };
    let to = if arguments.leaves_file { Stdio::null() } else { reader(output)?.into() };
    input.lend()?;
    output.lend()?;
    let name = &transform.command[0];
    let ended = child::filter(command, from, to)
        .map_err(|source| Error::tool(format!("failed to start `{name}`")).because(source))?;
    if !ended.status.success() {
        let text = format!("`{name}`, the program of `transform`, {}", fate(ended.status));
        let words = last_words(&ended.stderr);
        return Err(match words.is_empty() {
            true => Error::tool(text),
            false => Error::tool(text).because(words),
        });
    }
    output.take_back()?;
    if let Some(path) = &arguments.left_at {
        collect(name, path, output)?;
    }
    refuse_no_module(name, transform, output)
}

/// Tells a program that writes something else from one that writes a module which is malformed.
fn refuse_no_module(name: &str, transform: &Transform, output: &mut Staged) -> Result<()> {
    let mut magic = Vec::new();
    let read = reader(output)?.take(4).read_to_end(&mut magic);
    read.map_err(|source| Error::io("failed to read a temporary file", source))?;
    if magic == *b"\0asm" {
        return Ok(());
    }
    let names_output = transform.command.iter().any(|word| word.contains("{output}"));
    let place = match (&transform.output, names_output) {
        (Some(path), _) => format!("`{}`", path.escape_debug()),
        (None, true) => "`{output}`".to_owned(),
        (None, false) => "standard output".to_owned(),
    };
    let text = format!("`{name}`, the program of `transform`, wrote no module to {place}");
    Err(Error::tool(text).advice(
        "say where it leaves the module: `{output}` among the words of `transform.command`, or `transform.output`; \
         without both it must write it to standard output",
    ))
}

/// Sees to it that there is such a program, before anything is built.
///
/// # Errors
///
/// Exit code 2.
pub fn find(transform: &Transform) -> Result<()> {
    program(transform).map(drop)
}

/// What decides the result of the program, as far as it can be known: its words, and the files that they name.
pub(super) fn fingerprint(transform: &Transform) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{transform:?}"));
    let words = transform.command.iter().map(|word| transform.directory.join(word));
    for path in programs::find(&transform.command[0], &transform.directory).into_iter().chain(words)
    {
        if path.is_file() {
            // A file that cannot be read is one that has changed.
            hash.update(sha256(&path).unwrap_or_default());
        }
    }
    hex(&hash.finalize())
}

fn program(transform: &Transform) -> Result<PathBuf> {
    let name = &transform.command[0];
    programs::find(name, &transform.directory).ok_or_else(|| {
        Error::usage(format!("`{name}`, the program of `transform`, is no program that can be run"))
            .advice("install it, make it executable, or name another one in `transform.command`")
    })
}

/// The arguments of the program, and how it takes and gives modules.
struct Arguments {
    words: Vec<String>,
    /// It reads the module from a path.
    reads_path: bool,
    /// It does not write the module to standard output.
    leaves_file: bool,
    /// Where it leaves the module, if that is a place of its own.
    left_at: Option<PathBuf>,
}

impl Arguments {
    fn of(transform: &Transform, file_name: &Path, input: &Path, output: &Path) -> Result<Self> {
        let stem = file_name.file_stem().unwrap_or_default().to_string_lossy();
        let (input, output) = (text(input)?, text(output)?);
        let filled = |word: &String| {
            word.replace("{input}", &input).replace("{output}", &output).replace("{name}", &stem)
        };
        let words = &transform.command[1..];
        refuse_unknown_places(words)?;
        let mentions = |place: &str| words.iter().any(|word| word.contains(place));
        let left_at = transform.output.as_ref().map(|path| transform.directory.join(filled(path)));
        Ok(Self {
            words: words.iter().map(filled).collect(),
            reads_path: mentions("{input}"),
            leaves_file: mentions("{output}") || left_at.is_some(),
            left_at,
        })
    }
}

/// Refuses a word that looks like a place and is none: it would be taken as it stands.
fn refuse_unknown_places(words: &[String]) -> Result<()> {
    const KNOWN: [&str; 3] = ["{input}", "{output}", "{name}"];
    let is_place = |word: &str| {
        let inner = word.strip_prefix('{').and_then(|word| word.strip_suffix('}'));
        inner.is_some_and(|inner| {
            !inner.is_empty() && inner.chars().all(|c| c.is_ascii_alphabetic())
        })
    };
    match words.iter().find(|word| is_place(word) && !KNOWN.contains(&word.as_str())) {
        None => Ok(()),
        Some(word) => {
            Err(Error::usage(format!("`transform.command` names `{word}`, which is no place"))
                .advice(format!(
                    "the places are {}",
                    KNOWN.map(|place| format!("`{place}`")).join(", ")
                )))
        }
    }
}

/// A whole path, as an argument can hold it among other words.
fn text(path: &Path) -> Result<String> {
    let whole = std::path::absolute(path)
        .map_err(|source| Error::io(format!("failed to find `{}`", path.display()), source))?;
    whole.into_os_string().into_string().map_err(|path| {
        Error::usage(format!("the path `{}` is not Unicode, and `transform` cannot name it", path.display()))
            .advice("build in another directory, or leave `{input}` and `{output}` out of `transform.command`")
    })
}

/// The right to a place, until the module there is copied: another one that comes there meanwhile would be taken for it.
struct Claim(PathBuf);

impl Claim {
    fn wait(path: PathBuf) -> Self {
        let claimed = CLAIMED.lock().unwrap_or_else(PoisonError::into_inner);
        let free = FREED.wait_while(claimed, |claimed| claimed.contains(&path));
        free.unwrap_or_else(PoisonError::into_inner).insert(path.clone());
        Self(path)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        CLAIMED.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
        FREED.notify_all();
    }
}

/// Copies the module from where the program has left it.
fn collect(name: &str, path: &Path, output: &mut Staged) -> Result<()> {
    let missing = |source: io::Error| {
        Error::tool(format!(
            "`{name}`, the program of `transform`, left no module at `{}`",
            path.display()
        ))
        .because(source)
        .advice("let `transform.output` say where it leaves the module")
    };
    let from = File::open(path).map_err(missing)?;
    let failed = |source| Error::io("failed to write a temporary file", source);
    output.file().rewind().map_err(failed)?;
    copy_hashed(from, output.file()).map(drop).map_err(failed)
}
