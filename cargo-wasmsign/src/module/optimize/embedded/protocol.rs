//! What the two programs say to each other. The optimizer is started with one of two arguments: to the one it answers with
//! a [`Greeting`] on standard output, with the other it reads an [`Order`] from standard input. Both are JSON. How an
//! order ended is told by its exit code, and why on standard error: Binaryen's passes may print to standard output.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::module::optimize::job::{Call, path_bytes};
use crate::module::optimize::{Features, Level};

/// The name of the optimizer's program, without an extension.
pub const PROGRAM: &str = "cargo-wasmsign-optimizer";

/// The first argument that asks for a greeting.
pub const GREET: &str = "__greet";

/// The first argument behind which an order comes.
pub const OPTIMIZE: &str = "__optimize";

/// How the complaint about a module begins that Binaryen cannot read.
pub const UNREAD: &str = "failed to read the module";

/// The complaint about a module that needs more than it is allowed.
pub const INVALID: &str = "the module is not valid with the given features";

/// What the Binaryen is called that Cargo.toml asks for.
pub const BINARYEN: &str = "binaryen 116 (embedded)";

/// What an optimizer says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greeting {
    /// The version of cargo-wasmsign that it is a part of.
    pub version: String,
    /// The passes that its Binaryen has.
    pub passes: Vec<String>,
}

impl Greeting {
    /// That of this version, with these passes.
    pub fn new(passes: Vec<String>) -> Self {
        Self { version: env!("CARGO_PKG_VERSION").to_owned(), passes }
    }
}

/// What Binaryen is to do with one module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The module to read, an absolute path.
    #[serde(with = "path_bytes")]
    pub input: PathBuf,
    /// Where the result goes, an absolute path.
    #[serde(with = "path_bytes")]
    pub output: PathBuf,
    /// What Binaryen may use. Those that it does not know are left out.
    pub features: Features,
    /// The passes before those of the level, in their order.
    pub first_passes: Vec<String>,
    /// How much to optimize.
    pub level: Level,
    /// The passes after those of the level, in their order.
    pub last_passes: Vec<String>,
    /// Whether names and DWARF are written.
    pub debug_info: bool,
    /// Whether DWARF is brought up to date.
    pub keep_debug: bool,
}

impl From<&Call> for Order {
    fn from(Call { job, features, .. }: &Call) -> Self {
        Self {
            input: job.input.clone(),
            output: job.output.clone(),
            features: features.clone(),
            first_passes: job.first_passes().iter().map(ToString::to_string).collect(),
            level: job.level,
            last_passes: job.passes.clone(),
            debug_info: job.debug_info(),
            keep_debug: job.keep_debug,
        }
    }
}
