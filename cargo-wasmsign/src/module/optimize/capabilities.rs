//! What an optimizer is able to do: by its number, and by what it says itself.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::features::{Feature, Features, NAMED_LATER, Row, TABLE};

/// The version that has what all features up to it became.
const SETTLED: u32 = 116;

/// What is known of an optimizer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Abilities {
    /// Binaryen's number. One that says none is taken for the newest, and left to say what it cannot do.
    number: Option<u32>,
    /// The long options of its `--help`; none where it has not told them.
    options: Option<BTreeSet<String>>,
}

impl Abilities {
    /// Those of a tool that calls itself so, and has this to say of its options.
    pub(super) fn new(version: &str, help: Option<&str>) -> Self {
        let options = help.map(|help| help.split_whitespace().filter_map(option).collect());
        // What lists not even one feature is no help of a wasm-opt.
        let options = options.filter(|options: &BTreeSet<String>| {
            options.iter().any(|name| name.starts_with("enable-"))
        });
        Self { number: number(version), options }
    }

    /// The number, for messages.
    pub(super) fn number(&self) -> Option<u32> {
        self.number
    }

    /// Whether the number alone tells little.
    pub(super) fn is_vague(&self) -> bool {
        self.number.is_none()
    }

    /// Whether it is of version `since` or a later one.
    pub(super) fn reaches(&self, since: u32) -> bool {
        self.number.is_none_or(|number| number >= since)
    }

    /// Whether it reads hints on the code (`metadata.code.*`), and writes them with the code that it has made.
    pub(super) fn keeps_hints(&self) -> bool {
        number_keeps_hints(self.number)
    }

    /// The name of the flag that allows it a feature; none where it does not know the feature.
    pub(super) fn flag(&self, row: &Row) -> Option<&'static str> {
        match &self.options {
            // What it lists is believed, unless the word meant something else before it became a standard.
            Some(options) if self.reaches(row.since) || row.since > SETTLED => {
                row.flags.iter().copied().find(|flag| options.contains(&format!("enable-{flag}")))
            }
            Some(_) => None,
            None => row.flags.first().copied().filter(|_| self.reaches(row.since)),
        }
    }

    /// Whether it can be told of a feature that has this name in `target_features` and none here.
    pub(super) fn lists_feature(&self, name: &str) -> bool {
        let flag = format!("enable-{name}");
        self.options.as_ref().is_some_and(|options| options.contains(&flag))
    }

    /// Whether it reads and writes this name in `target_features`.
    pub(super) fn declares(&self, name: &str) -> bool {
        const NAMED: u32 = 121;
        let is_known = |row: &Row| row.is_declared_as(name) && self.flag(row).is_some();
        self.lists_feature(name)
            || TABLE.iter().any(is_known)
            || (self.options.is_none() && NAMED_LATER.contains(&name) && self.reaches(NAMED))
    }

    /// The features among these that it does not know.
    pub(super) fn unknown(&self, features: &Features) -> Vec<Feature> {
        features.rows().filter(|row| self.flag(row).is_none()).map(|row| row.feature).collect()
    }

    /// Its long options, if it has told them.
    pub(super) fn options(&self) -> Option<&BTreeSet<String>> {
        self.options.as_ref()
    }
}

/// See [`Abilities::keeps_hints`]: the version that a tool tells is enough for this.
pub(super) fn version_keeps_hints(version: &str) -> bool {
    number_keeps_hints(number(version))
}

fn number_keeps_hints(number: Option<u32>) -> bool {
    number.is_some_and(|number| number >= 124)
}

/// The name of a long option: `--enable-simd`, or `--output,-o`.
fn option(word: &str) -> Option<String> {
    let name = word.strip_prefix("--")?.split(',').next()?;
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (!name.is_empty() && name.chars().all(fits)).then(|| name.to_owned())
}

/// The first number in what a tool calls itself: `wasm-opt version 116 (version_116-7-gabc)`.
pub(super) fn number(version: &str) -> Option<u32> {
    let is_digit = |c: char| c.is_ascii_digit();
    version.split(|c| !is_digit(c)).find(|digits| !digits.is_empty())?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELP: &str = "wasm-opt INFILE\n  --output,-o    Output file\n  --enable-simd   Enable SIMD\n\
        \x20 --enable-wide-arithmetic  Enable\n  --vacuum   removes --enable";

    fn unknown(abilities: &Abilities, names: &[&str]) -> Vec<&'static str> {
        let features = Features::from_names(names).unwrap();
        let unknown: Features = abilities.unknown(&features).into_iter().collect();
        unknown.names().collect()
    }

    #[test]
    fn a_number_tells_what_there_was_by_then() {
        let old = Abilities::new("wasm-opt version 129 (version_129)", None);
        assert_eq!(unknown(&old, &["wide-arithmetic", "simd", "gc"]), ["wide-arithmetic"]);
        let new = Abilities::new("wasm-opt version 130", None);
        assert_eq!(unknown(&new, &["wide-arithmetic", "memory-control"]), ["memory-control"]);
        let nameless = Abilities::new("a tool", None);
        assert!(unknown(&nameless, &["wide-arithmetic"]).is_empty() && nameless.reaches(999));
    }

    #[test]
    fn what_a_tool_lists_is_believed() {
        let told = Abilities::new("wasm-opt version 129 (version_129-7-gabc)", Some(HELP));
        assert_eq!(unknown(&told, &["wide-arithmetic", "simd", "threads"]), ["threads"]);
        assert!(told.options().unwrap().contains("vacuum"));
        // Of an old tool the word does not mean what became the standard.
        let old = Abilities::new("wasm-opt version 108", Some(&format!("{HELP} --enable-gc")));
        assert_eq!(unknown(&old, &["gc", "simd"]), ["gc", "reference-types"]);
        let silent = Abilities::new("wasm-opt version 130", Some("what?"));
        assert_eq!(silent.options(), None);
        assert!(unknown(&silent, &["wide-arithmetic"]).is_empty());
    }

    #[test]
    fn names_that_it_writes_are_told_from_those_that_it_drops() {
        let declared = |version: &str, name| Abilities::new(version, None).declares(name);
        for name in
            ["atomics", "simd128", "nontrapping-fptoint", "exception-handling", "bulk-memory"]
        {
            assert!(declared("116", name), "{name}");
        }
        for name in ["shared-mem", "wide-arithmetic", "frobnicate", "bulk-memory-opt"] {
            assert!(!declared("116", name), "{name}");
        }
        assert!(declared("121", "bulk-memory-opt") && declared("130", "wide-arithmetic"));
    }

    #[test]
    fn a_new_feature_of_a_tool_needs_no_row_here() {
        let help = format!("{HELP}\n  --enable-frobnication  New");
        let told = Abilities::new("wasm-opt version 200", Some(&help));
        assert!(told.lists_feature("frobnication") && !told.lists_feature("frob"));
    }
}
