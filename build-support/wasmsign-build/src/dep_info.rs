//! What cargo writes beside an artifact: every local file that went into it (`NAME.d`, in make's syntax).

use std::path::{Path, PathBuf};

/// The files that cargo names for `artifact`; none where the text is about something else.
pub(crate) fn read(text: &str, artifact: &Path) -> Option<Vec<PathBuf>> {
    let target = format!("{}:", artifact.to_str()?.replace(' ', "\\ "));
    let rest = text.lines().find_map(|line| line.strip_prefix(&target))?;
    Some(words(rest).into_iter().map(PathBuf::from).collect())
}

/// Words between spaces. A backslash before a space makes it a part of the word; elsewhere it is a letter like others,
/// because paths of Windows are written as they are.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' => words.push(String::new()),
            '\\' if letters.next_if_eq(&' ').is_some() => push(&mut words, ' '),
            _ => push(&mut words, letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

fn push(words: &mut [String], letter: char) {
    words.last_mut().expect("there is a word from the start").push(letter);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_and_backslashes_are_told_apart() {
        let text = "/t\\ d/a.wasm: /src/lib.rs /my\\ src/a.rs C:\\b\\c.rs\n";
        let files = read(text, Path::new("/t d/a.wasm")).unwrap();
        assert_eq!(files, ["/src/lib.rs", "/my src/a.rs", "C:\\b\\c.rs"].map(PathBuf::from));
        assert_eq!(read(text, Path::new("/t d/b.wasm")), None);
        assert_eq!(read("/a.wasm:\n", Path::new("/a.wasm")), Some(Vec::new()));
    }
}
