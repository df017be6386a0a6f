//! Which packages are built for wasm, and into which files.

use std::collections::BTreeMap;

use cargo_metadata::{CrateType, Package, Target, TargetKind};

use crate::error::{Error, Result};
use crate::manifest::Manifests;
use crate::project::{ActivatedFeatures, EXAMPLES, Selection, Workspace, has_cdylib};
use crate::text::glob::Glob;

/// cargo's selection of the targets of a package.
#[derive(Debug, Default, Clone)]
pub(crate) struct TargetFilter {
    /// `--lib`.
    pub(crate) lib: bool,
    /// `--bin`, each; an empty name is for cargo to refuse.
    pub(crate) bin: Vec<String>,
    /// `--bins`.
    pub(crate) bins: bool,
    /// `--example`, each; an empty name is for cargo to refuse.
    pub(crate) example: Vec<String>,
    /// `--examples`.
    pub(crate) examples: bool,
}

impl TargetFilter {
    /// Whether nothing is selected, so that libraries and programs are built.
    pub(crate) fn is_default(&self) -> bool {
        let named = self.bin.is_empty() && self.example.is_empty();
        named && !(self.lib || self.bins || self.examples)
    }

    /// cargo's flags for it.
    pub(super) fn flags(&self) -> impl Iterator<Item = String> {
        let words = |flag: &'static str, name: &String| match name.is_empty() {
            true => vec![flag.to_owned()],
            false => vec![flag.to_owned(), name.clone()],
        };
        let bins = self.bin.iter().flat_map(move |name| words("--bin", name));
        let examples = self.example.iter().flat_map(move |name| words("--example", name));
        let all = [("--lib", self.lib), ("--bins", self.bins), ("--examples", self.examples)];
        given(all).chain(bins).chain(examples)
    }
}

/// The packages of cargo's selection that are meant for wasm.
///
/// # Errors
///
/// Exit code 2: there is none, or one was named that has no table where others have one.
pub(crate) fn packages<'a>(
    workspace: &'a Workspace,
    manifests: &Manifests,
    selection: &Selection,
) -> Result<Vec<&'a Package>> {
    let selected = workspace.select(selection)?;
    let has_table = |package: &Package| manifests.has_table(package.name.as_str());
    let tables = manifests.have_tables();
    if let Some(package) =
        selected.iter().find(|package| tables && selection.is_by_name() && !has_table(package))
    {
        return Err(Error::usage(format!(
            "the package `{}` is not a wasm package: it has no [package.metadata.wasmsign]",
            package.name
        ))
        .advice(
            "other packages of the workspace have one; add the table (it may be empty), or do not \
             select this package",
        ));
    }
    let meant = |package: &&Package| is_meant_for_wasm(manifests, package);
    let packages: Vec<_> = selected.into_iter().filter(meant).collect();
    if packages.is_empty() {
        return Err(Error::usage("no wasm package is selected").advice(if tables {
            "select packages that have a [package.metadata.wasmsign] table, with `-p` or `--workspace`"
        } else {
            "a library needs `crate-type = [\"cdylib\"]`; a package with programs needs a [package.metadata.wasmsign] table"
        }));
    }
    Ok(packages)
}

/// Whether a package is meant for wasm: by its table, or, where no package has one, by its library.
pub(crate) fn is_meant_for_wasm(manifests: &Manifests, package: &Package) -> bool {
    match manifests.have_tables() {
        true => manifests.has_table(package.name.as_str()),
        false => has_cdylib(package),
    }
}

/// The modules that cargo will make of a package: where they lie below the directory of their profile, and of which
/// target they are made. `is_on` says which of the targets that nobody has named are built.
fn modules<'a>(
    package: &'a Package,
    targets: &'a TargetFilter,
    is_on: impl Fn(&Target) -> bool + 'a,
) -> impl Iterator<Item = (String, &'a Target)> {
    let all = targets.is_default();
    let is_named = |names: &[String], target| names.iter().any(|wanted| is_meant(target, wanted));
    package.targets.iter().filter_map(move |target| {
        let makes = |kind: &CrateType| target.crate_types.contains(kind);
        let is_built = match target.kind.first()? {
            TargetKind::Bin => {
                is_named(&targets.bin, target) || ((all || targets.bins) && is_on(target))
            }
            TargetKind::Example => {
                is_named(&targets.example, target) || (targets.examples && is_on(target))
            }
            _ => target.kind.contains(&TargetKind::CDyLib) && (all || targets.lib),
        };
        let name = match makes(&CrateType::CDyLib) {
            true => target.name.replace('-', "_"),
            false => target.name.clone(),
        };
        let file = match target.kind.contains(&TargetKind::Example) {
            true => format!("{EXAMPLES}/{name}.wasm"),
            false => format!("{name}.wasm"),
        };
        let is_module = makes(&CrateType::CDyLib) || makes(&CrateType::Bin);
        (is_built && is_module).then_some((file, target))
    })
}

/// The target of a package that a module of this file name is built from.
pub(crate) fn target_of<'a>(
    package: &'a Package,
    targets: &'a TargetFilter,
    file: &str,
) -> Option<&'a Target> {
    let mut modules = modules(package, targets, |_| true);
    modules.find(|(path, _)| path.rsplit('/').next() == Some(file)).map(|(_, target)| target)
}

/// Whether `--bin` or `--example`, a name or a glob, means this target.
fn is_meant(target: &Target, wanted: &str) -> bool {
    let glob = || Glob::of_name(wanted).is_ok_and(|glob| glob.is_name(&target.name));
    target.name == wanted || glob()
}

/// Refuses two modules of one name, of which cargo would let one overwrite the other.
///
/// # Errors
///
/// Exit code 2.
pub(crate) fn refuse_collisions(
    packages: &[&Package],
    targets: &TargetFilter,
    activated: &ActivatedFeatures<'_>,
) -> Result<()> {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for package in packages {
        let is_on = |target: &Target| activated.enables(package, target);
        for (file, target) in modules(package, targets, is_on) {
            let maker = format!("the {} of the package `{}`", words(target), package.name);
            if let Some(other) = seen.get(&file) {
                return Err(Error::usage(format!("{other} and {maker} would both be `{file}`"))
                    .advice(
                        "rename one of them, or build them one by one (`--lib`, `--bin`, `-p`)",
                    ));
            }
            seen.insert(file, maker);
        }
    }
    Ok(())
}

/// A target in words.
fn words(target: &Target) -> String {
    let kind = match target.kind.first() {
        Some(TargetKind::Bin) => "program",
        Some(TargetKind::Example) => "example",
        _ => "library",
    };
    format!("{kind} `{}`", target.name)
}

/// The modules that cargo is expected to make, for showing a plan.
pub(crate) fn expected(
    package: &Package,
    targets: &TargetFilter,
    activated: &ActivatedFeatures<'_>,
) -> Vec<String> {
    let is_on = |target: &Target| activated.enables(package, target);
    modules(package, targets, is_on).map(|(file, _)| file).collect()
}

/// The modules that a package can be built into, but for its examples.
pub(crate) fn all(package: &Package) -> Vec<String> {
    modules(package, &TargetFilter::default(), |_| true).map(|(file, _)| file).collect()
}

/// The flags that are given.
pub(super) fn given<const N: usize>(
    switches: [(&'static str, bool); N],
) -> impl Iterator<Item = String> {
    switches.into_iter().filter(|(_, given)| *given).map(|(name, _)| name.to_owned())
}
