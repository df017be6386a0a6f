//! `.gitignore`: no secret key gets into the repository.

use std::path::Path;

use super::change::Change;
use super::lines::line_end;
use super::pair::Pair;
use super::place::Place;
use super::text::read;
use crate::error::{Error, Result};
use crate::project::git;

/// The change that keeps a secret key out of the repository, where it lies in it.
///
/// # Errors
///
/// Exit code 2: git tracks the key.
pub(super) fn change(pair: &Pair, place: &Place) -> Result<Option<Change>> {
    let Some(secret) = pair.inside() else { return Ok(None) };
    if git::is_tracked(&place.top, secret) {
        return Err(Error::usage(format!("git tracks the secret key `{}`", secret.display()))
            .advice("everybody with the repository may have it: make another key, outside of what git tracks"));
    }
    // That of the workspace, unless the key lies elsewhere in the repository.
    let name = place.relative_to_root(secret)?;
    let (directory, name) = match name.starts_with("../") {
        true => (
            &place.top,
            Place { root: place.top.clone(), top: place.top.clone() }.relative_to_root(secret)?,
        ),
        false => (&place.root, name),
    };
    let path = directory.join(".gitignore");
    let before = read(&path)?;
    let about = format!("keeps {name} out of the repository");
    if git::is_ignored(&place.top, secret) || has_line(before.as_deref(), &name) {
        return Ok(before.map(|_| Change::kept(&path, about)));
    }
    let line = escaped(&name);
    let after = with_line(before.as_deref().unwrap_or_default(), &format!("/{line}"));
    Ok(Some(Change::text(Path::new(&path), before, after, about)))
}

/// Whether a line means the file: where there is no git to ask.
fn has_line(text: Option<&str>, name: &str) -> bool {
    let wanted = [format!("/{}", escaped(name)), name.to_owned()];
    let mut lines = text.unwrap_or_default().lines();
    lines.any(|line| wanted.iter().any(|wanted| line.trim_end() == wanted))
}

/// A name as a pattern that means nothing else.
fn escaped(name: &str) -> String {
    let mut escaped = String::new();
    for c in name.chars() {
        if matches!(c, '*' | '?' | '[' | '\\' | ' ') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

fn with_line(text: &str, line: &str) -> String {
    let end = line_end(text);
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { end };
    format!("{text}{gap}{line}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_added_at_the_end() {
        assert_eq!(with_line("", "/a"), "/a\n");
        assert_eq!(with_line("/target", "/a"), "/target\n/a\n");
        assert_eq!(with_line("/x\r\n/y\r\n", "/a"), "/x\r\n/y\r\n/a\r\n");
        assert_eq!(escaped("a b/[c].key"), "a\\ b/\\[c].key");
    }
}
