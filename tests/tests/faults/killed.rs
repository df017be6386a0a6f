//! A kill at any step of a build leaves every file the old one or the new one, and the next build clears up.
//!
//! Nothing in the program helps with this: what kills it are the programs that it runs, each at its step.

#![cfg(unix)]

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use end_to_end::project::{Project, script, verifies};
use end_to_end::{files, run, strays, wasmsign};

/// Kills the build where a file `kill` names this step.
const KILL: &str = r#"
strike() { if [ "$(cat "$here/kill" 2> /dev/null)" = "$1" ]; then kill -9 $PPID; exit 1; fi; }
here=$(cd "$(dirname "$0")" && pwd)
"#;

/// A project each of whose steps has a program, published once and changed since.
fn project() -> Project {
    let project = Project::tiny(
        "signature = \"both\"\ntransform.command = [\"./transform\"]\noptimize.tool = \"./wasm-opt\"",
    );
    project.replace("Cargo.toml", "{ file = \"release.key\" }", "{ command = [\"./signer\"] }");
    script(
        &project.join("transform"),
        &format!(
            "{KILL}strike before-transform; head -c 100; strike in-transform; cat; strike after-transform"
        ),
    );
    let tool = "if [ \"$1\" = --version ]; then strike version; echo 'wasm-opt version 999'; exit 0; fi
while [ \"$1\" != -o ]; do shift; done
strike before-optimizer; head -c 100 \"$3\" > \"$2\"; strike in-optimizer; cat \"$3\" > \"$2\"; strike after-optimizer";
    script(&project.join("wasm-opt"), &format!("{KILL}{tool}"));
    let signer = "cat > \"$here/message.$$\"
openssl pkeyutl -sign -rawin -inkey \"$here/release.key\" -in \"$here/message.$$\" -out \"$here/signature.$$\" || exit 1
rm \"$here/message.$$\"
strike before-signature
cat \"$here/signature.$$\"; rm \"$here/signature.$$\"
strike after-signature";
    script(&project.join("signer"), &format!("{KILL}{signer}"));
    run(&mut project.build(&[])).exits(0);
    project.replace("src/lib.rs", "42", "43");
    project
}

/// What others can see: the published files, without records and temporary files.
fn visible(project: &Project) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = files(&project.output());
    let temporary = strays(&project.output());
    all.retain(|(path, _)| {
        let below = path.strip_prefix(project.output()).expect("it is there");
        !below.starts_with(".state") && !below.starts_with(".cache") && !temporary.contains(path)
    });
    all
}

/// Asserts that the next build makes the new module, and clears up.
#[track_caller]
fn recovers(project: &Project, old: &[(PathBuf, Vec<u8>)], step: &str) {
    let _ = std::fs::remove_file(project.join("kill"));
    run(&mut project.build(&[])).exits(0);
    let new = visible(project);
    assert_eq!(new.len(), 2, "{step}");
    assert!(new != old, "the source has changed: {step}");
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
    assert!(strays(&project.output()).is_empty(), "{step}: {:?}", strays(&project.output()));
}

#[test]
fn at_every_step_that_has_a_program() {
    let steps = [
        "version",
        "before-transform",
        "in-transform",
        "after-transform",
        "before-optimizer",
        "in-optimizer",
        "after-optimizer",
        "before-signature",
        "after-signature",
    ];
    let project = project();
    for (source, step) in (43..).zip(steps) {
        let old = visible(&project);
        project.write("kill", step);
        let mut build = project.build(&[]);
        let status = build.output().expect("the program starts").status;
        assert_eq!(status.signal(), Some(9), "{step}: {status}");
        assert!(visible(&project) == old, "the published files are the old ones: {step}");
        recovers(&project, &old, step);
        project.replace("src/lib.rs", &format!("    {source}\n"), &format!("    {}\n", source + 1));
    }
}

#[test]
fn while_cargo_runs() {
    let project = project();
    let old = visible(&project);
    // The parent of a build script's parent, cargo, is the build.
    let build_script = "fn main() {\n    if std::path::Path::new(\"kill\").exists() {\n        \
        let script = \"kill -9 $(ps -o ppid= -p \\\"$1\\\")\";\n        \
        let cargo = std::os::unix::process::parent_id().to_string();\n        \
        std::process::Command::new(\"sh\").args([\"-c\", script, \"sh\", &cargo]).status().unwrap();\n    }\n}\n";
    project.write("build.rs", build_script);
    project.write("kill", "cargo");
    let status = project.build(&[]).output().expect("the program starts").status;
    assert_eq!(status.signal(), Some(9), "{status}");
    assert!(visible(&project) == old);
    recovers(&project, &old, "cargo");
}

#[test]
fn in_the_middle_of_a_signature() {
    // The other signatures: the ones that are made first are for delimiters.
    let project = project();
    project.replace("Cargo.toml", "signature =", "sections.parts = [[\"@standard\"]]\nsignature =");
    let old = visible(&project);
    for number in 1..=4 {
        script(
            &project.join("count"),
            &format!(
                "echo >> calls; [ $(wc -l < calls) -lt {number} ] || kill -9 $PPID\n. ./signer"
            ),
        );
        let _ = std::fs::remove_file(project.join("calls"));
        project.replace("Cargo.toml", "./signer", "./count");
        let status = project.build(&[]).output().expect("the program starts").status;
        project.replace("Cargo.toml", "./count", "./signer");
        assert_eq!(status.signal(), Some(9), "{number}: {status}");
        assert!(visible(&project) == old, "{number}");
    }
    recovers(&project, &old, "signatures");
}

/// What cargo has built.
const CARGOS: &str = "target/wasm32-unknown-unknown/debug/tiny.wasm";

/// Whether the published signature is a whole one, of this module.
fn is_signature_of(project: &Project, module: &Path) -> bool {
    let mut verify = wasmsign(project.path());
    verify.args(["verify", "-K", "release.pub", "-S"]).arg(project.module("tiny.wasm.sig"));
    run(verify.arg(module)).code == Some(0)
}

#[test]
fn at_any_time() {
    let project = Project::tiny("optimize = false\nsignature = \"both\"");
    let read = |name: &str| std::fs::read(project.module(name)).expect("it is published");
    let mut number = 42;
    let mut change = || {
        project.replace("src/lib.rs", &format!("    {number}\n"), &format!("    {}\n", number + 1));
        number += 1;
    };
    run(&mut project.build(&[])).exits(0);
    let mut old = read("tiny.wasm");
    change();
    let start = Instant::now();
    run(&mut project.build(&[])).exits(0);
    // So long does a build take that has something to do.
    let whole = start.elapsed();
    for step in 1..=16 {
        let module = read("tiny.wasm");
        if module != old {
            old = module;
            change();
        }
        let mut build = project.build(&[]);
        build.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
        let mut child = build.spawn().expect("the program starts");
        // Near the end, where files are written.
        std::thread::sleep(whole / 2 + whole * step / 24);
        child.kill().expect("it is our child");
        child.wait().expect("it is our child");
        let is_new = read("tiny.wasm") != old;
        verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
        // The signature comes first: it may be the new one's already, and cargo has that.
        let is_whole = is_signature_of(&project, &project.module("tiny.wasm"))
            || !is_new && is_signature_of(&project, &project.join(CARGOS));
        assert!(is_whole, "the signature is of neither module, step {step}, new: {is_new}");
    }
    run(&mut project.build(&[])).exits(0);
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
    let signature = project.module("tiny.wasm.sig");
    verifies(&project.join(CARGOS), Some(&signature), &[&project.join("release.pub")]);
    assert!(strays(&project.output()).is_empty());
}
