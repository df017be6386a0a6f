//! Which known word a mistyped one was meant to be.

use strsim::osa_distance;

use crate::text::redact;

/// The candidate that `word` is most likely a typing error of; the first of equally near ones.
///
/// Case does not count. One edit in three characters is near (and one in a shorter word): more
/// would offer words that have nothing in common with what was typed.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = word.to_lowercase();
    let limit = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (osa_distance(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The rest of a message about the unknown `word`: the nearest known word, else all of them.
pub(crate) fn suggestion(word: &str, known: &[&str], all: &str) -> String {
    match nearest(word, known.iter().copied()) {
        Some(near) => format!("did you mean {}?", redact::shown(near)),
        None => format!("{all}: {}", quoted(known, "and")),
    }
}

/// `` `a`, `b` and `c` ``, with `last` before the last word.
pub(crate) fn quoted(words: &[&str], last: &str) -> String {
    let words: Vec<String> = words.iter().map(|word| redact::shown(word)).collect();
    match words.split_last() {
        Some((end, [])) => end.clone(),
        Some((end, rest)) => format!("{} {last} {end}", rest.join(", ")),
        None => String::new(),
    }
}
