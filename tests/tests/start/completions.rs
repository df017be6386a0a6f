//! What shells complete, each asked as a person asks it.

use std::path::Path;
use std::process::Command;

use end_to_end::{program, run, scratch, wasmsign, write};
use tempfile::TempDir;

/// A directory with the script of a shell in it.
fn script(shell: &str, name: &str) -> TempDir {
    let directory = scratch();
    let said = run(wasmsign(directory.path()).args(["completions", shell])).exits(0);
    assert!(said.err.is_empty(), "{}", said.err);
    write(&directory.path().join(name), said.out);
    directory
}

/// Words that are begun, and what they may become. `cargo wasmsign` is completed as `cargo-wasmsign` is.
const BEGUN: [(&str, &[&str]); 5] = [
    ("bui", &["build"]),
    ("key s", &["show", "succeed"]),
    ("key convert --encr", &["--encrypt"]),
    ("verify --coverage ", &["prefix", "whole"]),
    ("completions f", &["fish"]),
];

/// Runs a shell on a text, without what the user has configured.
fn shell(directory: &Path, program: &str, arguments: &[&str]) -> String {
    let mut shell = Command::new(program);
    shell.args(arguments).current_dir(directory).env("HOME", directory).env("TERM", "dumb");
    let said = run(&mut shell).exits(0);
    assert!(said.err.is_empty(), "{}", said.err);
    said.out
}

#[test]
fn bash_completes_commands_flags_and_values() {
    let directory = script("bash", "completions");
    write(&directory.path().join("ask"), ASK_BASH);
    for call in ["cargo-wasmsign", "cargo wasmsign"] {
        for (words, wanted) in BEGUN {
            let asked = format!("{call} {words}");
            let mut found: Vec<_> = shell(directory.path(), "bash", &["ask", &asked])
                .split_whitespace()
                .map(str::to_owned)
                .collect();
            found.sort();
            assert_eq!(found, wanted, "{asked}");
        }
    }
    // What else completed the words of cargo goes on to do so, also where the script is read twice.
    assert_eq!(shell(directory.path(), "bash", &["ask", "cargo te"]), "of-cargo\n");
}

/// Does what bash does when the tabulator is pressed.
const ASK_BASH: &str = r#"
_of_cargo() { COMPREPLY=(of-cargo); }
complete -F _of_cargo cargo
source completions
source completions
read -ra COMP_WORDS <<<"$1"
[[ $1 != *' ' ]] || COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
function=$(complete -p "${COMP_WORDS[0]}" | sed -n 's/.* -F \([^ ]*\) .*/\1/p')
"$function" "${COMP_WORDS[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"#;

#[test]
fn fish_completes_commands_flags_and_values() {
    let directory = script("fish", "completions");
    // What a command takes beside flags is not in this script.
    let begun = || BEGUN.into_iter().filter(|(words, _)| !words.starts_with("completions"));
    for call in ["cargo-wasmsign", "cargo wasmsign"] {
        for (words, wanted) in begun() {
            let ask = format!("source completions; complete -C '{call} {words}'");
            let said = shell(directory.path(), "fish", &["--no-config", "-c", &ask]);
            let mut found: Vec<_> =
                said.lines().map(|line| line.split('\t').next().unwrap_or_default()).collect();
            found.sort();
            assert_eq!(found, wanted, "{call} {words}");
        }
    }
}

#[test]
fn zsh_completes_commands_and_flags() {
    // The name under which zsh looks for it.
    let directory = script("zsh", "_cargo-wasmsign");
    // cargo's own script asks for a function of the same name; this is how it does.
    write(&directory.path().join("_cargo"), CARGO_ZSH);
    write(&directory.path().join("ask"), ASK_ZSH);
    for call in ["cargo-wasmsign", "cargo wasmsign"] {
        for (words, wanted) in BEGUN.into_iter().filter(|(_, wanted)| wanted.len() == 1) {
            let asked = format!("{call} {words}");
            let completed = match words.rsplit_once(' ') {
                Some((before, _)) => format!("{call} {before} {}", wanted[0]),
                None => format!("{call} {}", wanted[0]),
            };
            let shown = shell(directory.path(), "zsh", &["-f", "ask", &asked]);
            assert!(shown.contains(&completed), "{asked}: {shown:?}");
        }
    }
}

const CARGO_ZSH: &str = r#"#compdef cargo
_cargo() {
    local curcontext="$curcontext" state line ret=1
    _arguments -C '1: :(build test)' '*::arguments:->arguments' && ret=0
    [[ $state != arguments ]] || _call_function ret "_cargo-${words[1]}"
    return ret
}
_cargo "$@"
"#;

/// Presses the tabulator in a shell that has a terminal.
const ASK_ZSH: &str = r#"
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PROMPT=; unset zle_bracketed_paste; fpath=($PWD \$fpath); autoload -Uz compinit; compinit -u -D; \
    bindkey '^I' complete-word; echo REA''DY"
zpty -r -m shell shown '*READY*'
zpty -w -n shell "$1"$'\t\C-a echo "\C-e"\n'
zpty -w shell "echo DO''NE"
zpty -r -m shell shown '*DONE*'
print -r -- $shown
"#;

#[test]
fn every_shell_gets_a_script_that_names_all_commands() {
    let directory = scratch();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        run(wasmsign(directory.path()).args(["completions", shell])).exits(0).prints(&[
            "cargo-wasmsign",
            "keygen",
            "convert",
            "passphrase-env",
        ]);
    }
    let said = run(wasmsign(directory.path()).args(["completions", "tcsh"])).exits(2);
    said.says(&["'tcsh'", "possible values: bash, elvish, fish, powershell, zsh"]);
    let said = run(wasmsign(directory.path()).args(["completions", "bash", "--format", "json"]));
    said.exits(2).says(&["no form in JSON"]);
    // A shell that has found enough closes the pipe.
    let call = format!("'{}' completions fish | head -n 1", program().display());
    assert_eq!(
        shell(directory.path(), "bash", &["-o", "pipefail", "-c", &call]).lines().count(),
        1
    );
}
