//! Makes foreign text safe to print: no module or tool can forge a line of our output.

/// `text` with its control and bidirectional characters escaped.
pub fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut safe, c| {
        if is_treacherous(c) {
            safe.extend(c.escape_unicode())
        } else {
            safe.push(c)
        }
        safe
    })
}

fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn only_what_moves_the_cursor_is_escaped() {
        assert_eq!(escape("grün 'x' \\"), "grün 'x' \\");
        assert_eq!(escape("a\u{1b}[2J\n"), "a\\u{1b}[2J\\u{a}");
        assert_eq!(escape("\u{202e}\u{9b}"), "\\u{202e}\\u{9b}");
    }
}
