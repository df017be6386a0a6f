//! Queries to cargo and rustup, and their answers.

mod arguments;
mod artifact_dir;
mod auditable;
mod cargo;
mod compiler;
mod configuration;
mod features;
mod git;
mod message;
mod profile;
mod reproducible;
mod run;
mod rustflags;
mod target;
mod term;
mod version;
mod workspace;

pub use arguments::Arguments;
pub use artifact_dir::refuse_artifact_dir;
pub use auditable::find_auditable;
pub use cargo::Resolution;
pub use compiler::Compiler;
pub use configuration::{Configuration, Text};
pub use features::{ActivatedFeatures, FeatureFlags};
pub use git::{Revision, revision};
pub use message::{Artifact, EXAMPLES, Line, Other};
pub use profile::Profiles;
pub use reproducible::{Reproducible, Subject};
pub use run::{Messages, Run};
pub use target::{Targets, configured_targets, ensure_installed, is_wasm, is_wasm_name};
pub use term::Term;
pub use workspace::{Selection, Workspace, has_cdylib, is_in_project};
