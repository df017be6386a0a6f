//! Paths in a manifest that are others for each module: `{name}` and `{profile}` are places in them, globs may be.

use std::path::{Path, PathBuf};

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::kind::{Kind, text_schema};
use super::node::Node;
use super::text::Text;
use crate::error::Result;
use crate::text::glob::{Glob, escape};
use crate::text::words::Invalid;

/// A path as a manifest has it, with its places, and the directory of that manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathTemplate {
    /// What the manifest has.
    pub text: String,
    /// Where a relative path begins.
    pub directory: PathBuf,
}

/// Files that belong together: one, all in a directory, or those that a glob means.
#[derive(Debug, Clone)]
pub struct FileSet {
    /// The file, the directory, or the directory in which the glob is looked for.
    pub base: PathBuf,
    /// The paths that are meant, from `base`; all of them where this is absent.
    glob: Option<Glob>,
}

impl Kind for PathTemplate {
    type Value = Self;

    fn read(node: &Node<'_>) -> Result<Self> {
        Self::of(node, &node.text()?)
    }

    fn show(value: &Self) -> Value {
        json!(value.shown())
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        text_schema()
    }
}

/// Several paths, which may be globs.
pub(crate) struct PathGlobs;

impl Kind for PathGlobs {
    type Value = Vec<PathTemplate>;

    fn read(node: &Node<'_>) -> Result<Vec<PathTemplate>> {
        let template = |text: &Text<'_>| {
            let template = PathTemplate::of(node, text)?;
            glob(&fill(&template.text, &[("name", "x"), ("profile", "x")]))
                .map_err(|invalid| text.invalid(&invalid))?;
            Ok(template)
        };
        node.texts("a list of paths")?.iter().map(template).collect()
    }

    fn show(value: &Vec<PathTemplate>) -> Value {
        value.iter().map(PathTemplate::shown).collect()
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": text_schema() })
    }
}

impl PathTemplate {
    fn of(node: &Node<'_>, text: &Text<'_>) -> Result<Self> {
        let path = text.fitting("a path", |text| !text.is_empty())?;
        Ok(Self { text: path.to_owned(), directory: node.file().directory().to_owned() })
    }

    /// The path from the root of the file system, its places as they stand.
    fn shown(&self) -> String {
        self.directory.join(&self.text).to_string_lossy().into_owned()
    }

    /// The path for one module.
    pub fn path(&self, places: &[(&str, &str)]) -> PathBuf {
        self.directory.join(fill(&self.text, places))
    }

    /// The files for one module.
    pub fn files(&self, places: &[(&str, &str)]) -> FileSet {
        let parts: Vec<_> = self.text.split('/').collect();
        let bare: Vec<_> = places.iter().map(|(name, _)| (*name, "")).collect();
        let is_glob = |part: &&str| fill(part, &bare).contains(['*', '?', '[', '{']);
        let at = parts.iter().position(is_glob).unwrap_or(parts.len());
        let fixed = match (at, parts[..at].join("/")) {
            // The root, which the first slash stands for.
            (1.., fixed) if fixed.is_empty() => "/".to_owned(),
            (_, fixed) => fixed,
        };
        let literal: Vec<_> = places.iter().map(|(name, value)| (*name, escape(value))).collect();
        let literal: Vec<_> = literal.iter().map(|(name, value)| (*name, value.as_str())).collect();
        // It was tried when it was read.
        let glob = glob(&fill(&parts[at..].join("/"), &literal)).ok().filter(|_| at < parts.len());
        FileSet { base: self.directory.join(fill(&fixed, places)), glob }
    }
}

impl FileSet {
    /// One file.
    pub fn one(path: PathBuf) -> Self {
        Self { base: path, glob: None }
    }

    /// Whether a path is one of those that are meant.
    pub fn is_match(&self, path: &Path) -> bool {
        let below = path.strip_prefix(&self.base);
        below.is_ok_and(|below| self.glob.as_ref().is_none_or(|glob| glob.is_path(below)))
    }

    /// Whether it names one path, which is a file or a directory.
    pub fn is_one_path(&self) -> bool {
        self.glob.is_none()
    }

    /// The files that are there now, in the order of their paths.
    pub fn list(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut waiting = vec![self.base.clone()];
        while let Some(path) = waiting.pop() {
            if path.is_file() && self.is_match(&path) {
                found.push(path);
            } else if path == self.base || !path.is_symlink() {
                // What is no directory, or cannot be read, has nothing in it. A link may lead back.
                let entries = std::fs::read_dir(&path).into_iter().flatten().flatten();
                waiting.extend(entries.map(|entry| entry.path()));
            }
        }
        found.sort();
        found
    }
}

/// A text with every `{name}` replaced that `places` has, in one go: what is put in is not looked at again.
pub fn fill(text: &str, places: &[(&str, &str)]) -> String {
    let (mut filled, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        let inside = |name: &str| rest[1..].strip_prefix(name)?.strip_prefix('}');
        match places.iter().find_map(|(name, value)| Some((inside(name)?, value))) {
            Some((behind, value)) => {
                filled.push_str(value);
                rest = behind;
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled + rest
}

/// `*` stays within a directory, `**` does not.
fn glob(text: &str) -> Result<Glob, Invalid> {
    Glob::of_path(text).map_err(|why| Invalid::new(format!("a path or a glob ({why})"), text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(directory: &Path, text: &str) -> PathTemplate {
        PathTemplate { text: text.to_owned(), directory: directory.to_owned() }
    }

    #[test]
    fn what_is_put_into_a_place_is_not_looked_at_again() {
        let places = [("input", "/a/{name}/{output}"), ("name", "{input}")];
        assert_eq!(fill("-i={input} {name}", &places), "-i=/a/{name}/{output} {input}");
        assert_eq!(fill("{other} {} {name", &places), "{other} {} {name");
        assert_eq!(fill("{{name}}", &places), "{{input}}");
    }

    #[test]
    fn the_directory_of_the_manifest_is_no_pattern() {
        let directory = Path::new("/w/{name}/[a]*");
        let places = [("name", "one"), ("profile", "dev")];
        let path = template(directory, "pkg/{name}.wasm").path(&places);
        assert_eq!(path, directory.join("pkg/one.wasm"));
        let files = template(directory, "pkg/{profile}/**").files(&places);
        assert_eq!(files.base, directory.join("pkg/dev"));
        assert!(files.is_match(&directory.join("pkg/dev/a/b.js")));
        assert!(!files.is_match(Path::new("/w/one/a/pkg/dev/b.js")));
    }

    #[test]
    fn globs_mean_files() {
        let directory = tempfile::TempDir::new().expect("a directory can be made");
        for path in ["pkg/a.js", "pkg/snippets/b.js", "pkg/a.ts", "other/a.js"] {
            let path = directory.path().join(path);
            std::fs::create_dir_all(path.parent().expect("it has one")).expect("as before");
            std::fs::write(path, path_text(directory.path())).expect("it can be written");
        }
        let list = |text: &str| -> Vec<_> {
            let files = template(directory.path(), text).files(&[("name", "a")]).list();
            let relative = |path: &PathBuf| path.strip_prefix(directory.path()).map(path_text);
            files.iter().filter_map(|path| relative(path).ok()).collect()
        };
        assert_eq!(list("pkg"), ["pkg/a.js", "pkg/a.ts", "pkg/snippets/b.js"]);
        assert_eq!(list("pkg/**"), list("pkg"));
        assert_eq!(list("pkg/*.js"), ["pkg/a.js"]);
        assert_eq!(list("*/{name}.{js,ts}"), ["other/a.js", "pkg/a.js", "pkg/a.ts"]);
        assert_eq!(list("pkg/{name}.js"), ["pkg/a.js"]);
        assert_eq!(list("gone/**"), [""; 0]);
    }

    fn path_text(path: &Path) -> String {
        path.display().to_string()
    }
}
