//! What `sections`, `transform` and the newer sources of keys hold.

use std::path::PathBuf;

use serde_json::json;

use super::super::embed::Embed;
use super::super::parts::Parts;
use super::super::transform::Command;
use super::super::{After, PathTemplate, Transform};
use super::{Scratch, config, nothing, package};

fn parts(list: &str) -> Parts {
    let app = format!("[package.metadata.wasmsign]\nsections.parts = {list}\n");
    config("", &app, "release", &nothing()).options.sections.parts.expect("there are parts")
}

#[test]
fn the_first_part_that_names_a_section_has_it() {
    let parts = parts("[['build-info', 'x?'], ['@standard', 'x*'], ['name', 'producers']]");
    assert_eq!(parts.part_of(None), 1);
    for (name, part) in [("build-info", 0), ("xy", 0), ("xyz", 1), ("x", 1), ("producers", 2)] {
        assert_eq!(parts.part_of(Some(name)), part, "{name}");
    }
    let expected = [vec!["build-info", "x?"], vec!["@standard", "x*"], vec!["name", "producers"]];
    assert_eq!(parts.selectors(), expected);
}

#[test]
fn what_no_part_names_joins_the_first() {
    let parts = parts("[['a'], ['*b']]");
    assert_eq!(parts.part_of(None), 0);
    assert_eq!(parts.part_of(Some("other")), 0);
    assert_eq!(parts.part_of(Some("")), 0);
    assert_eq!(parts.part_of(Some("@standard")), 0);
    assert_eq!(parts.part_of(Some("p/b")), 1);
}

#[test]
fn a_custom_section_cannot_pass_for_a_standard_one() {
    let parts = parts("[['a'], ['@standard'], ['*']]");
    assert_eq!(parts.part_of(Some("@standard")), 2);
    assert_eq!(parts.part_of(Some("signature")), 0);
}

#[test]
fn orders_that_conventions_allow() {
    for list in [
        "[['name', 'producers', 'target_features']]",
        "[['target_features', 'producers', 'name']]",
        "[['name'], ['producers'], ['target_features']]",
        "[['name'], ['target_features']]",
        "[['dylink.0', '@standard'], ['name']]",
        "[['custom'], ['@standard']]",
        "[['prod*'], ['name']]",
    ] {
        parts(list);
    }
}

#[test]
fn sections_are_embedded_from_whole_paths_in_the_order_of_their_names() {
    let scratch = Scratch::new();
    let app = "[package.metadata.wasmsign.sections.embed]\n\
               z = { file = 'z.json' }\n'a b'.file = '/etc/a'\n\"m.n\" = { file = '../m' }\n";
    let workspace = "[workspace.metadata.wasmsign.sections.embed]\nw = { file = 'w' }\n";
    let manifests = scratch.read(workspace, app).unwrap();
    let embed = |name: &str, file: PathBuf| Embed { name: name.to_owned(), file };
    let expected = [
        embed("a b", "/etc/a".into()),
        embed("m.n", scratch.0.join("m")),
        embed("w", scratch.0.join("w")),
        embed("z", scratch.0.join("app/z.json")),
    ];
    assert_eq!(package(&manifests, "dev", &nothing()).unwrap().options.sections.embed, expected);
}

#[test]
fn a_transform_runs_beside_the_manifest_that_names_it() {
    let scratch = Scratch::new();
    let workspace = "[workspace.metadata.wasmsign]\ntransform.command = ['tool', '', '-x']\n";
    let app = "[package.metadata.wasmsign]\ntransform.output = 'out/a.wasm'\n";
    let transform = |app: &str| {
        let manifests = scratch.read(workspace, app).unwrap();
        package(&manifests, "dev", &nothing()).unwrap().options.transforms.remove(0)
    };
    let of_workspace = Transform {
        command: Command {
            argv: ["tool", "", "-x"].map(str::to_owned).to_vec(),
            directory: scratch.0.clone(),
        },
        output: Some(PathTemplate {
            text: "out/a.wasm".to_owned(),
            directory: scratch.0.join("app"),
        }),
        produces: None,
        inputs: Vec::new(),
        after: After::Build,
    };
    assert_eq!(transform(app), of_workspace);
    let own = transform("[package.metadata.wasmsign.transform]\ncommand = ['./own']\n");
    assert_eq!((own.output, own.command.directory), (None, scratch.0.join("app")));
}

#[test]
fn a_list_of_transforms_replaces_and_is_replaced() {
    let scratch = Scratch::new();
    let workspace = "[[workspace.metadata.wasmsign.transform]]\ncommand = ['one']\n\
                     [[workspace.metadata.wasmsign.transform]]\ncommand = ['two']\nafter = 'optimize'\n";
    let commands = |app: &str| -> Vec<_> {
        let manifests = scratch.read(workspace, app).unwrap();
        let transforms = package(&manifests, "dev", &nothing()).unwrap().options.transforms;
        transforms.into_iter().map(|one| (one.command.argv.join(" "), one.after)).collect()
    };
    let (one, two) = (("one".to_owned(), After::Build), ("two".to_owned(), After::Optimize));
    assert_eq!(commands(""), [one, two]);
    let own = ("own".to_owned(), After::Build);
    let table = "[package.metadata.wasmsign]\ntransform.command = ['own']\n";
    assert_eq!(commands(table), std::slice::from_ref(&own));
    assert_eq!(
        commands("[package.metadata.wasmsign]\ntransform = [{ command = ['own'] }]\n"),
        [own]
    );
    assert_eq!(commands("[package.metadata.wasmsign]\ntransform = []\n"), []);
}

#[test]
fn secrets_may_stay_with_an_agent_or_a_program() {
    let scratch = Scratch::new();
    let secret = |table: &str| {
        let table = format!("[workspace.metadata.wasmsign.keys.k]\n{table}\n");
        let manifests = scratch.read(&table, "").unwrap();
        manifests.key("k").unwrap().secret.as_ref().expect("there is a secret").told()
    };
    let fingerprint = "SHA256:1rcmPGRLXnWJeFv7LOhpgSFmRTZ9UcMwYRFDSFnVPp8";
    let by_fingerprint = secret(&format!("public = 'a'\nsecret.ssh-agent = '{fingerprint}'"));
    assert_eq!(by_fingerprint, json!({ "ssh-agent": fingerprint }));
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    let by_key = secret(&format!("secret = {{ ssh-agent = '{key}' }}"));
    assert_eq!(by_key, json!({ "ssh-agent": key }));
    let command = secret("public = 'a'\nsecret.command = ['sign', '--key', 'a b', '']");
    assert_eq!(command, json!({ "command": ["sign", "--key", "a b", ""] }));
}
