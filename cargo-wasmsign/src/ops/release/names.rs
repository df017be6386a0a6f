//! What the files of a release are called.

use std::collections::BTreeMap;

use crate::error::{Error, Result};

/// The index.
pub(super) const INDEX: &str = "release.json";
/// The sums of all files but itself and its signature.
pub(super) const SUMS: &str = "SHA256SUMS";
/// The signature of the sums.
pub(super) const SUMS_SIGNATURE: &str = "SHA256SUMS.minisig";

/// The names of one module and of what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Names {
    stem: String,
}

impl Names {
    /// Those of a module of a package; with its cargo target and its triple, where the package has several of these.
    pub(super) fn new(
        package: &str,
        target: Option<&str>,
        triple: Option<&str>,
        version: &str,
    ) -> Self {
        let parts = [Some(package), target, triple, Some(version)];
        Self { stem: parts.into_iter().flatten().collect::<Vec<_>>().join("-") }
    }

    /// Those that belong to a module of this file name.
    pub(super) fn of_module(file: &str) -> Option<Self> {
        file.strip_suffix(".wasm").map(|stem| Self { stem: stem.to_owned() })
    }

    /// The module.
    pub(super) fn module(&self) -> String {
        format!("{}.wasm", self.stem)
    }

    /// Its detached signature.
    pub(super) fn signature(&self) -> String {
        format!("{}.wasm.sig", self.stem)
    }

    /// Its bill of materials.
    pub(super) fn sbom(&self) -> String {
        format!("{}.cdx.json", self.stem)
    }

    /// The statement of how it was built.
    pub(super) fn provenance(&self) -> String {
        format!("{}.intoto.jsonl", self.stem)
    }

    /// The module without its signature, as statements name it: there is no such file.
    pub(super) fn unsigned(&self) -> String {
        format!("{}.unsigned.wasm", self.stem)
    }
}

/// Refuses two modules of one name. Names that differ in case alone are one on some systems.
///
/// # Errors
///
/// Exit code 2.
pub(super) fn refuse_twice<'n>(names: impl Iterator<Item = (&'n Names, String)>) -> Result<()> {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for (names, maker) in names {
        let file = names.module();
        refuse_impossible(&file)?;
        if let Some(other) = seen.insert(file.to_lowercase(), maker.clone()) {
            return Err(Error::usage(format!("{other} and {maker} would both be `{file}`"))
                .advice("rename one of them, or release the packages one by one with `-p`"));
        }
    }
    Ok(())
}

fn refuse_impossible(file: &str) -> Result<()> {
    match is_plain(file) {
        true => Ok(()),
        false => {
            Err(Error::usage(format!("`{}` cannot be the name of a file", file.escape_debug()))
                .advice("give the package and its target other names"))
        }
    }
}

/// Whether this names a file in a directory itself, on every system.
pub(super) fn is_plain(name: &str) -> bool {
    let is_safe = |c: char| !c.is_control() && !matches!(c, '/' | '\\' | ':');
    !matches!(name, "" | "." | "..") && name.chars().all(is_safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_packages_can_have_one_file_name() {
        let one = Names::new("a", Some("b"), None, "1.0.0");
        let other = Names::new("a-b", None, None, "1.0.0");
        assert_eq!(one, other);
        let pairs = [(&one, "one".into()), (&other, "other".into())];
        assert!(refuse_twice(pairs.into_iter()).is_err());
        assert_eq!(Names::of_module(&one.module()), Some(one));
    }

    #[test]
    fn plain_names_stay_in_their_directory() {
        assert!(is_plain("a-1.0.0+b.wasm"));
        for name in ["", ".", "..", "a/b", "..\\b", "c:", "a\nb", "/etc/passwd"] {
            assert!(!is_plain(name), "{name:?}");
        }
    }
}
