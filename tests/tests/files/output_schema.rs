//! Lines of JSON against their published schema.
#![cfg(unix)]

use end_to_end::fixtures::{call, workdir};
use end_to_end::repository;
use serde_json::Value;

/// The definition of a line has all its keys, in this order, and the line has all that it must have.
fn fits(line: &Value, definition: &Value) {
    let keys: Vec<_> = line.as_object().expect("it is an object").keys().collect();
    let known = definition["properties"].as_object().expect("it has properties").keys();
    let known: Vec<_> = known.filter(|key| keys.contains(key)).collect();
    assert_eq!(keys, known, "{line}");
    for required in definition["required"].as_array().expect("a list") {
        assert!(line.get(required.as_str().expect("a key")).is_some(), "no {required} in {line}");
    }
}

#[test]
fn every_line_has_the_keys_of_its_schema() {
    let schema = std::fs::read_to_string(repository().join("docs/output.schema.json"));
    let schema: Value = serde_json::from_str(&schema.expect("it is published")).expect("JSON");
    let workdir = workdir(&["add.wasm", "add-custom.one.sig"]);
    for (definition, code, line) in [
        ("Keygen", 0, "keygen -k k.key -K k.pub"),
        ("KeyShow", 0, "key show one.secret"),
        ("KeyConvert", 0, "key convert one.secret -o k.pem"),
        ("Sign", 0, "sign add.wasm -k one.secret -o signed.wasm"),
        ("Verify", 0, "verify signed.wasm -K one.public"),
        ("Verify", 1, "verify add.wasm -K one.public"),
        ("Verify", 3, "verify one.secret -K one.public"),
        ("Verify", 4, "verify gone.wasm -K one.public"),
        ("Inspect", 0, "inspect signed.wasm"),
        ("Detach", 0, "detach signed.wasm -o bare.wasm"),
        ("Attach", 0, "attach bare.wasm -S signed.wasm.sig"),
        ("Attach", 1, "attach add.wasm -S add-custom.one.sig"),
        ("Split", 0, "split add.wasm -o parts.wasm"),
        ("Clean", 0, "clean --target-dir nowhere"),
    ] {
        let said = call(workdir.path(), &format!("{line} --format json")).exits(code).json();
        assert_eq!(said.len(), 1, "{line}");
        fits(&said[0], &schema["$defs"][definition]);
    }
}
