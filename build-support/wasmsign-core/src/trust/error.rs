//! What is wrong with a trust file.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use super::order;
use super::words::escaped;
use crate::limits::MAX_TRUST_FAULTS;

/// Everything that is wrong with a trust file, in the order of its text; of more than [`MAX_TRUST_FAULTS`] those that were
/// found first. Never empty.
///
/// Displayed as one line a fault: `line 3, column 7: …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustError {
    faults: Vec<Fault>,
}

/// One thing that is wrong with a trust file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    span: Range<usize>,
    line: usize,
    column: usize,
    message: String,
}

impl TrustError {
    /// What is wrong, in the order of the text.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "trust-file"
    }
}

impl Fault {
    /// The bytes of the text that are meant.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The line, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The character of the line, from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// What is wrong there, and what to write instead. Has no character that controls a terminal, and no text that may be
    /// a secret key.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl fmt::Display for TrustError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            write!(f, "{}{fault}", if index > 0 { "\n" } else { "" })?;
        }
        Ok(())
    }
}

impl core::error::Error for TrustError {}

/// The faults found so far in a text.
pub(super) struct Faults<'t> {
    text: &'t str,
    found: Vec<Fault>,
}

impl<'t> Faults<'t> {
    /// None so far.
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, found: Vec::new() }
    }

    /// Notes that something is wrong with these bytes.
    pub(super) fn add(&mut self, span: &Range<usize>, message: impl Into<String>) {
        // Each takes a look at the whole text, and nobody reads more.
        if self.found.len() == MAX_TRUST_FAULTS {
            return;
        }
        let (line, column) = place(self.text, span.start);
        let message = escaped(&message.into());
        self.found.push(Fault { span: span.clone(), line, column, message });
    }

    /// As the function [`Faults::add`], where there is an error; else what there is.
    pub(super) fn take<T>(&mut self, span: &Range<usize>, result: Result<T, String>) -> Option<T> {
        result.map_err(|message| self.add(span, message)).ok()
    }

    /// An error if there was any fault.
    pub(super) fn into_result(self) -> Result<(), TrustError> {
        match self.found.is_empty() {
            true => Ok(()),
            false => Err(TrustError { faults: order::by(self.found, |fault| fault.span.start) }),
        }
    }
}

/// The line and the character in it, both from 1.
fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = (0..=offset.min(text.len())).rev().find_map(|end| text.get(..end));
    let before = before.unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}
