//! Why there is no result, and the exit code for it.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;

/// Why there is no result.
#[derive(Debug)]
pub enum Failure {
    /// Nothing of the module has run: it is not trusted, or cannot be called like this.
    Refused(String),
    /// The command line cannot be understood, or names a key that is none.
    Usage(String),
    /// The module was trusted and started, and has not come to a result.
    Failed(String),
}

impl Failure {
    /// A module that is refused, for a reason.
    pub fn refused(what: &str, reason: impl Into<Box<dyn Error>>) -> Self {
        Self::Refused(format!("refused: {what}: {}", chain(&*reason.into())))
    }

    /// A failure at run time, with its reason.
    pub fn failed(what: &str, reason: impl Into<Box<dyn Error>>) -> Self {
        Self::Failed(format!("{what}: {}", chain(&*reason.into())))
    }

    /// 1 refused, 2 usage, 3 failed.
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Refused(_) => 1,
            Self::Usage(_) => 2,
            Self::Failed(_) => 3,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(text) | Self::Failed(text) => f.write_str(text),
            Self::Usage(text) => write!(f, "{text}; try --help"),
        }
    }
}

/// An error with all that has led to it, in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    // A module can choose names that would forge lines of our output.
    text.chars().flat_map(visible).collect()
}

fn visible(character: char) -> impl Iterator<Item = char> {
    let escaped = is_treacherous(character).then(|| character.escape_unicode());
    let plain = escaped.is_none().then_some(character);
    escaped.into_iter().flatten().chain(plain)
}

/// What moves the cursor, turns the direction of writing, or is not seen.
fn is_treacherous(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(character, '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_forge_lines() {
        let failure = Failure::refused("the module", "grün\n\u{1b}[2J \u{202e}\u{200b}");
        assert_eq!(
            failure.to_string(),
            r"refused: the module: grün\u{a}\u{1b}[2J \u{202e}\u{200b}"
        );
    }
}
