//! Ctrl-C, TERM and KILL, while cargo runs and while the optimizer does.

#![cfg(unix)]

use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};

use end_to_end::project::{Project, eventually, script, verifies};
use end_to_end::{run, strays};
use rustix::process::{Pid, Signal, kill_process};

/// Writes down its process id and that of its parent, and waits for a file `go` if there is one `wait`.
const BUILD_SCRIPT: &str = r#"
use std::{fs, os::unix::process::parent_id, path::Path, process::id, thread, time::Duration};
fn main() {
    println!("cargo::rerun-if-changed=src/lib.rs");
    if Path::new("wait").exists() {
        fs::write("pids.new", format!("{} {}", id(), parent_id())).unwrap();
        fs::rename("pids.new", "pids").unwrap();
        while !Path::new("go").exists() {
            thread::sleep(Duration::from_millis(5));
        }
    }
}
"#;

/// An optimizer that does the same, and then copies the module.
const TOOL: &str = r#"
if [ "$1" = --version ]; then echo "wasm-opt version 999"; exit 0; fi
while [ "$1" != -o ]; do shift; done
cd "$(dirname "$0")"
if [ -e wait ]; then
    echo half > "$2"; echo $$ > pids.new; mv pids.new pids
    while [ ! -e go ]; do sleep 0.02; done
fi
cat "$3" > "$2"
"#;

/// A project that is published once, and will wait in cargo or in the optimizer the next time.
fn waiting(in_cargo: bool) -> Project {
    let project = Project::tiny("optimize.tool = \"./wasm-opt\"\nsignature = \"both\"");
    script(&project.join("wasm-opt"), TOOL);
    if in_cargo {
        project.write("build.rs", BUILD_SCRIPT);
    }
    run(&mut project.build(&[])).exits(0);
    project.write("wait", "");
    project.replace("src/lib.rs", "42", "43");
    project
}

fn start(command: &mut Command) -> Child {
    // Not the terminal of whoever runs the tests: the children are led in groups of their own.
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("the program starts")
}

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}

fn signal(child: &mut Child, signal: Signal) -> ExitStatus {
    kill_process(pid(child), signal).expect("it runs");
    child.wait().expect("it ends")
}

/// Waits until the build waits, and gives the ids of the processes below it.
fn waits(project: &Project) -> Vec<Pid> {
    let file = project.join("pids");
    eventually("a child waits", || file.exists());
    let ids = std::fs::read_to_string(file).expect("the file can be read");
    let id = |id: &str| id.parse().ok().and_then(Pid::from_raw).expect("a process id");
    ids.split_whitespace().map(id).collect()
}

/// Waits until none of these processes is there; one that nobody waits for is not.
fn are_gone(pids: &[Pid]) {
    let is_gone = |pid: &Pid| {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
        match stat {
            Ok(stat) => stat.rsplit(')').next().is_some_and(|rest| rest.starts_with(" Z")),
            Err(_) => rustix::process::test_kill_process(*pid).is_err(),
        }
    };
    eventually("no child is left", || pids.iter().all(is_gone));
}

/// What is published, with its content.
fn content(project: &Project) -> [Vec<u8>; 2] {
    ["tiny.wasm", "tiny.wasm.sig"]
        .map(|name| std::fs::read(project.module(name)).expect("it is published"))
}

/// Asserts that a build now does everything, and clears up.
#[track_caller]
fn recovers(project: &Project, old: &[Vec<u8>; 2]) {
    project.write("go", "");
    run(&mut project.build(&[])).exits(0);
    assert!(content(project) != *old, "the source has changed");
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
    assert!(strays(&project.join("target/wasmsign")).is_empty());
}

/// The same call on a terminal of its own, whose keys are what is written to standard input.
fn on_terminal(command: &Command) -> Command {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line: Vec<_> = words.map(|word| format!("'{}'", word.to_string_lossy())).collect();
    let mut terminal = Command::new("script");
    terminal.args(["-qec", &line.join(" "), "/dev/null"]);
    command.get_current_dir().map(|directory| terminal.current_dir(directory));
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => terminal.env(name, value),
            None => terminal.env_remove(name),
        };
    }
    terminal
}

#[test]
fn ctrl_c_on_a_terminal_reaches_all_and_is_told_as_such() {
    for in_cargo in [true, false] {
        let project = waiting(in_cargo);
        let old = content(&project);
        let mut terminal = on_terminal(&project.build(&[]));
        terminal.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut terminal = terminal.spawn().expect("util-linux's script starts");
        let children = waits(&project);
        let keys = terminal.stdin.as_mut().expect("it is piped");
        keys.write_all(b"\x03").expect("the terminal takes keys");
        let status = terminal.wait().expect("it ends");
        assert_eq!(status.code(), Some(130), "in cargo: {in_cargo}");
        are_gone(&children);
        assert!(content(&project) == old, "the published files are the old ones");
        recovers(&project, &old);
    }
}

fn ended_by(number: Signal, code: i32) {
    for in_cargo in [true, false] {
        let project = waiting(in_cargo);
        let old = content(&project);
        let mut build = start(&mut project.build(&[]));
        let children = waits(&project);
        let status = signal(&mut build, number);
        assert_eq!(status.code(), Some(code), "in cargo: {in_cargo}");
        are_gone(&children);
        assert!(content(&project) == old, "the published files are the old ones");
        assert!(strays(&project.join("target")).is_empty(), "temporary files are removed");
        recovers(&project, &old);
    }
}

#[test]
fn an_interrupt_ends_children_and_clears_up() {
    ended_by(Signal::INT, 130);
}

#[test]
fn a_termination_ends_children_and_clears_up() {
    ended_by(Signal::TERM, 143);
}

#[test]
fn after_a_kill_the_next_build_clears_up() {
    for in_cargo in [true, false] {
        let project = waiting(in_cargo);
        let old = content(&project);
        let mut build = start(&mut project.build(&[]));
        let children = waits(&project);
        assert_eq!(signal(&mut build, Signal::KILL).signal(), Some(9));
        assert!(content(&project) == old, "the published files are the old ones");
        // Nobody is left to end them; they end by themselves.
        project.write("go", "");
        are_gone(&children);
        recovers(&project, &old);
    }
}

#[test]
fn a_build_that_waits_for_another_can_be_interrupted() {
    let project = waiting(false);
    let old = content(&project);
    let mut first = start(&mut project.build(&[]));
    waits(&project);
    let mut second = start(&mut project.build(&[]));
    let mut said = std::io::BufReader::new(second.stderr.take().expect("it is piped"));
    let mut line = String::new();
    while !line.contains("Blocking waiting for another build") {
        line.clear();
        let read = std::io::BufRead::read_line(&mut said, &mut line).expect("it can be read");
        assert!(read > 0, "it ended without waiting");
    }
    assert_eq!(signal(&mut second, Signal::INT).code(), Some(130));
    let third = start(&mut project.build(&["--format", "json"]));
    project.write("go", "");
    assert!(first.wait().expect("it ends").success());
    let output = third.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = end_to_end::json_lines(&output.stdout);
    let artifacts = end_to_end::project::of_reason(&messages, "wasmsign-artifact");
    assert_eq!(artifacts[0]["fresh"], true, "the first one has made it");
    assert!(content(&project) != old);
}

/// The processes whose command line has this word and whose parent is this process.
#[cfg(target_os = "linux")]
fn children(parent: Pid, word: &str) -> Vec<Pid> {
    let number = |entry: &std::fs::DirEntry| entry.file_name().to_str()?.parse::<i32>().ok();
    let is_meant = |process: &i32| {
        let read = |file: &str| {
            std::fs::read(Path::new("/proc").join(process.to_string()).join(file))
                .unwrap_or_default()
        };
        let status = String::from_utf8_lossy(&read("status")).into_owned();
        let parent_line = format!("PPid:\t{}\n", parent.as_raw_nonzero());
        String::from_utf8_lossy(&read("cmdline")).contains(word) && status.contains(&parent_line)
    };
    let processes = std::fs::read_dir("/proc").expect("Linux has it").flatten();
    processes
        .filter_map(|entry| number(&entry))
        .filter(is_meant)
        .filter_map(Pid::from_raw)
        .collect()
}

#[cfg(target_os = "linux")]
#[test]
fn the_embedded_optimizer_ends_with_us() {
    let passes = "\"dae-optimizing\", ".repeat(3000);
    let source = "#[unsafe(no_mangle)]\npub extern \"C\" fn f(n: u32) { println!(\"{n}\") }\n";
    let project = Project::library(source, &format!("optimize.passes = [{passes}]"));
    for (number, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let mut build = start(&mut project.build(&[]));
        let parent = pid(&build);
        let mut found = Vec::new();
        eventually("the optimizer runs", || {
            found = children(parent, "__optimize");
            !found.is_empty()
        });
        assert_eq!(signal(&mut build, number).code(), Some(code));
        are_gone(&found);
        assert!(project.published().is_empty());
        assert!(strays(&project.join("target")).is_empty());
    }
}
