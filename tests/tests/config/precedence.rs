//! Every row of the order in which values count, from the command line down to the default.

use std::process::Command;

use end_to_end::project::{CDYLIB, LIBRARY, Project, of_reason};
use end_to_end::{key_pair, run, wasmsign};
use serde_json::{Value, json};

/// The layers of a workspace's and a package's manifest, the one that counts least first.
const TABLES: [&str; 4] = [
    "workspace.metadata.wasmsign",
    "workspace.metadata.wasmsign.profile.release",
    "package.metadata.wasmsign",
    "package.metadata.wasmsign.profile.release",
];

/// One key of the tables, with a value for every layer that can have one.
struct Row {
    key: &'static str,
    /// What `config` calls it, where that is another name.
    option: &'static str,
    default: Value,
    tables: [Value; 4],
    variable: &'static str,
    /// The variable's text, and what it means.
    environment: (&'static str, Value),
    /// The flags, what they mean, which option tells of it, and the flag that it names.
    command_line: Option<(&'static [&'static str], Value, &'static str, &'static str)>,
}

fn rows() -> [Row; 4] {
    [
        Row {
            key: "sign-with",
            option: "sign-with",
            default: json!([]),
            tables: [json!(["a"]), json!(["b"]), json!(["c", "a"]), json!(["d"])],
            variable: "CARGO_WASMSIGN_SIGN_WITH",
            environment: ("b,c", json!(["b", "c"])),
            command_line: Some((&["-k", "a.key"], json!(["a.key"]), "sign-with", "--key")),
        },
        Row {
            key: "signature",
            option: "signature",
            default: json!("embedded"),
            tables: [json!("both"), json!("detached"), json!("both"), json!("embedded")],
            variable: "CARGO_WASMSIGN_SIGNATURE",
            environment: ("detached", json!("detached")),
            command_line: None,
        },
        Row {
            key: "optimize",
            option: "optimize.level",
            // As the profile `release` is compiled.
            default: json!("3"),
            tables: [json!("1"), json!("2"), json!("3"), json!("4")],
            variable: "CARGO_WASMSIGN_OPTIMIZE",
            environment: ("s", json!("s")),
            command_line: Some((&["--no-optimize"], json!(false), "optimize", "--no-optimize")),
        },
        Row {
            key: "target",
            option: "target",
            default: json!("wasm32-unknown-unknown"),
            tables: [
                json!("wasm32-wasip1"),
                json!("wasm32v1-none"),
                json!("wasm32-wasip1"),
                json!("wasm32v1-none"),
            ],
            variable: "CARGO_WASMSIGN_TARGET",
            environment: ("wasm32-wasip1", json!("wasm32-wasip1")),
            command_line: Some((
                &["--target", "wasm32-unknown-unknown"],
                json!("wasm32-unknown-unknown"),
                "target",
                "--target",
            )),
        },
    ]
}

/// A workspace of one guest, with four key pairs; `key` is said in the first `count` tables.
fn project(rows: &[(&str, &[Value; 4])], count: usize) -> Project {
    let table = |index: usize| {
        let mut text = format!("[{}]\n", TABLES[index]);
        for (key, values) in rows.iter().filter(|_| index < count) {
            // A text and a list of strings are the same in JSON and TOML.
            text += &format!("{key} = {}\n", values[index]);
        }
        text
    };
    let keys = ["a", "b", "c", "d"].map(|name| {
        format!("[workspace.metadata.wasmsign.keys.{name}]\nsecret = {{ file = \"{name}.key\" }}\n")
    });
    let root = format!("{}{}{}", table(0), table(1), keys.concat());
    let guest = format!("{CDYLIB}{}{}", table(2), table(3));
    Project::workspace(&root, &[("guest", &guest, LIBRARY)])
}

/// A value that `config` shows for the profile `release`, with the kind and the place of its origin.
#[track_caller]
fn shown(project: &Project, option: &str, change: impl Fn(&mut Command)) -> (Value, String) {
    let mut command = wasmsign(project.path());
    command.args(["config", "--release", "--format", "json"]);
    change(&mut command);
    let lines = run(&mut command).exits(0).json();
    let option = &lines[0]["options"][option];
    let origin = &option["origin"];
    let place = origin["table"].as_str().or(origin["name"].as_str()).unwrap_or_default();
    let kind = origin["kind"].as_str().expect("every origin has a kind");
    (option["value"].clone(), format!("{kind} {place}").trim_end().to_owned())
}

#[test]
fn each_layer_counts_more_than_those_below() {
    for row in rows() {
        let key = row.key;
        let bare = project(&[(key, &row.tables)], 0);
        let expected = (row.default.clone(), "default".to_owned());
        assert_eq!(shown(&bare, row.option, |_| ()), expected, "{key}");
        for (index, table) in TABLES.iter().enumerate() {
            let project = project(&[(key, &row.tables)], index + 1);
            let expected = (row.tables[index].clone(), format!("manifest {table}"));
            assert_eq!(shown(&project, row.option, |_| ()), expected, "{key}");
        }
        let full = project(&[(key, &row.tables)], 4);
        let (text, value) = &row.environment;
        let environment = |command: &mut Command| {
            command.env(row.variable, text);
        };
        let expected = (value.clone(), format!("environment {}", row.variable));
        assert_eq!(shown(&full, row.option, environment), expected, "{key}");
        if let Some((flags, value, option, flag)) = &row.command_line {
            let both = |command: &mut Command| {
                environment(command);
                command.args(*flags);
            };
            let expected = (value.clone(), format!("command-line {flag}"));
            assert_eq!(shown(&full, option, both), expected, "{key}");
        }
        let empty = |command: &mut Command| {
            command.env(row.variable, "");
        };
        let expected = (row.tables[3].clone(), format!("manifest {}", TABLES[3]));
        assert_eq!(shown(&full, row.option, empty), expected, "an empty variable is none: {key}");
    }
}

#[test]
fn what_is_shown_is_what_is_built() {
    let rows = rows();
    let said = [("sign-with", &rows[0].tables), ("signature", &rows[1].tables)];
    let build = |project: &Project, change: &dyn Fn(&mut Command)| {
        ["a", "b", "c", "d"].iter().for_each(|name| key_pair(project.path(), name));
        let mut command = project.build(&["--release", "--no-optimize", "--format", "json"]);
        change(&mut command);
        let messages = run(&mut command).exits(0).json();
        let artifact = of_reason(&messages, "wasmsign-artifact")[0];
        let signers = artifact["signers"].as_array().expect("a list").iter();
        let names: Vec<_> = signers.map(|signer| signer["name"].clone()).collect();
        (Value::from(names), artifact["signature_path"].is_string())
    };
    // Embedded and both differ from detached by what is in the module; here the files tell enough.
    for (count, detached) in [(1, true), (2, true), (3, true), (4, false)] {
        let project = project(&said, count);
        let expected = (rows[0].tables[count - 1].clone(), detached);
        assert_eq!(build(&project, &|_| ()), expected, "{count} layers");
    }
    let full = project(&said, 4);
    let environment = |command: &mut Command| {
        command.env(rows[0].variable, "b,c").env(rows[1].variable, "detached");
    };
    assert_eq!(build(&full, &environment), (json!(["b", "c"]), true));
    let flags = |command: &mut Command| {
        environment(command);
        command.args(["-k", "a.key"]);
    };
    let forced = project(&said, 4);
    assert_eq!(build(&forced, &flags), (json!(["a.key"]), true));
    // Another profile has no part in these tables.
    let mut dev = wasmsign(full.path());
    dev.args(["config", "--format", "json"]);
    let lines = run(&mut dev).exits(0).json();
    assert_eq!(lines[0]["options"]["sign-with"]["value"], rows[0].tables[2]);
    let default = project(&said, 0);
    run(&mut default.build(&["--release"])).exits(2).says(&["sign-with", "guest"]);
}
