//! The words of a program, with a module's own names and paths in their places.

use std::path::{Path, PathBuf};

use super::program::Program;
use crate::error::{Error, Result};
use crate::manifest::{Transform, fill};

/// Every place. The files of a module are temporary ones: `inputs` and `produces` have the names alone.
const KNOWN: [&str; 4] = ["input", "output", "name", "profile"];

/// The arguments of the program, and how it takes and gives modules.
pub(super) struct Arguments {
    pub(super) words: Vec<String>,
    /// It reads the module from a path.
    pub(super) reads_path: bool,
    /// It does not write the module to standard output.
    pub(super) leaves_file: bool,
    /// Where it leaves the module, if that is a place of its own.
    pub(super) left_at: Option<PathBuf>,
    /// Whether that place is named after a temporary file, and so is one itself.
    pub(super) left_at_is_temporary: bool,
}

impl Arguments {
    pub(super) fn of(program: &Program<'_>, input: &Path, output: &Path) -> Result<Self> {
        let (input, output, name) = (text(input)?, text(output)?, program.name());
        let places = [
            ("input", input.as_str()),
            ("output", &output),
            ("name", &name),
            ("profile", program.profile),
        ];
        let Transform { command, output: left_at, .. } = program.transform;
        let words = &command.argv[1..];
        let mentions = |place: &str| words.iter().any(|word| word.contains(place));
        let is_temporary = |text: &str| text.contains("{input}") || text.contains("{output}");
        Ok(Self {
            words: words.iter().map(|word| fill(word, &places)).collect(),
            reads_path: mentions("{input}"),
            leaves_file: mentions("{output}") || left_at.is_some(),
            left_at: left_at.as_ref().map(|path| path.path(&places)),
            left_at_is_temporary: left_at.as_ref().is_some_and(|path| is_temporary(&path.text)),
        })
    }
}

/// Refuses what looks like a place and is none: it would be taken as it stands.
pub(super) fn refuse_unknown_places(transform: &Transform) -> Result<()> {
    // A word may be a program for awk: only one that is nothing else is meant as a place.
    let whole =
        |word: &str| placed(word).is_some_and(|(before, _, after)| (before, after) == ("", ""));
    let words =
        transform.command.argv[1..].iter().filter(|word| whole(word)).map(|word| ("command", word));
    let output = transform.output.iter().map(|path| ("output", &path.text));
    for (key, text) in words.chain(output) {
        if let Some((_, name, _)) = placed(text).filter(|(_, name, _)| !KNOWN.contains(name)) {
            return Err(unknown(key, name, &KNOWN));
        }
    }
    let produces = transform.produces.iter().flatten().map(|path| ("produces", path));
    let inputs = transform.inputs.iter().map(|path| ("inputs", path));
    for (key, path) in produces.chain(inputs) {
        let of_one_run = |name: &&&str| path.text.contains(&format!("{{{name}}}"));
        if let Some(name) = KNOWN[..2].iter().find(of_one_run) {
            return Err(unknown(key, name, &KNOWN[2..]));
        }
    }
    Ok(())
}

/// A text before, in and after its first braces, where there is a word in them.
fn placed(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    let is_word = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic());
    is_word.then_some((before, name, after))
}

fn unknown(key: &str, name: &str, known: &[&str]) -> Error {
    let known: Vec<_> = known.iter().map(|place| format!("`{{{place}}}`")).collect();
    Error::usage(format!("`transform.{key}` contains `{{{name}}}`, which is not a placeholder"))
        .advice(format!("the placeholders are {}", known.join(", ")))
}

/// A whole path, as an argument can hold it among other words.
fn text(path: &Path) -> Result<String> {
    let whole = std::path::absolute(path)
        .map_err(|source| Error::io(format!("failed to find `{}`", path.display()), source))?;
    whole.into_os_string().into_string().map_err(|path| {
        Error::usage(format!(
            "the path `{}` is not Unicode, so `transform` cannot use it",
            path.display()
        ))
        .advice(
            "build in another directory, or do not use `{input}` and `{output}` in \
             `transform.command`",
        )
    })
}
