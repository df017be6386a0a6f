//! What cargo says while it builds: one message a line, in JSON.

use std::path::PathBuf;

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
}

/// A line of cargo's standard output.
#[derive(Debug)]
pub struct Line {
    /// The line as it stands, without its end.
    pub text: String,
    /// The modules that it tells of, of the packages that were asked for.
    pub artifacts: Vec<Artifact>,
    /// Whether it is a message of cargo at all.
    pub is_message: bool,
    /// A diagnostic as it is to be shown, where it is one.
    pub rendered: Option<String>,
    /// How the build has ended, where it says so.
    pub finished: Option<bool>,
}

impl Line {
    /// Reads a line without its end. A dependency's cdylib appears in the messages too: `is_ours` says which packages
    /// count.
    pub fn read(text: &str, is_ours: impl Fn(&PackageId) -> bool) -> Self {
        let mut line = Self {
            text: text.to_owned(),
            artifacts: Vec::new(),
            is_message: true,
            rendered: None,
            finished: None,
        };
        match serde_json::from_str(text) {
            Ok(Message::CompilerArtifact(artifact)) if is_ours(&artifact.package_id) => {
                line.artifacts = modules(&artifact);
            }
            Ok(Message::CompilerMessage(message)) => line.rendered = message.message.rendered,
            Ok(Message::BuildFinished(end)) => line.finished = Some(end.success),
            Ok(_) => {}
            Err(_) => line.is_message = false,
        }
        line
    }
}

/// The modules of a message.
fn modules(artifact: &cargo_metadata::Artifact) -> Vec<Artifact> {
    let kinds = &artifact.target.kind;
    // A harness of tests is a program for this machine alone, under another name each time.
    let has_module = !artifact.profile.test
        && kinds.iter().any(|kind| matches!(kind, TargetKind::Bin | TargetKind::CDyLib));
    let files =
        artifact.filenames.iter().filter(|path| has_module && path.extension() == Some("wasm"));
    let module = |path: &Utf8PathBuf| Artifact {
        package_id: artifact.package_id.clone(),
        target: artifact.target.clone(),
        path: path.clone().into(),
    };
    files.map(module).collect()
}
