//! What the optimizer is asked to do.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Features;
use crate::error::{Error, Result};

/// One module to optimize.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// The module to read.
    #[serde(with = "path_bytes")]
    pub input: PathBuf,
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
    /// What the module needs and the optimizer may use.
    pub features: Features,
    /// Threads; what the machine has where this is absent.
    pub jobs: Option<usize>,
}

impl Job {
    /// Whether Binaryen must keep what it calls debug information: names, and DWARF with its
    /// offsets brought up to date. For Binaryen these two are one switch.
    pub(super) fn debug_info(&self) -> bool {
        self.keep_names || self.keep_debug
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

/// Globs on the custom sections that Binaryen could not drop by itself and the caller must.
///
/// With DWARF kept and names stripped this is `name`: Binaryen writes both or none. In all cases
/// Binaryen moves custom sections behind the others (`dylink.0` stays first) and writes
/// `target_features` anew, with the features that it knows; the others keep order and content.
pub fn leftovers(job: &Job) -> &'static [&'static str] {
    if job.keep_debug && !job.keep_names { &["name"] } else { &[] }
}

/// How much to optimize, as `wasm-opt -O…` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Level {
    /// Nothing but the passes that are asked for.
    O0,
    /// Quick passes.
    O1,
    /// Most passes.
    O2,
    /// What takes a lot of time, too.
    O3,
    /// What takes a lot of time and memory, too.
    O4,
    /// Size counts.
    Os,
    /// Size counts above all.
    Oz,
}

impl Level {
    /// The letter behind `-O`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::O0 => "0",
            Self::O1 => "1",
            Self::O2 => "2",
            Self::O3 => "3",
            Self::O4 => "4",
            Self::Os => "s",
            Self::Oz => "z",
        }
    }
}

impl FromStr for Level {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        const ALL: [Level; 7] =
            [Level::O0, Level::O1, Level::O2, Level::O3, Level::O4, Level::Os, Level::Oz];
        ALL.into_iter().find(|level| level.as_str() == text).ok_or_else(|| {
            Error::usage(format!("unknown optimization level `{}`", text.escape_debug()))
                .advice("the levels are 0, 1, 2, 3, 4, s and z")
        })
    }
}

/// Reads a job as the parent wrote it.
pub(super) fn read_from(reader: impl Read) -> Result<Job, String> {
    serde_json::from_reader(reader).map_err(|error| format!("failed to read the job: {error}"))
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(|source| {
        Error::io(format!("failed to find the absolute path of `{}`", path.display()), source)
    })
}

/// Paths as their bytes: they need not be UTF-8, JSON strings are.
mod path_bytes {
    use super::*;

    pub(super) fn serialize<S: Serializer>(path: &Path, to: S) -> Result<S::Ok, S::Error> {
        path.as_os_str().as_encoded_bytes().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<PathBuf, D::Error> {
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
    use crate::exit::Exit;
    use crate::optimize::testing::job;

    #[test]
    fn levels_are_read_as_they_are_written() {
        for text in ["0", "1", "2", "3", "4", "s", "z"] {
            assert_eq!(text.parse::<Level>().unwrap().as_str(), text);
        }
        let error = "5".parse::<Level>().unwrap_err();
        assert_eq!(error.exit(), Exit::Usage);
        assert!(error.what_to_do().unwrap().contains("s and z"));
    }

    #[test]
    fn a_job_survives_the_pipe() {
        let sent = job("päth/in.wasm", "out.wasm");
        let bytes = serde_json::to_vec(&sent).unwrap();
        assert_eq!(read_from(&bytes[..]).unwrap(), sent);
        assert!(read_from(&bytes[1..]).unwrap_err().contains("failed to read the job"));
    }

    #[cfg(unix)]
    #[test]
    fn a_path_need_not_be_utf_8() {
        let name: OsString = std::os::unix::ffi::OsStringExt::from_vec(vec![b'a', 0xff]);
        let sent = job(name, "out.wasm");
        let bytes = serde_json::to_vec(&sent).unwrap();
        assert_eq!(read_from(&bytes[..]).unwrap(), sent);
    }

    #[test]
    fn only_names_beside_dwarf_are_left_over() {
        let with = |keep_names, keep_debug| {
            leftovers(&Job { keep_names, keep_debug, ..job("a", "b") }).to_vec()
        };
        assert_eq!(with(false, true), ["name"]);
        assert!(with(false, false).is_empty());
        assert!(with(true, false).is_empty());
        assert!(with(true, true).is_empty());
    }

    #[test]
    fn a_path_cannot_be_a_flag() {
        let job = job("-", "--help").with_absolute_paths().unwrap();
        assert!(job.input.is_absolute() && job.input.ends_with("-"));
        assert!(job.output.is_absolute() && job.output.ends_with("--help"));
    }
}
