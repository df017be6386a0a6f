//! Which packages are built for wasm, and into which files.

use std::collections::BTreeMap;

use cargo_metadata::{Package, Target, TargetKind};
use globset::Glob;

use crate::args::{Build, Targets};
use crate::cargo::{Selection, Workspace, has_cdylib};
use crate::config::Manifests;
use crate::error::{Error, Result};

/// The packages of cargo's selection that are meant for wasm.
///
/// # Errors
///
/// Exit code 2: there is none, or one was named that has no table where others have one.
pub(super) fn packages<'a>(
    workspace: &'a Workspace,
    manifests: &Manifests,
    selection: &Selection,
) -> Result<Vec<&'a Package>> {
    let selected = workspace.select(selection)?;
    let has_table = |package: &Package| manifests.has_table(package.name.as_str());
    let tables = workspace.members().into_iter().any(has_table);
    if let Some(package) = selected
        .iter()
        .find(|package| tables && !selection.packages.is_empty() && !has_table(package))
    {
        return Err(Error::usage(format!("the package `{}` is not for wasm: it has no [package.metadata.wasmsign]", package.name))
            .advice("other packages of the workspace have one; give it a table (it may be empty), or leave it out"));
    }
    let meant = |package: &&Package| is_meant_for_wasm(workspace, manifests, package);
    let packages: Vec<_> = selected.into_iter().filter(meant).collect();
    if packages.is_empty() {
        return Err(Error::usage("no package is selected that is built for wasm").advice(if tables {
            "select packages that have a [package.metadata.wasmsign] table, with `-p` or `--workspace`"
        } else {
            "a library needs `crate-type = [\"cdylib\"]`; a package with programs needs a [package.metadata.wasmsign] table"
        }));
    }
    Ok(packages)
}

/// Whether a package is meant for wasm: by its table, or, where no package has one, by its library.
pub(super) fn is_meant_for_wasm(
    workspace: &Workspace,
    manifests: &Manifests,
    package: &Package,
) -> bool {
    let has_table = |package: &Package| manifests.has_table(package.name.as_str());
    match workspace.members().into_iter().any(has_table) {
        true => has_table(package),
        false => has_cdylib(package),
    }
}

/// The file names of the modules that cargo will make of a package.
fn file_names<'a>(
    package: &'a Package,
    targets: &'a Targets,
) -> impl Iterator<Item = (String, String)> + 'a {
    let all = !targets.lib && !targets.bins && targets.bin.is_empty();
    package.targets.iter().filter_map(move |target| {
        let is = |kind: &TargetKind| target.kind.contains(kind);
        if is(&TargetKind::CDyLib) && (all || targets.lib) {
            return Some((
                format!("{}.wasm", target.name.replace('-', "_")),
                format!("library `{}`", target.name),
            ));
        }
        let chosen =
            all || targets.bins || targets.bin.iter().any(|wanted| is_meant(target, wanted));
        (is(&TargetKind::Bin) && chosen)
            .then(|| (format!("{}.wasm", target.name), format!("program `{}`", target.name)))
    })
}

/// Whether a package makes a module of this file name.
pub(super) fn makes(package: &Package, targets: &Targets, file: &str) -> bool {
    file_names(package, targets).any(|(name, _)| name == file)
}

/// Whether `--bin`, a name or a glob, means this program.
fn is_meant(target: &Target, wanted: &str) -> bool {
    let glob = || Glob::new(wanted).is_ok_and(|glob| glob.compile_matcher().is_match(&target.name));
    target.name == wanted || glob()
}

/// Refuses two modules of one name, of which cargo would let one overwrite the other.
///
/// # Errors
///
/// Exit code 2.
pub(super) fn refuse_collisions(packages: &[&Package], arguments: &Build) -> Result<()> {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for package in packages {
        for (file, target) in file_names(package, &arguments.targets) {
            let maker = format!("the {target} of the package `{}`", package.name);
            if let Some(other) = seen.get(&file) {
                return Err(Error::usage(format!("{other} and {maker} would both be `{file}`"))
                    .advice("give one of them another name, or build them one by one (`--lib`, `--bin`, `-p`)"));
            }
            seen.insert(file, maker);
        }
    }
    Ok(())
}

/// The modules that cargo is expected to make, for showing a plan.
pub(super) fn expected(package: &Package, arguments: &Build) -> Vec<String> {
    file_names(package, &arguments.targets).map(|(file, _)| file).collect()
}
