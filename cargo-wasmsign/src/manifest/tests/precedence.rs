//! Which layer counts, key by key.

use super::super::{CommandLine, Environment, Features, Keep, Placement, Tool, Unfinished};
use super::{KEYS, Scratch, config, nothing, package};
use crate::keys::KeyIdChoice;
use crate::keys::PassphraseSource;
use crate::module::optimize::Level;

const LAYERS: [&str; 4] = [
    "[package.metadata.wasmsign.profile.release]",
    "[package.metadata.wasmsign]",
    "[workspace.metadata.wasmsign.profile.release]",
    "[workspace.metadata.wasmsign]",
];

/// Sets `key` to the first of `values` in the nearest layer, and so on outwards.
fn manifests(key: &str, values: &[&str; 4], from: usize) -> (String, String) {
    let layer = |n: usize| match n >= from {
        true => format!("{}\n{key} = {}\n", LAYERS[n], values[n]),
        false => String::new(),
    };
    (format!("{}{}{KEYS}", layer(2), layer(3)), format!("{}{}", layer(0), layer(1)))
}

/// That the nearest of four layers counts, whichever is the nearest.
fn each_layer<T: PartialEq + std::fmt::Debug>(
    key: &str,
    values: [&str; 4],
    expected: [T; 4],
    get: impl Fn(super::PackageConfig) -> T,
) {
    for (from, expected) in expected.into_iter().enumerate() {
        let (workspace, app) = manifests(key, &values, from);
        let found = get(config(&workspace, &app, "release", &nothing()));
        assert_eq!(found, expected, "{key}, from {}", LAYERS[from]);
    }
}

#[test]
fn the_nearest_layer_counts_for_every_key() {
    let words = |words: [&str; 4]| words.map(|word| vec![word.to_owned()]);
    each_layer(
        "target",
        ["['a']", "'b'", "'c'", "['d']"],
        words(["a", "b", "c", "d"]).map(Some),
        |c| c.options.targets,
    );
    each_layer(
        "sign-with",
        ["['dev']", "['release']", "['dev']", "['release']"],
        words(["dev", "release", "dev", "release"]),
        |c| c.options.sign_with,
    );
    each_layer(
        "signature",
        ["'both'", "'detached'", "'embedded'", "'detached'"],
        [Placement::Both, Placement::Detached, Placement::Embedded, Placement::Detached],
        |c| c.options.signature,
    );
    each_layer(
        "key-id",
        ["'none'", "'auto'", "'hex:0aFF'", "'me'"],
        [
            KeyIdChoice::None,
            KeyIdChoice::Auto,
            KeyIdChoice::Bytes(vec![10, 255]),
            KeyIdChoice::Bytes(b"me".to_vec()),
        ],
        |c| c.options.key_id,
    );
    each_layer("enabled", ["false", "true", "false", "true"], [false, true, false, true], |c| {
        c.options.enabled
    });
    each_layer(
        "sections.remove",
        ["['a']", "[]", "['c']", "['d', 'e']"],
        [vec!["a"], vec![], vec!["c"], vec!["d", "e"]]
            .map(|list| list.into_iter().map(str::to_owned).collect::<Vec<_>>()),
        |c| c.options.sections.remove.patterns().map(str::to_owned).collect::<Vec<_>>(),
    );
    for key in ["reproducible", "auditable", "sections.producers"] {
        each_layer(key, ["false", "true", "false", "true"], [false, true, false, true], |c| {
            match key {
                "reproducible" => c.options.reproducible,
                "auditable" => c.options.auditable,
                _ => c.options.sections.producers,
            }
        });
    }
    each_layer(
        "optimize",
        ["1", "'s'", "false", "{ level = 4 }"],
        [Some(Level::O1), Some(Level::Os), None, Some(Level::O4)],
        |c| c.optimize().map(|optimize| optimize.options.level),
    );
}

#[test]
fn the_nearest_layer_counts_for_every_key_of_the_tables() {
    let lists = ["['a']", "['b']", "['c', 'd']", "['e']"];
    let expected = [vec!["a"], vec!["b"], vec!["c", "d"], vec!["e"]]
        .map(|list| list.into_iter().map(str::to_owned).collect::<Vec<_>>());
    each_layer("transform.command", lists, expected.clone(), |c| {
        c.options.transforms[0].command.argv.clone()
    });
    each_layer("optimize.passes", lists, expected.clone(), |c| {
        c.optimize().unwrap().options.passes.clone()
    });
    each_layer("optimize.exports", lists, expected.clone().map(Some), |c| c.interface().exports);
    each_layer("optimize.features", lists, expected.map(Features::List), |c| {
        c.interface().features
    });
    let words = [Unfinished::Allow, Unfinished::Refuse, Unfinished::Allow, Unfinished::Refuse];
    let said = ["'allow'", "'refuse'", "'allow'", "'refuse'"];
    each_layer("unfinished", said, words, |c| c.options.unfinished);
    each_layer("optimize.timeout", ["'1s'", "'2m'", "'3h'", "'4s'"], [1, 120, 10800, 4], |c| {
        c.optimize().unwrap().options.timeout.unwrap().duration().as_secs()
    });
    let keeps = ["'keep'", "'strip'", "'keep'", "'strip'"];
    let expected = [Keep::Keep, Keep::Strip, Keep::Keep, Keep::Strip];
    each_layer("optimize.names", keeps, expected, |c| c.optimize().unwrap().options.names);
    each_layer("optimize.debug", keeps, expected, |c| c.optimize().unwrap().options.debug);
    let levels = [Level::O1, Level::Os, Level::O0, Level::O4];
    each_layer("optimize.level", ["1", "'s'", "0", "'4'"], levels, |c| {
        c.optimize().unwrap().options.level
    });
    let tools = ["a", "b", "c", "d"].map(|name| Tool::Program(name.into()));
    each_layer("optimize.tool", ["'a'", "'b'", "'c'", "'d'"], tools, |c| {
        c.optimize().unwrap().options.tool.clone()
    });
    let versions = [1, 2, 3, 4].map(Some);
    each_layer("optimize.minimum-version", ["1", "2", "3", "4"], versions, |c| {
        c.optimize().unwrap().options.minimum_version
    });
    let parts = ["[['a'], ['b']]", "[['c']]", "[['d'], ['e', 'f']]", "[['@standard']]"];
    let expected =
        [r#"[["a"], ["b"]]"#, r#"[["c"]]"#, r#"[["d"], ["e", "f"]]"#, r#"[["@standard"]]"#];
    each_layer("sections.parts", parts, expected.map(str::to_owned), |c| {
        format!("{:?}", c.options.sections.parts.unwrap().selectors())
    });
    let files = ["'/a'", "'/b'", "'/c'", "'/d'"];
    let expected = ["/a", "/b", "/c", "/d"].map(std::path::PathBuf::from);
    each_layer("artifact-dir", files, expected.clone().map(Some), |c| c.options.artifact_dir);
    each_layer("sections.embed.x.file", files, expected, |mut c| {
        c.options.sections.embed.remove(0).file
    });
}

#[test]
fn the_output_of_a_transform_has_its_own_precedence() {
    let command = "[workspace.metadata.wasmsign]\ntransform.command = ['tool']\n";
    let outputs = ["'a'", "'b'", "'c'", "'d'"];
    for (from, expected) in ["a", "b"].into_iter().enumerate() {
        let (_, app) = manifests("transform.output", &outputs, from);
        let mut transforms = config(command, &app, "release", &nothing()).options.transforms;
        let output = transforms.remove(0).output.map(|output| output.text);
        assert_eq!(output.as_deref(), Some(expected));
    }
}

#[test]
fn another_profile_does_not_count() {
    let (workspace, app) = manifests("signature", &["'both'", "'both'", "'both'", "'both'"], 0);
    let app = app.replace(LAYERS[1], "[unrelated]");
    let workspace = workspace.replace(LAYERS[3], "[unrelated]");
    assert_eq!(config(&workspace, &app, "dev", &nothing()).options.signature, Placement::Embedded);
}

#[test]
fn the_environment_stands_above_all_layers() {
    let env = Environment::new([
        ("CARGO_WASMSIGN_TARGET", "wasm32-wasip1, wasm32-unknown-unknown"),
        ("CARGO_WASMSIGN_SIGN_WITH", "dev,release"),
        ("CARGO_WASMSIGN_SIGNATURE", "detached"),
        ("CARGO_WASMSIGN_KEY_ID", "none"),
        ("CARGO_WASMSIGN_OPTIMIZE", "false"),
    ]);
    let app = "[package.metadata.wasmsign.profile.release]\n\
               target = 'a'\nsign-with = ['dev']\nsignature = 'both'\nkey-id = 'x'\noptimize = 1\n";
    let config = config(KEYS, app, "release", &env);
    let targets = ["wasm32-wasip1", "wasm32-unknown-unknown"].map(str::to_owned);
    assert_eq!(config.options.targets, Some(targets.to_vec()));
    assert_eq!(config.options.sign_with, ["dev", "release"]);
    assert_eq!(config.options.signature, Placement::Detached);
    assert_eq!(config.options.key_id, KeyIdChoice::None);
    assert_eq!(config.optimize(), None);
}

#[test]
fn the_command_line_stands_above_the_environment() {
    let env = Environment::new([
        ("CARGO_WASMSIGN_TARGET", "wasm32-wasip1"),
        ("CARGO_WASMSIGN_SIGN_WITH", "dev"),
        ("CARGO_WASMSIGN_OPTIMIZE", "3"),
    ]);
    let manifests = Scratch::new().read(KEYS, "").unwrap();
    let config = |flags: &CommandLine| {
        manifests.settings("app", "release", &env, flags).unwrap().into_config()
    };
    let flags = CommandLine {
        keys: vec!["a.key".into()],
        passphrase: PassphraseSource::default(),
        no_sign: false,
        no_optimize: true,
        targets: vec!["wasm64-unknown-unknown".into()],
        artifact_dir: None,
    };
    let said = config(&flags);
    assert_eq!(said.options.sign_with, ["a.key"]);
    assert_eq!(said.optimize(), None);
    assert_eq!(said.options.targets, Some(vec!["wasm64-unknown-unknown".to_owned()]));
    let unsigned = config(&CommandLine { no_sign: true, ..CommandLine::default() });
    assert_eq!(unsigned.options.sign_with, [""; 0]);
    assert_eq!(unsigned.optimize().unwrap().options.level, Level::O3);
}

#[test]
fn an_empty_variable_is_an_unset_one() {
    let env = Environment::new([("CARGO_WASMSIGN_SIGNATURE", ""), ("CARGO_WASMSIGN_KEY_ID", "")]);
    assert_eq!(env, nothing());
}

#[test]
fn a_variable_can_turn_the_optimizer_on_and_set_its_level() {
    let app = "[package.metadata.wasmsign]\noptimize = { level = 3, names = 'keep' }\n\
               profile.dev.optimize = false\n";
    let optimize = |value: &str| {
        let env = Environment::new([("CARGO_WASMSIGN_OPTIMIZE", value)]);
        config("", app, "dev", &env).optimize().map(|it| (it.options.level, it.options.names))
    };
    assert_eq!(optimize(""), None);
    assert_eq!(optimize("true"), Some((Level::O3, Keep::Keep)));
    assert_eq!(optimize("s"), Some((Level::Os, Keep::Keep)));
    assert_eq!(optimize("false"), None);
}

#[test]
fn the_table_of_the_optimizer_merges_key_by_key() {
    let workspace = "[workspace.metadata.wasmsign.optimize]\n\
                     level = 2\npasses = ['a', 'b']\nnames = 'keep'\ndebug = 'keep'\n\
                     features = ['simd']\ntool = 'wasm-opt'\n\
                     [workspace.metadata.wasmsign.profile.release.optimize]\npasses = ['c']\n";
    let app = "[package.metadata.wasmsign]\noptimize.names = 'strip'\n\
               profile.release.optimize.level = 's'\n";
    let far = config(workspace, "", "dev", &nothing());
    let near = config(workspace, app, "release", &nothing());
    assert_eq!(near.interface(), far.interface());
    let (far, near) = (&far.optimize().unwrap().options, &near.optimize().unwrap().options);
    assert_eq!((near.level, near.names, near.debug), (Level::Os, Keep::Strip, Keep::Keep));
    assert_eq!(near.passes, ["c"]);
    assert_eq!(near.tool, far.tool);
}

#[test]
fn a_nearer_table_turns_the_optimizer_on_again() {
    let level = |workspace: &str, app: &str| {
        let workspace = format!("[workspace.metadata.wasmsign]\noptimize = {workspace}\n");
        let app = format!("[package.metadata.wasmsign]\noptimize = {app}\n");
        config(&workspace, &app, "release", &nothing()).optimize().map(|it| it.options.level)
    };
    assert_eq!(level("false", "{ names = 'keep' }"), Some(Level::Oz));
    assert_eq!(level("false", "{}"), Some(Level::Oz));
    assert_eq!(level("false", "1"), Some(Level::O1));
    assert_eq!(level("false", "true"), Some(Level::Oz));
    assert_eq!(level("1", "true"), Some(Level::O1));
    assert_eq!(level("1", "false"), None);
}

#[test]
fn a_package_can_be_left_out() {
    let app = "[package.metadata.wasmsign]\nenabled = false\n";
    let manifests = Scratch::new().read("", app).unwrap();
    assert!(manifests.has_table("app"));
    assert!(!package(&manifests, "release", &nothing()).unwrap().options.enabled);
}
