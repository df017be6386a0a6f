//! Builds on a terminal: who may read it, what is drawn, and in which colours.
#![cfg(unix)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use end_to_end::project::{LIBRARY, Project, script};
use end_to_end::{Said, cargo, wasmsign};
use rustix::process::{Pid, Signal, kill_process};

const CLEAR: &str = "\r\u{1b}[K";

/// The same call on a terminal of its own. `redirected` is what the shell adds to it.
fn on_terminal(command: &Command, redirected: &str) -> Command {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line: Vec<_> = words.map(|word| format!("'{}'", word.to_string_lossy())).collect();
    let mut terminal = Command::new("script");
    terminal.args(["-qec", &format!("{} {redirected}", line.join(" ")), "/dev/null"]);
    command.get_current_dir().map(|directory| terminal.current_dir(directory));
    terminal.env("TERM", "xterm");
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => terminal.env(name, value),
            None => terminal.env_remove(name),
        };
    }
    for name in ["NO_COLOR", "CI"] {
        terminal.env_remove(name);
    }
    terminal
}

/// What is on the screen in the end; `typed` is what somebody types.
fn screen(mut terminal: Command, typed: &str) -> Said {
    terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = terminal.spawn().expect("util-linux's script starts");
    let mut keys = child.stdin.take().expect("it is piped");
    keys.write_all(typed.as_bytes()).expect("the terminal takes keys");
    let output = child.wait_with_output().expect("it ends");
    drop(keys);
    let text = |bytes| String::from_utf8(bytes).expect("it is UTF-8");
    Said { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn a_child_may_ask_on_the_terminal_though_standard_input_is_none() {
    // Whoever is not of the terminal's group is stopped when it reads there.
    let project = Project::tiny("optimize = false\ntransform.command = [\"./ask\"]");
    script(&project.join("ask"), "read -r answer < /dev/tty\necho \"$answer\" > answer\ncat");
    let build = project.build(&[]);
    let said = screen(on_terminal(&build, "< /dev/null"), "yes\n").exits(0);
    assert!(said.out.contains("Published"), "{}", said.out);
    assert_eq!(std::fs::read_to_string(project.join("answer")).ok().as_deref(), Some("yes\n"));
}

/// A cargo that draws a bar before it builds, and goes on for a while when it has.
fn drawing(project: &Project) -> Command {
    let real = cargo().to_string_lossy().into_owned();
    let text = format!(
        "[ \"$1\" = metadata ] && exec '{real}' \"$@\"\nprintf '    Building [==>  ] 1/2: tiny' >&2\n\
         '{real}' \"$@\" 2> /dev/null\nsleep 1"
    );
    script(&project.join("cargo"), &text);
    let mut build = project.build(&["-j2"]);
    build.env("CARGO", project.join("cargo"));
    build
}

#[test]
fn a_line_of_ours_takes_the_place_of_cargos_bar() {
    let project = Project::tiny("optimize = false");
    let said = screen(on_terminal(&drawing(&project), ""), "").exits(0);
    assert!(said.out.contains(&format!("{CLEAR}      Signed tiny")), "{:?}", said.out);
    // Later lines have nothing to clear.
    let published = said.out.lines().find(|line| line.contains("Published")).expect("it is told");
    assert!(!published.contains(CLEAR), "{published:?}");
    // No bar, nothing to clear.
    let project = Project::tiny("optimize = false");
    let elsewhere = screen(on_terminal(&drawing(&project), "2> said"), "").exits(0);
    let said = std::fs::read_to_string(project.join("said")).expect("it was said");
    assert!(said.contains("Signed tiny") && !said.contains('\u{1b}'), "{said:?}");
    assert!(!elsewhere.out.contains('\u{1b}'), "{:?}", elsewhere.out);
    let project = Project::tiny("optimize = false");
    let mut dumb = drawing(&project);
    dumb.env("TERM", "dumb");
    let said = screen(on_terminal(&dumb, ""), "").exits(0);
    assert!(!said.out.contains('\u{1b}'), "{:?}", said.out);
}

#[test]
fn messages_that_are_piped_to_us_are_drawn_by_a_cargo_beside_us() {
    let project = Project::tiny("optimize = false");
    let mut sign = wasmsign(project.path());
    sign.args(["sign", "--cargo-messages", "messages"]);
    project.write("messages", "no message\n{\"reason\":\"build-finished\",\"success\":true}\n");
    let said = screen(on_terminal(&sign, ""), "").exits(2);
    assert!(said.out.contains(&format!("{CLEAR}no message")), "{:?}", said.out);
}

/// An optimizer that takes its time.
fn slow(project: &Project) {
    let text = "[ \"$1\" = --version ] && echo wasm-opt version 999 && exit\nsleep 1\n\
                while [ \"$1\" != -o ]; do shift; done\ncat \"$3\" > \"$2\"";
    script(&project.join("wasm-opt"), text);
}

/// The escape sequences that set a colour or a weight.
fn colours(text: &str) -> usize {
    let ends = text.split("\u{1b}[").skip(1).filter_map(|rest| {
        rest.split_once(char::is_alphabetic).map(|(digits, _)| rest.as_bytes()[digits.len()])
    });
    ends.filter(|end| *end == b'm').count()
}

#[test]
fn colours_and_silence_hold_for_everything() {
    let table = "optimize.level = 1\noptimize.tool = \"./wasm-opt\"";
    for (flags, variables, config, coloured, told) in [
        (&[][..], &[][..], "", true, true),
        (&["--color", "never"], &[], "", false, true),
        (&[], &[("CARGO_TERM_COLOR", "never")], "", false, true),
        (&[], &[("NO_COLOR", "1")], "", false, true),
        (&[], &[], "[term]\ncolor = \"never\"", false, true),
        (&["--config", "term.color=\"never\""], &[], "", false, true),
        (&["--color", "always"], &[], "[term]\ncolor = \"never\"", true, true),
        (&[], &[], "[term]\nquiet = true", true, false),
        (&[], &[("CARGO_TERM_QUIET", "true")], "", true, false),
        (&["-q"], &[], "", true, false),
    ] {
        let project = Project::library(LIBRARY, table);
        slow(&project);
        project.write(".cargo/config.toml", config);
        let build = project.build(flags);
        let mut terminal = on_terminal(&build, "");
        terminal.env_remove("CARGO_TERM_COLOR").envs(variables.iter().copied());
        let said = screen(terminal, "").exits(0);
        let case = format!("{flags:?} {variables:?} {config}: {:?}", said.out);
        assert_eq!(said.out.contains("Optimizing"), told, "{case}");
        assert_eq!(said.out.is_empty(), !told, "{case}");
        assert_eq!(colours(&said.out) > 0, coloured && told, "{case}");
    }
}

#[test]
fn errors_in_the_arguments_have_the_colours_that_were_asked_for() {
    let directory = end_to_end::scratch();
    let call = |flags: &[&str], variables: &[(&str, &str)], config: &str| {
        end_to_end::write(&directory.path().join(".cargo/config.toml"), config);
        let mut command = wasmsign(directory.path());
        let flags: Vec<_> = ["verify", "--no-such-flag"].iter().chain(flags).copied().collect();
        let mut terminal = on_terminal(command.args(flags), "");
        terminal.env_remove("CARGO_TERM_COLOR").envs(variables.iter().copied());
        let said = screen(terminal, "").exits(2);
        assert!(said.out.contains("--no-such-flag"), "{}", said.out);
        colours(&said.out) > 0
    };
    assert!(call(&[], &[], ""));
    assert!(!call(&["--color", "never"], &[], ""));
    assert!(!call(&["--color=never"], &[], ""));
    assert!(!call(&[], &[("CARGO_TERM_COLOR", "never")], ""));
    assert!(!call(&[], &[("NO_COLOR", "1")], ""));
    assert!(!call(&[], &[], "[term]\ncolor = \"never\""));
    assert!(call(&["--color", "always"], &[("CARGO_TERM_COLOR", "never")], ""));
    // A name of a file is no flag.
    assert!(call(&["--", "--color=never"], &[], ""));
}

#[test]
fn a_termination_ends_all_where_the_terminal_is_not_standard_input() {
    use end_to_end::project::eventually;
    let project = Project::tiny("optimize = false");
    let wait = "fn main() { std::fs::write(\"pid\", std::process::id().to_string()).unwrap(); \
                std::thread::sleep(std::time::Duration::from_secs(600)) }";
    project.write("build.rs", wait);
    let mut terminal = on_terminal(&project.build(&[]), "< /dev/null & echo $! > ours; wait $!");
    terminal.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut terminal = terminal.spawn().expect("util-linux's script starts");
    let id = |file: &str| {
        std::fs::read_to_string(project.join(file)).unwrap_or_default().trim().to_owned()
    };
    eventually("the build script waits", || !id("pid").is_empty());
    let script = id("pid");
    let ours = id("ours").parse().ok().and_then(Pid::from_raw).expect("a process id");
    kill_process(ours, Signal::TERM).expect("it runs");
    eventually("no child is left", || !Path::new("/proc").join(&script).exists());
    assert_eq!(terminal.wait().expect("it ends").code(), Some(143));
}
