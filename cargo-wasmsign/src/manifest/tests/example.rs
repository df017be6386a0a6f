//! The example of the reference, with a key for each source of secrets.

use serde_json::json;

use super::super::optimize::{Open, Optimize};
use super::super::{Features, Keep, Placement, Tool};
use super::{Scratch, nothing, package};
use crate::keys::KeyIdChoice;
use crate::module::optimize::Level;

pub(super) const WORKSPACE: &str = r#"
[workspace]
members = ["app"]

[workspace.metadata.wasmsign]
target = "wasm32-unknown-unknown"       # else cargo's own build.target where it is wasm, else this
sign-with = ["release"]                 # names of signers; all of them sign, in this order
signature = "embedded"                  # or "detached", or "both"
key-id = "auto"

[workspace.metadata.wasmsign.keys.release]
public = "keys/release.pub"
secret = { env = "WASMSIGN_RELEASE_KEY" }

[workspace.metadata.wasmsign.keys.dev]
public = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl dev"
secret.file = "keys/dev.key"

[workspace.metadata.wasmsign.keys.spare]
public = "/etc/spare.pub"
secret.env-file = "SPARE_FILE"

[workspace.metadata.wasmsign.keys.agent]
public = "/etc/agent.pub"
secret = { ssh-agent = "SHA256:1rcmPGRLXnWJeFv7LOhpgSFmRTZ9UcMwYRFDSFnVPp8" }

[workspace.metadata.wasmsign.keys.token]
public = "/etc/token.pub"
secret = { command = ["sign-with-token", "--slot", "9c"] }
"#;

pub(super) const APP: &str = r#"
[package]
name = "app"

[package.metadata.wasmsign]
enabled = true

[package.metadata.wasmsign.optimize]
level = "z"
passes = []
names = "strip"
debug = "strip"
features = "auto"
tool = "auto"

[package.metadata.wasmsign.sections]
remove = [".debug_*"]
parts = [["@standard", "build-info"], ["name", "producers", "target_features"]]
embed = { build-info = { file = "build-info.json" } }

[package.metadata.wasmsign.transform]
command = ["wasm-bindgen", "…"]

[package.metadata.wasmsign.profile.dev]
optimize = false
sign-with = ["dev"]
"#;

#[test]
fn the_example_of_the_reference_is_read() {
    let manifests = Scratch::new().read(WORKSPACE, APP).unwrap();
    assert!(manifests.has_table("app"));

    let release = package(&manifests, "release", &nothing()).unwrap();
    assert!(release.options.enabled);
    assert_eq!(release.options.targets, Some(vec!["wasm32-unknown-unknown".to_owned()]));
    assert_eq!(release.options.sign_with, ["release"]);
    assert_eq!(release.options.signature, Placement::Embedded);
    assert_eq!(release.options.key_id, KeyIdChoice::Auto);
    assert_eq!(release.options.sections.remove.patterns().collect::<Vec<_>>(), [".debug_*"]);
    let parts = release.options.sections.parts.as_ref().unwrap();
    assert_eq!((parts.part_of(None), parts.part_of(Some("name"))), (0, 1));
    assert_eq!(release.options.sections.embed[0].name, "build-info");
    assert!(
        !release.options.sections.producers
            && !release.options.reproducible
            && !release.options.auditable
    );
    assert_eq!(release.options.transforms[0].command.argv, ["wasm-bindgen", "…"]);

    let dev = package(&manifests, "dev", &nothing()).unwrap();
    assert_eq!(dev.optimize(), None);
    assert_eq!(dev.options.sign_with, ["dev"]);
    assert_eq!(dev.options.sections, release.options.sections);
    assert_eq!(dev.options.transforms, release.options.transforms);
}

#[test]
fn the_example_says_what_is_the_default_of_the_optimizer() {
    let manifests = Scratch::new().read(WORKSPACE, APP).unwrap();
    let said = package(&manifests, "release", &nothing()).unwrap();
    let default = Scratch::new().read("", "").unwrap();
    let default = package(&default, "release", &nothing()).unwrap();
    let interface = said.interface();
    assert_eq!(interface, default.interface());
    assert_eq!((interface.features, interface.exports), (Features::Auto, None));
    let said = said.optimize().unwrap();
    let default = default.optimize().unwrap();
    let said_nothing = Open { on: true, level: true };
    assert_eq!((said.open, default.open), (Open::default(), said_nothing));
    assert_eq!(*said, Optimize { open: Open::default(), ..default.clone() });
    let said = &said.options;
    assert_eq!(said.level, Level::Oz);
    assert_eq!(said.passes, [""; 0]);
    assert_eq!((said.names, said.debug), (Keep::Strip, Keep::Strip));
    assert_eq!(said.tool, Tool::Auto);
    assert_eq!((said.timeout, said.minimum_version), (None, None));
}

#[test]
fn keys_have_whole_paths_and_their_line() {
    let scratch = Scratch::new();
    let manifests = scratch.read(WORKSPACE, APP).unwrap();
    let key = |name| manifests.key(name).unwrap();

    let release = key("release");
    assert_eq!(release.name, "release");
    let public = |name| key(name).public.as_ref().unwrap().told_public();
    let secret = |name| key(name).secret.as_ref().unwrap().told();
    assert_eq!(public("release"), json!(scratch.0.join("keys/release.pub")));
    assert_eq!(secret("release"), json!({ "env": "WASMSIGN_RELEASE_KEY" }));
    assert_eq!((release.place.path(), release.place.line()), (&*scratch.root(), 11));

    assert!(public("dev").as_str().unwrap().starts_with("ssh-ed25519 "));
    assert_eq!(secret("dev"), json!({ "file": scratch.0.join("keys/dev.key") }));
    assert_eq!(public("spare"), json!("/etc/spare.pub"));
    assert_eq!(secret("spare"), json!({ "env-file": "SPARE_FILE" }));
    assert_eq!(manifests.key("other"), None);
}

#[test]
fn one_file_may_be_workspace_and_package() {
    let scratch = Scratch::new();
    std::fs::write(scratch.root(), format!("{WORKSPACE}{APP}")).unwrap();
    let packages = [("app".to_owned(), scratch.root())];
    let manifests = super::Manifests::read(&scratch.root(), &packages).unwrap();
    assert!(manifests.has_table("app"));
    assert_eq!(package(&manifests, "dev", &nothing()).unwrap().options.sign_with, ["dev"]);
}

#[test]
fn a_package_without_a_table_takes_what_the_workspace_says() {
    let manifests = Scratch::new().read(WORKSPACE, "[package]\nname = \"app\"\n").unwrap();
    assert!(!manifests.has_table("app"));
    assert!(!manifests.has_table("other"));
    assert_eq!(package(&manifests, "dev", &nothing()).unwrap().options.sign_with, ["release"]);
}
