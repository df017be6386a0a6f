//! How long a module may be optimized: everything that is done to it counts.

use std::io;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::sys::child::{self, Output};
use crate::text::escape::escape;

/// What is left of `optimize.timeout`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    timeout: Option<Duration>,
    begun: Instant,
}

impl Limit {
    /// Begins now; without a timeout there is none.
    pub(super) fn begin(timeout: Option<Duration>) -> Self {
        Self { timeout, begun: Instant::now() }
    }

    /// Whether no time is left.
    pub(super) fn is_over(&self) -> bool {
        self.timeout.is_some_and(|timeout| self.begun.elapsed() >= timeout)
    }

    /// Runs a child to its end, or to the end of the time.
    ///
    /// # Errors
    ///
    /// Those of the system, or [`io::ErrorKind::TimedOut`].
    pub(super) fn output(&self, command: &mut Command, input: &[u8]) -> io::Result<Output> {
        let left = self.timeout.map(|timeout| timeout.saturating_sub(self.begun.elapsed()));
        child::output_within(left, u64::MAX, command, input)
    }

    /// The error for a child that could not be run to its end: `other`, unless the time was over.
    pub(super) fn error(
        &self,
        module: &Path,
        source: io::Error,
        other: impl FnOnce(io::Error) -> Error,
    ) -> Error {
        match self.timeout {
            Some(timeout) if source.kind() == io::ErrorKind::TimedOut => over(module, timeout),
            _ => other(source),
        }
    }
}

fn over(module: &Path, timeout: Duration) -> Error {
    let name = escape(&module.to_string_lossy());
    Error::tool(format!(
        "optimizing `{name}` took longer than `optimize.timeout` ({} s) and was stopped",
        timeout.as_secs()
    ))
    .advice("raise `optimize.timeout`, or set a lower `optimize.level`")
}
