//! Who says what counts, and what is listed of it.

use serde_json::{Value, json};

use super::super::{CommandLine, Entry, Environment, Origin};
use super::{KEYS, Scratch, nothing};
use crate::keys::PassphraseSource;

/// What is listed for the package `app` in the profile `release`, with `ROOT` and `APP` for the paths.
fn list(workspace: &str, app: &str, env: &Environment, flags: &CommandLine) -> Vec<Entry> {
    let scratch = Scratch::new();
    let manifests = scratch.read(workspace, app).expect("the manifests are right");
    let settings = manifests.settings("app", "release", env, flags).expect("the rest is right");
    manifests.list(&settings)
}

/// `key = value` with the place, as short as it can be said.
fn lines(entries: &[Entry]) -> Vec<String> {
    let place = |origin: &Origin| match origin {
        Origin::Default => "default".to_owned(),
        Origin::Manifest { place, table } => {
            let file = if place.path().ends_with("app/Cargo.toml") { "APP" } else { "ROOT" };
            let path = place.path().display().to_string();
            format!("{} {table}", place.to_string().replace(&path, file))
        }
        Origin::Environment(name) | Origin::CommandLine(name) | Origin::Cargo(name) => {
            (*name).to_owned()
        }
        Origin::OptLevel { profile, level } => format!("{profile} {level}"),
    };
    entries
        .iter()
        .map(|entry| format!("{} = {} # {}", entry.key, entry.value, place(&entry.origin)))
        .collect()
}

#[test]
fn nobody_says_anything() {
    let entries = list("", "", &nothing(), &CommandLine::default());
    let expected = r#"
enabled = true # default
target = null # default
sign-with = [] # default
signature-format = "wasmsign2" # default
signature = "embedded" # default
key-id = "auto" # default
reproducible = false # default
auditable = false # default
manifest = false # default
artifact-dir = null # default
unfinished = "refuse" # default
transform.command = null # default
transform.output = null # default
transform.produces = null # default
transform.inputs = null # default
transform.after = null # default
optimize.level = "z" # default
optimize.passes = [] # default
optimize.exports = null # default
optimize.names = "strip" # default
optimize.debug = "strip" # default
optimize.features = "auto" # default
optimize.tool = "auto" # default
optimize.minimum-version = null # default
optimize.timeout = null # default
sections.remove = [] # default
sections.parts = null # default
sections.metadata = false # default
sections.producers = false # default
"#;
    assert_eq!(lines(&entries), expected.trim().lines().collect::<Vec<_>>());
}

const WORKSPACE: &str = "[workspace.metadata.wasmsign]
target = ['wasm32-wasip1', 'wasm32-unknown-unknown']
sign-with = ['release']
optimize = { level = 2, passes = ['vacuum'], exports = ['add'], minimum-version = 116 }
sections.embed.'b c'.file = '/etc/b'
sections.embed.a.file = '/etc/a'
profile.release.reproducible = true
[workspace.metadata.wasmsign.keys.release]
public = '/etc/release.pub'
secret = { env = 'RELEASE' }
";

const APP: &str = "[package.metadata.wasmsign]
enabled = true
target = 'wasm32-wasip1'
key-id = 'hex:00ff'
auditable = true
transform = { command = ['tool', '-x'], output = '/etc/out.wasm' }
[package.metadata.wasmsign.sections]
remove = ['.debug_*']
parts = [['@standard', 'a'], ['name']]
producers = true
[package.metadata.wasmsign.profile.release]
signature = 'both'
optimize.level = 's'
optimize.names = 'keep'
optimize.debug = 'keep'
optimize.features = ['simd']
optimize.tool = 'wasm-opt'
sections.embed.a.file = '/etc/own'
artifact-dir = '/etc/dist'
optimize.timeout = '90s'
unfinished = 'allow'
[package.metadata.wasmsign.profile.dev]
enabled = false
";

#[test]
fn every_value_has_the_place_of_its_key() {
    let entries = list(WORKSPACE, APP, &nothing(), &CommandLine::default());
    let expected = r#"
enabled = true # APP:2:1 package.metadata.wasmsign
target = "wasm32-wasip1" # APP:3:1 package.metadata.wasmsign
sign-with = ["release"] # ROOT:3:1 workspace.metadata.wasmsign
signature-format = "wasmsign2" # default
signature = "both" # APP:12:1 package.metadata.wasmsign.profile.release
key-id = "hex:00ff" # APP:4:1 package.metadata.wasmsign
reproducible = true # ROOT:7:17 workspace.metadata.wasmsign.profile.release
auditable = true # APP:5:1 package.metadata.wasmsign
manifest = false # default
artifact-dir = "/etc/dist" # APP:19:1 package.metadata.wasmsign.profile.release
unfinished = "allow" # APP:21:1 package.metadata.wasmsign.profile.release
transform.command = ["tool","-x"] # APP:6:15 package.metadata.wasmsign.transform
transform.output = "/etc/out.wasm" # APP:6:41 package.metadata.wasmsign.transform
transform.produces = null # default
transform.inputs = [] # default
transform.after = "build" # default
optimize.level = "s" # APP:13:10 package.metadata.wasmsign.profile.release.optimize
optimize.passes = ["vacuum"] # ROOT:4:25 workspace.metadata.wasmsign.optimize
optimize.exports = ["add"] # ROOT:4:46 workspace.metadata.wasmsign.optimize
optimize.names = "keep" # APP:14:10 package.metadata.wasmsign.profile.release.optimize
optimize.debug = "keep" # APP:15:10 package.metadata.wasmsign.profile.release.optimize
optimize.features = ["simd"] # APP:16:10 package.metadata.wasmsign.profile.release.optimize
optimize.tool = "wasm-opt" # APP:17:10 package.metadata.wasmsign.profile.release.optimize
optimize.minimum-version = 116 # ROOT:4:65 workspace.metadata.wasmsign.optimize
optimize.timeout = "1m30s" # APP:20:10 package.metadata.wasmsign.profile.release.optimize
sections.remove = [".debug_*"] # APP:8:1 package.metadata.wasmsign.sections
sections.embed.a.file = "/etc/own" # APP:18:18 package.metadata.wasmsign.profile.release.sections.embed.a
sections.embed."b c".file = "/etc/b" # ROOT:5:22 workspace.metadata.wasmsign.sections.embed.b c
sections.parts = [["@standard","a"],["name"]] # APP:9:1 package.metadata.wasmsign.sections
sections.metadata = false # default
sections.producers = true # APP:10:1 package.metadata.wasmsign.sections
keys.release.public = "/etc/release.pub" # ROOT:8:35 workspace.metadata.wasmsign.keys.release
keys.release.secret = {"env":"RELEASE"} # ROOT:8:35 workspace.metadata.wasmsign.keys.release
"#;
    assert_eq!(lines(&entries), expected.trim().lines().collect::<Vec<_>>());
}

/// The value of a key, with its origin.
fn entry(entries: &[Entry], key: &str) -> (Value, Origin) {
    let found = entries.iter().find(|entry| entry.key == key);
    let found = found.unwrap_or_else(|| panic!("no `{key}` in {:#?}", lines(entries)));
    (found.value.clone(), found.origin.clone())
}

#[test]
fn variables_and_flags_are_origins() {
    let env = Environment::new([
        ("CARGO_WASMSIGN_TARGET", "wasm32-wasip1,wasm32-unknown-unknown"),
        ("CARGO_WASMSIGN_SIGN_WITH", "dev"),
        ("CARGO_WASMSIGN_SIGNATURE", "detached"),
        ("CARGO_WASMSIGN_KEY_ID", "me"),
        ("CARGO_WASMSIGN_OPTIMIZE", "3"),
    ]);
    let said = list(KEYS, "", &env, &CommandLine::default());
    let from = |key, name, value| assert_eq!(entry(&said, key), (value, Origin::Environment(name)));
    from("target", "CARGO_WASMSIGN_TARGET", json!(["wasm32-wasip1", "wasm32-unknown-unknown"]));
    from("sign-with", "CARGO_WASMSIGN_SIGN_WITH", json!(["dev"]));
    from("signature", "CARGO_WASMSIGN_SIGNATURE", json!("detached"));
    from("key-id", "CARGO_WASMSIGN_KEY_ID", json!("me"));
    from("optimize.level", "CARGO_WASMSIGN_OPTIMIZE", json!("3"));

    let flags = CommandLine {
        keys: vec!["a.key".into(), "env:B".into()],
        passphrase: PassphraseSource::default(),
        no_sign: false,
        no_optimize: true,
        targets: vec!["wasm64-unknown-unknown".into()],
        artifact_dir: Some("/etc/here".into()),
    };
    let said = list(KEYS, "", &env, &flags);
    let from = |key, name, value| assert_eq!(entry(&said, key), (value, Origin::CommandLine(name)));
    from("target", "--target", json!("wasm64-unknown-unknown"));
    from("sign-with", "--key", json!(["a.key", "env:B"]));
    from("optimize", "--no-optimize", json!(false));
    from("artifact-dir", "--artifact-dir", json!("/etc/here"));
    assert!(said.iter().all(|entry| !entry.key.starts_with("optimize.")), "it is off");

    let flags = CommandLine { no_sign: true, ..CommandLine::default() };
    let said = list(KEYS, "", &env, &flags);
    assert_eq!(entry(&said, "sign-with"), (json!([]), Origin::CommandLine("--no-sign")));
}

#[test]
fn whoever_turns_the_optimizer_off_is_named() {
    let app = "[package.metadata.wasmsign]\noptimize = false\n";
    let said = list("", app, &nothing(), &CommandLine::default());
    let (value, origin) = entry(&said, "optimize");
    assert_eq!(value, json!(false));
    assert!(matches!(&origin, Origin::Manifest { place, .. } if place.line() == 2), "{origin:?}");
    assert!(said.iter().all(|entry| !entry.key.starts_with("optimize.")), "nobody says more");
    let workspace =
        "[workspace.metadata.wasmsign.optimize]\nexports = ['f']\nfeatures = []\nlevel = 1\n";
    let said = list(workspace, app, &nothing(), &CommandLine::default());
    let keys: Vec<_> = said.iter().map(|entry| entry.key.as_str()).collect();
    let held: Vec<_> = keys.into_iter().filter(|key| key.starts_with("optimize.")).collect();
    assert_eq!(held, ["optimize.exports", "optimize.features"], "these hold without it, too");
}

#[test]
fn a_secret_is_told_by_where_it_is_found() {
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    let secret = |source: &str| {
        let workspace = format!(
            "[workspace.metadata.wasmsign]\nsign-with = ['a.b']\n\
             [workspace.metadata.wasmsign.keys.'a.b']\npublic = '{key}'\nsecret = {source}\n"
        );
        let said = list(&workspace, "", &nothing(), &CommandLine::default());
        assert_eq!(entry(&said, "keys.\"a.b\".public").0, json!(key));
        entry(&said, "keys.\"a.b\".secret").0
    };
    assert_eq!(secret("{ env = 'A' }"), json!({"env": "A"}));
    assert_eq!(secret("{ env-file = 'A' }"), json!({"env-file": "A"}));
    let opened = json!({ "env": "A", "passphrase-env": "B" });
    assert_eq!(secret("{ passphrase-env = 'B', env = 'A' }"), opened);
    assert_eq!(secret("{ file = '/etc/key' }"), json!({"file": "/etc/key"}));
    assert_eq!(secret(&format!("{{ ssh-agent = '{key}' }}")), json!({ "ssh-agent": key }));
    assert_eq!(secret("{ command = ['sign', 'a'] }"), json!({"command": ["sign", "a"]}));
}

#[test]
fn arguments_are_not_taken_for_the_names_of_keys() {
    let flags = CommandLine { keys: vec!["release".into()], ..CommandLine::default() };
    let said = list(KEYS, "", &nothing(), &flags);
    assert!(said.iter().all(|entry| !entry.key.starts_with("keys.")), "{:#?}", lines(&said));
}

#[test]
fn a_key_id_is_listed_as_it_would_be_read() {
    for id in ["auto", "none", "hex:00ff", "release", "é", "hex:ff"] {
        let app = format!("[package.metadata.wasmsign]\nkey-id = '{id}'\n");
        let said = list("", &app, &nothing(), &CommandLine::default());
        assert_eq!(entry(&said, "key-id").0, json!(id));
    }
    let hidden = "[package.metadata.wasmsign]\nkey-id = 'hex:6175746f'\n";
    let said = list("", hidden, &nothing(), &CommandLine::default());
    assert_eq!(
        entry(&said, "key-id").0,
        json!("hex:6175746f"),
        "the text `auto` is something else"
    );
}
