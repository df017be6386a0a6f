//! `key succeed`, and whom a succession makes trusted.

use end_to_end::fixtures::{call, names, vector};
use end_to_end::scratch;
use serde_json::json;

const OLD: &str = "2026-01-01";

/// A directory with three pairs of keys and a module that the second has signed.
fn directory() -> tempfile::TempDir {
    let directory = scratch();
    let path = directory.path();
    for name in ["a", "b", "c"] {
        call(path, &format!("keygen -q -k {name}.key -K {name}.pub")).exits(0);
    }
    std::fs::write(path.join("add.wasm"), vector("add.wasm")).unwrap();
    call(path, "sign -q add.wasm -k b.key").exits(0);
    directory
}

fn trust(key: &str) -> String {
    format!(
        "version = 1\n[keys.alice]\npublic = \"a.pub\"\n{key}\n[[rules]]\nmodules = [\"**\"]\nrequire = [\"alice\"]\n"
    )
}

#[test]
fn a_successor_counts_under_the_name_of_the_old_key() {
    let directory = directory();
    let path = directory.path();
    let line = "key succeed a.key b.pub --new-key b.key -o ab.dsse --valid-from 2026-06-01";
    let said = call(path, &format!("{line} --format json")).exits(0).json();
    assert_eq!(said[0]["valid_from"], json!("2026-06-01T00:00:00Z"));
    let envelope: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path.join("ab.dsse")).unwrap()).unwrap();
    assert_eq!(envelope["payloadType"], "application/vnd.wasmsign.succession+json");
    assert_eq!(envelope["signatures"].as_array().map(Vec::len), Some(2));
    std::fs::write(path.join("trust.toml"), trust("successions = [\"ab.dsse\"]")).unwrap();
    call(path, &format!("verify add.wasm --policy trust.toml --at {OLD}"))
        .exits(1)
        .prints(&["key-not-valid"]);
    let said =
        call(path, "verify add.wasm --policy trust.toml --at 2026-06-01 --format json").exits(0);
    assert_eq!(said.json()[0]["roles"], json!({"alice": ["alice"]}));
    // Whoever pinned the old key accepts the new one, by the same chain.
    std::fs::write(path.join("add2.wasm"), vector("add.wasm")).unwrap();
    call(path, "sign -q add2.wasm -k a.key").exits(0);
    call(path, "verify add2.wasm --pin pins.toml --name add -K a.pub").exits(0);
    call(path, "verify add.wasm --pin pins.toml --name add -K b.pub")
        .exits(1)
        .prints(&["pin-changed"]);
    call(path, "verify add.wasm --pin pins.toml --name add --policy trust.toml").exits(0);
}

#[test]
fn a_succession_is_made_by_both_keys_or_not_at_all() {
    let directory = directory();
    let path = directory.path();
    let before = names(path);
    for (line, code, words) in [
        ("a.key b.pub --new-key c.key", 2, "does not belong to the new secret key"),
        ("a.key a.pub --new-key a.key", 2, "the two keys are the same"),
        ("gone.key b.pub --new-key b.key", 2, "gone.key"),
        ("a.key b.pub --new-key b.pub", 2, "b.pub"),
        ("a.key b.key --new-key b.key", 2, "b.key"),
        ("a.key b.pub --new-key b.key --valid-from soon", 2, "--valid-from"),
    ] {
        call(path, &format!("key succeed {line} -o ab.dsse")).exits(code).says(&[words]);
        assert_eq!(names(path), before, "{line}");
    }
    call(path, "key succeed a.key b.pub --new-key b.key -o ab.dsse -q").exits(0);
    call(path, "key succeed a.key b.pub --new-key b.key -o ab.dsse")
        .exits(2)
        .says(&["already exists", "--force"]);
}

#[test]
fn broken_chains_are_named_by_their_file() {
    let directory = directory();
    let path = directory.path();
    call(path, "key succeed a.key b.pub --new-key b.key -o ab.dsse -q").exits(0);
    call(path, "key succeed b.key c.pub --new-key c.key -o bc.dsse -q").exits(0);
    call(path, "key succeed b.key a.pub --new-key a.key -o ba.dsse -q").exits(0);
    call(path, "key succeed a.key c.pub --new-key c.key -o ac.dsse -q").exits(0);
    std::fs::write(path.join("cut.dsse"), &std::fs::read(path.join("ab.dsse")).unwrap()[..40])
        .unwrap();
    for (chain, code, file) in [
        ("\"bc.dsse\", \"ab.dsse\"", 0, ""),
        ("\"bc.dsse\"", 2, "bc.dsse"),
        ("\"ab.dsse\", \"ba.dsse\"", 2, "b"),
        ("\"ab.dsse\", \"ac.dsse\"", 2, "dsse"),
        ("\"cut.dsse\"", 2, "cut.dsse"),
        ("\"gone.dsse\"", 2, "gone.dsse"),
    ] {
        std::fs::write(path.join("trust.toml"), trust(&format!("successions = [{chain}]")))
            .unwrap();
        call(path, "trust check trust.toml").exits(code).says(&[file]);
    }
}
