//! What can go wrong in a build script: what happened, why, and what to do now.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::Path;

/// The result of this crate's operations.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure as the reader of a failed build needs it.
///
/// [`Display`](fmt::Display) is the message alone. [`Debug`](fmt::Debug), which is what Rust prints where `main` of a
/// build script returns an error, is the message, its causes and the advice, each on a line of its own.
pub struct Error {
    kind: ErrorKind,
    message: String,
    advice: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Which kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Not called by cargo as a build script, or with values that cannot be handed to cargo.
    Script,
    /// A file could not be read or written.
    Io,
    /// `cargo wasmsign` is not installed.
    ToolMissing,
    /// `cargo wasmsign` is older than this crate.
    ToolTooOld,
    /// `cargo wasmsign` failed: the guest does not compile, a key is missing, and so on.
    Guest,
    /// The guest gave no module.
    NoModule,
    /// The guest gave several modules.
    SeveralModules,
    /// A public key is missing or malformed.
    Key,
    /// A module or signature that is not what its format demands.
    Malformed,
    /// A module that was read correctly, but is not trusted.
    Refused,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), advice: None, source: None }
    }

    /// A file that could not be read or written.
    pub(crate) fn io(doing: &str, path: &Path, source: io::Error) -> Self {
        let message = format!("failed to {doing} `{}`", path.display());
        Self::new(ErrorKind::Io, message).because(source)
    }

    #[must_use]
    pub(crate) fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    #[must_use]
    pub(crate) fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Which kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The lines of the whole story: message, causes, advice.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.message.clone()];
        let mut cause = self.source();
        while let Some(error) = cause {
            lines.push(format!("because: {error}"));
            cause = error.source();
        }
        lines.extend(self.advice.iter().map(|advice| format!("help: {advice}")));
        lines.iter().flat_map(|text| text.lines()).map(str::to_owned).collect()
    }

    /// Tells cargo and ends the build script.
    pub(crate) fn exit(&self) -> ! {
        for line in self.lines() {
            println!("cargo::error={line}");
        }
        std::process::exit(1)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines().join("\n  "))
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| &**source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_tells_the_whole_story() {
        let error = Error::io("read", Path::new("a.wasm"), io::Error::other("gone"));
        let error = error.advice("put it back");
        assert_eq!(error.to_string(), "failed to read `a.wasm`");
        let whole = "failed to read `a.wasm`\n  because: gone\n  help: put it back";
        assert_eq!(format!("{error:?}"), whole);
    }
}
