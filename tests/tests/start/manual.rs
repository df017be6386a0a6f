//! Manual pages and help.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use end_to_end::{files, run, scratch, wasmsign, write};

/// The pages in a directory, by their names.
fn pages(directory: &Path) -> BTreeSet<String> {
    let names =
        files(directory).into_iter().filter_map(|(path, _)| path.file_name().map(Into::into));
    names.map(|name: std::ffi::OsString| name.to_string_lossy().into_owned()).collect()
}

/// The commands that a help lists.
fn commands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let lines = lines.take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help").map(str::to_owned).collect()
}

#[test]
fn each_command_has_a_page_that_groff_takes_without_a_warning() {
    let directory = scratch();
    let man = directory.path().join("made/man1");
    let mut write_pages = wasmsign(directory.path());
    write_pages.args(["man", "--out", "made/man1"]);
    let said = run(&mut write_pages).exits(0).prints(&["Created", "made/man1/cargo-wasmsign.1"]);
    let written = pages(&man);
    assert_eq!(said.out.lines().count(), written.len());

    let help = run(wasmsign(directory.path()).arg("--help")).exits(0).out;
    let mut wanted = BTreeSet::from(["cargo-wasmsign.1".to_owned()]);
    for command in commands(&help) {
        let help = run(wasmsign(directory.path()).args(["help", &command])).exits(0).out;
        let below = commands(&help);
        wanted.extend(below.iter().map(|name| format!("cargo-wasmsign-{command}-{name}.1")));
        wanted.insert(format!("cargo-wasmsign-{command}.1"));
    }
    assert!(wanted.len() > 20, "{wanted:?}");
    assert_eq!(written, wanted);

    let mut groff = Command::new("groff");
    groff.args(["-man", "-Tutf8", "-Kutf8", "-wall", "-z"]);
    let groff = groff.args(written.iter().map(|name| man.join(name)));
    let said = run(groff).exits(0);
    assert_eq!((&*said.out, &*said.err), ("", ""));

    // Those of another version are replaced, and nothing else is.
    write(&man.join("cargo-wasmsign.1"), "old");
    write(&man.join("other.1"), "other");
    let said = run(write_pages.args(["--format", "json"])).exits(0);
    assert_eq!(said.json()[0]["pages"].as_array().map(Vec::len), Some(wanted.len()));
    let read = |name: &str| std::fs::read_to_string(man.join(name)).expect("it is there");
    assert_eq!(read("other.1"), "other");
    let main = run(wasmsign(directory.path()).arg("man")).exits(0).out;
    assert_eq!(read("cargo-wasmsign.1"), main);
}

#[test]
fn the_main_page_is_printed_and_names_the_others() {
    let directory = scratch();
    let said = run(wasmsign(directory.path()).arg("man")).exits(0);
    write(&directory.path().join("page.1"), &said.out);
    let mut groff = Command::new("groff");
    groff.args(["-man", "-Tascii", "-P-cbou", "page.1"]).current_dir(directory.path());
    run(&mut groff).exits(0).prints(&[
        "cargo-wasmsign - Build, optimize, sign and verify WebAssembly modules",
        "cargo-wasmsign-verify(1)",
        "--format",
    ]);
    let json = run(wasmsign(directory.path()).args(["man", "--format", "json"]));
    json.exits(2).says(&["no form in JSON"]);
}

#[test]
fn pages_are_written_all_or_none() {
    let directory = scratch();
    // The place of the last page is taken.
    write(&directory.path().join("man1/cargo-wasmsign.1/file"), "");
    let said = run(wasmsign(directory.path()).args(["man", "--out", "man1"])).exits(4);
    said.says(&["man1/cargo-wasmsign.1"]);
    assert_eq!(files(&directory.path().join("man1")).len(), 1);
    write(&directory.path().join("file"), "");
    run(wasmsign(directory.path()).args(["man", "--out", "file/man1"]))
        .exits(4)
        .says(&["file/man1"]);
}

#[test]
fn help_is_that_of_the_command_also_of_one_below_another() {
    let directory = scratch();
    for command in ["verify", "key", "key convert", "trust explain"] {
        let words: Vec<_> = command.split(' ').collect();
        let help = run(wasmsign(directory.path()).arg("help").args(&words)).exits(0);
        let flag = run(wasmsign(directory.path()).args(&words).arg("--help")).exits(0);
        assert_eq!(help.out, flag.out, "{command}");
        assert!(help.out.contains(&format!("Usage: cargo wasmsign {command}")), "{}", help.out);
    }
    let said = run(wasmsign(directory.path()).args(["help", "verifi"])).exits(2);
    said.says(&["unrecognized subcommand 'verifi'"]);
}
