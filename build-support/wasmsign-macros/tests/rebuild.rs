//! A file that changes is seen by the next build, and one that was tampered with stops it.

mod common;

use common::*;

const MAIN: &str = r#"
use wasmsign_core::VerifiedModule;

static MODULE: VerifiedModule<'_> = wasmsign_macros::include_signed!(
    "plugin.wasm",
    keys = ["release.pub"],
    signature = "plugin.wasm.sig",
);

fn main() {
    assert!(MODULE.bytes() == std::fs::read("plugin.wasm").unwrap());
    println!("runs");
}
"#;

/// One that is a literal in the program, and one that the macro copies.
const LENGTHS: [usize; 2] = [100, 300 << 10];

fn plugin(content: u8, length: usize) -> Vec<u8> {
    module(&[custom("data", &vec![content; length])])
}

fn publish(project: &Project, plugin: &[u8], seed: u8) {
    project.write("plugin.wasm", plugin);
    project.write("plugin.wasm.sig", detached(plugin, seed));
}

#[track_caller]
fn assert_compiles_anew(project: &Project) {
    let said = project.succeed(&["run"]);
    assert!(said.contains("Compiling rebuild") && said.contains("runs"), "{said}");
    let said = project.succeed(&["run"]);
    assert!(!said.contains("Compiling"), "nothing has changed: {said}");
}

#[test]
fn changed_files_are_compiled_and_verified_again() {
    for length in LENGTHS {
        let project = Project::new(&format!("rebuild-{length}"), &dependencies());
        project.write("src/main.rs", MAIN);
        project.write("release.pub", public_text(1));
        publish(&project, &plugin(1, length), 1);
        assert_compiles_anew(&project);

        publish(&project, &plugin(2, length), 1);
        assert_compiles_anew(&project);

        project.write("plugin.wasm", plugin(3, length));
        assert!(project.fail(&["check"]).contains("this one was changed"));

        publish(&project, &plugin(2, length), 2);
        assert!(project.fail(&["check"]).contains("no valid signature by a trusted key"));

        project.write("release.pub", public_text(2));
        assert_compiles_anew(&project);

        project.write("release.pub", public_text(1));
        assert!(project.fail(&["check"]).contains("no valid signature by a trusted key"));
    }
}
