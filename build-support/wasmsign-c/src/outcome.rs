//! What a call comes to, and in which words.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use wasmsign_core::verify::BuilderError;
use wasmsign_core::{ReadError, VerifyError};

use crate::types::WasmsignStatus;

/// What a call comes to: nothing, or a status with its message.
pub(crate) type Outcome<T = ()> = Result<T, (WasmsignStatus, Cow<'static, str>)>;

pub(crate) const NO_BYTES: (WasmsignStatus, Cow<'static, str>) = (
    WasmsignStatus::Usage,
    Cow::Borrowed("expected bytes, found a null pointer or an impossible length"),
);

pub(crate) const NO_PATH: (WasmsignStatus, Cow<'static, str>) =
    (WasmsignStatus::Usage, Cow::Borrowed("expected the path of a file, found a null pointer"));

pub(crate) const NO_SIZE: (WasmsignStatus, Cow<'static, str>) = (
    WasmsignStatus::Usage,
    Cow::Borrowed(
        "the verdict's `size` is not set to the size of the structure: {.size = sizeof verdict}",
    ),
);

/// The same with the file's name: to the core, an open file is bytes from anywhere.
pub(crate) fn named(error: VerifyError, module: &Path) -> VerifyError {
    match error {
        VerifyError::Read(ReadError { source, .. }) => {
            VerifyError::File { path: module.to_owned(), source }
        }
        other => other,
    }
}

pub(crate) fn unpanicked<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let text = "an internal error of this library; the message on standard error says where";
        Err((WasmsignStatus::Internal, text.into()))
    })
}

/// Why these keys and settings verify nothing.
pub(crate) fn unfit(error: BuilderError) -> (WasmsignStatus, Cow<'static, str>) {
    let text = match error {
        BuilderError::NoKeys | BuilderError::TooFewKeys { .. } => {
            "more keys are required than were given".into()
        }
        error => error.to_string().into(),
    };
    (WasmsignStatus::Usage, text)
}

pub(crate) fn refused(error: VerifyError) -> (WasmsignStatus, Cow<'static, str>) {
    let (status, text) = match &error {
        VerifyError::Refused(refusal) => {
            (WasmsignStatus::Refused, format!("{refusal} ({})", refusal.reason().code()))
        }
        VerifyError::Malformed(fault) => (WasmsignStatus::Malformed, fault.to_string()),
        VerifyError::File { source, .. } | VerifyError::Read(ReadError { source, .. }) => {
            (WasmsignStatus::Io, format!("{error}: {source}"))
        }
        other => (WasmsignStatus::Internal, other.to_string()),
    };
    (status, text.into())
}
