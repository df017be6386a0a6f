//! Patterns on the names of custom sections: `*` and `?`, as far as those of the command line need no more.

use std::fmt::{self, Write};

use syn::{Error, LitStr, Result};

/// A pattern in which `*` stands for any characters, `?` for one, and everything else for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glob(Vec<char>);

/// The pattern as it was written.
impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|&character| f.write_char(character))
    }
}

impl Glob {
    /// Refuses the characters that mean more on the command line, so that no pattern has two meanings.
    pub(crate) fn parse(argument: &LitStr) -> Result<Self> {
        let text = argument.value();
        if text.is_empty() {
            return Err(Error::new(argument.span(), "expected the name of a custom section"));
        }
        match text.chars().find(|character| r"[]{}\".contains(*character)) {
            Some(character) => Err(Error::new(
                argument.span(),
                format!(
                    "`{character}` cannot stand in a pattern here\nhelp: only `*` and `?` have a meaning"
                ),
            )),
            None => Ok(Self(text.chars().collect())),
        }
    }

    pub(crate) fn is_match(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        is_match(&self.0, &name)
    }
}

/// Goes back to the last star only, so that no name takes longer than its length times the pattern's.
fn is_match(pattern: &[char], name: &[char]) -> bool {
    let (mut at, mut in_name) = (0, 0);
    let mut star = None;
    while in_name < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, in_name));
                at += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == name[in_name] => {
                at += 1;
                in_name += 1;
            }
            _ => match star {
                Some((star_at, taken)) => {
                    star = Some((star_at, taken + 1));
                    (at, in_name) = (star_at + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|&rest| rest == '*')
}

#[cfg(test)]
mod tests {
    use proc_macro2::Span;

    use super::*;

    fn parse(text: &str) -> Result<Glob> {
        Glob::parse(&LitStr::new(text, Span::call_site()))
    }

    #[test]
    fn stars_and_question_marks_match() {
        for (pattern, name, expected) in [
            ("policy", "policy", true),
            ("policy", "policy2", false),
            ("policy*", "policy", true),
            ("policy*", "policy.net/a", true),
            ("*.rs", "a.rs.rs", true),
            ("*a*b", "aab", true),
            ("*a*b", "aabc", false),
            ("p?", "pä", true),
            ("p?", "p", false),
            ("**", "", true),
            ("?", "", false),
        ] {
            assert_eq!(parse(pattern).unwrap().is_match(name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn what_means_more_elsewhere_is_refused() {
        for pattern in ["", "a[bc]", "{a,b}", r"\*"] {
            assert!(parse(pattern).is_err(), "{pattern}");
        }
    }
}
