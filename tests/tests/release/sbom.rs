//! What a bill of materials lists, and what not.

use std::collections::BTreeMap;

use end_to_end::project::{CDYLIB, LIBRARY, Project, SIGNED};
use serde_json::Value;

use crate::support::{commit, lock, released};

const EMPTY: &str = "#![no_std]\n";
const LICENSED: &str = "license = \"MIT/Apache-2.0\"\n";

/// `plugin` needs `linked` (which needs `deep` only with a feature that is off), `native` on other targets, `built` in its
/// build script, and `tested` in tests. `linked` has one feature more in tests.
fn project() -> Project {
    let manifest = format!(
        "{CDYLIB}[package.metadata.wasmsign]\n[features]\nextra = []\n[dependencies]\nlinked = {{ path = \"../linked\", features = [\"fast\"] }}\n\
         [target.'cfg(unix)'.dependencies]\nnative = {{ path = \"../native\" }}\n\
         [build-dependencies]\nbuilt = {{ path = \"../built\" }}\n\
         [dev-dependencies]\ntested = {{ path = \"../tested\" }}\nlinked = {{ path = \"../linked\", features = [\"slow\"] }}\n"
    );
    let linked = format!(
        "{LICENSED}[features]\nfast = []\nslow = []\ndeep = [\"dep:deep\"]\n[dependencies]\ndeep = {{ path = \"../deep\", optional = true }}\n"
    );
    let project = Project::workspace(
        SIGNED,
        &[
            ("plugin", &manifest, LIBRARY),
            ("linked", &linked, EMPTY),
            ("deep", "license = \"whatever I say\"\n", EMPTY),
            ("native", "", EMPTY),
            ("built", "license-file = \"../LICENSE\"\n", EMPTY),
            ("tested", "", EMPTY),
        ],
    );
    project.write("LICENSE", "mine");
    project.write("plugin/build.rs", "fn main() {}\n");
    lock(&project);
    commit(&project);
    project
}

fn bill(project: &Project, name: &str, arguments: &[&str]) -> Value {
    let arguments = [&["-p", "plugin", "--no-sign"], arguments].concat();
    let out = released(project, name, &arguments);
    let text = std::fs::read(out.join("plugin-0.1.0.cdx.json")).expect("there is a bill");
    serde_json::from_slice(&text).expect("it is JSON")
}

fn features(component: &Value) -> &str {
    let properties = component["properties"].as_array().expect("it has some");
    let is_meant = |property: &&Value| property["name"] == "cargo:features";
    properties
        .iter()
        .find(is_meant)
        .and_then(|one| one["value"].as_str())
        .expect("it says its features")
}

#[test]
fn what_was_compiled_is_listed_with_its_features() {
    let project = project();
    let plain = bill(&project, "plain", &[]);
    let components = |bill: &Value| -> BTreeMap<String, Value> {
        let all = bill["components"].as_array().expect("it has some");
        all.iter().map(|one| (one["name"].as_str().unwrap().to_owned(), one.clone())).collect()
    };
    let listed = components(&plain);
    assert_eq!(listed.keys().collect::<Vec<_>>(), ["built", "linked"]);
    assert_eq!(listed["linked"]["scope"], "required");
    assert_eq!(listed["built"]["scope"], "excluded");
    assert_eq!(features(&listed["linked"]), "fast");
    assert_eq!(listed["linked"]["licenses"][0]["expression"], "MIT OR Apache-2.0");
    assert_eq!(listed["built"]["licenses"][0]["license"]["name"], "see LICENSE");
    assert_eq!(features(&plain["metadata"]["component"]), "");
    let edges = plain["dependencies"].as_array().expect("it has some");
    let root =
        edges.iter().find(|edge| edge["ref"] == "plugin-0.1.0.wasm").expect("the module is there");
    assert_eq!(
        root["dependsOn"],
        serde_json::json!(["pkg:cargo/built@0.1.0", "pkg:cargo/linked@0.1.0"])
    );
    let more = bill(&project, "more", &["--features", "extra,linked/deep"]);
    let listed = components(&more);
    assert_eq!(listed.keys().collect::<Vec<_>>(), ["built", "deep", "linked"]);
    assert_eq!(features(&listed["linked"]), "deep,fast");
    assert_eq!(features(&more["metadata"]["component"]), "extra");
    assert_eq!(listed["deep"]["licenses"][0]["license"]["name"], "whatever I say");
    // The same module has the same number, whatever was compiled with it.
    assert_ne!(plain["serialNumber"], Value::Null);
}
