//! Asks any implementation every case of the conformance vectors (docs/CONFORMANCE.md).
//!
//! `cargo run -p end-to-end --bin conformance-run -- [--json] [--vectors DIRECTORY] -- COMMAND…`

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use end_to_end::conformance::{self, Case, Outcome, Suite};
use serde_json::json;

const USAGE: &str = "usage: conformance-run [--json] [--vectors DIRECTORY] -- COMMAND…";

/// The columns of the table, in order.
const COLUMNS: [(Outcome, &str); 6] = [
    (Outcome::Agrees, "as expected"),
    (Outcome::Accepts, "accepts what it must not"),
    (Outcome::Rejects, "rejects what is valid"),
    (Outcome::OtherRefusal, "1 for 3 or 3 for 1"),
    (Outcome::Fails, "crashes, hangs, other codes"),
    (Outcome::NotOffered, "not supported"),
];

struct Options {
    json: bool,
    vectors: PathBuf,
    command: Vec<OsString>,
}

/// A case with what the command made of it.
struct Answer<'a> {
    case: &'a Case,
    code: Option<i32>,
    outcome: Outcome,
}

fn main() -> ExitCode {
    let Some(options) = options(std::env::args_os().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(4)
        }
    }
}

fn options(mut arguments: impl Iterator<Item = OsString>) -> Option<Options> {
    let mut options =
        Options { json: false, vectors: conformance::directory(), command: Vec::new() };
    loop {
        match arguments.next()?.to_str()? {
            "--json" => options.json = true,
            "--vectors" => options.vectors = arguments.next()?.into(),
            "--" => break,
            _ => return None,
        }
    }
    options.command = arguments.collect();
    (!options.command.is_empty()).then_some(options)
}

/// Whether the implementation did all that it offers as it should.
fn run(options: &Options) -> io::Result<bool> {
    let suite = Suite::read(&options.vectors)?;
    let ask = |case: &Case| case.ask(&options.command, &options.vectors);
    let codes: Vec<_> =
        conformance::on_all(&suite.cases, ask).into_iter().collect::<io::Result<_>>()?;
    let answers: Vec<_> = suite
        .cases
        .iter()
        .zip(codes)
        .map(|(case, code)| Answer { case, code, outcome: case.verdict.outcome(code) })
        .collect();
    match options.json {
        true => print_json(&answers),
        false => print_markdown(&answers),
    }
    Ok(answers.iter().all(|answer| matches!(answer.outcome, Outcome::Agrees | Outcome::NotOffered)))
}

fn print_json(answers: &[Answer<'_>]) {
    for Answer { case, code, outcome } in answers {
        let expected = case.verdict.exit_code();
        println!(
            "{}",
            json!({"name": case.name, "rule": case.rule, "expected": expected, "found": code, "outcome": outcome})
        );
    }
}

fn print_markdown(answers: &[Answer<'_>]) {
    let titles = COLUMNS.map(|(_, title)| title).join(" | ");
    println!("| rule | cases | {titles} |\n| --- {}|", "| --: ".repeat(COLUMNS.len() + 1));
    let mut rules: Vec<&str> = answers.iter().map(|answer| answer.case.rule.as_str()).collect();
    rules.dedup();
    for rule in rules {
        println!("{}", row(rule, answers.iter().filter(|answer| answer.case.rule == rule)));
    }
    println!("{}", row("**all**", answers.iter()));
    for (outcome, title) in &COLUMNS[1..] {
        let found: Vec<_> = answers.iter().filter(|answer| answer.outcome == *outcome).collect();
        if !found.is_empty() {
            println!("\n{title}:\n");
            found.iter().for_each(|answer| println!("{}", item(answer)));
        }
    }
}

fn row<'a>(rule: &str, answers: impl Iterator<Item = &'a Answer<'a>>) -> String {
    let mut counts = BTreeMap::new();
    let mut total = 0;
    for answer in answers {
        total += 1;
        *counts.entry(answer.outcome).or_insert(0) += 1;
    }
    let cells = COLUMNS.map(|(outcome, _)| counts.get(&outcome).unwrap_or(&0).to_string());
    format!("| {rule} | {total} | {} |", cells.join(" | "))
}

fn item(answer: &Answer<'_>) -> String {
    let Answer { case, code, outcome } = answer;
    let found = match (outcome, code) {
        (Outcome::Fails, Some(code)) => format!(" (exit code {code})"),
        (Outcome::Fails, None) => " (killed, by a signal or for its time)".into(),
        _ => String::new(),
    };
    format!("- `{}`{found}: {}", case.name, case.about)
}
