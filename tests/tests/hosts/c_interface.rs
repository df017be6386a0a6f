//! The interface for C, used by a program in C.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use end_to_end::guests::{codec, signed};
use end_to_end::once::{kept, once};
use end_to_end::{built, key_pair, repository, run, scratch, wasmsign, write};
use tempfile::TempDir;
use wasmsign_core::SecretKey;

/// A program of tests/c, linked with the library.
fn compiled(name: &str) -> PathBuf {
    once(&format!("c-{name}"), || {
        let output = kept().join(format!("c-{name}"));
        let mut compile = Command::new("cc");
        compile.args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-I"]);
        compile.arg(repository().join("build-support/wasmsign-c/include"));
        compile.arg(repository().join("tests/c").join(name).with_extension("c"));
        compile.arg(built("wasmsign", "a")).args(["-lpthread", "-ldl", "-lm", "-o"]).arg(&output);
        let status = compile.status().expect("there is a compiler of C");
        assert!(status.success(), "{name} is compiled");
        output
    })
}

/// A host in C that verifies.
static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| compiled("verify"));

/// A signed module, its detached signature and two key pairs.
fn fixture() -> TempDir {
    let directory = scratch();
    let path = directory.path();
    key_pair(path, "release");
    key_pair(path, "other");
    let body = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\0\x08\x06policyx\0\x06\x04restx";
    write(&path.join("plain.wasm"), body);
    let split = ["split", "plain.wasm", "--sections", "policy", "-o", "parts.wasm"];
    run(wasmsign(path).args(split)).exits(0);
    run(wasmsign(path).args(["sign", "parts.wasm", "-k", "release.key", "-o", "signed.wasm"]))
        .exits(0);
    run(wasmsign(path).args(["sign", "plain.wasm", "-k", "release.key", "-S", "plain.sig"]))
        .exits(0);
    directory
}

fn verify(directory: &Path, arguments: &[&str]) -> (i32, String) {
    let Output { status, stdout, stderr } =
        Command::new(&*PROGRAM).args(arguments).current_dir(directory).output().expect("it starts");
    let said = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
    (status.code().unwrap_or_else(|| panic!("it died: {said}")), said)
}

#[test]
fn a_good_module_verifies_from_memory_and_by_its_path() {
    let files = fixture();
    for mode in ["whole", "file", "prefix", "all"] {
        let (code, said) = verify(files.path(), &["signed.wasm", "-", mode, "release.pub"]);
        assert_eq!(code, 0, "{mode}: {said}");
        assert!(said.contains("signers 1") && said.contains("whole 1"), "{mode}: {said}");
    }
    let json = run(wasmsign(files.path()).args(["inspect", "signed.wasm", "--format", "json"]));
    let identity = json.exits(0).json()[0]["identity"].as_str().expect("it has one").to_owned();
    let (_, said) = verify(files.path(), &["signed.wasm", "-", "whole", "release.pub"]);
    assert!(said.contains(&identity.replace("sha256:", "identity ")), "{said}");
}

#[test]
fn a_detached_signature_counts_alone() {
    let files = fixture();
    for mode in ["whole", "file"] {
        assert_eq!(verify(files.path(), &["plain.wasm", "plain.sig", mode, "release.pub"]).0, 0);
        let (code, said) = verify(files.path(), &["plain.wasm", "-", mode, "release.pub"]);
        assert!(code == 1 && said.contains("no-signature"), "{said}");
    }
}

#[test]
fn what_is_not_trusted_is_refused_with_its_reason() {
    let files = fixture();
    let good = std::fs::read(files.path().join("signed.wasm")).expect("it is there");
    let mut changed = good.clone();
    *changed.last_mut().expect("it is not empty") ^= 1;
    write(&files.path().join("changed.wasm"), &changed);
    write(&files.path().join("cut.wasm"), &good[..good.len() - 1]);
    let cases = [
        ("signed.wasm", "whole", &["other.pub"][..], 1, "no-trusted-signature"),
        ("changed.wasm", "whole", &["release.pub"], 1, "body-changed"),
        ("cut.wasm", "whole", &["release.pub"], 3, ""),
        ("signed.wasm", "component", &["release.pub"], 1, "kind-mismatch"),
        ("signed.wasm", "all", &["release.pub", "other.pub"], 1, "policy-not-met"),
        ("signed.wasm", "whole", &[], 2, "more keys"),
        ("none.wasm", "file", &["release.pub"], 4, "none.wasm"),
        ("signed.wasm", "whole", &["signed.wasm"], 2, "key: 2"),
        ("signed.wasm", "whole", &["release.key"], 2, "key: 2"),
        ("signed.wasm", "nonsense", &["release.pub"], 2, "WasmsignKind"),
    ];
    for (module, mode, keys, code, words) in cases {
        let arguments = [&[module, "-", mode], keys].concat();
        let (found, said) = verify(files.path(), &arguments);
        assert_eq!(found, code, "{arguments:?}: {said}");
        assert!(said.contains(words), "no `{words}`: {said}");
        assert!(!said.contains("PRIVATE"), "{said}");
    }
}

#[test]
fn a_package_and_a_version_may_be_asked_for() {
    let files = fixture();
    let (codec, json) = codec();
    let key =
        SecretKey::decode(&std::fs::read(files.path().join("release.key")).expect("it is there"));
    let key = key.expect("it is a key");
    write(&files.path().join("codec.wasm"), signed(&codec, &[&key]));
    for (module, mode, code, words) in [
        ("codec.wasm", "whole", 0, &json[..]),
        ("codec.wasm", "package=codec", 0, &json),
        ("codec.wasm", "version=>=1.4", 0, &json),
        ("codec.wasm", "package=other", 1, "(wrong-package)\nno manifest"),
        ("codec.wasm", "version=1.5", 1, "(wrong-version)\nno manifest"),
        ("signed.wasm", "package=codec", 1, "(no-manifest)"),
        ("signed.wasm", "whole", 0, "no manifest"),
        ("codec.wasm", "version=one", 2, "version: 2 expected a version requirement"),
    ] {
        let (found, said) = verify(files.path(), &[module, "-", mode, "release.pub"]);
        assert!(found == code && said.contains(words), "{module} {mode}: {found} {said}");
    }
}

#[test]
fn a_trust_file_decides_by_name_and_time() {
    let files = fixture();
    let trust = "version = 1\n\
                 keys.r = { public = \"release.pub\", valid-until = 2026-01-01 }\n\
                 [[rules]]\nmodules = [\"x\"]\nunsigned = true\n\
                 [[rules]]\nmodules = [\"plugins/*\"]\nrequire = [\"r\"]\n";
    std::fs::create_dir(files.path().join("etc")).expect("there is room");
    write(&files.path().join("etc/trust.toml"), trust.replace("release", "../release"));
    write(&files.path().join("etc/wrong.toml"), "version = 1\n[key]\n");
    for (module, file, name, time, code, words) in [
        ("signed.wasm", "trust", "plugins/a", "1767225599", 0, "signers 1"),
        ("signed.wasm", "trust", "plugins/a", "1767225599", 0, "rule 1"),
        ("signed.wasm", "trust", "plugins/a", "1767225600", 1, "key-not-valid"),
        ("signed.wasm", "trust", "a", "0", 1, "no-rule"),
        ("plain.wasm", "trust", "plugins/a", "0", 1, "no-signature"),
        ("plain.wasm", "trust", "x", "0", 0, "signers 0"),
        (
            "signed.wasm",
            "wrong",
            "a",
            "0",
            2,
            "line 2, column 2: unknown key `key`; did you mean `keys`?",
        ),
        ("signed.wasm", "none", "a", "0", 4, "none.toml"),
    ] {
        let file = format!("etc/{file}.toml");
        let (found, said) = verify(files.path(), &[module, "-", "trust", &file, name, time]);
        assert!(
            found == code && said.contains(words),
            "{module} {file} {name} {time}: {found} {said}"
        );
    }
}

#[test]
fn a_stripped_tail_is_told_by_the_covered_bytes() {
    let files = fixture();
    let good = std::fs::read(files.path().join("signed.wasm")).expect("it is there");
    // The last section, `rest`, and what follows it go.
    let at = good.windows(5).rposition(|bytes| bytes == b"\x04rest").expect("it is there") - 2;
    write(&files.path().join("stripped.wasm"), &good[..at]);
    let (code, said) = verify(files.path(), &["stripped.wasm", "-", "prefix", "release.pub"]);
    assert!(code == 0 && said.contains("whole 0"), "{said}");
    assert_eq!(verify(files.path(), &["stripped.wasm", "-", "whole", "release.pub"]).0, 1);
}

#[test]
fn what_no_host_should_do_is_an_error_and_proves_nothing() {
    let files = fixture();
    let mut command = Command::new(compiled("misuse"));
    command.args(["signed.wasm", "release.pub", "release.key"]).current_dir(files.path());
    run(&mut command).exits(0);
}

/// The host that docs/hosts.md shows.
#[test]
fn the_host_of_the_guide_compiles_what_is_trusted() {
    let files = fixture();
    let host = compiled("host");
    let load = |key: &str, module: &str| {
        run(Command::new(&host).args([key, module]).current_dir(files.path()))
    };
    let said = load("release.pub", "signed.wasm").exits(0);
    assert!(said.out.starts_with("compiling ") && said.err.is_empty(), "{}{}", said.out, said.err);
    for (module, reason) in [
        ("plain.wasm", "plain.wasm: refused: there is no signature"),
        ("release.pub", "release.pub: refused: offset 0: "),
        ("missing.wasm", "missing.wasm: "),
    ] {
        let said = load("release.pub", module).exits(1).says(&[reason]);
        assert_eq!(said.out, "", "{module}");
    }
    load("other.pub", "signed.wasm").exits(1).says(&["no valid signature"]);
    load("release.key", "signed.wasm").exits(2).says(&["the key: expected a public key"]);
}
