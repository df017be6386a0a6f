//! Large modules: signals in the middle of the work, and little memory.
#![cfg(unix)]

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use end_to_end::fixtures::{call, large_module, shell, snapshot, temporary, vector, workdir};
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
    let workdir = workdir(&["add.wasm"]);
    let status = interrupted(workdir.path(), Signal::KILL, None);
    assert_eq!(status.signal(), Some(9));
    assert_eq!(temporary(workdir.path()).len(), 1);
    call(workdir.path(), "sign add.wasm -k one.secret").exits(0);
    assert!(temporary(workdir.path()).is_empty());
}

#[test]
fn a_kill_leaves_the_old_output() {
    let workdir = workdir(&["add.wasm"]);
    let old = workdir.path().join("out.wasm");
    std::fs::write(&old, "old").unwrap();
    let before = snapshot(&old);
    interrupted(workdir.path(), Signal::KILL, Some("out.wasm"));
    assert_eq!(snapshot(&old), before);
    call(workdir.path(), "sign add.wasm -k one.secret -o out.wasm").exits(0);
    assert_eq!(std::fs::read(&old).unwrap(), vector("add.one-keyid.wasm"));
    assert!(temporary(workdir.path()).is_empty());
}

#[test]
fn term_and_interrupt_clear_up_at_once() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130)] {
        let workdir = workdir(&[]);
        let status = interrupted(workdir.path(), signal, None);
        assert_eq!(status.code(), Some(code));
        assert!(temporary(workdir.path()).is_empty());
    }
}

#[test]
fn a_file_larger_than_the_memory_is_verified() {
    let workdir = workdir(&[]);
    large_module(&workdir.path().join("large.wasm"), 600);
    let limited =
        |line: &str| run(&mut shell(workdir.path(), "ulimit -v 524288; exec \"$@\"", line));
    limited("sign large.wasm -k one.secret -S large.sig").exits(0);
    limited("verify large.wasm -S large.sig -K one.public").exits(0);
    limited("verify large.wasm -S large.sig -K two.public")
        .exits(1)
        .prints(&["(no-trusted-signature)"]);
    limited("inspect large.wasm").exits(0);
}
