//! What counts for each selected package: manifests, environment and command line together.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

use cargo_metadata::Package;

use super::select;
use crate::cli::args::{Mode, Overrides, Packages};
use crate::error::{Error, Result};
use crate::manifest::{CommandLine, Environment, Manifests, Origin, SecretSource, Settings};
use crate::project::{
    self, Configuration, Profiles, Selection, Workspace, configured_targets, is_wasm,
};
use crate::report::Report;
use crate::sys::child;
use crate::text::paths;

const DEFAULT_TARGET: &str = "wasm32-unknown-unknown";

/// What the command line says of packages and their options.
pub(crate) struct Wanted<'a> {
    /// cargo's selection.
    pub(crate) selection: &'a Selection,
    /// What counts more than any manifest.
    pub(crate) overrides: &'a Overrides,
    /// The profile and targets.
    pub(crate) mode: &'a Mode,
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
pub(crate) fn packages<'a>(workspace: &'a Workspace, wanted: &Wanted<'_>) -> Result<Resolved<'a>> {
    let manifests = read(workspace, wanted.configuration)?;
    let packages = select::packages(workspace, &manifests, wanted.selection)?;
    let (environment, profile) = (Environment::from_process(), profile(wanted.mode));
    let command_line = command_line(wanted)?;
    let profiles = Profiles::load(workspace, wanted.configuration)?;
    let resolve = |package: &'a Package| {
        let name = package.name.as_str();
        let mut settings = manifests.settings(name, profile, &environment, &command_line)?;
        settings.expect_opt_level(profiles.opt_level(profile, package)?);
        set_targets(&mut settings, wanted.configuration).map_err(|error| error.of_package(name))?;
        Ok((package, settings))
    };
    let packages = packages.into_iter().map(resolve).collect::<Result<_>>()?;
    Ok(Resolved { manifests, packages })
}

/// Warns of packages to leave out that are not there, as cargo does.
pub(crate) fn warn_of_unknown(workspace: &Workspace, selection: &Selection, report: &Report) {
    workspace.unknown_excludes(selection).iter().for_each(|text| report.warning(text));
}

/// cargo's name of the profile.
pub(crate) fn profile(mode: &Mode) -> &str {
    match &mode.profile {
        Some(profile) => profile,
        None if mode.release => "release",
        None => "dev",
    }
}

/// The selection that flags ask for.
pub(crate) fn selection(packages: &Packages) -> Selection {
    Selection {
        packages: packages.packages.clone(),
        workspace: packages.workspace,
        exclude: packages.exclude.clone(),
    }
}

/// How cargo is to find things.
pub(crate) fn resolution(given: &crate::cli::args::Resolution) -> project::Resolution {
    project::Resolution {
        manifest_path: given.manifest_path.clone(),
        locked: given.locked,
        offline: given.offline,
        frozen: given.frozen,
        config: given.config.clone(),
        unstable: given.unstable.clone(),
    }
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
        if let Some(SecretSource::Env(variable)) = &key.secret {
            child::withhold(variable);
        }
    }
    manifests.check_profiles(configuration.keys(&["profile"]))?;
    let is_set = |(_, value): &(OsString, OsString)| !value.is_empty();
    let variables = std::env::vars_os().filter(is_set);
    manifests.check_environment(variables.filter_map(|(name, _)| name.into_string().ok()))?;
    Ok(manifests)
}

fn command_line(wanted: &Wanted<'_>) -> Result<CommandLine> {
    Ok(CommandLine {
        keys: wanted.overrides.keys.clone(),
        no_sign: wanted.overrides.no_sign,
        no_optimize: wanted.overrides.no_optimize,
        targets: given_targets(&wanted.mode.target, wanted.configuration)?,
        artifact_dir: wanted.overrides.artifact_dir.as_deref().map(paths::whole).transpose()?,
    })
}

/// `--target`: those that are not wasm are left out, and cargo takes one that is named twice once.
fn given_targets(given: &[String], configuration: &Configuration) -> Result<project::Targets> {
    let mut wasm = only_wasm(given, configuration)?;
    let mut seen = BTreeSet::new();
    wasm.retain(|target| seen.insert(target.clone()));
    match wasm.is_empty() && !given.is_empty() {
        false => Ok(wasm),
        true => Err(Error::usage(format!("`{}` is no WebAssembly target", given.join("`, `")))
            .advice(format!("leave `--target` out, or name one such as {DEFAULT_TARGET}"))),
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
            "`target = \"{}\"` is no WebAssembly target",
            other.escape_debug()
        ))
        .advice(format!(
            "name one such as {DEFAULT_TARGET} in the manifest or in CARGO_WASMSIGN_TARGET"
        ))),
        None => Ok(()),
    }
}
