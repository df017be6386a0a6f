//! The exit codes: a contract with the scripts that call the program.

use std::process::ExitCode;

use serde::{Deserialize, Serialize};

/// The exit codes.
///
/// The order of the variants is no order of severity; see [`Exit::worst`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[repr(u8)]
pub enum Exit {
    /// Everything was done; every module verified.
    Ok = 0,
    /// A module was read correctly but is not trusted.
    Refused = 1,
    /// Flags, configuration or keys that do not fit together.
    Usage = 2,
    /// A module, signature or key file is not what it should be.
    Malformed = 3,
    /// A file could not be read or written.
    Io = 4,
    /// The optimizer or another child program failed.
    Tool = 5,
    /// Cargo itself failed.
    Build = 101,
    /// Ctrl-C.
    Interrupted = 130,
    /// SIGTERM.
    Terminated = 143,
}

impl Exit {
    /// Of two results for two files, the one that decides: io, malformed, refused, ok.
    /// Errors in the call itself take precedence over all of these.
    pub fn worst(self, other: Self) -> Self {
        if other.severity() > self.severity() { other } else { self }
    }

    fn severity(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Refused => 1,
            Self::Malformed => 2,
            Self::Io => 3,
            Self::Tool => 4,
            Self::Usage => 5,
            Self::Build => 6,
            Self::Interrupted | Self::Terminated => 7,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
