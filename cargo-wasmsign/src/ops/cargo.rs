//! How cargo is to build, and the flags that say so.

use std::path::PathBuf;

use super::jobs;
use super::select::{TargetFilter, given};
use crate::error::Result;
use crate::project::{FeatureFlags, Workspace};
use crate::sys::paths;

/// The profile to build with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Profile {
    /// cargo's default.
    #[default]
    Dev,
    /// `--release`.
    Release,
    /// `--profile NAME`.
    Named(String),
}

impl Profile {
    /// cargo's name of it.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
            Self::Named(name) => name,
        }
    }
}

/// What is compiled of the selected packages, and how.
#[derive(Debug, Clone, Default)]
pub(crate) struct Compilation {
    /// With which profile.
    pub(crate) profile: Profile,
    /// Which cargo targets: libraries, programs, examples.
    pub(crate) targets: TargetFilter,
    /// With which features.
    pub(crate) features: FeatureFlags,
    /// `--target-dir`.
    pub(crate) target_dir: Option<PathBuf>,
    /// `--jobs`, as it was given.
    pub(crate) jobs: Option<String>,
    /// Whether further modules are made after one has failed.
    pub(crate) keep_going: bool,
    /// Flags that only cargo reads.
    pub(crate) other_flags: Vec<String>,
}

impl Compilation {
    /// cargo's flags for it, but for those that decide where artifacts are: targets, features by name, `--target-dir`.
    pub(crate) fn flags(&self) -> Vec<String> {
        let mut flags: Vec<String> = Vec::new();
        match &self.profile {
            Profile::Dev => {}
            Profile::Release => flags.push("--release".into()),
            Profile::Named(name) => flags.extend(["--profile".into(), name.clone()]),
        }
        let switches = [
            ("--all-features", self.features.all),
            ("--no-default-features", self.features.no_default),
            ("--keep-going", self.keep_going),
        ];
        flags.extend(given(switches));
        let jobs = jobs::refused(self.jobs.as_deref());
        flags.extend(jobs.iter().flat_map(|jobs| ["--jobs".to_owned(), (*jobs).to_owned()]));
        flags.extend(self.targets.flags());
        flags.extend(self.other_flags.iter().cloned());
        flags
    }

    /// Where cargo puts what it builds, as a whole path.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub(crate) fn target_directory(&self, workspace: &Workspace) -> Result<PathBuf> {
        match &self.target_dir {
            Some(directory) => paths::whole(directory),
            None => workspace.target_directory(),
        }
    }
}
