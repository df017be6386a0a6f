//! Trust on first use: `verify --pin` and `pin`.

use std::path::Path;
use std::thread;

use end_to_end::fixtures::{call, hex, snapshot, temporary, vector, workdir};
use end_to_end::project::Project;
use end_to_end::{run, wasmsign};
use serde_json::{Value, json};

const MODULES: [&str; 3] = ["add.wasm", "add.one.wasm", "add-custom.split.one+two.wasm"];

#[track_caller]
fn verdict(directory: &Path, line: &str, code: i32) -> Value {
    let said =
        call(directory, &format!("verify --pin pins.toml --name codec {line} --format json"));
    said.exits(code).json().remove(0)
}

#[test]
fn the_first_signer_stays() {
    let directory = workdir(&MODULES);
    let both = "add-custom.split.one+two.wasm";
    let first = verdict(directory.path(), "add.one.wasm -K one.public", 0);
    assert_eq!(first["pinned"], "new");
    let store = snapshot(&directory.path().join("pins.toml"));
    let again = verdict(directory.path(), "add.one.wasm -K one.public", 0);
    assert_eq!(again.get("pinned"), None);
    verdict(directory.path(), &format!("{both} -K one.public -K two.public"), 0);
    let other = verdict(directory.path(), &format!("{both} -K two.public"), 1);
    assert_eq!((&other["verdict"], &other["reason"]), (&json!("refused"), &json!("pin-changed")));
    assert!(snapshot(&directory.path().join("pins.toml")) == store, "only a first signer is new");
    assert!(temporary(directory.path()).is_empty());
}

#[test]
fn another_signer_is_accepted_when_somebody_says_so() {
    let directory = workdir(&MODULES);
    let both = "add-custom.split.one+two.wasm";
    verdict(directory.path(), "add.one.wasm -K one.public", 0);
    call(directory.path(), &format!("pin accept pins.toml codec {both} -K two.public"))
        .exits(0)
        .prints(&["Pinned codec, signed by ", &hex(&vector("two.public"))]);
    verdict(directory.path(), &format!("{both} -K two.public"), 0);
    assert_eq!(verdict(directory.path(), "add.one.wasm -K one.public", 1)["reason"], "pin-changed");
    let listed = call(directory.path(), "pin list pins.toml --format json").exits(0).json();
    let two = hex(&vector("two.public"));
    assert_eq!(listed, [json!({"name": "codec", "signers": [two], "version": null, "schema": 1})]);
    call(directory.path(), "pin remove pins.toml codec").exits(0);
    call(directory.path(), "pin remove pins.toml codec").exits(2).says(&["no module `codec`"]);
    assert_eq!(verdict(directory.path(), "add.one.wasm -K one.public", 0)["pinned"], "new");
}

#[test]
fn what_nobody_has_signed_is_never_pinned() {
    let directory = workdir(&MODULES);
    assert_eq!(verdict(directory.path(), "add.wasm -K one.public", 1)["reason"], "no-signature");
    assert!(!directory.path().join("pins.toml").exists());
    let trust = "version = 1\n[keys.one]\npublic = \"one.public\"\n[[rules]]\nmodules = [\"**\"]\nunsigned = true\n";
    std::fs::write(directory.path().join("trust.toml"), trust).unwrap();
    verdict(directory.path(), "add.wasm --policy trust.toml", 0);
    assert!(!directory.path().join("pins.toml").exists());
    call(directory.path(), "pin accept pins.toml codec add.wasm --policy trust.toml")
        .exits(1)
        .says(&["not signed"]);
    call(directory.path(), "pin accept pins.toml codec add.wasm -K one.public").exits(1);
    assert!(!directory.path().join("pins.toml").exists());
}

#[test]
fn a_pin_needs_a_name_and_somebody_to_trust() {
    let directory = workdir(&MODULES);
    call(directory.path(), "verify --pin pins.toml add.one.wasm -K one.public")
        .exits(2)
        .says(&["--name"]);
    call(directory.path(), "verify --pin pins.toml --name codec add.one.wasm")
        .exits(2)
        .says(&["no key to verify with"]);
    call(directory.path(), "pin accept pins.toml codec add.one.wasm").exits(2);
    call(directory.path(), "verify --allow-downgrade add.one.wasm -K one.public")
        .exits(2)
        .says(&["--pin"]);
}

#[test]
fn a_broken_store_stays_as_it_is() {
    let directory = workdir(&MODULES);
    let store = directory.path().join("pins.toml");
    for text in [
        &b"version = 1\n[pins.codec]\nsigners = [\"01"[..],
        b"version = 9\n",
        b"version = 1\n[pins.codec]\nsigners = [\"x\"]\n",
        b"\xff\xfe",
    ] {
        std::fs::write(&store, text).unwrap();
        for line in [
            "verify --pin pins.toml --name codec add.one.wasm -K one.public",
            "pin accept pins.toml codec add.one.wasm -K one.public",
            "pin list pins.toml",
            "pin remove pins.toml codec",
        ] {
            call(directory.path(), line).exits(3).says(&["pins.toml"]);
        }
        assert_eq!(std::fs::read(&store).unwrap(), text);
    }
}

/// Of two processes that see a name first at once, one pins it, and the other one reads that.
#[test]
fn two_processes_lose_nothing() {
    let directory = workdir(&MODULES);
    let path = directory.path();
    thread::scope(|scope| {
        for number in 0..8 {
            scope.spawn(move || {
                let name = format!("module-{number}");
                let mut command = wasmsign(path);
                command.args(["verify", "-q", "--pin", "pins.toml", "--name", &name]);
                run(command.args(["add.one.wasm", "-K", "one.public"])).exits(0);
            });
        }
    });
    let listed = call(path, "pin list pins.toml --format json").exits(0).json();
    assert_eq!(listed.len(), 8);
}

#[test]
fn a_store_that_cannot_be_written_refuses() {
    let directory = workdir(&MODULES);
    let line = "verify --pin gone/pins.toml --name codec add.one.wasm -K one.public";
    call(directory.path(), line).exits(4).says(&["gone"]);
}

/// With a module manifest, an older release of the same signer is refused as well.
#[test]
fn an_older_version_is_refused_until_somebody_allows_it() {
    let project = Project::tiny("optimize = false\nmanifest = true");
    let module = project.module("tiny.wasm");
    let line = format!("--pin pins.toml --name tiny -K release.pub {}", module.display());
    let verify = |more: &str, code: i32| {
        let said = call(project.path(), &format!("verify {line}{more} --format json"));
        said.exits(code).json().remove(0)
    };
    let release = |old: &str, new: &str| {
        project.replace("Cargo.toml", old, new);
        run(&mut project.build(&[])).exits(0);
    };
    let pinned = || std::fs::read_to_string(project.join("pins.toml")).expect("there is a store");
    run(&mut project.build(&[])).exits(0);
    // The keys that the workspace signs with are no candidates, unless somebody says so.
    for more in ["", " --rebuild"] {
        let nobody = format!("verify --pin pins.toml --name tiny {}{more}", module.display());
        call(project.path(), &nobody).exits(2).says(&["no key to verify"]);
        assert!(!project.join("pins.toml").exists());
    }
    assert_eq!(verify("", 0)["pinned"], "new");
    release("version = \"0.1.0\"", "version = \"0.2.0\"");
    assert_eq!(verify("", 0)["pinned"], "newer");
    assert!(pinned().contains("version = \"0.2.0\""), "{}", pinned());
    release("version = \"0.2.0\"", "version = \"0.1.9\"");
    assert_eq!(verify("", 1)["reason"], "rolled-back");
    verify(" --allow-downgrade", 0);
    assert!(pinned().contains("version = \"0.2.0\""), "the highest version stays");
    release("manifest = true", "manifest = false");
    assert_eq!(verify("", 1)["reason"], "rolled-back");
}
