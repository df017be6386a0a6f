//! The words that follow `--`, read as `cargo build` reads them.

use Value::{Joined, Never, Next, Perhaps};

/// Whether a flag takes a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Value {
    Never,
    /// Behind `=` alone.
    Joined,
    /// If the next word is no flag.
    Perhaps,
    /// Whatever the next word is.
    Next,
}

/// The flags of `cargo build` that have a letter or take a value; all others have neither.
const FLAGS: [(Option<char>, &str, Value); 27] = [
    (Some('p'), "package", Perhaps),
    (None, "exclude", Next),
    (None, "bin", Perhaps),
    (None, "example", Perhaps),
    (None, "test", Perhaps),
    (None, "bench", Perhaps),
    (Some('F'), "features", Next),
    (Some('r'), "release", Never),
    (None, "profile", Next),
    (Some('j'), "jobs", Next),
    (None, "target", Perhaps),
    (None, "target-dir", Next),
    (None, "artifact-dir", Next),
    (None, "out-dir", Next),
    (None, "build-dir", Next),
    (None, "lockfile-path", Next),
    (None, "manifest-path", Next),
    (None, "message-format", Next),
    (None, "timings", Joined),
    (None, "color", Next),
    (None, "config", Next),
    (Some('v'), "verbose", Never),
    (Some('q'), "quiet", Never),
    (Some('h'), "help", Never),
    (Some('V'), "version", Never),
    (Some('Z'), "unstable", Next),
    (Some('C'), "directory", Next),
];

/// A flag as it was meant.
#[derive(Debug, PartialEq, Eq)]
struct Flag {
    /// Its long name, without hyphens; of `-Z` it is `unstable`.
    name: String,
    value: Option<String>,
    /// The word that it stands in.
    word: String,
}

/// The flags among words for cargo.
#[derive(Debug, Default)]
pub struct Arguments(Vec<Flag>);

impl Arguments {
    /// Reads words, letters that stand together and values behind `=` too.
    pub fn read(words: &[String]) -> Self {
        let mut flags = Vec::new();
        let mut words = words.iter().map(String::as_str).peekable();
        while let Some(word) = words.next().filter(|word| *word != "--") {
            let mut next = |value| match value {
                Next => words.next(),
                Perhaps => words.next_if(|word| !word.starts_with('-')),
                Never | Joined => None,
            };
            match word.strip_prefix("--") {
                Some(long) => flags.push(read_long(word, long, &mut next)),
                None => read_letters(word, &mut flags, &mut next),
            }
        }
        Self(flags)
    }

    /// Whether a flag is among them, by its long name.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|flag| flag.name == name)
    }

    /// The values of a flag; those of `-Z` are found as `unstable`.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |flag| flag.name == name).filter_map(|flag| flag.value.as_deref())
    }

    /// The first flag that is meant, by its long name: this name, and the word that the flag stands in.
    pub fn first(&self, is_meant: impl Fn(&str) -> bool) -> Option<(&str, &str)> {
        let found = self.0.iter().find(|flag| is_meant(&flag.name))?;
        Some((&found.name, &found.word))
    }
}

fn read_long<'a>(word: &str, long: &str, next: &mut impl FnMut(Value) -> Option<&'a str>) -> Flag {
    let (name, joined) = match long.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (long, None),
    };
    let kind = FLAGS.iter().find(|(_, known, _)| *known == name).map_or(Never, |(.., kind)| *kind);
    let value = joined.or_else(|| next(kind));
    Flag { name: name.to_owned(), value: value.map(str::to_owned), word: word.to_owned() }
}

/// Letters that share a hyphen: the first that takes a value has the rest of the word for it.
fn read_letters<'a>(
    word: &str,
    flags: &mut Vec<Flag>,
    next: &mut impl FnMut(Value) -> Option<&'a str>,
) {
    let Some(mut letters) = word.strip_prefix('-').map(str::chars) else { return };
    while let Some(letter) = letters.next() {
        let Some((_, name, kind)) = FLAGS.iter().find(|(known, ..)| *known == Some(letter)) else {
            // cargo refuses it, and whatever stands behind.
            return;
        };
        let rest = letters.as_str();
        let rest = rest.strip_prefix('=').unwrap_or(rest);
        let value = match kind {
            Never => None,
            _ if rest.is_empty() => next(*kind),
            _ => Some(rest),
        };
        let (name, value) = ((*name).to_owned(), value.map(str::to_owned));
        flags.push(Flag { name, value, word: word.to_owned() });
        if *kind != Never {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Arguments {
        let words: Vec<_> = text.split(' ').map(str::to_owned).collect();
        Arguments::read(&words)
    }

    #[test]
    fn letters_that_share_a_hyphen_are_told_apart() {
        for text in ["-r", "-vr", "-rv", "-qr", "-rj3", "-vrFdefault", "-j 2 -r", "--release"] {
            assert!(read(text).has("release"), "{text}");
        }
        // Letters of a value are no flags.
        for text in ["-Fr", "-j -r", "-Zr", "--config -r", "--color=r", "-v -- -r", "r"] {
            assert!(!read(text).has("release"), "{text}");
        }
    }

    #[test]
    fn values_are_found_in_every_spelling() {
        for text in ["-j 3", "-j3", "-j=3", "-vj3", "-vqj 3", "--jobs=3", "--jobs 3"] {
            assert_eq!(read(text).values("jobs").collect::<Vec<_>>(), ["3"], "{text}");
        }
        assert_eq!(read("-j -1").values("jobs").next(), Some("-1"));
        let unstable = read("-Zbuild-std -Z json-target-spec -vZ=x");
        assert_eq!(
            unstable.values("unstable").collect::<Vec<_>>(),
            ["build-std", "json-target-spec", "x"]
        );
        assert!(read("-p --release").has("release"));
        assert!(!read("--timings release").has("release"));
    }

    #[test]
    fn a_flag_is_named_with_its_word() {
        assert_eq!(read("-v -vpa").first(|name| name == "package"), Some(("package", "-vpa")));
        assert_eq!(
            read("--target=x").first(|name| name == "target"),
            Some(("target", "--target=x"))
        );
        assert_eq!(read("-v --targets").first(|name| name == "target"), None);
    }
}
