//! The host of templates/plugins, in a new project with its plugins. This package compiles its source: see its `Cargo.toml`.

use std::path::Path;
use std::process::Command;

use end_to_end::templates::place;
use end_to_end::{Said, repository, run, wasmsign, write};
use wasmsign_core::SecretKey;

/// The host's program.
const PROGRAM: &str = env!("CARGO_BIN_EXE_plugin-host");

/// Runs the host on a text.
fn host(project: &Path, arguments: &[&str]) -> Said {
    run(Command::new(PROGRAM).args(arguments).current_dir(project))
}

fn read(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).expect("the file can be read")
}

/// The table of wasmtime in a manifest.
fn wasmtime(manifest: &str) -> &str {
    let (_, table) = manifest.split_once("[dependencies.wasmtime]\n").expect("it depends on it");
    table.split("\n\n").next().expect("there is a first part").trim_end()
}

#[test]
fn the_template_has_the_engine_that_is_tested() {
    let tested = read("tests/host-wasmtime/Cargo.toml");
    assert_eq!(wasmtime(&read("templates/plugins/host/Cargo.toml")), wasmtime(&tested));
    let versions = |lock: &str| -> Vec<String> {
        let lines: Vec<_> = lock.lines().collect();
        let is_engine =
            |pair: &&[&str]| pair[0].contains("wasmtime") && pair[1].contains("version");
        lines.windows(2).filter(is_engine).map(|pair| pair.concat()).collect()
    };
    let (ours, its) =
        (versions(&read("Cargo.lock")), versions(&read("templates/plugins/Cargo.lock")));
    let others: Vec<_> = its.iter().filter(|line| !ours.contains(line)).collect();
    assert!(its.len() > 5 && others.is_empty(), "other versions than in Cargo.lock: {others:?}");
}

#[test]
fn a_text_goes_through_the_plugins_that_are_trusted() {
    let place = place();
    run(wasmsign(place.path()).args(["new", "sender", "--template", "plugins"])).exits(0);
    let project = place.path().join("sender");
    run(wasmsign(&project).args(["build", "--release"])).exits(0);
    const TEXT: &str = "write to ann@example.com";

    let said = host(&project, &[TEXT]).exits(0);
    assert_eq!(said.out, "Write To ***@example.com\n");
    said.says(&["\"redact.wasm\": signed by acme", "\"title_case.wasm\": signed by globex"]);

    // The key that has handed over is retired: what it signs is left out.
    let rebuild = ["build", "--release", "-p", "title-case", "-k", "keys/globex.key"];
    run(wasmsign(&project).args(rebuild)).exits(0);
    let said = host(&project, &[TEXT])
        .exits(1)
        .says(&["\"title_case.wasm\" is refused", "a key that is not valid at this time"]);
    assert_eq!(said.out, "write to ***@example.com\n");

    // Whoever has no rule, no signature, or no end.
    write(&project.join("signed/other.wasm"), b"\0asm\x01\0\0\0");
    write(&project.join("signed/redact.wasm"), b"\0asm\x01\0\0\0");
    let said = host(&project, &[TEXT]).exits(1);
    let said = said.says(&["\"other.wasm\" is refused", "\"redact.wasm\" is refused"]);
    assert_eq!(said.out, format!("{TEXT}\n"));
    let endless = r#"(module (memory (export "memory") 1)
        (func (export "alloc") (param i32) (result i32) i32.const 0)
        (func (export "process") (result i32) (loop $again br $again) i32.const 0)
        (func (export "output") (result i32) i32.const 0))"#;
    let key = SecretKey::from_seed(&[7; 32]);
    let module =
        end_to_end::guests::signed(&wat::parse_str(endless).expect("it is a module"), &[&key]);
    write(&project.join("others/endless.wasm"), module);
    let public = key.public_key().encode(wasmsign_core::KeyEncoding::OpenSsh);
    let public = String::from_utf8(public).expect("it is a text");
    let policy = format!(
        "version = 1\n[keys.a]\npublic = {:?}\n[[rules]]\nmodules = [\"**\"]\nrequire = [\"a\"]\n",
        public.trim()
    );
    write(&project.join("trust.toml"), policy);
    let others = ["--policy", "trust.toml", "--plugins", "others", TEXT];
    host(&project, &others).exits(2).says(&["\"endless.wasm\""]);

    for (arguments, words) in [
        (&[] as &[&str], "usage"),
        (&["a", "b"], "usage"),
        (&["--policy"], "usage"),
        (&["--policy", "none.toml", "a"], "the trust file none.toml"),
        (&["--plugins", "none", "a"], "the directory none"),
    ] {
        host(&project, arguments).exits(2).says(&[words]);
    }
}
