//! The places that messages point to.

use std::fmt::Display;
use std::ops::Range;

use super::file::File;
use crate::error::Error;
use crate::text::redact;
use crate::text::words::Invalid;

/// Where a value stands.
#[derive(Debug, Clone)]
pub(super) enum Place<'a> {
    /// In a file.
    File {
        file: &'a File,
        span: Range<usize>,
        /// The value's key, where the message is about the value.
        key: Option<&'a str>,
        /// Whether a secret may stand there.
        is_secret: bool,
    },
    /// In this environment variable.
    Variable(&'static str),
    /// In this flag of the command line.
    Flag(&'static str),
}

impl Place<'_> {
    /// An error at this place.
    pub(super) fn error(&self, message: impl Display) -> Error {
        match self {
            Self::Variable(name) | Self::Flag(name) => Error::usage(format!("`{name}`: {message}")),
            Self::File { file, span, key, is_secret } => {
                let key = key.map(|key| format!("{}: ", redact::shown(key))).unwrap_or_default();
                let place = file.snippet(span.clone());
                let place = if *is_secret { place.unquoted() } else { place };
                Error::usage(format!("{key}{message}")).at(place)
            }
        }
    }

    /// The error that something else was expected at this place.
    pub(super) fn invalid(&self, invalid: &Invalid) -> Error {
        let error = self.error(invalid);
        match invalid.expected() {
            Some(expected) => error.label(expected),
            None => error,
        }
    }
}
