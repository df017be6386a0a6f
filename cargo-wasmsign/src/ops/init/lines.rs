//! Texts with line ends of either kind: what is edited has the simple one, and what was not touched keeps its own.

use similar::{DiffTag, TextDiff};

/// A byte order mark.
const BOM: char = '\u{feff}';

/// Edits a text. Lines that stay keep every byte; new ones end as most lines of the text do.
///
/// # Errors
///
/// What `edit` gives.
pub(super) fn edited<E>(
    text: &str,
    edit: impl FnOnce(&str) -> Result<String, E>,
) -> Result<String, E> {
    let (mark, body) = match text.strip_prefix(BOM) {
        Some(body) => (&text[..BOM.len_utf8()], body),
        None => ("", text),
    };
    let simple = body.replace("\r\n", "\n");
    let after = edit(&simple)?;
    if simple == after {
        return Ok(text.to_owned());
    }
    Ok(format!("{mark}{}", merged(body, &simple, &after)))
}

fn merged(original: &str, before: &str, after: &str) -> String {
    let diff = TextDiff::from_lines(before, after);
    let (old, new): (Vec<_>, Vec<_>) =
        (original.split_inclusive('\n').collect(), after.split_inclusive('\n').collect());
    let end = line_end(original);
    let mut merged = String::with_capacity(original.len() + after.len());
    for operation in diff.ops() {
        match operation.tag() {
            DiffTag::Equal => merged.extend(old[operation.old_range()].iter().copied()),
            _ => new[operation.new_range()].iter().for_each(|line| match line.strip_suffix('\n') {
                Some(line) => merged.extend([line, end]),
                None => merged.push_str(line),
            }),
        }
    }
    merged
}

/// How most lines of a text end.
pub(super) fn line_end(text: &str) -> &'static str {
    let (all, both) = (text.matches('\n').count(), text.matches("\r\n").count());
    if both * 2 > all { "\r\n" } else { "\n" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str) -> String {
        let add = |text: &str| Ok::<_, ()>(text.replace("b\n", "b\nnew\n"));
        edited(text, add).expect("nothing fails")
    }

    #[test]
    fn lines_that_stay_keep_their_ends() {
        for (before, after) in [
            ("a\nb\nc", "a\nb\nnew\nc"),
            ("a\r\nb\r\nc\r\n", "a\r\nb\r\nnew\r\nc\r\n"),
            ("a\nb\r\nc\n", "a\nb\r\nnew\nc\n"),
            ("\u{feff}a\r\nb\r\n", "\u{feff}a\r\nb\r\nnew\r\n"),
            ("a\r\n", "a\r\n"),
        ] {
            assert_eq!(added(before), after);
        }
    }
}
