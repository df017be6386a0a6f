//! Which texts may hold a secret, judged by their characters alone.

use alloc::string::String;

/// Whether a text may hold a secret key, or the greater part of one, whatever its encoding.
pub(super) fn may_hold_secret(text: &str) -> bool {
    text.contains(PEM_BEGIN)
        || text.contains("PRIVATE KEY")
        || runs(text, is_key_digit).any(|run| !is_made_of_words(run))
        || runs(&joined(text), |c| c.is_ascii_hexdigit()).next().is_some()
}

/// Half of a seed in hexadecimal. Nothing is lost with less, and few names are as long.
const LONG: usize = 32;

/// Longer words are rare, and random digits of base64 never look like a word for as long.
const LONGEST_WORD: usize = 20;

pub(super) const PEM_BEGIN: &str = "-----BEGIN ";

/// Digits of either base64, and what fills its last group.
pub(super) fn is_key_digit(character: char) -> bool {
    character.is_ascii_alphanumeric() || "+-_=/".contains(character)
}

/// The longest pieces of nothing but `digits`, where they are long enough to matter.
fn runs(text: &str, digits: fn(char) -> bool) -> impl Iterator<Item = &str> {
    text.split(move |c| !digits(c)).filter(|run| run.len() >= LONG)
}

/// Whether digits of base64 are none, but words with a slash, a hyphen or an underscore between them.
fn is_made_of_words(run: &str) -> bool {
    run.split(['/', '-', '_']).all(is_word)
}

/// `word`, `Word`, `TwoWords`, `WORD`, each with a number behind it: what random digits are not.
fn is_word(text: &str) -> bool {
    let letters = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let two_capitals = letters
        .as_bytes()
        .windows(2)
        .any(|pair| pair[0].is_ascii_uppercase() && pair[1].is_ascii_uppercase());
    let is_shouted = letters.bytes().all(|b| b.is_ascii_uppercase());
    text.len() <= LONGEST_WORD
        && letters.bytes().all(|b| b.is_ascii_alphabetic())
        && (is_shouted || !two_capitals)
}

/// The text without what people and programs put between the bytes of hexadecimal.
fn joined(text: &str) -> String {
    text.replace("0x", "")
        .replace("\\x", "")
        .replace(|c: char| c.is_whitespace() || ":,;'\"[]".contains(c), "")
}
