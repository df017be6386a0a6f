//! Words of a file in messages about it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use strsim::osa_distance;

use crate::keys::may_be_secret;

/// A word as messages show it, unless it may be a secret.
pub(super) fn shown(word: &str) -> String {
    if may_be_secret(word) { "a text that may be a secret key".into() } else { format!("`{word}`") }
}

/// `` `a`, `b` and `c` ``.
pub(super) fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.into_iter().map(shown).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// The end of a message about an unknown word: the nearest known one, else all of them.
pub(super) fn suggestion(word: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(near) => format!("; did you mean {}?", shown(near)),
        None if known.is_empty() => "; none is defined".into(),
        // A file may define thousands.
        None if known.len() > 20 => String::new(),
        None => format!("; known are {}", list(known.iter().copied())),
    }
}

/// The known word that `word` is most likely a typing error of: case does not count, and one edit in three characters is
/// near.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.to_ascii_lowercase();
    let limit = (word.chars().count() / 3).max(1);
    let distances =
        known.iter().map(|known| (osa_distance(&word, &known.to_ascii_lowercase()), *known));
    let near = distances.filter(|(distance, _)| *distance <= limit);
    near.min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

/// The text without characters that control a terminal or turn the direction of what follows.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{61c}' => {
                escaped.extend(character.escape_unicode());
            }
            character if character.is_control() => escaped.extend(character.escape_default()),
            character => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found() {
        assert_eq!(suggestion("publik", &["public", "revoked"]), "; did you mean `public`?");
        assert_eq!(suggestion("x", &["public", "revoked"]), "; known are `public` and `revoked`");
        assert_eq!(suggestion("x", &[]), "; none is defined");
    }

    #[test]
    fn nothing_reaches_a_terminal_that_controls_it() {
        assert_eq!(escaped("a\u{1b}[2J\u{9b}\u{202e}\nü"), r"a\u{1b}[2J\u{9b}\u{202e}\nü");
    }
}
