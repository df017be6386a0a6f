//! Large modules: signals in the middle of the work, and little memory.
#![cfg(unix)]

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use end_to_end::fixtures::{call, desk, large_module, shell, snapshot, temporary, vector};
use end_to_end::{run, wasmsign};
use rustix::process::{Pid, Signal, kill_process};

/// Signs a large module, sends a signal as soon as the temporary file is there, and checks that the
/// module is as it was.
fn interrupted(directory: &Path, signal: Signal, output: Option<&str>) -> ExitStatus {
    let module = directory.join("large.wasm");
    large_module(&module, 300);
    let before = (module.metadata().unwrap().len(), module.metadata().unwrap().modified().unwrap());
    let mut command = wasmsign(directory);
    command.args(["sign", "large.wasm", "-k", "one.secret"]);
    output.map(|output| command.args(["-o", output]));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    while temporary(directory).is_empty() {
        assert!(start.elapsed() < Duration::from_secs(30), "no temporary file appears");
        assert!(child.try_wait().unwrap().is_none(), "it ended before the signal came");
        std::thread::sleep(Duration::from_millis(1));
    }
    kill_process(Pid::from_child(&child), signal).unwrap();
    let status = child.wait().unwrap();
    let after = (module.metadata().unwrap().len(), module.metadata().unwrap().modified().unwrap());
    assert_eq!(after, before);
    call(directory, "inspect large.wasm").exits(0);
    status
}

#[test]
fn a_kill_leaves_the_old_file_and_the_next_run_clears_up() {
    let desk = desk(&["add.wasm"]);
    let status = interrupted(desk.path(), Signal::KILL, None);
    assert_eq!(status.signal(), Some(9));
    assert_eq!(temporary(desk.path()).len(), 1);
    call(desk.path(), "sign add.wasm -k one.secret").exits(0);
    assert!(temporary(desk.path()).is_empty());
}

#[test]
fn a_kill_leaves_the_old_output() {
    let desk = desk(&["add.wasm"]);
    let old = desk.path().join("out.wasm");
    std::fs::write(&old, "old").unwrap();
    let before = snapshot(&old);
    interrupted(desk.path(), Signal::KILL, Some("out.wasm"));
    assert_eq!(snapshot(&old), before);
    call(desk.path(), "sign add.wasm -k one.secret -o out.wasm").exits(0);
    assert_eq!(std::fs::read(&old).unwrap(), vector("add.one-keyid.wasm"));
    assert!(temporary(desk.path()).is_empty());
}

#[test]
fn term_and_interrupt_clear_up_at_once() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let desk = desk(&[]);
        let status = interrupted(desk.path(), signal, None);
        assert_eq!(status.code(), Some(code));
        assert!(temporary(desk.path()).is_empty());
    }
}

#[test]
fn a_file_larger_than_the_memory_is_verified() {
    let desk = desk(&[]);
    large_module(&desk.path().join("large.wasm"), 600);
    let limited = |line: &str| run(&mut shell(desk.path(), "ulimit -v 524288; exec \"$@\"", line));
    limited("sign large.wasm -k one.secret -S large.sig").exits(0);
    limited("verify large.wasm -S large.sig -K one.public").exits(0);
    limited("verify large.wasm -S large.sig -K two.public")
        .exits(1)
        .prints(&["(no-trusted-signature)"]);
    limited("inspect large.wasm").exits(0);
}
