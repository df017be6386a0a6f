//! The settings of each selected package, from manifests, environment and command line.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

use cargo_metadata::Package;

use super::{Event, Observer, select};
use crate::error::{Error, Result};
use crate::keys::KeyRef;
use crate::manifest::{CommandLine, Environment, Manifests, Origin, Settings};
use crate::project::{
    self, Configuration, Profiles, Selection, Workspace, configured_targets, is_wasm,
};
use crate::sys::child;
use crate::sys::paths;

const DEFAULT_TARGET: &str = "wasm32-unknown-unknown";

/// The selected packages, and what affects their settings besides the manifests.
pub(crate) struct Query<'a> {
    /// cargo's selection.
    pub(crate) selection: &'a Selection,
    /// The flags as they were given: paths need not be whole, and targets need not be wasm.
    pub(crate) options: &'a CommandLine,
    /// cargo's name of the profile.
    pub(crate) profile: &'a str,
    /// cargo's own configuration.
    pub(crate) configuration: &'a Configuration,
}

/// The packages of a selection that are meant for wasm, those that are not enabled too.
pub(crate) struct Resolved<'a> {
    /// All manifests of the workspace.
    pub(crate) manifests: Manifests,
    /// Each package with what counts for it; where it is enabled, all its targets are wasm.
    pub(crate) packages: Vec<(&'a Package, Settings)>,
}

/// Reads the manifests, selects, and lays everything over each other.
///
/// # Errors
///
/// Exit code 2: configuration or selection that do not fit together; 4: a manifest that cannot be read.
pub(crate) fn packages<'a>(workspace: &'a Workspace, query: &Query<'_>) -> Result<Resolved<'a>> {
    let manifests = read(workspace, query.configuration)?;
    let packages = select::packages(workspace, &manifests, query.selection)?;
    let (environment, profile) = (Environment::from_process(), query.profile);
    let command_line = command_line(query)?;
    let profiles = Profiles::load(workspace, query.configuration)?;
    let resolve = |package: &'a Package| {
        let name = package.name.as_str();
        let mut settings = manifests.settings(name, profile, &environment, &command_line)?;
        settings.expect_opt_level(profiles.opt_level(profile, package)?);
        set_targets(&mut settings, query.configuration).map_err(|error| error.of_package(name))?;
        Ok((package, settings))
    };
    let packages = packages.into_iter().map(resolve).collect::<Result<_>>()?;
    Ok(Resolved { manifests, packages })
}

/// Warns about excluded packages that do not exist, as cargo does.
///
/// # Errors
///
/// Those of `observe`.
pub(crate) fn warn_of_unknown(
    workspace: &Workspace,
    selection: &Selection,
    observe: &mut Observer<'_>,
) -> Result<()> {
    let warnings = workspace.unknown_excludes(selection);
    warnings.iter().try_for_each(|text| observe(Event::Warning(text)))
}

/// Reads the manifests of a workspace, and keeps the variables of every key in them from our children, in use or not.
///
/// # Errors
///
/// As of [`Manifests::read`]; names of profiles and variables that are nearly right.
pub(crate) fn read(workspace: &Workspace, configuration: &Configuration) -> Result<Manifests> {
    let member =
        |package: &Package| (package.name.to_string(), PathBuf::from(&package.manifest_path));
    let members: Vec<_> = workspace.members().into_iter().map(member).collect();
    let mut manifests = Manifests::read(&workspace.manifest(), &members)?;
    for key in manifests.keys() {
        key.secret.iter().flat_map(KeyRef::secret_variables).for_each(child::withhold);
    }
    manifests.check_profiles(configuration.keys(&["profile"]))?;
    let is_set = |(_, value): &(OsString, OsString)| !value.is_empty();
    let variables = std::env::vars_os().filter(is_set);
    manifests.check_environment(variables.filter_map(|(name, _)| name.into_string().ok()))?;
    Ok(manifests)
}

/// The flags, with wasm targets alone and with whole paths.
fn command_line(query: &Query<'_>) -> Result<CommandLine> {
    let CommandLine { targets, artifact_dir, .. } = query.options;
    Ok(CommandLine {
        targets: given_targets(targets, query.configuration)?,
        artifact_dir: artifact_dir.as_deref().map(paths::whole).transpose()?,
        ..query.options.clone()
    })
}

/// `--target`: those that are not wasm are left out, and cargo takes one that is named twice once.
fn given_targets(given: &[String], configuration: &Configuration) -> Result<project::Targets> {
    let mut wasm = only_wasm(given, configuration)?;
    let mut seen = BTreeSet::new();
    wasm.retain(|target| seen.insert(target.clone()));
    match wasm.is_empty() && !given.is_empty() {
        false => Ok(wasm),
        true => Err(Error::usage(format!("`{}` is not a WebAssembly target", given.join("`, `")))
            .advice(format!("remove `--target`, or pass one such as {DEFAULT_TARGET}"))),
    }
}

fn only_wasm(targets: &[String], configuration: &Configuration) -> Result<project::Targets> {
    let judged = targets.iter().map(|target| Ok((target, is_wasm(target, configuration)?)));
    let judged = judged.collect::<Result<Vec<_>>>()?;
    Ok(judged.into_iter().filter(|(_, is_wasm)| *is_wasm).map(|(name, _)| name.clone()).collect())
}

/// Sees to it that there is a target, and nothing but wasm where the package takes part. Of targets that are not ours
/// to name, the others are left out.
fn set_targets(settings: &mut Settings, configuration: &Configuration) -> Result<()> {
    let Some(targets) = settings.targets() else {
        let configured = only_wasm(&configured_targets(configuration)?, configuration)?;
        match configured.is_empty() {
            true => settings.or_targets(vec![DEFAULT_TARGET.into()], Origin::Default),
            false => settings.or_targets(configured, Origin::Cargo("build.target")),
        }
        return Ok(());
    };
    if !settings.is_enabled() {
        return Ok(());
    }
    let wasm = only_wasm(targets, configuration)?;
    match targets.iter().find(|target| !wasm.contains(target)) {
        Some(other) => Err(Error::usage(format!(
            "`target = \"{}\"` is not a WebAssembly target",
            other.escape_debug()
        ))
        .advice(format!(
            "set one such as {DEFAULT_TARGET} in the manifest or in CARGO_WASMSIGN_TARGET"
        ))),
        None => Ok(()),
    }
}
