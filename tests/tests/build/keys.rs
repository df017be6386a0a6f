//! Keys and manifests are checked before cargo runs, and secrets stay with us.

use std::path::Path;

use end_to_end::project::{LIBRARY, Project, verifies};
use end_to_end::{files, key_pair, run, wasmsign};

const PLAIN: &str = "optimize = false";
const VARIABLE: &str = "E2E_RELEASE_KEY";

/// A project whose key `release` has this secret.
fn with_secret(secret: &str) -> Project {
    let project = Project::tiny(PLAIN);
    project.replace("Cargo.toml", "{ file = \"release.key\" }", secret);
    project
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("the file can be read")
}

#[test]
fn a_variable_that_is_not_set_is_named() {
    let project = with_secret(&format!("{{ env = \"{VARIABLE}\" }}"));
    let words = [VARIABLE, "keygen", "--no-sign"];
    run(project.build(&[]).env_remove(VARIABLE)).exits(2).says(&words).says(&["not set"]);
    run(project.build(&[]).env(VARIABLE, "")).exits(2).says(&words);
    run(&mut project.build(&["-k", "env:E2E_OTHER"])).exits(2).says(&["E2E_OTHER"]);
    project.is_untouched();
    run(project.build(&[]).env(VARIABLE, text(&project.join("release.key")))).exits(0);
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
    run(&mut project.build(&["--no-sign"])).exits(0);
}

#[test]
fn a_variable_may_hold_a_path() {
    let project = with_secret(&format!("{{ env-file = \"{VARIABLE}\" }}"));
    run(project.build(&[]).env(VARIABLE, "")).exits(2).says(&[VARIABLE, "path"]);
    run(project.build(&[]).env(VARIABLE, "/no/such/key")).exits(2).says(&["`/no/such/key`"]);
    project.is_untouched();
    run(project.build(&[]).env(VARIABLE, project.join("release.key"))).exits(0);
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
}

#[test]
fn a_key_file_that_is_missing_is_named() {
    let project = with_secret("{ file = \"keys/other.key\" }");
    run(&mut project.build(&[])).exits(2).says(&["keys/other.key", "keygen", "--no-sign"]);
    run(&mut project.build(&["-k", "release.pem"])).exits(2).says(&["`release.pem`"]);
    project.is_untouched();
}

#[test]
fn a_public_key_of_another_pair_is_refused() {
    let project = Project::tiny(PLAIN);
    key_pair(project.path(), "other");
    std::fs::rename(project.join("other.pub"), project.join("release.pub")).expect("it moves");
    run(&mut project.build(&[])).exits(2).says(&["Cargo.toml:", "`release`", "does not belong"]);
    std::fs::remove_file(project.join("release.pub")).expect("it can be removed");
    run(&mut project.build(&[])).exits(2).says(&["release.pub"]);
    project.write("release.pub", "no key");
    run(&mut project.build(&[])).exits(3).says(&["release.pub"]);
    project.is_untouched();
}

#[test]
fn halves_that_disagree_are_refused() {
    let project = Project::tiny(PLAIN);
    let mut compact = wasmsign(project.path());
    compact.args(["keygen", "-k", "release.key", "-K", "release.pub", "--encoding", "compact"]);
    run(compact.arg("--force")).exits(0);
    let mut key = std::fs::read(project.join("release.key")).expect("there is a key");
    *key.last_mut().expect("65 bytes") ^= 1;
    project.write("release.key", &key);
    run(&mut project.build(&[])).exits(2).says(&["release.key", "must not be used"]);
    project.is_untouched();
}

#[test]
fn what_is_no_ed25519_key_is_refused() {
    let project = Project::tiny(PLAIN);
    let key = text(&project.join("release.key"));
    // The object identifiers of Ed25519 and X25519 differ in their last byte.
    let other = key.replace("K2Vw", "K2Vu");
    assert_ne!(key, other);
    let wrong: [&[u8]; 4] = [other.as_bytes(), b"", b"no key", &[0; 4096]];
    for content in wrong {
        project.write("release.key", content);
        run(&mut project.build(&[])).exits(3).says(&["release.key"]);
    }
    project.is_untouched();
}

#[test]
fn all_of_sign_with_sign() {
    let project = Project::tiny(PLAIN);
    key_pair(project.path(), "second");
    project.replace("Cargo.toml", "[\"release\"]", "[\"second\", \"release\"]");
    let second = "[workspace.metadata.wasmsign.keys.second]\nsecret = { file = \"second.key\" }\n";
    let manifest = text(&project.join("Cargo.toml"));
    project.write("Cargo.toml", format!("{manifest}{second}"));
    let said = run(&mut project.build(&[])).exits(0);
    assert!(said.out.contains("signed by second, release"), "{}", said.out);
    let keys = ["second.pub", "release.pub"].map(|name| project.join(name));
    verifies(&project.module("tiny.wasm"), None, &[&keys[0], &keys[1]]);
    let mut verify = wasmsign(project.path());
    verify.args(["verify", "--require", "all", "-K", "second.pub", "-K", "release.pub"]);
    run(verify.arg(project.module("tiny.wasm"))).exits(0);
}

#[test]
fn nobody_to_sign_is_an_error() {
    let project = Project::tiny(PLAIN);
    project.replace("Cargo.toml", "sign-with = [\"release\"]", "");
    run(&mut project.build(&[])).exits(2).says(&["sign-with", "--key", "--no-sign"]);
    project.is_untouched();
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_gets_a_warning() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::tiny(PLAIN);
    let mode = |mode| std::fs::Permissions::from_mode(mode);
    let key = project.join("release.key");
    let quiet = run(&mut project.build(&[])).exits(0);
    assert!(!quiet.err.contains("warning"), "{}", quiet.err);
    std::fs::set_permissions(&key, mode(0o644)).expect("the mode can be set");
    run(&mut project.build(&[])).exits(0).says(&["warning", "release.key", "chmod 600"]);
}

/// Writes down its environment, and that of the processes above it where the system lets it.
const SPY: &str = r#"
use std::fs;
fn main() {
    let mut seen: Vec<u8> = Vec::new();
    let mut pid = "self".to_string();
    for _ in 0..8 {
        seen.extend(fs::read(format!("/proc/{pid}/environ")).unwrap_or_default());
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        pid = parent.unwrap_or("0").trim().to_string();
        if pid == "0" || !fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default().starts_with("cargo") {
            break;
        }
    }
    let own: Vec<String> = std::env::vars().map(|(name, value)| format!("{name}={value}")).collect();
    fs::write("own", own.join("\n")).unwrap();
    fs::write("above", seen).unwrap();
}
"#;

#[cfg(unix)]
#[test]
fn secrets_reach_neither_build_scripts_nor_any_output() {
    let project = with_secret(&format!("{{ env = \"{VARIABLE}\" }}"));
    project.write("build.rs", SPY);
    let tool = "if [ \"$1\" = --version ]; then echo 1; exit; fi\nenv > \"$(dirname \"$0\")/tool\"";
    let copy = "\nwhile [ \"$1\" != -o ]; do shift; done\ncat \"$3\" > \"$2\"";
    end_to_end::project::script(&project.join("wasm-opt"), &format!("{tool}{copy}"));
    project.replace("Cargo.toml", PLAIN, "optimize.tool = \"./wasm-opt\"");
    let pem = text(&project.join("release.key"));
    let secret = pem.lines().nth(1).expect("the second line is the key");
    let mut build = project.build(&["-vv"]);
    // One that the manifest names, one of the command line of another call, one in use by nobody.
    build.env(VARIABLE, &pem).env("E2E_SPARE", &pem).env("E2E_HARMLESS", "seen");
    let said = run(&mut build).exits(0);
    assert!(!said.out.contains(secret) && !said.err.contains(secret));

    let own = text(&project.join("own"));
    assert!(own.contains("E2E_HARMLESS=seen") && !own.contains(secret), "{own}");
    assert!(!own.contains(VARIABLE) && !own.contains("E2E_SPARE"));
    let tool = text(&project.join("tool"));
    assert!(tool.contains("E2E_HARMLESS=seen") && !tool.contains(secret), "{tool}");
    let above = std::fs::read(project.join("above")).expect("the build script ran");
    let above = String::from_utf8_lossy(&above);
    // Nothing is hidden from root.
    assert!(rustix::process::geteuid().is_root() || !above.contains(secret));

    for (path, content) in files(&project.join("target")).iter() {
        let found = content.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "the secret is in {}", path.display());
    }
    let mut bad = project.build(&[]);
    let said = run(bad.env(VARIABLE, format!("{pem}{pem}")))
        .exits(3)
        .says(&[VARIABLE, "failed to read the key"]);
    assert!(!said.err.contains(secret), "{}", said.err);
}

#[test]
fn a_typing_error_in_the_manifest_is_told_with_its_line() {
    let project = Project::new(&[("Cargo.toml", ""), ("src/lib.rs", LIBRARY)]);
    let package = "package.metadata.wasmsign";
    for (rest, line, words) in [
        (
            "sing-with = [\"release\"]",
            8,
            &["`sing-with`", package, "did you mean `sign-with`?"][..],
        ),
        ("optimise = false", 8, &["did you mean `optimize`?"]),
        ("optimize = \"y\"", 8, &["optimize", "`y`"]),
        ("\noptimize = { levle = 1 }", 9, &["did you mean `level`?"]),
        ("sections.remov = []", 8, &["did you mean `remove`?"]),
        ("signature = 1", 8, &["expected a string, found an integer"]),
        ("signature = \"embeded\"", 8, &["embedded"]),
        ("sign-with = [\"relese\"]", 8, &["relese", "release"]),
        ("[package.metadata.wasmsign.keys.a]\nsecret = { env = \"A\" }", 8, &["does not belong"]),
        ("[package.metadata.wasmsign.profile.debug]", 8, &["did you mean `dev`?"]),
    ] {
        let signed = end_to_end::project::SIGNED;
        project.write("Cargo.toml", Project::manifest(&format!("{rest}\n[workspace]\n{signed}")));
        let place = format!("Cargo.toml:{line}");
        run(&mut project.build(&[])).exits(2).says(&[&[&*place], words].concat());
    }
    project.is_untouched();
    project.write("Cargo.toml", "[package\n");
    run(&mut project.build(&[])).exits(101).says(&["Cargo.toml"]);
}
