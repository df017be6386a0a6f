//! Modules for a dynamic linker, whose first section wants to stay the first.

use end_to_end::fixtures::{call, custom, module, workdir};
use end_to_end::project::Project;
use end_to_end::run;

const TEXT: &str = "its signature before `dylink.0`";

/// A module that a dynamic linker would take.
fn shared_library() -> Vec<u8> {
    // The subsection of memory: no bytes, no table.
    module(&[custom("dylink.0", &[1, 4, 0, 0, 0, 0])])
}

#[test]
fn a_build_warns_of_a_signature_that_is_embedded_there() {
    for (placement, warned) in [("embedded", true), ("both", true), ("detached", false)] {
        let table = "optimize = false\ntransform.command = [\"cat\", \"library.wasm\"]\n";
        let project = Project::tiny(&format!("{table}signature = \"{placement}\""));
        project.write("library.wasm", shared_library());
        let said = run(&mut project.build(&[])).exits(0);
        let text =
            "before `dylink.0`, which dynamic linkers expect first; `signature = \"detached\"`";
        assert_eq!(said.err.contains(text), warned, "{placement}: {}", said.err);
        let unsigned = run(&mut project.build(&["--no-sign"])).exits(0);
        assert!(!unsigned.err.contains("dylink"), "{}", unsigned.err);
    }
}

#[test]
fn files_are_signed_with_the_same_warning() {
    let workdir = workdir(&["add.wasm"]);
    std::fs::write(workdir.path().join("m.wasm"), shared_library()).expect("it can be written");
    let here = workdir.path();
    let detached = call(here, "sign m.wasm -k one.secret -S m.sig").exits(0);
    assert!(!detached.err.contains("dylink"), "{}", detached.err);
    call(here, "sign m.wasm -k one.secret -o s.wasm").exits(0).says(&[TEXT, "--signature FILE"]);
    call(here, "attach m.wasm -S m.sig -o a.wasm").exits(0).says(&[TEXT]);
    let other = call(here, "sign add.wasm -k one.secret").exits(0);
    assert!(!other.err.contains("dylink"), "{}", other.err);
    call(here, "inspect s.wasm").exits(0).says(&["is not the first section"]);
    let plain = call(here, "inspect m.wasm").exits(0);
    assert!(!plain.err.contains("is not the first section"), "{}", plain.err);
}

#[cfg(unix)]
#[test]
fn files_on_their_way_have_the_same_warning() {
    use end_to_end::fixtures::shell;
    let workdir = workdir(&[]);
    std::fs::write(workdir.path().join("m.wasm"), shared_library()).expect("it can be written");
    call(workdir.path(), "sign m.wasm -k one.secret -S m.sig").exits(0);
    let said = |line: &str| run(&mut shell(workdir.path(), "\"$@\" < m.wasm > out", line)).exits(0);
    for line in
        ["sign - -k one.secret", "sign m.wasm -k one.secret -o -", "attach m.wasm -S m.sig -o -"]
    {
        said(line).says(&[TEXT, "--signature FILE"]);
    }
    let detached = said("sign m.wasm -k one.secret -S -");
    assert!(!detached.err.contains("dylink"), "{}", detached.err);
}
