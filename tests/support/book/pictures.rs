//! Recordings of a terminal, as pictures.

use std::num::NonZeroU16;
use std::path::Path;

use anstyle_svg::Term;
use regex::Regex;

use super::Page;
use crate::fixtures::workdir;
use crate::guests::{guest, key, signed};
use crate::project::{Project, package};
use crate::{run, wasmsign, write};
use wasmsign_core::KeyEncoding;

/// Columns of the terminal, so that a picture fits beside the book's list of chapters.
const COLUMNS: u16 = 92;
/// More rows than any of the recordings has.
const ROWS: u16 = 60;

const PROMPT: &str = "\x1b[1;32m$\x1b[0m ";

/// Every picture.
pub fn pictures() -> Vec<Page> {
    let files = files();
    let at = files.path();
    let picture = |name: &str, screen: String| (format!("pictures/{name}.svg"), screen);
    vec![
        picture("build", build()),
        picture("inspect", call(at, "inspect guest.wasm")),
        picture(
            "trust-explain",
            call(at, "trust explain guest.wasm --policy trust.toml --at 2027-01-01"),
        ),
        picture("verify-accepted", call(at, "verify guest.wasm -K release.pub")),
        picture("verify-refused", call(at, "verify changed.wasm -K release.pub")),
    ]
}

/// A module that alice has signed, the same with a byte more, and a trust file that wants two people.
fn files() -> tempfile::TempDir {
    let directory = workdir(&[]);
    let at = |name: &str| directory.path().join(name);
    for (number, name) in [(1, "alice"), (2, "bob"), (3, "ci")] {
        let public = key(number).public_key().encode(KeyEncoding::Pem);
        write(&at(&format!("{name}.pub")), public);
    }
    write(&at("release.pub"), key(1).public_key().encode(KeyEncoding::Pem));
    let module = signed(&guest(), &[&key(1)]);
    write(&at("guest.wasm"), &module);
    write(&at("changed.wasm"), [&module[..], b"\0\x02\x01x"].concat());
    let trust = "version = 1\n\
        keys.alice.public = \"alice.pub\"\nkeys.bob.public = \"bob.pub\"\nkeys.ci.public = \"ci.pub\"\n\
        [roles.maintainers]\nkeys = [\"alice\", \"bob\"]\nthreshold = 2\n\
        [[rules]]\nmodules = [\"*.wasm\"]\nrequire = [\"maintainers\", \"ci\"]\n";
    write(&at("trust.toml"), trust);
    directory
}

/// A call and what it says.
fn call(directory: &Path, line: &str) -> String {
    let mut command = wasmsign(directory);
    let said = run(command.args(line.split(' ')).args(["--color", "always"]));
    drawn(&format!("{PROMPT}cargo wasmsign {line}\n{}{}", said.out, said.err))
}

/// A build. What depends on the machine and its compiler is replaced with what it was once.
fn build() -> String {
    let manifest = package(
        "guest",
        "[lib]\ncrate-type = [\"cdylib\"]\n[package.metadata.wasmsign]\noptimize = { level = \"s\", tool = \"embedded\" }\n[workspace]\n\
         [workspace.metadata.wasmsign]\nsign-with = [\"release\"]\n[workspace.metadata.wasmsign.keys.release]\n\
         public = \"release.pub\"\nsecret = { file = \"release.key\" }\n",
    );
    let source = "#[unsafe(no_mangle)]\npub extern \"C\" fn answer() -> i32 { 42 }\n";
    let project = Project::new(&[("Cargo.toml", &manifest), ("src/lib.rs", source)]);
    let said =
        run(project.build(&["--release", "--color", "always"]).env("CARGO_TERM_COLOR", "always"));
    let said = said.exits(0);
    let root = project.path().canonicalize().expect("it is there");
    let screen =
        format!("{}{}", said.err, said.out).replace(&*root.to_string_lossy(), "/home/you/guest");
    let once = |text: String, pattern: &str, then: &str| {
        let pattern = Regex::new(pattern).expect("the pattern is right");
        pattern.replace_all(&text, then).into_owned()
    };
    // Another cargo on this machine may have been in the way.
    let screen = once(screen, r"(?m)^.*Blocking.*waiting for file lock.*\n", "");
    let screen = once(screen, r" in \d+\.\d+s", " in 0.31s");
    let screen = once(screen, r"sha256:[0-9a-f]+", "sha256:80b2ec3a1fc1");
    let screen = once(screen, r"\d+(\.\d+)? [KM]?i?B built", "16.7 KiB built");
    let screen = once(screen, r"\d+(\.\d+)? [KM]?i?B optimized", "193 B optimized");
    let screen = once(screen, r"\d+(\.\d+)? [KM]?i?B published", "310 B published");
    let screen = once(screen, r"\d+(\.\d+)? [KM]?i?B → \d+(\.\d+)? [KM]?i?B", "16.7 KiB → 193 B");
    let screen = once(screen, r"\(-\d+(\.\d+)? ?%\)", "(-98.9 %)");
    let screen = once(screen, r"\(\+\d+(\.\d+)? ?%\)", "(+60.6 %)");
    drawn(&format!("{PROMPT}cargo wasmsign build --release\n{screen}"))
}

/// What a terminal shows, lines that are too long in several rows, as a picture.
fn drawn(text: &str) -> String {
    let cells = |count| NonZeroU16::new(count).expect("a terminal has cells");
    let mut terminal = vt100::Parser::new(cells(ROWS), cells(COLUMNS), 0);
    terminal.process(text.replace('\n', "\r\n").as_bytes());
    let rows: Vec<_> = terminal.screen().rows_formatted(0, COLUMNS).collect();
    let used = rows.iter().rposition(|row| !row.is_empty()).map_or(0, |last| last + 1);
    Term::new().render_svg(&rows[..used].join("\x1b[0m\n"))
}
