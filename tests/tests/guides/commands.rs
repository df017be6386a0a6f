//! The commands of the pages name packages, programs, tests and files that there are.

use std::collections::BTreeSet;
use std::process::Command;

use end_to_end::{cargo, repository, run};
use serde_json::Value;

use crate::blocks;

/// The pages with commands for this repository.
const PAGES: [&str; 5] =
    ["CONTRIBUTING.md", "README.md", "docs/BENCHMARKS.md", "docs/CONFORMANCE.md", "fuzz/README.md"];

fn page(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).expect("the page can be read")
}

/// What can be named behind `-p`, `--bin` and `--test`.
struct Workspace {
    packages: BTreeSet<String>,
    programs: BTreeSet<String>,
    tests: BTreeSet<String>,
}

impl Workspace {
    fn read() -> Self {
        let mut metadata = Command::new(cargo());
        metadata.args(["metadata", "--locked", "--offline", "--no-deps", "--format-version", "1"]);
        let said = run(metadata.current_dir(repository())).exits(0).json();
        let packages = said[0]["packages"].as_array().expect("a list");
        let targets = |kind: &str| {
            let all = packages.iter().filter_map(|package| package["targets"].as_array()).flatten();
            all.filter(|target| target["kind"][0] == kind).map(name).collect()
        };
        Self {
            packages: packages.iter().map(name).collect(),
            programs: targets("bin"),
            tests: targets("test"),
        }
    }

    /// What a command of cargo names that there is not.
    fn missing<'a>(&self, words: &[&'a str]) -> Vec<&'a str> {
        let named = words.windows(2).filter_map(|pair| {
            let there = match pair[0] {
                "-p" => &self.packages,
                "--bin" => &self.programs,
                "--test" => &self.tests,
                _ => return None,
            };
            (!there.contains(pair[1])).then_some(pair[1])
        });
        named.collect()
    }
}

fn name(value: &Value) -> String {
    value["name"].as_str().expect("it has a name").to_owned()
}

/// The commands of a page, word by word, also of those blocks that take too long to be run.
fn commands(page: &str) -> Vec<Vec<&str>> {
    let all = ["console", "text"].into_iter().flat_map(|language| blocks(page, language));
    let lines = all.flat_map(|(_, block)| block.lines());
    let commands = lines.filter_map(|line| line.trim_start().strip_prefix("$ "));
    commands.map(|command| command.split_whitespace().collect()).collect()
}

#[test]
fn packages_programs_and_tests_are_there() {
    let workspace = Workspace::read();
    let mut count = 0;
    for path in PAGES {
        let page = page(path);
        for words in commands(&page) {
            let Some(at) = words.iter().position(|word| *word == "cargo") else { continue };
            if matches!(words[at + 1], "build" | "test" | "run" | "bench" | "clippy" | "nextest") {
                assert_eq!(workspace.missing(&words), [""; 0], "{path}: {words:?}");
                count += 1;
            }
        }
    }
    assert!(count > 15, "only {count} commands were found");
}

/// Of the page for those who work here: its table, its links, and the scripts that it calls.
#[test]
fn places_are_there() {
    let page = page("CONTRIBUTING.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let links = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let links = links.filter(|link| !link.starts_with("http"));
    let scripts: Vec<_> =
        commands(&page).into_iter().filter_map(|words| words.first().copied()).collect();
    let scripts = scripts.into_iter().filter(|word| word.contains('/'));
    let places: Vec<_> = rows.chain(links).chain(scripts).collect();
    assert!(places.len() > 10, "{places:?}");
    for place in places {
        let place = place.trim_end_matches("/TOPIC");
        assert!(repository().join(place).exists(), "{place}");
    }
}
