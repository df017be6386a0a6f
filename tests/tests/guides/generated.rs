//! The reference of the book is what the program and its sources say, and its pictures are what the program shows.

use std::collections::BTreeSet;
use std::path::Path;

use end_to_end::book::{Page, pages, trust_file};
use end_to_end::repository;
use regex::Regex;

/// Compares files of the book with what was made.
fn compare(made: Vec<Page>) {
    let renew = "it is not what the program says; renew it with\n    \
                 cargo run --locked -p end-to-end --bin book-generate";
    for (path, text) in made {
        let there = std::fs::read_to_string(repository().join("docs").join(&path));
        assert!(there.is_ok_and(|there| there == text), "docs/{path}: {renew}");
    }
}

#[test]
fn the_reference_is_what_the_program_says() {
    compare(pages());
}

#[cfg(unix)]
#[test]
fn the_pictures_are_what_the_program_shows() {
    let made = end_to_end::book::pictures();
    let names: BTreeSet<_> = made.iter().map(|(path, _)| path.clone()).collect();
    let there = std::fs::read_dir(repository().join("docs/pictures")).expect("it is there");
    let there = there.map(|entry| entry.expect("it can be read").file_name());
    let there: BTreeSet<_> = there.map(|name| format!("pictures/{}", name.display())).collect();
    assert_eq!(names, there);
    compare(made);
}

/// The table of the trust file's keys names those that the parser asks for, and no others.
#[test]
fn the_keys_of_trust_files_are_those_of_the_parser() {
    let asked = Regex::new(r#"\b(?:take|needed)\("([a-z-]+)""#).expect("the pattern is right");
    let parsers = repository().join("build-support/wasmsign-core/src/trust/parse");
    for entry in std::fs::read_dir(&parsers).expect("it is there") {
        let file = entry.expect("it can be read").file_name();
        let text = std::fs::read_to_string(parsers.join(&file)).expect("sources are text");
        let wanted: BTreeSet<_> =
            asked.captures_iter(&text).map(|found| found[1].to_owned()).collect();
        let tables =
            trust_file::TABLES.iter().filter(|table| Path::new(table.parser) == Path::new(&file));
        let told: BTreeSet<_> =
            tables.flat_map(|table| table.keys).map(|(key, ..)| (*key).to_owned()).collect();
        assert_eq!(told, wanted, "{}", file.display());
    }
}

/// No reason of the conformance vectors is missing on the page of reasons.
#[test]
fn the_reasons_of_the_vectors_are_told() {
    let page = std::fs::read_to_string(repository().join("docs/reference/reasons.md"));
    let page = page.expect("it is there");
    let cases = end_to_end::conformance::directory().join("cases.json");
    let cases = std::fs::read(cases).expect("the vectors are there");
    let cases: serde_json::Value = serde_json::from_slice(&cases).expect("they are JSON");
    let cases = cases["cases"].as_array().expect("a list");
    let reasons = cases.iter().filter_map(|case| case["reasons"].as_array()).flatten();
    let reasons: BTreeSet<_> = reasons.filter_map(serde_json::Value::as_str).collect();
    assert!(reasons.len() > 20, "{reasons:?}");
    // A key file that is none has no verdict.
    for reason in reasons.into_iter().filter(|reason| *reason != "key") {
        assert!(page.contains(&format!("| `{reason}` |")), "{reason}");
    }
}
