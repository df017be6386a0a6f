//! The files of cargo's configuration, what they include, and `--config`.

use std::path::{Component, Path, PathBuf};

use toml_edit::Document;

use super::value::{Content, Rank, Source, Value};
use crate::error::{Error, Result};
use crate::project::cargo::cargo_home;
use crate::project::version::Version;

/// The release of cargo that began to follow `include`.
const INCLUDES_SINCE: (u32, u32) = (1, 94);

/// Reads what cargo reads when it is started in `directory` with these `--config`.
///
/// # Errors
///
/// Exit code 2: what cargo refuses, or what we cannot read as it does; 4: a file that cannot be read.
pub(super) fn load(directory: &Path, overrides: &[String]) -> Result<Value> {
    let mut reader = Reader { directory, version: None };
    let mut values = Value::empty(Source { rank: Rank::File, file: None });
    for file in discovered(directory) {
        values.lay_under(reader.file(&file, Rank::File, &mut Vec::new())?)?;
    }
    for text in overrides {
        values.lay_over(reader.overriding(text)?)?;
    }
    Ok(values)
}

/// The configuration files from a directory upwards, and last that of cargo's home.
fn discovered(directory: &Path) -> Vec<PathBuf> {
    let whole = |place: &Path| place.canonicalize().unwrap_or_else(|_| place.to_owned());
    let places: Vec<_> = directory.ancestors().map(|above| above.join(".cargo")).collect();
    let mut files: Vec<_> = places.iter().filter_map(|place| in_directory(place)).collect();
    let is_above = |home: &PathBuf| places.iter().any(|place| whole(place) == whole(home));
    let home = cargo_home().filter(|home| !is_above(home));
    files.extend(home.and_then(|home| in_directory(&home)));
    files
}

/// Without its extension the file counts more, as it did before it had one.
fn in_directory(directory: &Path) -> Option<PathBuf> {
    ["config", "config.toml"]
        .map(|name| directory.join(name))
        .into_iter()
        .find(|file| file.exists())
}

struct Reader<'a> {
    directory: &'a Path,
    /// cargo's, asked for once and only where a file includes another.
    version: Option<Version>,
}

impl Reader<'_> {
    /// A file with what it includes; `chain` are the files that led to it.
    fn file(&mut self, path: &Path, rank: Rank, chain: &mut Vec<PathBuf>) -> Result<Value> {
        if chain.iter().any(|other| other == path) {
            return Err(Error::usage(format!(
                "`{}` of cargo's configuration includes itself",
                path.display()
            )));
        }
        let text = fs_err::read_to_string(path)
            .map_err(|source| Error::io("failed to read cargo's configuration", source))?;
        let source = Source { rank, file: Some(path.to_owned()) };
        let values = parse(&text, &format!("`{}`", path.display()), &source)?;
        chain.push(path.to_owned());
        let whole = self.with_includes(values, chain);
        chain.pop();
        whole
    }

    /// One `--config`: the path of a file, or an assignment.
    fn overriding(&mut self, text: &str) -> Result<Value> {
        let path = self.directory.join(text);
        if !text.is_empty() && path.exists() {
            return self.file(&path, Rank::CommandLine, &mut Vec::new());
        }
        let source = Source { rank: Rank::CommandLine, file: None };
        let values = parse(text, &format!("`--config {}`", text.escape_debug()), &source)?;
        self.with_includes(values, &mut Vec::new())
    }

    /// What is included comes below what includes it, and a later one above an earlier.
    fn with_includes(&mut self, mut values: Value, chain: &mut Vec<PathBuf>) -> Result<Value> {
        let Some(include) = values.take("include") else { return Ok(values) };
        if !self.follows_includes()? {
            return Ok(values);
        }
        let mut whole = Value::empty(values.source.clone());
        for (path, optional) in included(&include)? {
            let path = self.place(&values.source, &path);
            if !optional || path.exists() {
                whole.lay_over(self.file(&path, values.source.rank, chain)?)?;
            }
        }
        whole.lay_over(values)?;
        Ok(whole)
    }

    /// Older ones warn of it, and go on without.
    fn follows_includes(&mut self) -> Result<bool> {
        let version = match &self.version {
            Some(version) => version,
            None => self.version.insert(Version::ask()?),
        };
        Ok(version.is_at_least(INCLUDES_SINCE))
    }

    /// An included path begins at the file that names it.
    fn place(&self, source: &Source, path: &str) -> PathBuf {
        let beside = source.file.as_deref().and_then(Path::parent).unwrap_or(self.directory);
        let mut whole = PathBuf::new();
        for part in beside.join(path).components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => drop(whole.pop()),
                part => whole.push(part),
            }
        }
        whole
    }
}

fn parse(text: &str, name: &str, source: &Source) -> Result<Value> {
    let document = Document::parse(text).map_err(|error| {
        Error::usage(format!("{name} in cargo's configuration is not valid TOML"))
            .because(error.message().trim().to_owned())
    })?;
    Value::of_document(document.as_table(), source)
}

/// The paths of `include`, and whether each may be missing.
fn included(include: &Value) -> Result<Vec<(String, bool)>> {
    match &include.content {
        Content::Text(path) => Ok(vec![plain(path, include)?]),
        Content::List(list) => list.iter().map(one_included).collect(),
        _ => Err(unreadable(include)),
    }
}

fn one_included(value: &Value) -> Result<(String, bool)> {
    if let Content::Text(path) = &value.content {
        return plain(path, value);
    }
    let table = value.table().ok_or_else(|| unreadable(value))?;
    let (path, _) = match table.get("path").map(|path| &path.content) {
        Some(Content::Text(path)) => plain(path, value)?,
        _ => return Err(unreadable(value)),
    };
    match table.get("optional").map(|optional| &optional.content) {
        None => Ok((path, false)),
        Some(Content::Boolean(optional)) => Ok((path, *optional)),
        Some(_) => Err(unreadable(value)),
    }
}

/// A path that means one file, whatever cargo may come to make of patterns and templates.
fn plain(path: &str, value: &Value) -> Result<(String, bool)> {
    match path.contains(['*', '?', '[', ']', '{', '}']) {
        false => Ok((path.to_owned(), false)),
        true => Err(unreadable(value)),
    }
}

fn unreadable(value: &Value) -> Error {
    let place = value.source.file.as_deref().unwrap_or(Path::new("--config"));
    Error::usage(format!("`include` in `{}` cannot be read as cargo does", place.display()))
        .advice("write a list of paths, or of tables with `path` and `optional`")
}
