//! Texts with the place that they come from, be it a manifest or the environment.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use super::place::Place;
use crate::error::{Error, Result};
use crate::text::redact;
use crate::text::words::Invalid;

/// A text and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Text<'a> {
    place: Place<'a>,
    text: String,
}

impl<'a> Text<'a> {
    pub(super) fn new(place: Place<'a>, text: impl Into<String>) -> Self {
        Self { place, text: text.into() }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// An error at this text.
    pub(super) fn error(&self, message: impl fmt::Display) -> Error {
        self.place.error(message)
    }

    /// The error that this text is something else than expected.
    pub(super) fn invalid(&self, invalid: &Invalid) -> Error {
        self.place.invalid(invalid)
    }

    /// The text as a `T`.
    pub(super) fn parse<T: FromStr<Err = Invalid>>(&self) -> Result<T> {
        self.text.parse().map_err(|invalid| self.invalid(&invalid))
    }

    /// The text, where `fits` holds; `expected` says what that is.
    pub(super) fn fitting(&self, expected: &str, fits: impl Fn(&str) -> bool) -> Result<&str> {
        match self.as_str() {
            text if fits(text) => Ok(text),
            text => Err(self.invalid(&Invalid::new(expected, text))),
        }
    }

    /// The parts between commas, without the white space around them.
    pub(super) fn split(&self) -> Vec<Self> {
        self.text.split(',').map(|part| Self::new(self.place.clone(), part.trim())).collect()
    }
}

/// The words of a list, each of which must be `expected`: something without white space that a
/// program cannot take for one of its options.
pub(super) fn words(texts: &[Text<'_>], expected: &str) -> Result<Vec<String>> {
    let fits = |text: &str| {
        !text.is_empty() && !text.starts_with('-') && !text.contains(char::is_whitespace)
    };
    texts.iter().map(|text| text.fitting(expected, fits).map(str::to_owned)).collect()
}

/// A program and its arguments, of which the program must be named.
pub(super) fn command_line(argv: &[Text<'_>]) -> Result<Vec<String>> {
    if let Some(program) = argv.first() {
        program.fitting("a program", |text| !text.is_empty())?;
    }
    Ok(argv.iter().map(|text| text.as_str().to_owned()).collect())
}

/// Refuses a list in which a text stands twice.
pub(super) fn distinct<'a, 'b: 'a>(texts: impl IntoIterator<Item = &'a Text<'b>>) -> Result<()> {
    let mut seen = BTreeSet::new();
    match texts.into_iter().find(|text| !seen.insert(text.as_str())) {
        Some(twice) => Err(twice
            .error(format!("{} is listed twice", redact::shown(&twice.text)))
            .label("listed before")),
        None => Ok(()),
    }
}
