//! Every command with its flags, as `--help` explains them.

use std::fmt::Write as _;

use crate::{run, scratch, wasmsign};

/// The page of commands and flags.
pub fn page() -> String {
    let mut page = "# Commands and flags\n\n\
        What `--help` says of each command; `-h` is shorter. `cargo wasmsign …` and `cargo-wasmsign …` are the same call. \
        [Exit codes](exit-codes.md) and [JSON](json.md) have pages of their own.\n"
        .to_owned();
    let whole = help(&[]);
    let _ = write!(page, "\n## cargo wasmsign\n\n```text\n{}```\n", tidy(&whole));
    for command in commands(&whole) {
        section(&mut page, &[&command]);
    }
    page
}

/// A command, and the commands below it.
fn section(page: &mut String, words: &[&str]) {
    let help = help(words);
    let level = "#".repeat(words.len() + 1);
    let _ = write!(page, "\n{level} {}\n\n```text\n{}```\n", words.join(" "), tidy(&help));
    for command in commands(&help) {
        section(page, &[words, &[&command]].concat());
    }
}

fn help(words: &[&str]) -> String {
    let directory = scratch();
    let mut call = wasmsign(directory.path());
    run(call.args(words).arg("--help").env("COLUMNS", "90")).exits(0).out
}

/// Without the white space that clap leaves at the ends of lines.
fn tidy(help: &str) -> String {
    help.trim_end().lines().fold(String::new(), |text, line| text + line.trim_end() + "\n")
}

/// The commands that a help lists; `help` has none of its own.
fn commands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let entries = lines.take_while(|line| !line.is_empty());
    let first = |line: &str| line.strip_prefix("  ")?.split(' ').next().map(str::to_owned);
    let words = entries.filter_map(first);
    words.filter(|word| !word.is_empty() && word != "help").collect()
}
