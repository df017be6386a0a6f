//! A place in a file of text, with its line and a mark below it, as compilers show it.
//!
//! Drawn here and not by annotate-snippets: that crate takes 6 s of CPU to compile, and leaves characters in the line that
//! control a terminal.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use super::escape::escape;
use super::redact;

/// As many characters of a line are shown.
const WIDEST: usize = 100;
/// As many of these stand before the mark where the line is longer.
const BEFORE: usize = 40;

/// A place in a file, and what there is to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    path: PathBuf,
    line: usize,
    column: usize,
    /// The line, unless nobody should see it.
    quote: Option<Quote>,
    label: Option<String>,
}

/// A line of the file, and the bytes of it that are marked.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Quote {
    line: String,
    marked: Range<usize>,
}

/// How the parts of a snippet look.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// What stands around the line: its number, the bars, the arrow.
    pub frame: Style,
    /// The mark and its label.
    pub mark: Style,
}

impl Snippet {
    /// The place of these bytes of `text`, which is what the file at `path` holds. A line that may hold a secret key is not
    /// kept.
    pub fn new(path: &Path, text: &str, marked: Range<usize>) -> Self {
        let before = text.get(..marked.start).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[start..].split('\n').next().unwrap_or_default();
        let line = line.strip_suffix('\r').unwrap_or(line);
        let within = |offset: usize| offset.saturating_sub(start).min(line.len());
        let marked = within(before.len())..within(marked.end);
        let quote =
            (!redact::may_hold_secret(line)).then(|| Quote { line: line.to_owned(), marked });
        Self {
            path: path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[start..].chars().count() + 1,
            quote,
            label: None,
        }
    }

    /// The same place without its line.
    #[must_use]
    pub fn unquoted(self) -> Self {
        Self { quote: None, ..self }
    }

    /// Says in a few words what is wrong with the marked text.
    #[must_use]
    pub fn label(self, label: impl Into<String>) -> Self {
        Self { label: Some(label.into()), ..self }
    }

    /// The file, as the caller named it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The line, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Draws it; `path` is what to call the file. Without a quote it is the place alone.
    pub fn draw(&self, path: &Path, look: Look) -> String {
        let Look { frame, mark } = look;
        let place = escape(&format!("{}:{}:{}", path.display(), self.line, self.column));
        let arrow = format!("{}{frame}-->{frame:#} {place}", self.indent());
        let Some(quote) = &self.quote else { return arrow };
        let bar = self.margin(look);
        let drawn = Drawn::of(quote);
        let number = format!("{frame}{} |{frame:#}", self.line);
        let label = self.label.as_deref().map(|label| format!(" {}", escape(label)));
        let (space, carets) = (" ".repeat(drawn.before), "^".repeat(drawn.marked.max(1)));
        format!(
            "{arrow}\n{bar}\n{number} {}\n{bar} {space}{mark}{carets}{}{mark:#}",
            drawn.line,
            label.unwrap_or_default()
        )
    }

    /// The bar that stands before a line without a number; nothing where there is no quote.
    pub fn margin(&self, Look { frame, .. }: Look) -> String {
        match self.quote {
            Some(_) => format!("{} {frame}|{frame:#}", self.indent()),
            None => String::new(),
        }
    }

    fn indent(&self) -> String {
        " ".repeat(self.line.to_string().len())
    }
}

/// `path:line:column`.
impl fmt::Display for Snippet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path.display(), self.line, self.column)
    }
}

/// A line as a terminal shows it, with the columns before the mark and below it.
struct Drawn {
    line: String,
    before: usize,
    marked: usize,
}

impl Drawn {
    fn of(Quote { line, marked }: &Quote) -> Self {
        let characters: Vec<_> = line.char_indices().collect();
        let first = characters.iter().take_while(|(at, _)| *at < marked.start).count();
        let fits = characters.len() <= WIDEST;
        let from = if fits { 0 } else { first.saturating_sub(BEFORE) };
        let shown = &characters[from..characters.len().min(from + WIDEST)];
        let cut = |is_cut: bool| if is_cut { "..." } else { "" };
        let (front, back) = (cut(from > 0), cut(from + shown.len() < characters.len()));
        let mut drawn = Self { line: front.to_owned(), before: front.len(), marked: 0 };
        for (at, character) in shown {
            let text = visible(*character);
            match *at {
                at if at < marked.start => drawn.before += text.width(),
                at if at < marked.end => drawn.marked += text.width(),
                _ => {}
            }
            drawn.line.push_str(&text);
        }
        drawn.line.push_str(back);
        drawn
    }
}

/// A character in a form that takes the same room everywhere.
fn visible(character: char) -> String {
    match character {
        '\t' => "    ".to_owned(),
        other => escape(other.encode_utf8(&mut [0; 4])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Look = Look { frame: Style::new(), mark: Style::new() };

    /// What is drawn for the first `marked` in `text`.
    fn drawn(text: &str, marked: &str) -> String {
        let start = text.find(marked).expect("it is there");
        let snippet = Snippet::new(Path::new("a.toml"), text, start..start + marked.len());
        snippet.label("here").draw(Path::new("a.toml"), PLAIN)
    }

    #[test]
    fn a_mark_is_below_what_it_marks() {
        let expected = " --> a.toml:2:5\n  |\n2 | b = true\n  |     ^^^^ here";
        for end in ["\n", "\r\n"] {
            assert_eq!(drawn(&format!("a = 1{end}b = true{end}c = 3{end}"), "true"), expected);
        }
        let last = drawn(&"\n".repeat(99).to_string().replacen('\n', "x\n", 99), "x");
        assert!(last.starts_with(" --> a.toml:1:1\n"), "{last}");
        let wide = drawn(&format!("{}x", "\n".repeat(99)), "x");
        assert_eq!(wide, "   --> a.toml:100:1\n    |\n100 | x\n    | ^ here");
    }

    #[test]
    fn characters_take_the_room_that_they_take() {
        assert_eq!(
            drawn("\tü = '漢字' # \u{1b}[2J\u{202e}", "'漢字'"),
            " --> a.toml:1:6\n  |\n1 |     ü = '漢字' # \\u{1b}[2J\\u{202e}\n  |         ^^^^^^ here"
        );
        let marked = drawn("a\u{9b}b = 1", "\u{9b}b");
        assert_eq!(marked, " --> a.toml:1:2\n  |\n1 | a\\u{9b}b = 1\n  |  ^^^^^^^ here");
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        let line = format!("a = [{}'x!x', {}]", "'y', ".repeat(60), "'z', ".repeat(60));
        let drawn = drawn(&line, "'x!x'");
        let lines: Vec<_> = drawn.lines().collect();
        assert!(lines[2].starts_with("1 | ...") && lines[2].ends_with("..."), "{drawn}");
        assert_eq!(lines[2].chars().count(), "1 | ......".len() + WIDEST);
        let at = lines[3].find('^').expect("there is a mark");
        assert_eq!(&lines[2][at..at + 5], "'x!x'");
    }

    #[test]
    fn an_end_and_what_goes_over_it_have_a_mark() {
        let at = |span| Snippet::new(Path::new("a"), "ab\ncd", span).draw(Path::new("a"), PLAIN);
        assert_eq!(at(5..5), " --> a:2:3\n  |\n2 | cd\n  |   ^");
        assert_eq!(at(1..4), " --> a:1:2\n  |\n1 | ab\n  |  ^");
        assert_eq!(at(9..12), " --> a:2:3\n  |\n2 | cd\n  |   ^");
    }

    #[test]
    fn a_line_that_may_hold_a_secret_is_not_shown() {
        let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        assert_eq!(drawn(&format!("a = '{seed}' # mark"), "mark"), " --> a.toml:1:74");
        let snippet = Snippet::new(Path::new("a"), &format!("a = '{seed}'"), 0..1);
        assert!(!format!("{snippet:?}").contains(&seed[..8]));
    }
}
