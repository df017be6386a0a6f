//! Sections of a guest, as they are in the module that rustc makes.

mod common;

use std::fs;

use common::*;
use wasmsign_core::inspect::inspect;

const GUEST: &str = r#"
#![forbid(unsafe_code)]

use wasmsign_macros::embed_section;

const VERSION: &[u8] = concat!("v", env!("CARGO_PKG_VERSION")).as_bytes();

embed_section!("policy", "network: none\n");
embed_section!("manifest", path = "notes.txt");
embed_section!("version", VERSION);
"#;

#[test]
fn a_guest_without_unsafe_code_carries_its_sections() {
    let here = env!("CARGO_MANIFEST_DIR");
    let manifest = format!(
        "[lib]\ncrate-type = [\"cdylib\"]\n\n[dependencies]\nwasmsign-macros = {{ path = {here:?} }}\n"
    );
    let project = Project::new("guest", &manifest);
    project.write("src/lib.rs", GUEST);
    project.write("notes.txt", [0, 255, 7]);
    project.succeed(&["build", "--target", "wasm32-unknown-unknown"]);

    let module = fs::read(target().join("wasm32-unknown-unknown/debug/guest.wasm")).unwrap();
    let sections = inspect(&module[..]).unwrap().sections;
    for (name, expected) in
        [("policy", &b"network: none\n"[..]), ("manifest", &[0, 255, 7]), ("version", b"v0.0.0")]
    {
        let mut found = sections.iter().filter_map(|section| section.custom.as_ref());
        let custom = found.find(|custom| custom.name == name).expect(name);
        let range = custom.content.start as usize..custom.content.end as usize;
        assert_eq!(&module[range], expected, "{name}");
    }
}

#[test]
fn a_section_that_would_not_be_there_is_an_error() {
    let here = env!("CARGO_MANIFEST_DIR");
    let manifest = format!(
        "[lib]\ncrate-type = [\"cdylib\"]\n\n[dependencies]\nwasmsign-macros = {{ path = {here:?} }}\n"
    );
    let project = Project::new("empty-section", &manifest);
    project.write(
        "src/lib.rs",
        "wasmsign_macros::embed_section!(\"marker\", path = \"empty.txt\");\n",
    );
    project.write("empty.txt", "");
    let said = project.fail(&["build", "--target", "wasm32-unknown-unknown"]);
    assert!(said.contains("section with empty content"), "{said}");
    project.write("empty.txt", "here");
    project.succeed(&["build", "--target", "wasm32-unknown-unknown"]);
}
