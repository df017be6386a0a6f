//! Makes foreign text safe to print: no module or tool can forge a line of our output.

/// `text` with its control and bidirectional characters escaped.
pub fn escape(text: &str) -> String {
    replaced(text, |c| c.escape_unicode().to_string())
}

/// JSON, which has none of these characters outside its strings, with the same ones escaped.
pub fn escape_json(json: &str) -> String {
    replaced(json, |c| format!("\\u{:04x}", u32::from(c)))
}

fn replaced(text: &str, escaped: impl Fn(char) -> String) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut safe, c| {
        if is_treacherous(c) {
            safe.push_str(&escaped(c))
        } else {
            safe.push(c)
        }
        safe
    })
}

/// All of them are below U+10000: JSON has them in four digits.
fn is_treacherous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::{escape, escape_json};

    #[test]
    fn only_what_moves_the_cursor_is_escaped() {
        assert_eq!(escape("grün 'x' \\"), "grün 'x' \\");
        assert_eq!(escape("a\u{1b}[2J\n"), "a\\u{1b}[2J\\u{a}");
        assert_eq!(escape("\u{202e}\u{9b}"), "\\u{202e}\\u{9b}");
    }

    #[test]
    fn json_stays_the_same_json() {
        let value = serde_json::json!("grün \u{7f}\u{9b}\u{202e}\u{feff}\n");
        let escaped = escape_json(&value.to_string());
        assert_eq!(escaped, r#""grün \u007f\u009b\u202e\ufeff\n""#);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
    }
}
