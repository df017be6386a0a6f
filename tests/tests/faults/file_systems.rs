//! File systems that lack something: locks, hard links. strace has the kernel say so.

#![cfg(target_os = "linux")]

use std::process::Command;

use end_to_end::project::{Project, verifies};
use end_to_end::{run, scratch, strays, wasmsign};

/// The same call, with the kernel answering these system calls with an error.
fn without(calls: &str, error: &str, command: &Command) -> Command {
    let mut traced = Command::new("strace");
    traced.args(["-f", "-o", "/dev/null", "-e", &format!("trace={calls}")]);
    traced.args(["-e", &format!("inject={calls}:error={error}")]);
    traced.arg(command.get_program()).args(command.get_args());
    traced.current_dir(command.get_current_dir().expect("every call has a directory"));
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => traced.env(name, value),
            None => traced.env_remove(name),
        };
    }
    traced
}

#[test]
fn a_build_goes_on_without_locks_and_says_so() {
    let project = Project::tiny("optimize = false");
    // The compiler itself goes no further where it cannot lock what it keeps for the next time.
    let plain = |project: &Project| {
        let mut build = project.build(&[]);
        build.env("CARGO_INCREMENTAL", "0");
        build
    };
    for error in ["EOPNOTSUPP", "ENOSYS"] {
        let mut build = without("flock", error, &plain(&project));
        run(&mut build).exits(0).says(&["does not support locks"]);
        verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
        assert!(strays(&project.join("target")).is_empty());
        std::fs::remove_dir_all(project.output()).expect("it can be removed");
    }
    // What else may be wrong with a lock is an error.
    let mut build = without("flock", "EIO", &project.build(&[]));
    run(&mut build).exits(4).says(&["failed to lock"]);
    let said = run(&mut project.build(&[])).exits(0);
    assert!(!said.err.contains("does not support locks"), "{}", said.err);
}

#[test]
fn files_are_written_without_locks() {
    let directory = scratch();
    let mut keygen = wasmsign(directory.path());
    keygen.args(["keygen", "--force", "-k", "new.key", "-K", "new.pub"]);
    for error in ["EOPNOTSUPP", "ENOSYS", "ENOLCK"] {
        run(&mut without("flock", error, &keygen)).exits(0);
        assert!(strays(directory.path()).is_empty());
    }
    run(&mut without("flock", "EIO", &keygen)).exits(4).says(&["new.key"]);
}

#[test]
fn a_key_is_made_without_hard_links_and_never_over_a_file() {
    let directory = scratch();
    let mut keygen = wasmsign(directory.path());
    keygen.args(["keygen", "-k", "new.key", "-K", "new.pub"]);
    for error in ["EPERM", "EOPNOTSUPP", "ENOSYS"] {
        run(&mut without("link,linkat", error, &keygen)).exits(0);
        use std::os::unix::fs::PermissionsExt;
        let secret = directory.path().join("new.key");
        let mode = std::fs::metadata(&secret).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(strays(directory.path()).is_empty());
        let before = std::fs::read(&secret).expect("it can be read");
        let mut again = without("link,linkat", error, &keygen);
        run(&mut again).exits(2).says(&["new.key", "already exists"]);
        assert_eq!(std::fs::read(&secret).expect("it can be read"), before);
        std::fs::remove_file(&secret).expect("it is ours");
        // The public key that is there is as safe as a secret one.
        run(&mut again).exits(2).says(&["new.pub", "already exists"]);
        assert!(!secret.exists());
        std::fs::remove_file(directory.path().join("new.pub")).expect("it is ours");
    }
}
