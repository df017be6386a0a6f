//! Words of which each stands for a value, and what is said of one that is none of them.

use std::error::Error as StdError;
use std::fmt;

use crate::text::nearest::quoted;
use crate::text::redact;

/// A text that is not one of the forms that its value may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    message: String,
    expected: Option<String>,
}

impl Invalid {
    /// Something else was expected than `found`, which the message repeats if it may.
    pub(crate) fn new(expected: impl fmt::Display, found: &str) -> Self {
        match found {
            "" => Self::instead(expected, "an empty string"),
            _ => Self::instead(expected, redact::shown(found)),
        }
    }

    /// As [`Invalid::new`], with `found` in the words of the message.
    pub(crate) fn instead(expected: impl fmt::Display, found: impl fmt::Display) -> Self {
        let expected = format!("expected {expected}");
        Self { message: format!("{expected}, found {found}"), expected: Some(expected) }
    }

    /// It cannot stand here, as `message` says.
    pub(crate) fn because(message: impl Into<String>) -> Self {
        Self { message: message.into(), expected: None }
    }

    /// What was expected, where the message says that.
    pub(crate) fn expected(&self) -> Option<&str> {
        self.expected.as_deref()
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Invalid {}

/// A type whose values each have a word.
pub(crate) trait Words: Copy + PartialEq + 'static {
    /// Each word with what it means and its value, in the order in which the type has them.
    const WORDS: &'static [(&'static str, &'static str, Self)];

    /// The name of the type.
    const NAME: &'static str;

    /// The word for it.
    fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(.., value)| *value == self);
        found.map(|(word, ..)| *word).unwrap_or_default()
    }

    /// The value that a word stands for.
    fn choose(text: &str) -> Result<Self, Invalid> {
        let found = Self::WORDS.iter().find(|(word, ..)| *word == text);
        found.map(|(.., value)| *value).ok_or_else(|| {
            let words: Vec<&str> = Self::WORDS.iter().map(|(word, ..)| *word).collect();
            Invalid::new(quoted(&words, "or"), text)
        })
    }
}

/// Declares a type of words: each variant with its word, and its documentation for people who look up the word.
macro_rules! words {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident {
            $( $(#[doc = $doc:literal])* $variant:ident = $word:literal, )*
        }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name {
            $( $(#[doc = $doc])* $variant, )*
        }

        impl $crate::text::words::Words for $name {
            const WORDS: &'static [(&'static str, &'static str, Self)] =
                &[$( ($word, concat!($($doc),*), Self::$variant), )*];
            const NAME: &'static str = stringify!($name);
        }

        impl std::str::FromStr for $name {
            type Err = $crate::text::words::Invalid;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::text::words::Words::choose(text)
            }
        }
    };
}
pub(crate) use words;
