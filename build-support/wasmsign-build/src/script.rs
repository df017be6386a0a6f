//! The build script that runs us: what cargo has told it, and what it tells cargo.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use crate::error::{Error, ErrorKind, Result};

/// What cargo tells a build script.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    /// The directory of the package: `CARGO_MANIFEST_DIR`.
    pub(crate) package: PathBuf,
    /// Where a build script may write: `OUT_DIR`.
    pub(crate) out: PathBuf,
    /// Whether documentation is being built at docs.rs: `DOCS_RS`.
    pub(crate) hosted_docs: bool,
    /// `--jobs` of the host's build: `NUM_JOBS`.
    pub(crate) jobs: Option<String>,
    /// When we were called.
    pub(crate) started: SystemTime,
}

impl Script {
    /// Reads the environment.
    pub(crate) fn from_environment() -> Result<Self> {
        Ok(Self {
            package: variable("CARGO_MANIFEST_DIR")?.into(),
            out: variable("OUT_DIR")?.into(),
            hosted_docs: std::env::var_os("DOCS_RS").is_some_and(|value| !value.is_empty()),
            jobs: std::env::var("NUM_JOBS").ok(),
            started: SystemTime::now(),
        })
    }

    /// A path as a build script's author writes it: relative to the package.
    pub(crate) fn path(&self, path: &Path) -> PathBuf {
        normal(&self.package.join(path))
    }

    /// Writes a file into `OUT_DIR`.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> Result<PathBuf> {
        let path = self.out.join(name);
        // What stands there may be a file that the host's compiler has open.
        let temporary = self.out.join(format!("{name}.{}.tmp", std::process::id()));
        let written = fs::write(&temporary, content).and_then(|()| fs::rename(&temporary, &path));
        match written {
            Ok(()) => Ok(path),
            Err(source) => {
                // The first failure is the one to tell.
                let _ = fs::remove_file(&temporary);
                Err(Error::io("write", &path, source))
            }
        }
    }
}

/// A whole path without the detours of `..`, as far as it leads to the same place without them.
fn normal(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut normal, part| {
        match part {
            Component::CurDir => {}
            // After a symbolic link, `..` is not the directory of the link.
            Component::ParentDir if !normal.is_symlink() => drop(normal.pop()),
            part => normal.push(part),
        }
        normal
    })
}

/// A variable that cargo sets for every build script.
pub(crate) fn variable(name: &str) -> Result<OsString> {
    std::env::var_os(name).ok_or_else(|| {
        Error::new(ErrorKind::Script, format!("`{name}` is not set"))
            .advice("call this from a build script (build.rs), which cargo runs")
    })
}

/// What is told to cargo, once all of it is known.
#[derive(Debug, Default)]
pub(crate) struct Told {
    changed: BTreeSet<PathBuf>,
    variables: BTreeSet<String>,
    lines: Vec<String>,
    names: Vec<String>,
}

/// The variables that this build script has set. Cargo takes the last value of one that is set twice, so that a host
/// would embed one module where it names another.
static TAKEN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

impl Told {
    /// Run the build script again when this file changes.
    pub(crate) fn watch(&mut self, path: impl Into<PathBuf>) {
        self.changed.insert(path.into());
    }

    /// Run it again when this variable changes. Never for one that may hold a secret: cargo writes values down.
    pub(crate) fn watch_variable(&mut self, name: &str) {
        self.variables.insert(name.to_owned());
    }

    /// Sets a variable for `env!` in the package.
    pub(crate) fn set(&mut self, name: &str, path: &Path) -> Result<()> {
        self.lines.push(format!("cargo::rustc-env={name}={}", line(path)?));
        self.names.push(name.to_owned());
        Ok(())
    }

    /// Warns whoever builds.
    pub(crate) fn warn(&mut self, text: &str) {
        self.lines.push(format!("cargo::warning={text}"));
    }

    /// All lines.
    pub(crate) fn lines(&self) -> Result<Vec<String>> {
        let changed = |path: &PathBuf| Ok(format!("cargo::rerun-if-changed={}", line(path)?));
        let mut lines = self.changed.iter().map(changed).collect::<Result<Vec<_>>>()?;
        lines.extend(
            self.variables.iter().map(|name| format!("cargo::rerun-if-env-changed={name}")),
        );
        lines.extend(self.lines.iter().cloned());
        Ok(lines)
    }

    /// Tells cargo, once for each variable.
    pub(crate) fn say(&self) -> Result<()> {
        let lines = self.lines()?;
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(name) = self.names.iter().find(|name| taken.contains(*name)) {
            return Err(is_taken(name));
        }
        taken.extend(self.names.iter().cloned());
        lines.iter().for_each(|line| println!("{line}"));
        Ok(())
    }
}

/// A path as cargo reads it: UTF-8 in one line.
fn line(path: &Path) -> Result<&str> {
    path.to_str().filter(|text| !text.contains(['\n', '\r'])).ok_or_else(|| {
        let message = format!("`{}` cannot be passed to cargo", path.display());
        Error::new(ErrorKind::Script, message)
            .advice("rename its parent directories: their names must be UTF-8 without line breaks")
    })
}

/// The usual variable for a file: `PLUGIN_WASM` for `guests/plugin` and for `vendor/plugin.wasm`.
pub(crate) fn usual_env_name(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let upper = stem.to_uppercase();
    let word: String =
        upper.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("{word}_WASM")
}

/// Refuses names that are no names of variables, which end up in file names too, and names that are taken: the file of
/// whoever has it is not to be written over.
pub(crate) fn check_env_name(name: &str) -> Result<()> {
    let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_word && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        return if taken.contains(name) { Err(is_taken(name)) } else { Ok(()) };
    }
    Err(Error::new(ErrorKind::Script, format!("`{name}` is not a valid name for a variable"))
        .advice(
            "set `env_name` to a name of letters, digits and `_` that does not start with a digit",
        ))
}

fn is_taken(name: &str) -> Error {
    let message = format!("this build script sets the variable `{name}` twice");
    Error::new(ErrorKind::Script, message)
        .advice("set another name for one of them with `env_name`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_without_detours() {
        for path in ["/host/../guests/plugin", "/host/./../guests/plugin/", "/../guests/plugin"] {
            assert_eq!(normal(Path::new(path)), Path::new("/guests/plugin"), "{path}");
        }
    }

    #[test]
    fn names_follow_the_file() {
        assert_eq!(usual_env_name(Path::new("guests/my-plugin")), "MY_PLUGIN_WASM");
        assert_eq!(usual_env_name(Path::new("vendor/plugin.wasm")), "PLUGIN_WASM");
        for good in ["A", "_a1", "PLUGIN_WASM"] {
            check_env_name(good).unwrap();
        }
        for bad in ["", "1A", "A=B", "A/B", "../x", "Ä"] {
            assert_eq!(check_env_name(bad).unwrap_err().kind(), ErrorKind::Script, "{bad}");
        }
    }

    #[test]
    fn files_are_told_once_and_in_order() {
        let mut told = Told::default();
        told.set("A_WASM", Path::new("/out/a.wasm")).unwrap();
        ["/b", "/a", "/b"].iter().for_each(|path| told.watch(path));
        let lines = told.lines().unwrap();
        assert_eq!(
            lines,
            [
                "cargo::rerun-if-changed=/a",
                "cargo::rerun-if-changed=/b",
                "cargo::rustc-env=A_WASM=/out/a.wasm"
            ]
        );
    }

    #[test]
    fn a_variable_is_set_once() {
        let told = |name: &str| {
            let mut told = Told::default();
            told.set(name, Path::new("/out/a.wasm")).unwrap();
            told.say()
        };
        check_env_name("ONCE").unwrap();
        told("ONCE").unwrap();
        told("ANOTHER").unwrap();
        for error in [told("ONCE").unwrap_err(), check_env_name("ONCE").unwrap_err()] {
            assert_eq!(error.kind(), ErrorKind::Script);
            assert!(format!("{error:?}").contains("`ONCE` twice"), "{error:?}");
        }
    }

    #[test]
    fn a_path_of_two_lines_is_refused() {
        let mut told = Told::default();
        told.watch("/a\ncargo::rustc-cfg=b");
        assert_eq!(told.lines().unwrap_err().kind(), ErrorKind::Script);
    }
}
