//! What is wrong with a release.

use wasmsign_core::verify::Refusal;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::ops::verify::Failure;

/// Something that is wrong with one file of a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The file, as the release names it.
    pub(crate) file: String,
    /// A stable word.
    pub(crate) reason: &'static str,
    /// The same in words.
    pub(crate) message: String,
    /// The exit code that stands for it.
    pub(crate) exit: Exit,
}

impl Problem {
    /// A file that was read, and is not trusted.
    pub(super) fn refused(file: &str, reason: &'static str, message: impl Into<String>) -> Self {
        Self::new(file, reason, message, Exit::Refused)
    }

    /// A file that is not what it should be.
    pub(super) fn malformed(file: &str, message: impl Into<String>) -> Self {
        Self::new(file, "malformed", message, Exit::Malformed)
    }

    /// A file that is not there, or cannot be read.
    pub(super) fn unread(file: &str, source: &std::io::Error) -> Self {
        let is_missing = source.kind() == std::io::ErrorKind::NotFound;
        let (reason, message) = match is_missing {
            true => ("missing", "the file is missing".to_owned()),
            false => ("io", format!("the file cannot be read: {source}")),
        };
        Self::new(file, reason, message, Exit::Io)
    }

    /// What an error of ours says of a file.
    pub(super) fn of_error(file: &str, error: &Error) -> Self {
        let mut message = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            message.push_str(&format!(": {cause}"));
            source = cause.source();
        }
        let reason = match error.exit() {
            Exit::Malformed => "malformed",
            Exit::Io => "io",
            _ => "refused",
        };
        Self::new(file, reason, message, error.exit())
    }

    /// What a verifier says of a module or of its detached signature.
    pub(super) fn of_failure(file: &str, failure: &Failure) -> Self {
        let refused =
            |refusal: &Refusal| Self::refused(file, refusal.reason().code(), refusal.to_string());
        match failure {
            Failure::Refused(refusal) => refused(refusal),
            Failure::Pinned(..) => Self::refused(file, "pin-changed", "it is not what was pinned"),
            Failure::Nobody(why) => Self::refused(file, "no-trusted-signature", why.clone()),
            Failure::Malformed(fault) => {
                Self::new(file, fault.rule.code(), fault.to_string(), Exit::Malformed)
            }
            Failure::Unread(error) => Self::of_error(file, error),
        }
    }

    fn new(file: &str, reason: &'static str, message: impl Into<String>, exit: Exit) -> Self {
        Self { file: file.to_owned(), reason, message: message.into(), exit }
    }
}

/// Refuses a release with anything wrong in it.
///
/// # Errors
///
/// The worst exit code, with everything that is wrong.
pub(super) fn refuse(release: &std::path::Path, problems: &[Problem]) -> Result<()> {
    if problems.is_empty() {
        return Ok(());
    }
    let exit = problems.iter().fold(Exit::Ok, |exit, problem| exit.worst(problem.exit));
    let lines = problems.iter().map(|Problem { file, reason, message, .. }| {
        format!("`{}`: {message} ({reason})", file.escape_debug())
    });
    let lines: Vec<_> = lines.collect();
    Err(Error::new(exit, format!("the release in `{}` is not what was built", release.display()))
        .because(lines.join("\n"))
        .advice("get it again from where it was built; nothing was written"))
}
