//! cargo's own flags, as they were typed.

use std::path::PathBuf;

use clap::Args;

use super::Screen;
use crate::ops::cargo::{self, Profile};
use crate::ops::select::TargetFilter;
use crate::project::{self, FeatureFlags, Selection};

/// cargo's selection of packages.
#[derive(Debug, Args)]
#[command(next_help_heading = "Package selection (as in cargo)")]
pub struct Packages {
    /// Package to build (repeatable)
    // Without a value, here and below, cargo lists the names that there are.
    #[arg(short, long = "package", value_name = "SPEC", num_args = 0..=1, default_missing_value = "")]
    pub packages: Vec<String>,
    /// Build all packages of the workspace
    #[arg(long, visible_alias = "all")]
    pub workspace: bool,
    /// Exclude a package (repeatable)
    #[arg(long, value_name = "SPEC", requires = "workspace")]
    pub exclude: Vec<String>,
}

/// cargo's selection of targets.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Target selection (as in cargo)")]
pub struct Targets {
    /// Build only the library
    #[arg(long)]
    pub lib: bool,
    /// Build only this program (repeatable)
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "")]
    pub bin: Vec<String>,
    /// Build only the programs
    #[arg(long)]
    pub bins: bool,
    /// Build only this example (repeatable)
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "")]
    pub example: Vec<String>,
    /// Build only the examples
    #[arg(long)]
    pub examples: bool,
}

/// What cargo takes for `--message-format`.
const MESSAGE_FORMATS: [&str; 6] = [
    "human",
    "short",
    "json",
    "json-diagnostic-short",
    "json-diagnostic-rendered-ansi",
    "json-render-diagnostics",
];

/// cargo's compilation options.
#[derive(Debug, Args)]
#[command(next_help_heading = "Compilation (as in cargo)")]
pub struct Compilation {
    /// For which profile and targets.
    #[command(flatten)]
    pub mode: Mode,
    /// Features to activate, separated by spaces or commas (repeatable)
    #[arg(short = 'F', long, value_name = "FEATURES")]
    pub features: Vec<String>,
    /// Activate all features
    #[arg(long)]
    pub all_features: bool,
    /// Do not activate the `default` feature
    #[arg(long)]
    pub no_default_features: bool,
    /// Directory for all generated artifacts
    #[arg(long, value_name = "DIRECTORY")]
    pub target_dir: Option<PathBuf>,
    /// Number of parallel jobs, including the optimizer's threads
    #[arg(short, long, value_name = "N", allow_hyphen_values = true)]
    pub jobs: Option<String>,
    /// Continue after the first error, of cargo or of this program
    #[arg(long)]
    pub keep_going: bool,
    /// Write a report of cargo's compilation times
    // Releases of cargo before 1.92 take a format.
    #[arg(long, value_name = "FMTS", num_args = 0..=1, require_equals = true)]
    pub timings: Option<Option<String>>,
    /// Let cargo report code that a future compiler will reject
    #[arg(long)]
    pub future_incompat_report: bool,
    /// Format of cargo's messages; `json` is the same as `--format json`
    #[arg(long, value_name = "FMT", value_delimiter = ',', value_parser = MESSAGE_FORMATS)]
    pub message_format: Vec<String>,
}

/// cargo's profile and targets.
#[derive(Debug, Args)]
#[command(next_help_heading = "Compilation (as in cargo)")]
pub struct Mode {
    /// Build with the release profile
    #[arg(short, long, conflicts_with = "profile")]
    pub release: bool,
    /// Build with this profile
    #[arg(long, value_name = "PROFILE-NAME")]
    pub profile: Option<String>,
    /// Build for this target (repeatable; targets other than wasm are skipped)
    #[arg(long, value_name = "TRIPLE", num_args = 0..=1, default_missing_value = "")]
    pub target: Vec<String>,
}

/// How cargo finds the manifest and its dependencies.
#[derive(Debug, Args)]
#[command(next_help_heading = "Manifest (as in cargo)")]
pub struct Resolution {
    /// Path to Cargo.toml
    #[arg(long, value_name = "PATH")]
    pub manifest_path: Option<PathBuf>,
    /// Ignore the `rust-version` of packages
    #[arg(long)]
    pub ignore_rust_version: bool,
    /// Require that Cargo.lock is up to date
    #[arg(long)]
    pub locked: bool,
    /// Run without network access
    #[arg(long)]
    pub offline: bool,
    /// Same as --locked and --offline
    #[arg(long)]
    pub frozen: bool,
    /// Override a cargo configuration value (repeatable)
    #[arg(long, value_name = "KEY=VALUE|PATH")]
    pub config: Vec<String>,
    /// Unstable flag of cargo (repeatable)
    #[arg(short = 'Z', value_name = "FLAG")]
    pub unstable: Vec<String>,
}

impl From<Packages> for Selection {
    fn from(typed: Packages) -> Self {
        let Packages { packages, workspace, exclude } = typed;
        Self { packages, workspace, exclude }
    }
}

impl From<Targets> for TargetFilter {
    fn from(typed: Targets) -> Self {
        let Targets { lib, bin, bins, example, examples } = typed;
        Self { lib, bin, bins, example, examples }
    }
}

impl Mode {
    /// The profile.
    pub fn profile(&self) -> Profile {
        match &self.profile {
            Some(name) => Profile::Named(name.clone()),
            None if self.release => Profile::Release,
            None => Profile::Dev,
        }
    }
}

impl Compilation {
    /// The same of these targets, with the flags that only cargo reads.
    pub fn with(
        self,
        targets: Targets,
        resolution: &Resolution,
        screen: Screen,
    ) -> cargo::Compilation {
        let words = self.features.iter().flat_map(|text| text.split([' ', ',']));
        cargo::Compilation {
            profile: self.mode.profile(),
            targets: targets.into(),
            features: FeatureFlags {
                names: words.filter(|word| !word.is_empty()).map(str::to_owned).collect(),
                all: self.all_features,
                no_default: self.no_default_features,
            },
            other_flags: self.other_flags(resolution, screen),
            target_dir: self.target_dir,
            jobs: self.jobs,
            keep_going: self.keep_going,
        }
    }

    fn other_flags(&self, resolution: &Resolution, screen: Screen) -> Vec<String> {
        let timings = self.timings.as_ref().map(|formats| match formats {
            Some(formats) => format!("--timings={formats}"),
            None => "--timings".to_owned(),
        });
        let switches = [
            ("--future-incompat-report", self.future_incompat_report),
            ("--ignore-rust-version", resolution.ignore_rust_version),
            ("--quiet", screen.quiet),
        ];
        let switches = switches.into_iter().filter_map(|(flag, given)| given.then_some(flag));
        let verbose = (0..screen.verbose).map(|_| "--verbose");
        let color = screen.color.into_iter().flat_map(|color| ["--color", color.word()]);
        let others = switches.chain(verbose).chain(color).map(str::to_owned);
        timings.into_iter().chain(others).collect()
    }
}

impl From<Resolution> for project::Resolution {
    fn from(typed: Resolution) -> Self {
        let Resolution { manifest_path, locked, offline, frozen, config, unstable, .. } = typed;
        Self { manifest_path, locked, offline, frozen, config, unstable }
    }
}
