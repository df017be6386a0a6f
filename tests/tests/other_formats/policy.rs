//! Trust files and the formats that their rules count.

use std::fs;

use end_to_end::fixtures::call;
use serde_json::json;

use super::given::{directory, reason, verdict};

/// A trust file with this rule, for the keys `one`, `two` and `ec`.
fn trust(path: &std::path::Path, rule: &str) {
    let text = format!(
        "version = 1\n[keys.one]\npublic = \"one.public\"\n[keys.two]\npublic = \"two.public\"\n\
         [keys.ec]\npublic = \"ec.pub\"\n[[rules]]\nmodules = [\"**\"]\n{rule}\n"
    );
    fs::write(path.join("trust.toml"), text).unwrap();
}

#[test]
fn a_rule_says_which_formats_count() {
    let directory = directory();
    let path = directory.path();
    call(path, "sign add.wasm --as minisign -k one.secret").exits(0);
    trust(path, "require = [\"one\"]\nformats = [\"minisign\"]");
    let found = verdict(path, "add.wasm --policy trust.toml", 0);
    assert_eq!(found["format"], "minisign");
    assert_eq!(found["roles"], json!({ "one": ["one"] }));
    call(path, "trust explain add.wasm --policy trust.toml").exits(0);
    trust(path, "require = [\"one\"]");
    reason(path, "add.wasm --policy trust.toml", 1);
    // What the rule does not count is not made to count by a flag.
    reason(path, "add.wasm --policy trust.toml --as minisign", 1);
    call(path, "sign add.wasm -k one.secret").exits(0);
    verdict(path, "add.wasm --policy trust.toml", 0);
    trust(path, "require = [\"one\"]\nformats = [\"minisign\"]");
    reason(path, "add.wasm --policy trust.toml --as wasmsign2", 1);
}

#[test]
fn signatures_of_several_formats_count_together() {
    let directory = directory();
    let path = directory.path();
    call(path, "sign add.wasm -k one.secret").exits(0);
    trust(path, "require = [\"one\", \"two\"]\nformats = [\"wasmsign2\", \"minisign\", \"oak\"]");
    assert_eq!(reason(path, "add.wasm --policy trust.toml", 1), "role-not-met");
    call(path, "sign add.wasm --as oak -k two.secret").exits(0);
    let found = verdict(path, "add.wasm --policy trust.toml", 0);
    assert_eq!(found["roles"], json!({ "one": ["one"], "two": ["two"] }));
}

#[test]
fn endorsements_state_properties_as_roles() {
    let directory = directory();
    let path = directory.path();
    call(path, "sign add.wasm --as oak -k one.secret -k two.secret").exits(0);
    let roles = "require = [\"reviewed\", \"built\"]\nformats = [\"oak\"]\n[roles.reviewed]\nkeys = [\"one\"]\n\
                 [roles.built]\nkeys = [\"two\", \"ec\"]";
    trust(path, roles);
    let found = verdict(path, "add.wasm --policy trust.toml", 0);
    assert_eq!(found["roles"], json!({ "built": ["two"], "reviewed": ["one"] }));
}

#[test]
fn keys_of_secp256k1_stand_in_trust_files() {
    let directory = directory();
    let path = directory.path();
    call(path, "sign add.wasm --as wasm-sign -k ec.pem").exits(0);
    trust(path, "require = [\"ec\"]\nformats = [\"wasm-sign\"]");
    verdict(path, "add.wasm --policy trust.toml", 0);
    trust(path, "require = [\"ec\"]\nformats = [\"wasm-sign\"]\nalgorithms = [\"ed25519\"]");
    reason(path, "add.wasm --policy trust.toml", 1);
    trust(path, "require = [\"ec\"]\nformats = [\"wasmsign2\", \"wasm-sign\"]");
    verdict(path, "add.wasm --policy trust.toml", 0);
    trust(path, "require = [\"one\"]\nformats = [\"wasm-sign\"]");
    reason(path, "add.wasm --policy trust.toml", 1);
}
