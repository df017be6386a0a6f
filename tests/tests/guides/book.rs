//! The commands of the book and of README.md are run, page by page, and print what the pages show.

use std::path::Path;
use std::process::Command;

use end_to_end::fixtures::set_mode;
use end_to_end::guests::guest;
use end_to_end::project::{LIBRARY, package};
use end_to_end::{cargo, key_pair, program, repository, run, scratch, wasmsign, write};
use tempfile::TempDir;

use crate::{blocks, chapters};

/// Blocks that are for this repository and take minutes: CI runs the tests, and a test of their own runs the sample.
const TOO_LONG: [&str; 3] = [
    "sh templates/workspace/try.sh",
    "cargo test --locked --workspace",
    "cargo install --path cargo-wasmsign --locked",
];

/// What every page starts with: the package and the keys of README.md, some modules, and the keys of others.
struct Stage(TempDir);

impl Stage {
    fn new(has_keys: bool) -> Self {
        let stage = Self(scratch());
        let at = |name: &str| stage.path().join(name);
        let readme = std::fs::read_to_string(repository().join("README.md")).expect("it is there");
        let tables = blocks(&readme, "toml")[0].1;
        let library = "[lib]\ncrate-type = [\"cdylib\"]\n";
        write(&at("Cargo.toml"), package("guest", &format!("{library}{tables}[workspace]\n")));
        write(&at("src/lib.rs"), LIBRARY);
        std::fs::create_dir(at("home")).expect("a directory can be made");
        if has_keys {
            for name in ["release", "vendor", "alice", "alice-2027", "envoy-other"] {
                key_pair(stage.path(), name);
            }
            std::fs::create_dir(at("keys")).expect("as before");
            std::fs::copy(at("release.pub"), at("keys/release.pub")).expect("a file can be copied");
            std::fs::copy(at("release.key"), at("home/wasmsign-release.key")).expect("as before");
            set_mode(&at("home/wasmsign-release.key"), 0o600);
        }
        for name in ["m.wasm", "module.wasm", "filter.wasm"] {
            write(&at(name), guest());
        }
        stage
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// A shell in which `cargo wasmsign` is ours, and whose home is the stage's.
    fn shell(&self, script: &str, has_keys: bool) -> Command {
        let home = std::env::var_os("HOME").expect("there is a home");
        let ours = wasmsign(self.path());
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).current_dir(self.path());
        for (name, value) in ours.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        for (name, below) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
            if std::env::var_os(name).is_none() {
                shell.env(name, Path::new(&home).join(below));
            }
        }
        let at = |name: &str| self.path().join(name);
        shell.env("HOME", at("home")).env("PROGRAM", program()).env("CARGO", cargo());
        shell.env_remove("SSH_AUTH_SOCK").env_remove("CI");
        if has_keys {
            shell.env("WASMSIGN_RELEASE_KEY_FILE", at("home/wasmsign-release.key"));
            let secret = std::fs::read_to_string(at("release.key")).expect("it was just written");
            shell.env("RELEASE_KEY", secret);
        }
        shell
    }
}

/// A block's commands, and the lines that it shows between them.
struct Block<'p> {
    commands: Vec<&'p str>,
    shown: Vec<&'p str>,
}

impl<'p> Block<'p> {
    /// The blocks of a page that are to be run.
    fn all(page: &'p str) -> Vec<Self> {
        let blocks = blocks(page, "console").into_iter().map(|(_, text)| Self::read(text));
        let is_short = |block: &Self| !block.commands.iter().all(|line| TOO_LONG.contains(line));
        blocks.filter(is_short).collect()
    }

    fn read(text: &'p str) -> Self {
        let lines = text.lines().map(str::trim_end).filter(|line| !line.trim().is_empty());
        let (commands, shown): (Vec<_>, Vec<_>) =
            lines.partition(|line| line.trim_start().starts_with("$ "));
        let commands = commands.into_iter().map(|line| &line.trim_start()[2..]);
        Self { commands: commands.filter(|line| !TOO_LONG.contains(line)).collect(), shown }
    }

    /// Asserts that what is shown was printed, in this order; `…` stands for anything.
    fn compare(&self, page: &str, printed: &str) {
        let mut lines = printed.lines();
        for shown in self.shown.iter().filter(|line| line.trim() != "…") {
            let pieces: Vec<_> = shown.split('…').map(str::trim).collect();
            let is_it = |line: &str| has_in_order(line, &pieces);
            assert!(lines.any(is_it), "{page}: `{shown}` is not printed, or not there:\n{printed}");
        }
    }
}

/// Whether a line has all of these pieces, one behind the other.
fn has_in_order(line: &str, pieces: &[&str]) -> bool {
    let mut rest = line;
    pieces.iter().all(|piece| {
        let found = rest.split_once(piece);
        rest = found.map_or("", |(_, behind)| behind);
        found.is_some()
    })
}

/// Runs a page from its first command to its last, in one shell.
fn play(path: &str, has_keys: bool) -> usize {
    const END: &str = "== the end of a block ==";
    let page = std::fs::read_to_string(repository().join(path)).expect("the page can be read");
    let blocks = Block::all(&page);
    if blocks.is_empty() {
        return 0;
    }
    let stage = Stage::new(has_keys);
    let mut script = String::from(
        "set -e\nexec 2>&1\ntrap 'test -z \"${SSH_AGENT_PID:-}\" || kill \"$SSH_AGENT_PID\"' EXIT\n\
         cargo() { if [ \"$1\" = wasmsign ]; then \"$PROGRAM\" \"$@\"; else \"$CARGO\" \"$@\"; fi; }\n",
    );
    for block in &blocks {
        let commands = block.commands.iter().flat_map(|command| [*command, "\n"]);
        script.extend(commands.chain(["echo '", END, "'\n"]));
    }
    let said = run(&mut stage.shell(&script, has_keys));
    assert_eq!(said.code, Some(0), "{path}:\n{}", said.out);
    let printed: Vec<_> = said.out.split(END).collect();
    for (block, printed) in blocks.iter().zip(printed) {
        block.compare(path, printed);
    }
    blocks.len()
}

/// Pages that make the keys which others have from the start.
const FROM_NOTHING: [&str; 2] = ["README.md", "docs/tutorial/first-module.md"];

#[test]
fn commands_of_the_first_pages_run() {
    for page in FROM_NOTHING {
        assert!(play(page, false) > 0, "{page} has no commands");
    }
}

#[test]
fn commands_of_the_book_run() {
    let pages = chapters().into_iter().map(|page| format!("docs/{page}"));
    let pages = pages.filter(|page| !FROM_NOTHING.contains(&page.as_str()));
    let count: usize = pages.map(|page| play(&page, true)).sum();
    assert!(count > 15, "only {count} blocks were run");
}

/// What no shell of these tests can run is `text`, and what a shell does run has its language.
#[test]
fn commands_stand_in_blocks_that_are_run() {
    for page in chapters().into_iter().map(|page| format!("docs/{page}")) {
        let text = std::fs::read_to_string(repository().join(&page)).expect("it can be read");
        for language in ["", "sh", "shell", "bash"] {
            for (_, block) in blocks(&text, language) {
                let mut lines = block.lines().map(str::trim_start);
                assert!(
                    !lines.any(|line| line.starts_with("$ ")),
                    "{page}: ```{language}\n{block}"
                );
            }
        }
    }
}

#[test]
fn what_is_shown_is_found_in_order() {
    let block = Block::read("$ one\n   a … c\n…\nd\n");
    assert_eq!(block.commands, ["one"]);
    block.compare("page", "x\n  a b c\ny\nd\n");
    let in_another_order = std::panic::catch_unwind(|| block.compare("page", "d\na b c\n"));
    assert!(in_another_order.is_err());
}
