//! Programs that crash, hang, stop halfway, or answer wrongly in the right form: whatever they do, nothing is published,
//! nothing is left, and the reader is told who it was.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use end_to_end::agent::{SOCKET, fingerprint};
use end_to_end::project::{Project, eventually};
use end_to_end::shim::{compiler, stand_in};
use end_to_end::{Said, cargo, run, strays, wasmsign};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};

const PLAIN: &str = "optimize = false";
const ABORTED: &str = "signal 6 (SIGABRT";

/// A program of the project's own that the shim stands for.
fn program(project: &Project, name: &str) -> PathBuf {
    let path = project.join("bin").join(name);
    stand_in(env!("CARGO_BIN_EXE_shim"), &path);
    path
}

/// Has one step after another go wrong in a build, and asserts what is said of it.
#[track_caller]
fn each_is_told(project: &Project, build: impl Fn() -> Command, faults: &[(&str, i32, &[&str])]) {
    for (fault, code, texts) in faults {
        let said: Said = run(build().env("SHIM_FAULT", fault));
        assert_eq!(said.code, Some(*code), "{fault}\n{}\n{}", said.out, said.err);
        said.says(texts);
        leaves_nothing(project, fault);
    }
    // What a compiler has left is not taken again.
    project.replace("src/lib.rs", "42", "43");
    run(&mut build()).exits(0);
}

#[track_caller]
fn leaves_nothing(project: &Project, fault: &str) {
    assert!(project.published().is_empty(), "{fault}: {:?}", project.published());
    assert!(strays(&project.output()).is_empty(), "{fault}: {:?}", strays(&project.output()));
}

/// Ends a build while a step of it hangs, and asserts that this ends the program that hangs as well.
#[track_caller]
fn ends_with_us(project: &Project, mut build: Command, fault: &str) {
    let mark = project.join("reached");
    let _ = std::fs::remove_file(&mark);
    build.env("SHIM_FAULT", fault).env("SHIM_REACHED", &mark);
    build.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = build.spawn().expect("the program starts");
    eventually("the step is reached", || mark.exists());
    let pid = std::fs::read_to_string(&mark).expect("the mark can be read");
    let pid = pid.parse().ok().and_then(Pid::from_raw).expect("the mark is a process id");
    kill_process(Pid::from_child(&child), Signal::TERM).expect("it is our child");
    let status = child.wait().expect("it is our child");
    assert_eq!(status.code(), Some(143), "{fault}");
    eventually("the program is ended", || test_kill_process(pid).is_err());
    leaves_nothing(project, fault);
}

#[test]
fn a_compiler() {
    let project = Project::tiny(PLAIN);
    let rustc = program(&project, "rustc");
    let build = || {
        let mut build = project.build(&["--offline"]);
        build.env("RUSTC", &rustc).env("SHIM_REAL", compiler().0);
        build
    };
    ends_with_us(&project, build(), "libdir=hang");
    ends_with_us(&project, build(), "compile=hang");
    each_is_told(
        &project,
        build,
        &[
            ("libdir=crash", 5, &["bin/rustc", ABORTED]),
            ("libdir=cut", 2, &["no standard library", "rustup target add"]),
            ("libdir=wrong", 2, &["no standard library", "rustup target add"]),
            ("compile=crash", 101, &["could not compile `tiny`"]),
            ("compile=cut", 3, &["tiny.wasm", "is malformed"]),
        ],
    );
}

#[test]
fn a_cargo() {
    let project = Project::tiny(PLAIN);
    let shim = program(&project, "cargo");
    let build = || {
        let mut build = project.build(&[]);
        build.env("CARGO", &shim).env("SHIM_REAL", cargo());
        build
    };
    ends_with_us(&project, build(), "metadata=hang");
    ends_with_us(&project, build(), "build=hang");
    each_is_told(
        &project,
        build,
        &[
            ("metadata=crash", 101, &["cargo metadata failed", ABORTED]),
            ("metadata=cut", 101, &["cargo metadata failed", "EOF"]),
            ("metadata=wrong", 101, &["cargo metadata failed", "missing field"]),
            ("build=crash", 101, &["cargo build failed", "SIGABRT"]),
            ("build=cut", 101, &["messages ended before the build finished"]),
            ("build=wrong", 2, &["cargo built no module"]),
        ],
    );
}

#[test]
fn an_optimizer() {
    let project = Project::tiny("optimize.tool = \"bin/wasm-opt\"\noptimize.minimum-version = 100");
    program(&project, "wasm-opt");
    let build = || project.build(&[]);
    ends_with_us(&project, build(), "version=hang");
    ends_with_us(&project, build(), "optimize=hang");
    each_is_told(
        &project,
        build,
        &[
            ("version=crash", 5, &["bin/wasm-opt", ABORTED]),
            ("version=cut", 5, &["wasm-opt v, does not report its version number"]),
            ("version=wrong", 5, &["binaryen, does not report its version number"]),
            ("optimize=crash", 5, &["tiny.wasm", ABORTED]),
            ("optimize=cut", 5, &["tiny.wasm", "wrote no complete module"]),
            (
                "optimize=wrong",
                5,
                &["tiny.wasm", "wrote a module without its export", "`optimize = false`"],
            ),
        ],
    );
}

#[test]
fn a_signing_command() {
    let project = Project::tiny(PLAIN);
    program(&project, "sign");
    let command = "{ command = [\"bin/sign\", \"release.key\"] }";
    project.replace("Cargo.toml", "{ file = \"release.key\" }", command);
    let build = || project.build(&[]);
    ends_with_us(&project, build(), "sign=hang");
    each_is_told(
        &project,
        build,
        &[
            ("sign=crash", 5, &["tiny.wasm", "`bin/sign` was killed by", ABORTED]),
            ("sign=cut", 5, &["tiny.wasm", "`bin/sign` gave 32 bytes that are not a signature"]),
            (
                "sign=wrong",
                5,
                &["tiny.wasm", "`bin/sign` returned a signature that does not verify"],
            ),
        ],
    );
}

/// The shim as an agent, which ends with this value.
struct Agent(Child);

impl Agent {
    fn start(program: &Path, project: &Project, fault: &str) -> Self {
        let socket = project.join("socket");
        let _ = std::fs::remove_file(&socket);
        let mut agent = Command::new(program);
        agent.arg(project.join("release.key")).arg(&socket).env("SHIM_FAULT", fault);
        agent.env("SHIM_REACHED", project.join("reached")).stderr(Stdio::null());
        let agent = Self(agent.spawn().expect("the shim starts"));
        eventually("the agent listens", || socket.exists());
        agent
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        // One that has crashed is gone already.
        let _ = self.0.kill();
        self.0.wait().expect("it is our child");
    }
}

#[test]
fn an_agent() {
    let project = Project::tiny(PLAIN);
    let shim = program(&project, "agent");
    let line =
        ["keygen", "-k", "release.key", "-K", "release.pub", "--encoding", "openssh", "--force"];
    run(wasmsign(project.path()).args(line)).exits(0);
    let key = fingerprint(&project.join("release.pub"));
    let build = || {
        let mut build = project.build(&["-k", &format!("ssh-agent:{key}")]);
        build.env(SOCKET, project.join("socket"));
        build
    };
    for (fault, code, texts) in [
        ("list=crash", 5, &["does not answer like an ssh agent", "closed the connection"][..]),
        ("list=cut", 5, &["does not answer like an ssh agent", "closed the connection"]),
        ("list=wrong", 2, &["has no key", "locked"]),
        (
            "sign=crash",
            5,
            &["tiny.wasm", "does not answer like an ssh agent", "closed the connection"],
        ),
        (
            "sign=cut",
            5,
            &["tiny.wasm", "does not answer like an ssh agent", "closed the connection"],
        ),
        ("sign=wrong", 5, &["tiny.wasm", "returned a signature that does not verify"]),
    ] {
        let _agent = Agent::start(&shim, &project, fault);
        run(&mut build()).exits(code).says(texts);
        leaves_nothing(&project, fault);
    }
    let agent = Agent::start(&shim, &project, "sign=hang");
    let mut child = build().stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    eventually("the agent is asked", || project.join("reached").exists());
    kill_process(Pid::from_child(&child), Signal::TERM).expect("it is our child");
    assert_eq!(child.wait().expect("it is our child").code(), Some(143));
    leaves_nothing(&project, "sign=hang");
    drop(agent);
    let _agent = Agent::start(&shim, &project, "none=none");
    run(&mut build()).exits(0);
}
