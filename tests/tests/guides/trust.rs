//! docs/trust.md and docs/formats.md show trust files that load, and decide what the pages say.

use std::io;

use end_to_end::repository;
use wasmsign_core::trust::{Handover, Trust};
use wasmsign_core::{KeyEncoding, SecretKey};

use crate::blocks;

fn key(name: &str) -> SecretKey {
    let mut seed = [0; 32];
    seed[..name.len()].copy_from_slice(name.as_bytes());
    SecretKey::from_seed(&seed)
}

/// The files that the page names: a person's key, and the handover to the key of next year.
fn read(path: &str) -> io::Result<Vec<u8>> {
    let name = path.strip_prefix("keys/").ok_or(io::ErrorKind::NotFound)?;
    if let Some(person) = name.strip_suffix(".pub") {
        return Ok(key(person).public_key().encode(KeyEncoding::Pem));
    }
    let person = name.strip_suffix("-2027.dsse").ok_or(io::ErrorKind::NotFound)?;
    let (old, new) = (key(person), key("next"));
    let handover = Handover::new(old.public_key().clone(), new.public_key().clone(), None);
    let handover = handover.expect("they are two keys");
    let message = handover.message();
    let envelope = handover.envelope(&old.sign(&message), &new.sign(&message));
    Ok(envelope.expect("both have signed").into_bytes())
}

#[test]
fn the_trust_files_of_the_page_load() {
    let page = std::fs::read_to_string(repository().join("docs/trust.md")).expect("it is there");
    let files: Vec<_> = blocks(&page, "toml")
        .into_iter()
        .map(|(_, text)| Trust::load(text, read).unwrap_or_else(|error| panic!("{error}\n{text}")))
        .collect();
    let [example, successor] = &files[..] else { panic!("there are {} files", files.len()) };
    let rules = ["plugins/codec.wasm", "plugins/other.wasm", "dev/a/b.wasm", "x"];
    assert_eq!(rules.map(|name| example.rule_for(name)), [Some(0), Some(1), Some(2), None]);
    assert!(successor.succeeds(key("alice").public_key(), key("next").public_key()));
}

#[test]
fn the_trust_file_for_endorsements_loads() {
    let page = std::fs::read_to_string(repository().join("docs/formats.md")).expect("it is there");
    let blocks = blocks(&page, "toml");
    let files: Vec<_> = blocks.iter().filter(|(_, text)| text.contains("[[rules]]")).collect();
    let [(_, text)] = files[..] else { panic!("there are {} files", files.len()) };
    let trust = Trust::load(text, read).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(trust.rule_for("any.wasm"), Some(0));
}
