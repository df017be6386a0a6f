//! What the optimizer is asked to do.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Features;
use crate::error::{Error, Result};
use crate::module::optimize::Level;

/// One module to optimize.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// What messages call the module.
    #[serde(with = "path_bytes")]
    pub name: PathBuf,
    /// The module to read.
    #[serde(with = "path_bytes")]
    pub input: PathBuf,
    /// SHA-256 of the input in hexadecimal, which whoever copied it knows.
    pub digest: String,
    /// Where the result goes: another file than `input`, empty or absent, so that what lies there
    /// afterwards is the optimizer's work.
    #[serde(with = "path_bytes")]
    pub output: PathBuf,
    /// How much to optimize.
    pub level: Level,
    /// Further Binaryen passes by name, in this order, after those of the level.
    pub passes: Vec<String>,
    /// Whether the `name` section stays.
    pub keep_names: bool,
    /// Whether DWARF stays. Binaryen then leaves out the passes that it cannot describe in DWARF.
    pub keep_debug: bool,
    /// What hosts know.
    pub features: Allowed,
    /// The exports that stay, all of them where this is absent. A memory stays exported only if it is listed
    /// like the others (as `memory`, usually).
    pub exports: Option<Vec<String>>,
    /// Whether this program is recorded in the section `producers`.
    pub producers: bool,
    /// Threads; what the machine has where this is absent.
    pub jobs: Option<usize>,
    /// How long everything that is done to the module may take; as long as it likes where this is absent.
    pub timeout: Option<Duration>,
}

/// A job with all that Binaryen has to be told.
#[derive(Debug, Clone)]
pub(super) struct Call {
    /// The job; its input may be an edited module.
    pub(super) job: Job,
    /// What Binaryen may use.
    pub(super) features: Features,
    /// How an external tool is told so: names behind `--enable-`.
    pub(super) flags: Vec<String>,
}

/// The WebAssembly features that hosts know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Allowed {
    /// Whatever the module declares, or is found to use.
    Auto,
    /// These alone: what the optimizer leaves must not need another one.
    Only(Features),
}

impl Job {
    /// Whether Binaryen must keep what it calls debug information: names, and DWARF with its
    /// offsets brought up to date. For Binaryen these two are one switch.
    pub(super) fn debug_info(&self) -> bool {
        self.keep_names || self.keep_debug
    }

    /// The threads that may run at once.
    pub(super) fn threads(&self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.unwrap_or_else(all)
    }

    /// Whether a custom section goes though the optimizer may leave it: Binaryen writes names and DWARF, or neither.
    pub fn is_leftover(&self, name: &str) -> bool {
        (!self.keep_names && name == "name") || (!self.keep_debug && name.starts_with(".debug_"))
    }

    /// The passes that run before those of the level. DWARF goes first: as long as it is there,
    /// Binaryen spares it by optimizing less.
    pub(super) fn first_passes(&self) -> &'static [&'static str] {
        if self.keep_debug { &[] } else { &["strip-dwarf"] }
    }

    /// The same with absolute paths, which no program takes for a flag or for standard input.
    pub(super) fn with_absolute_paths(&self) -> Result<Self> {
        Ok(Self { input: absolute(&self.input)?, output: absolute(&self.output)?, ..self.clone() })
    }
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|source| {
        Error::io(format!("failed to find the absolute path of `{}`", path.display()), source)
    })
}

/// Paths as their bytes: they need not be UTF-8, JSON strings are.
pub(super) mod path_bytes {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
        path.as_os_str().as_encoded_bytes().serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
        let bytes = Vec::<u8>::deserialize(from)?;
        os_string(bytes).map(PathBuf::from).map_err(serde::de::Error::custom)
    }

    #[cfg(unix)]
    fn os_string(bytes: Vec<u8>) -> Result<OsString, std::string::FromUtf8Error> {
        Ok(std::os::unix::ffi::OsStringExt::from_vec(bytes))
    }

    // Binaryen cannot open what is not Unicode on these systems.
    #[cfg(not(unix))]
    fn os_string(bytes: Vec<u8>) -> Result<OsString, std::string::FromUtf8Error> {
        String::from_utf8(bytes).map(OsString::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::optimize::testing::job;

    #[test]
    fn a_job_survives_the_pipe() {
        let sent = job("päth/in.wasm", "out.wasm");
        let bytes = serde_json::to_vec(&sent).unwrap();
        assert_eq!(serde_json::from_slice::<Job>(&bytes).unwrap(), sent);
    }

    #[cfg(unix)]
    #[test]
    fn a_path_need_not_be_utf_8() {
        let name: OsString = std::os::unix::ffi::OsStringExt::from_vec(vec![b'a', 0xff]);
        let sent = job(name, "out.wasm");
        let bytes = serde_json::to_vec(&sent).unwrap();
        assert_eq!(serde_json::from_slice::<Job>(&bytes).unwrap(), sent);
    }

    #[test]
    fn a_path_cannot_be_a_flag() {
        let job = job("-", "--help").with_absolute_paths().unwrap();
        assert!(job.input.is_absolute() && job.input.ends_with("-"));
        assert!(job.output.is_absolute() && job.output.ends_with("--help"));
    }
}
