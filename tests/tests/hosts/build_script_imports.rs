//! `wasmsign-build` in the build scripts of real hosts: modules from elsewhere, and build information.

use std::process::Command;

use end_to_end::build_host::{Host, place, target};
use end_to_end::project::{CDYLIB, UNKNOWN, package};
use end_to_end::{key_pair, repository, run, wasmsign, write};
use serde_json::Value;

const IMPORT: &str = r#"Import::new("vendor/plugin.wasm").key("keys/vendor.pub").verify()?;"#;
const EMBEDDING: &str = r#"
fn main() {
    println!("{} bytes", include_bytes!(env!("PLUGIN_WASM")).len());
}
"#;

/// A host that imports a module, signed by `keys/vendor.key`.
fn importing(name: &str, call: &str) -> Host {
    let host = Host::bare(name, call, EMBEDDING);
    host.write("vendor/plugin.wasm", MODULE);
    host.write("keys/.keep", "");
    key_pair(&host.join("keys"), "vendor");
    key_pair(&host.join("keys"), "other");
    sign(&host, "vendor");
    host
}

/// A header, and a custom section `x`.
const MODULE: &[u8] = b"\0asm\x01\0\0\0\x00\x02\x01x";

fn sign(host: &Host, key: &str) {
    let key = format!("keys/{key}.key");
    run(wasmsign(&host.join("")).args(["sign", "vendor/plugin.wasm", "-k", &key])).exits(0);
}

#[test]
fn only_what_verifies_is_embedded() {
    let host = importing("host-import", IMPORT);
    let size = std::fs::metadata(host.join("vendor/plugin.wasm")).expect("it is there").len();
    assert_eq!(host.runs().out, format!("{size} bytes\n"));
    assert!(host.is_fresh());
    let signed = std::fs::read(host.join("vendor/plugin.wasm")).expect("it can be read");

    host.write("vendor/plugin.wasm", [&signed[..], b"\x00\x02\x01y"].concat());
    host.fails(&["vendor/plugin.wasm", "body-changed", "help: the module was changed"]);
    host.write("vendor/plugin.wasm", &signed[..signed.len() - 1]);
    host.fails(&["vendor/plugin.wasm", "malformed", "offset"]);
    host.write("vendor/plugin.wasm", MODULE);
    host.fails(&["vendor/plugin.wasm", "no-signature", "help: ask for a signed module"]);
    sign(&host, "other");
    host.fails(&["vendor/plugin.wasm", "no-trusted-signature", "cargo wasmsign inspect"]);

    host.write("vendor/plugin.wasm", &signed);
    host.runs();
    std::fs::copy(host.join("keys/other.pub"), host.join("keys/vendor.pub")).expect("it can be");
    host.fails(&["no-trusted-signature"]);
    std::fs::remove_file(host.join("keys/vendor.pub")).expect("it can be removed");
    host.fails(&["failed to read the public key", "keys/vendor.pub"]);
    std::fs::remove_file(host.join("vendor/plugin.wasm")).expect("it can be removed");
    host.fails(&["failed to read", "vendor/plugin.wasm"]);
}

#[test]
fn a_detached_signature_decides_and_is_watched() {
    let call = r#"Import::new("vendor/plugin.wasm").key("keys/vendor.pub").signature("vendor/plugin.sig").verify_or_exit();"#;
    let host = importing("host-detached", call);
    let directory = host.join("vendor");
    run(wasmsign(&directory).args(["detach", "plugin.wasm", "-S", "plugin.sig"])).exits(0);
    assert_eq!(host.runs().out, format!("{} bytes\n", MODULE.len()));
    host.write("vendor/plugin.sig", "");
    host.fails(&["vendor/plugin.wasm"]);
}

/// What git says in the host's directory.
#[track_caller]
fn git(host: &Host, arguments: &[&str]) -> String {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=a", "-c", "user.email=a@example.org"]).args(arguments);
    run(git.current_dir(host.join(""))).exits(0).out
}

#[test]
fn build_information_is_the_same_for_the_same_source() {
    let call = "BuildInfo::new().write()?;";
    let show = r#"fn main() { print!("{}", include_str!(env!("BUILD_INFO"))); }"#;
    let host = Host::bare("host-info", call, show);
    let information = || serde_json::from_str::<Value>(&host.runs().out).expect("it is JSON");
    let alone = information();
    assert_eq!(alone["package"], "host-info");
    assert_eq!(alone["version"], "0.1.0");
    assert_eq!(alone["revision"], Value::Null);
    assert!(alone["toolchain"].as_str().is_some_and(|text| text.starts_with("rustc 1.")));
    assert!(host.is_fresh());

    let git = |arguments: &[&str]| git(&host, arguments);
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "first"]);
    // Nothing told the script that there is a repository now; a changed manifest does.
    host.write("Cargo.toml", std::fs::read(host.join("Cargo.toml")).expect("it can be read"));
    let first = git(&["rev-parse", "HEAD"]).trim().to_owned();
    assert_eq!(information()["revision"], first);
    assert!(host.is_fresh());
    git(&["commit", "-q", "--allow-empty", "-m", "second"]);
    let second = git(&["rev-parse", "HEAD"]).trim().to_owned();
    assert_eq!(information()["revision"], second);
    host.write("README.md", "new");
    git(&["add", "."]);
    git(&["commit", "-qm", "third"]);
    host.write("README.md", "changed");
    let third = git(&["rev-parse", "HEAD"]).trim().to_owned();
    assert_eq!(information()["revision"], format!("{third}-dirty"));
}

/// A branch has a file of its own, or is among the packed ones; before the first commit it has none.
#[test]
fn a_commit_is_seen_wherever_git_keeps_it() {
    let show = r#"fn main() { print!("{}", include_str!(env!("BUILD_INFO"))); }"#;
    for format in ["sha1", "sha256"] {
        let host = Host::bare(&format!("host-{format}"), "BuildInfo::new().write()?;", show);
        let revision = || {
            let said = serde_json::from_str::<Value>(&host.runs().out).expect("it is JSON");
            assert!(host.is_fresh());
            said["revision"].as_str().map(str::to_owned)
        };
        let head = || Some(git(&host, &["rev-parse", "HEAD"]).trim().to_owned());
        git(&host, &["init", "-q", "--object-format", format]);
        assert_eq!(revision(), None);
        git(&host, &["add", "."]);
        git(&host, &["commit", "-qm", "first"]);
        assert_eq!(revision(), head());
        git(&host, &["pack-refs", "--all"]);
        assert_eq!(revision(), head());
        git(&host, &["commit", "-q", "--allow-empty", "-m", "second"]);
        assert_eq!(revision(), head());
    }
}

#[test]
fn a_repository_that_git_does_not_read_is_told() {
    let show = r#"fn main() { print!("{}", include_str!(env!("BUILD_INFO"))); }"#;
    let host = Host::bare("host-unread", "BuildInfo::new().write()?;", show);
    host.write(".git", "gitdir: nowhere\n");
    let said = host.runs();
    assert!(said.out.contains("\"revision\":null"), "{}", said.out);
    said.says(&["no revision", "`git rev-parse` fails"]);
}

/// The guest's own build script writes what the guest carries as a section, under the signature.
#[test]
fn build_information_becomes_a_section_of_a_guest() {
    let guest = place().join("guest-info");
    let _ = std::fs::remove_dir_all(&guest);
    let support = repository().join("build-support/wasmsign-build");
    let rest = format!(
        "{CDYLIB}[features]\ndefault = [\"so_fast\"]\nso_fast = []\n\
         [build-dependencies]\nwasmsign-build = {{ path = {support:?} }}\n[workspace]\n\
         [profile.dev]\ndebug = false\nincremental = false\n"
    );
    write(&guest.join("Cargo.toml"), package("guest-info", &rest));
    let lock = std::fs::read(repository().join("Cargo.lock")).expect("it can be read");
    write(&guest.join("Cargo.lock"), lock);
    write(
        &guest.join("build.rs"),
        "fn main() {\n    wasmsign_build::BuildInfo::new().write_or_exit();\n}\n",
    );
    let section = r#"
const INFO: &[u8] = include_bytes!(env!("BUILD_INFO"));
#[unsafe(link_section = "build-info")]
#[used]
static BUILD_INFO: [u8; INFO.len()] = *include_bytes!(env!("BUILD_INFO"));
"#;
    let source = end_to_end::project::LIBRARY.replacen("]\n", &format!("]\n{section}"), 1);
    write(&guest.join("src/lib.rs"), source);
    let target = target();
    let mut build = wasmsign(&guest);
    build.args(["build", "--offline", "--no-sign", "--target-dir"]).arg(&target);
    run(&mut build).exits(0);
    let module = target.join("wasmsign").join(UNKNOWN).join("debug/guest_info.wasm");
    let bytes = std::fs::read(module).expect("it was published");
    let sections = wasmparser::Parser::new(0).parse_all(&bytes);
    let found = sections.filter_map(|part| match part.expect("the module is well formed") {
        wasmparser::Payload::CustomSection(section) if section.name() == "build-info" => {
            Some(serde_json::from_slice::<Value>(section.data()).expect("it is JSON"))
        }
        _ => None,
    });
    let found: Vec<_> = found.collect();
    assert_eq!(found[0]["package"], "guest-info");
    assert_eq!(found[0]["features"], serde_json::json!(["default", "so_fast"]));
}
