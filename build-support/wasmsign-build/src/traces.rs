//! What a guest's compilation has looked at besides its sources, as it is written in the guest's target directory:
//! variables, and whatever build scripts have asked for.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::messages::Executed;
use crate::script::Told;
use crate::surroundings::is_foreign;

/// The tables' settings that the environment can replace.
const SETTINGS: [&str; 5] = [
    "CARGO_WASMSIGN_KEY_ID",
    "CARGO_WASMSIGN_OPTIMIZE",
    "CARGO_WASMSIGN_SIGNATURE",
    "CARGO_WASMSIGN_SIGN_WITH",
    "CARGO_WASMSIGN_TARGET",
];

/// Watches the variables of `env!` and `option_env!` in the crates that were compiled beside `artifact`, and those of
/// the tables' settings.
pub(crate) fn watch_variables(told: &mut Told, artifact: &Path) {
    SETTINGS.iter().for_each(|name| told.watch_variable(name));
    let entries = fs::read_dir(artifact.with_file_name("deps")).into_iter().flatten().flatten();
    let written =
        entries.map(|entry| entry.path()).filter(|path| path.extension() == Some("d".as_ref()));
    let texts = written.filter_map(|path| fs::read_to_string(path).ok());
    texts.for_each(|text| variables_of_compiler(&text).for_each(|name| watch_variable(told, name)));
}

/// Watches what a build script of the guest, or of one of its dependencies, has asked cargo to watch. If it has asked for
/// nothing, that is all of its package; `package` is where this is, if it is on this machine.
pub(crate) fn watch_build_script(
    told: &mut Told,
    script: &Executed,
    package: Option<&Path>,
    own: &Path,
) {
    // Cargo keeps what the script has said beside its directory. Where it does not, the script may have asked for nothing.
    let said = fs::read(script.out.with_file_name("output")).unwrap_or_default();
    let asked = Asked::read(&String::from_utf8_lossy(&said));
    asked.variables.iter().for_each(|name| watch_variable(told, name));
    // Files that it has asked for are in cargo's list of sources.
    if asked.nothing
        && let Some(package) = package
    {
        content(package, own).into_iter().for_each(|path| told.watch(path));
    }
}

/// A variable that does not come to the guest's build, or that cargo makes there, changes nothing.
fn watch_variable(told: &mut Told, name: &str) {
    if !is_foreign(OsStr::new(name)) {
        told.watch_variable(name);
    }
}

/// The names in what rustc writes for cargo: `# env-dep:NAME=VALUE`, without `=` where there was none.
fn variables_of_compiler(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().filter_map(|line| line.strip_prefix("# env-dep:"));
    lines.filter_map(|line| line.split('=').next())
}

/// What a build script has asked cargo to watch.
struct Asked {
    variables: BTreeSet<String>,
    nothing: bool,
}

impl Asked {
    fn read(said: &str) -> Self {
        let lines = said.lines();
        let words = lines.filter_map(|line| {
            line.strip_prefix("cargo::").or_else(|| line.strip_prefix("cargo:"))?.split_once('=')
        });
        let words: Vec<_> = words.filter(|(word, _)| word.starts_with("rerun-if-")).collect();
        let variables = words.iter().filter(|(word, _)| *word == "rerun-if-env-changed");
        Self {
            variables: variables.map(|(_, name)| name.trim().to_owned()).collect(),
            nothing: words.is_empty(),
        }
    }
}

/// What lies in a package: neither hidden nor made by a build, as cargo sees it. `own` is our place, which may be below.
fn content(package: &Path, own: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(package).into_iter().flatten().flatten();
    let paths = entries.map(|entry| (entry.file_name(), entry.path()));
    let content = paths.filter(|(name, path)| {
        name != "target" && !name.to_string_lossy().starts_with('.') && !own.starts_with(path)
    });
    content.map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_found_in_what_the_compiler_writes() {
        let text = "/t/a.wasm: src/lib.rs\n\n# env-dep:CARGO_PKG_NAME=a\n# env-dep:LEVEL=a=b\n# env-dep:NONE\n";
        let names: Vec<_> = variables_of_compiler(text).collect();
        assert_eq!(names, ["CARGO_PKG_NAME", "LEVEL", "NONE"]);
        let mut told = Told::default();
        names.iter().for_each(|name| watch_variable(&mut told, name));
        let lines = told.lines().unwrap();
        assert_eq!(lines, ["LEVEL", "NONE"].map(|n| format!("cargo::rerun-if-env-changed={n}")));
    }

    #[test]
    fn a_build_script_asks_in_both_spellings() {
        let asked =
            Asked::read("cargo:rerun-if-env-changed=ONE\ncargo::rerun-if-env-changed=TWO\n");
        assert_eq!(Vec::from_iter(asked.variables), ["ONE", "TWO"]);
        assert!(!asked.nothing);
        assert!(!Asked::read("cargo::rerun-if-changed=a").nothing);
        assert!(Asked::read("cargo::rustc-cfg=a\nrerun-if-changed=b\n").nothing);
    }
}
