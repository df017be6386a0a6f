//! The flags that make cargo build the same bytes in any directory.

use std::collections::BTreeSet;
use std::path::PathBuf;

use toml_edit::{Document, TableLike};

use super::cargo::cargo_home;
use super::{Compiler, Configuration, Workspace, rustflags};
use crate::error::{Error, Result};
use crate::text::toml::toml_key;

/// What is told.
#[derive(Debug, Clone)]
pub struct Reproducible {
    /// The compiler's flags, in place of those of the environment and the configuration, which are among them.
    pub(super) rustflags: Vec<String>,
    /// For `--config`, each.
    pub(super) overrides: Vec<String>,
}

/// What a build is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The target triple.
    pub target: &'a str,
    /// cargo's name of the profile.
    pub profile: &'a str,
    /// Where cargo puts what it builds, and what it needs only on the way.
    pub directories: &'a [PathBuf],
}

impl Reproducible {
    /// The flags that count anyway, and those that take the paths of this machine out of what is compiled.
    ///
    /// # Errors
    ///
    /// Exit code 2 where the configuration cannot be read, a path is not Unicode, or a flag would keep paths in; 5 where
    /// the compiler does not answer.
    pub fn new(
        subject: Subject<'_>,
        workspace: &Workspace,
        configuration: &Configuration,
    ) -> Result<Self> {
        let compiler = Compiler::of(configuration)?;
        let mut rustflags = rustflags::configured(configuration, &compiler, subject.target)?;
        refuse_narrow_scope(&rustflags)?;
        let library = compiler.sysroot()?.join("lib/rustlib/src/rust");
        let mut places = vec![
            (library, format!("/rustc/{}", compiler.commit()?)),
            (workspace.root().to_owned(), "/workspace".to_owned()),
        ];
        // Their insides have the same names, whether they are one directory or two.
        let directories = subject.directories.iter().cloned();
        let directories = directories.chain(workspace.directories_as_named());
        places.extend(directories.map(|directory| (directory, "/target".to_owned())));
        places.extend(cargo_home().map(|home| (home, "/cargo".to_owned())));
        // Of several prefixes that fit, the compiler takes the last: let that be the longest.
        places.sort_by_key(|(path, name)| (path.components().count(), path.clone(), name.clone()));
        places.dedup();
        for (path, name) in places {
            rustflags.push(format!("--remap-path-prefix={}={name}", text(path)?));
        }
        let overrides = untrimmed(workspace, configuration, subject.profile)?;
        Ok(Self { rustflags, overrides })
    }
}

/// Refuses a flag that has the compiler leave paths as they are in some of what it writes.
fn refuse_narrow_scope(flags: &[String]) -> Result<()> {
    let flag = "--remap-path-scope";
    let joined = |word: &String| word.strip_prefix(flag)?.strip_prefix('=').map(str::to_owned);
    let behind = || flags.windows(2).find(|two| two[0] == flag).map(|two| two[1].clone());
    match flags.iter().find_map(joined).or_else(behind) {
        Some(scope) if !scope.split(',').any(|scope| matches!(scope, "all" | "object")) => {
            Err(Error::usage(format!(
                "`{flag}={scope}` in the compiler flags puts paths of this machine into a \
                 reproducible module"
            ))
            .advice(format!("remove `{flag}`, or set it to `all`")))
        }
        _ => Ok(()),
    }
}

/// Takes `trim-paths` back where a profile says it: its scope would bind our own remapping, and the compiler takes one.
fn untrimmed(
    workspace: &Workspace,
    configuration: &Configuration,
    profile: &str,
) -> Result<Vec<String>> {
    const KEY: &str = "trim-paths";
    let mut tables = BTreeSet::new();
    for name in configuration.keys(&["profile"]) {
        tables.extend(configuration.has(&["profile", name, KEY]).then(String::new));
        let packages = configuration.keys(&["profile", name, "package"]).into_iter();
        let says = |spec: &&str| configuration.has(&["profile", name, "package", spec, KEY]);
        tables.extend(packages.filter(says).map(package));
    }
    let manifest = fs_err::read_to_string(workspace.manifest())
        .map_err(|source| Error::io("failed to read the manifest", source))?;
    // cargo has read it before, and whatever else was wrong with it was told.
    let manifest = Document::parse(manifest).ok();
    let profiles =
        manifest.as_ref().and_then(|text| text.as_table().get("profile")?.as_table_like());
    for table in profiles.into_iter().flat_map(tables_of) {
        tables.extend(table.contains_key(KEY).then(String::new));
        let packages = table.get("package").and_then(|packages| packages.as_table_like());
        let packages = packages.into_iter().flat_map(TableLike::iter);
        let says = packages.filter(|(_, item)| item.get(KEY).is_some());
        tables.extend(says.map(|(spec, _)| package(spec)));
    }
    Ok(tables.iter().map(|table| format!("profile.{profile}{table}.{KEY}=\"none\"")).collect())
}

fn tables_of(table: &dyn TableLike) -> impl Iterator<Item = &dyn TableLike> {
    table.iter().filter_map(|(_, item)| item.as_table_like())
}

fn package(spec: &str) -> String {
    format!(".package.{}", toml_key(spec))
}

fn text(path: PathBuf) -> Result<String> {
    path.into_os_string().into_string().map_err(|path| {
        Error::usage(format!("the path `{}` is not Unicode", path.display())).advice(
            "a reproducible build passes this path to the compiler; build in another directory",
        )
    })
}
