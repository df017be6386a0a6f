//! cargo's messages during a build: one JSON object a line.

use std::path::{Path, PathBuf};

use cargo_metadata::camino::Utf8PathBuf;
use cargo_metadata::{Message, PackageId, Target, TargetKind};

/// A `.wasm` file that cargo has made.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// Its package.
    pub package_id: PackageId,
    /// Its target in that package: a program or a cdylib.
    pub target: Target,
    /// The file.
    pub path: PathBuf,
    /// The `opt-level` that it was compiled with.
    pub opt_level: String,
}

/// cargo's directory for examples.
pub const EXAMPLES: &str = "examples";

impl Artifact {
    /// Where it lies below the directory of its profile.
    pub fn file_name(&self) -> PathBuf {
        let name = PathBuf::from(self.path.file_name().unwrap_or_default());
        match self.target.kind.contains(&TargetKind::Example) {
            true => Path::new(EXAMPLES).join(name),
            false => name,
        }
    }
}

/// A `.wasm` file that cargo has built and that is not published.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Other {
    /// The file.
    pub path: PathBuf,
    /// Whether it runs tests; it is of a package that was not asked for otherwise.
    pub is_harness: bool,
}

/// A line of cargo's standard output.
#[derive(Debug)]
pub struct Line {
    /// The unchanged line, without its line break.
    pub text: String,
    /// The modules that it tells of, of the packages that were asked for.
    pub artifacts: Vec<Artifact>,
    /// All other modules that it tells of.
    pub others: Vec<Other>,
    /// Whether it is a message of cargo at all.
    pub is_message: bool,
    /// A diagnostic as it is to be shown, where it is one.
    pub rendered: Option<String>,
    /// Whether the build succeeded, if the message says so.
    pub finished: Option<bool>,
}

impl Line {
    /// Reads a line without its end. A dependency's cdylib appears in the messages too: `is_ours` says which packages
    /// count.
    pub fn read(text: &str, is_ours: impl Fn(&PackageId) -> bool) -> Self {
        let mut line = Self {
            text: text.to_owned(),
            artifacts: Vec::new(),
            others: Vec::new(),
            is_message: true,
            rendered: None,
            finished: None,
        };
        match serde_json::from_str(text) {
            Ok(Message::CompilerArtifact(artifact)) => {
                match is_ours(&artifact.package_id) && is_module(&artifact) {
                    true => line.artifacts = modules(&artifact),
                    false => line.others = others(&artifact),
                }
            }
            Ok(Message::CompilerMessage(message)) => line.rendered = message.message.rendered,
            Ok(Message::BuildFinished(end)) => line.finished = Some(end.success),
            Ok(_) => {}
            Err(_) => line.is_message = false,
        }
        line
    }
}

/// Whether a message tells of modules that can be published.
fn is_module(artifact: &cargo_metadata::Artifact) -> bool {
    let target = &artifact.target;
    let is_kind = |kind: &TargetKind| {
        matches!(kind, TargetKind::Bin | TargetKind::CDyLib | TargetKind::Example)
    };
    // A harness of tests is a program for this machine alone, under another name each time.
    !artifact.profile.test && target.kind.iter().any(is_kind)
}

/// The modules of a message.
fn modules(artifact: &cargo_metadata::Artifact) -> Vec<Artifact> {
    let module = |path: &Utf8PathBuf| Artifact {
        package_id: artifact.package_id.clone(),
        target: artifact.target.clone(),
        path: path.clone().into(),
        opt_level: artifact.profile.opt_level.clone(),
    };
    files(artifact).map(module).collect()
}

fn others(artifact: &cargo_metadata::Artifact) -> Vec<Other> {
    let other =
        |path: &Utf8PathBuf| Other { path: path.clone().into(), is_harness: artifact.profile.test };
    files(artifact).map(other).collect()
}

fn files(artifact: &cargo_metadata::Artifact) -> impl Iterator<Item = &Utf8PathBuf> {
    artifact.filenames.iter().filter(|path| path.extension() == Some("wasm"))
}
