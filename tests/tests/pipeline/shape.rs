//! Sections that go, come and change places, and parts that can be cut off a module that still verifies.

use std::path::Path;

use end_to_end::project::{Project, custom_sections, of_reason, verifies};
use end_to_end::{Said, files, key_pair, run, strays, wasmsign, write};
use serde_json::Value;
use wasmparser::{Parser, Payload, ProducersSectionReader};
use wasmsign_core::inspect::{Inspection, inspect};

/// Two functions, a section as cargo-auditable makes it, and two of ours.
const SOURCE: &str = r#"#![no_std]
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> i32 {
    42
}
#[unsafe(no_mangle)]
pub extern "C" fn question(n: i32) -> i32 {
    n.rotate_left(7) ^ 6
}
#[used]
#[unsafe(link_section = ".dep-v0")]
pub static DEPENDENCIES: [u8; 4] = *b"\x78\x9c\x03\x00";
#[used]
#[unsafe(link_section = "policy-a")]
pub static POLICY: [u8; 6] = *b"policy";
#[used]
#[unsafe(link_section = "notes")]
pub static NOTES: [u8; 5] = *b"notes";
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
"#;

/// What signing puts there.
const SIGNATURE: &str = "signature";
const DELIMITER: &str = "signature_delimiter";

const PARTS: &str = r#"
optimize = false
sections.remove = [".debug_*"]
sections.embed.build-info.file = "info.json"
sections.parts = [
    ["policy-?", "@standard"], ["build-info", ".dep*"], ["name", "producers", "target_features"], ["notes"]
]
"#;

/// A project of [`SOURCE`] with a file to embed; `table` is what its `[package.metadata.wasmsign]` says.
fn project(table: &str) -> Project {
    let project = Project::library(SOURCE, table);
    project.write("info.json", "{\"commit\":1}");
    project
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("the file can be read")
}

fn look(bytes: &[u8]) -> Inspection {
    inspect(bytes).expect("the module is well formed")
}

/// The contents of the custom sections of a name.
fn contents(module: &[u8], name: &str) -> Vec<Vec<u8>> {
    let payloads = Parser::new(0).parse_all(module);
    let found = payloads.filter_map(|payload| match payload.expect("the module is well formed") {
        Payload::CustomSection(section) if section.name() == name => Some(section.data().to_vec()),
        _ => None,
    });
    found.collect()
}

/// Builds, and gives what was published with whether it was fresh.
#[track_caller]
fn build(project: &Project, arguments: &[&str]) -> (Vec<u8>, bool) {
    let mut command = project.build(arguments);
    let messages = run(command.args(["--format", "json"])).exits(0).json();
    assert!(strays(&project.output()).is_empty());
    let artifact = of_reason(&messages, "wasmsign-artifact")[0];
    (read(&project.module("tiny.wasm")), artifact["fresh"] == Value::Bool(true))
}

/// `verify` of a file with the key `release` of a project, with these flags.
fn verify(project: &Project, module: &Path, flags: &[&str]) -> Said {
    let mut command = wasmsign(project.path());
    command.args(["verify", "-K", "release.pub", "--format", "json"]).args(flags).arg(module);
    run(&mut command)
}

#[test]
fn the_tail_can_be_cut_after_any_part() {
    let project = project(PARTS);
    let said = run(&mut project.build(&[])).exits(0).says(&["Shaped", "embedded build-info"]);
    assert!(said.err.contains(" | notes ("), "{}", said.err);
    let path = project.module("tiny.wasm");
    let module = read(&path);
    verifies(&path, None, &[&project.join("release.pub")]);
    let names = custom_sections(&path);
    let expected = [
        [SIGNATURE, "policy-a", DELIMITER].as_slice(),
        &[".dep-v0", "build-info", DELIMITER],
        &["name", "producers", "target_features", DELIMITER],
        &["notes", DELIMITER],
    ];
    assert_eq!(names, expected.concat());
    assert_eq!(contents(&module, "build-info"), [b"{\"commit\":1}"]);

    let what = look(&module);
    assert_eq!((what.boundary_count, what.total), (4, module.len() as u64));
    let standard = what
        .sections
        .iter()
        .filter(|section| section.name().is_none())
        .map(|section| section.end());
    assert!(standard.max() < Some(what.boundaries[0].end), "all are in the first part");
    let cut = project.join("cut.wasm");
    for boundary in &what.boundaries {
        write(&cut, &module[..boundary.end as usize]);
        let json = verify(&project, &cut, &["--coverage", "prefix"]).exits(0).json();
        assert_eq!(json[0]["coverage"]["covered"], boundary.end);
        let is_whole = boundary.end == what.total;
        let said = verify(&project, &cut, &[]).exits(if is_whole { 0 } else { 1 });
        assert_eq!(said.json()[0]["reason"] == "body-changed", !is_whole, "{}", said.out);
        wasmparser::validate(&read(&cut)).expect("what is left is a module");
    }
    // Anywhere else, what is behind the last whole part is not covered, or no section.
    for section in &what.sections[1..] {
        write(&cut, &module[..section.end() as usize]);
        let is_boundary = what.boundaries.iter().any(|boundary| boundary.end == section.end());
        if !is_boundary {
            verify(&project, &cut, &[]).exits(1).prints(&["\"reason\":\"body-changed\""]);
        }
        let before = section.end() > what.boundaries[0].end || is_boundary;
        verify(&project, &cut, &["--coverage", "prefix"]).exits(if before { 0 } else { 1 });
        write(&cut, &module[..section.end() as usize - 1]);
        verify(&project, &cut, &["--coverage", "prefix"])
            .exits(3)
            .prints(&["\"reason\":\"section-leaves-file\""]);
    }
    // Another part in the place of a part that was cut off.
    let ends: Vec<_> = what.boundaries.iter().map(|boundary| boundary.end as usize).collect();
    write(&cut, [&module[..ends[0]], &module[ends[1]..]].concat());
    verify(&project, &cut, &["--coverage", "prefix", "--sections", "name"])
        .exits(1)
        .prints(&["\"reason\":\"not-covered\""]);
}

#[test]
fn delimiters_are_made_again_by_the_same_key_alone() {
    let one = project(PARTS);
    let (module, _) = build(&one, &[]);
    std::fs::remove_dir_all(one.join("target")).expect("it can be removed");
    assert!(build(&one, &[]).0 == module, "the same directory");
    let other = project(PARTS);
    for name in ["release.key", "release.pub"] {
        std::fs::copy(one.join(name), other.join(name)).expect("a file can be copied");
    }
    assert!(build(&other, &[]).0 == module, "another directory");

    key_pair(other.path(), "other");
    let (signed_by_other, _) = build(&other, &["-k", "other.key"]);
    let delimiters = |module: &[u8]| contents(module, DELIMITER);
    let (ours, theirs) = (delimiters(&module), delimiters(&signed_by_other));
    assert_eq!((ours.len(), theirs.len()), (4, 4));
    assert!(ours.iter().chain(&theirs).all(|delimiter| delimiter.len() == 16));
    assert!(ours.iter().all(|delimiter| !theirs.contains(delimiter)));
    // The first signer alone decides.
    let (by_both, _) = build(&other, &["-k", "release.key", "-k", "other.key"]);
    assert_eq!(delimiters(&by_both), ours);
    // What stands before a delimiter counts, and what stands behind it does not.
    one.write("info.json", "{\"commit\":2}");
    let changed = delimiters(&build(&one, &[]).0);
    assert_eq!(changed[0], ours[0]);
    assert!(changed[1..].iter().zip(&ours[1..]).all(|(new, old)| new != old));
}

#[test]
fn without_a_signer_there_are_no_delimiters() {
    let project = project(PARTS);
    run(&mut project.build(&["--no-sign"])).exits(0).says(&["warning: ", "`tiny`", "not divided"]);
    let names = custom_sections(&project.module("tiny.wasm"));
    assert!(!names.contains(&DELIMITER.to_owned()) && !names.contains(&SIGNATURE.to_owned()));
    assert_eq!(names.last().map(String::as_str), Some("notes"), "the order is as wished");
    let (_, fresh) = build(&project, &[]);
    assert!(!fresh, "it is signed now");
    assert!(contents(&read(&project.module("tiny.wasm")), DELIMITER).len() == 4);
}

#[test]
fn orders_that_nobody_can_read_are_refused() {
    // These the manifest tells alone, before cargo runs.
    for (parts, words) in [
        ("[[\"producers\"], [\"name\"]]", "`name` must not come after `producers`"),
        ("[[\"@standard\"], [\"dylink.0\"]]", "`dylink.0` belongs in the first part"),
        ("[[\"@standard\", \"a\"], [\"a\"]]", "`a`"),
        ("[]", "an empty list"),
        ("[[\"@standards\"]]", "`@standard`"),
        ("[[\"signature\"]]", "which only signing adds"),
    ] {
        let project = project(&format!("optimize = false\nsections.parts = {parts}"));
        run(&mut project.build(&[])).exits(2).says(&["Cargo.toml:9:", words]);
        project.is_untouched();
    }
    // And these the module.
    let project = project("optimize = false\nsections.parts = 0");
    let mut parts = "0";
    for (next, words) in [
        (
            "[[\"target_*\"], [\"@standard\"]]",
            ["`target_features` cannot come before `@standard`", "non-custom"],
        ),
        (
            "[[\"@standard\"], [\"prod*\"], [\"n*e\"], [\"target*\"]]",
            ["`producers` cannot come before `name`", "the order is"],
        ),
    ] {
        project.replace("Cargo.toml", &format!("parts = {parts}"), &format!("parts = {next}"));
        run(&mut project.build(&[])).exits(2).says(&["tiny.wasm", "help: "]).says(&words);
        assert!(project.published().is_empty());
        assert!(strays(&project.output()).is_empty());
        parts = next;
    }
}

#[test]
fn embedded_files_come_in_and_are_watched() {
    let project = project("optimize = false\nsections.embed.build-info.file = \"info.json\"");
    let (module, fresh) = build(&project, &[]);
    assert!(!fresh);
    assert_eq!(contents(&module, "build-info"), [b"{\"commit\":1}"]);
    assert!(build(&project, &[]).1);
    project.write("info.json", "{\"commit\":2}");
    let (module, fresh) = build(&project, &[]);
    assert!(!fresh, "the file has changed");
    assert_eq!(contents(&module, "build-info"), [b"{\"commit\":2}"]);

    std::fs::remove_file(project.join("info.json")).expect("it can be removed");
    run(&mut project.build(&[])).exits(2).says(&["info.json", "build-info"]);
    assert!(read(&project.module("tiny.wasm")) == module, "the old one stays");
    assert!(strays(&project.output()).is_empty());
    project.write("info.json", "{\"commit\":2}");
    assert!(build(&project, &[]).1, "nothing has changed after all");
    project.write("info.json", "");
    assert_eq!(contents(&build(&project, &[]).0, "build-info"), [b""]);
}

#[test]
fn a_name_that_is_taken_is_refused_or_replaced() {
    let project = project("optimize = false\nsections.embed.notes.file = \"info.json\"");
    run(&mut project.build(&[])).exits(2).says(&["tiny.wasm", "`notes`", "sections.remove"]);
    assert!(project.published().is_empty());
    let replaced = "optimize = false\nsections.remove = [\"notes\"]";
    project.replace("Cargo.toml", "optimize = false", replaced);
    assert_eq!(contents(&build(&project, &[]).0, "notes"), [b"{\"commit\":1}"]);
    for name in [SIGNATURE, DELIMITER] {
        let table = format!("sections.embed.{name}.file = \"info.json\"");
        let project = self::project(&table);
        run(&mut project.build(&[])).exits(2).says(&["Cargo.toml:8:", "which only signing adds"]);
        project.is_untouched();
    }
}

#[test]
fn embedded_files_are_found_from_their_own_manifest() {
    let project = project(
        "optimize = false\n[package.metadata.wasmsign.sections.embed]\nown.file = \"own.txt\"",
    );
    project.write("own.txt", "own");
    let common = "[workspace.metadata.wasmsign.sections.embed]\ncommon.file = \"info.json\"\n";
    let manifest = std::fs::read_to_string(project.join("Cargo.toml")).expect("it is there");
    project.write("Cargo.toml", format!("{manifest}{common}"));
    let (module, _) = build(&project, &["--manifest-path", "./Cargo.toml"]);
    assert_eq!(contents(&module, "own"), [b"own"]);
    assert_eq!(contents(&module, "common"), [b"{\"commit\":1}"]);
}

#[test]
fn what_removing_leaves_is_as_it_was() {
    let project = project("optimize = false");
    let (whole, _) = build(&project, &["--no-sign"]);
    let globs =
        "optimize = false\nsections.remove = [\".debug_*\", \"n?tes\", \"{name,producers}\"]";
    project.replace("Cargo.toml", "optimize = false", globs);
    let (less, _) = build(&project, &["--no-sign"]);
    let kept = |bytes: &[u8]| -> Vec<Vec<u8>> {
        let gone = |name: &str| {
            name.starts_with(".debug_") || ["notes", "name", "producers"].contains(&name)
        };
        let sections = look(bytes).sections.into_iter();
        let sections = sections.filter(|section| !section.name().is_some_and(gone));
        sections.map(|one| bytes[one.offset as usize..one.end() as usize].to_vec()).collect()
    };
    assert!(less.len() < whole.len());
    assert_eq!(kept(&less), kept(&whole), "byte for byte");
    assert_eq!(look(&less).sections.len(), kept(&less).len());
    assert_eq!(contents(&less, ".dep-v0"), [b"\x78\x9c\x03\x00"]);
}

/// Who has processed a module, by its section `producers`.
fn processed_by(module: &[u8]) -> Vec<(String, String)> {
    let [section] = &contents(module, "producers")[..] else { panic!("there is one such section") };
    let reader = ProducersSectionReader::new(wasmparser::BinaryReader::new(section, 0));
    let fields =
        reader.expect("it is well formed").into_iter().map(|field| field.expect("as before"));
    let fields = fields.filter(|field| field.name == "processed-by");
    let values = fields.flat_map(|field| field.values.into_iter());
    let values = values.map(|value| value.expect("as before"));
    values.map(|value| (value.name.to_owned(), value.version.to_owned())).collect()
}

#[test]
fn the_program_is_recorded_where_that_is_wished() {
    let us = ("cargo-wasmsign".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
    for optimize in ["false", "\"z\""] {
        let project = project(&format!("optimize = {optimize}"));
        let (before, _) = build(&project, &[]);
        assert!(!processed_by(&before).contains(&us), "nobody has asked for it");
        let wished = format!("optimize = {optimize}\nsections.producers = true");
        project.replace("Cargo.toml", &format!("optimize = {optimize}"), &wished);
        let (after, fresh) = build(&project, &[]);
        assert!(!fresh);
        assert_eq!(processed_by(&after).iter().filter(|one| **one == us).count(), 1);
        let others = processed_by(&after).into_iter().filter(|one| *one != us);
        assert_eq!(others.collect::<Vec<_>>(), processed_by(&before), "the others stay");
        assert_eq!(contents(&after, ".dep-v0"), contents(&before, ".dep-v0"));
        verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
    }
}

/// The names of a module's exports.
fn exports(module: &[u8]) -> Vec<String> {
    let payloads = Parser::new(0).parse_all(module);
    let sections = payloads.filter_map(|payload| match payload.expect("it is well formed") {
        Payload::ExportSection(section) => Some(section),
        _ => None,
    });
    let exports = sections.flat_map(|section| section.into_iter());
    exports.map(|export| export.expect("as before").name.to_owned()).collect()
}

#[test]
fn exports_that_are_not_listed_go_with_what_is_dead() {
    let project = project("optimize = \"z\"");
    let (whole, _) = build(&project, &[]);
    assert!(exports(&whole).contains(&"question".to_owned()));
    let listed = "optimize = { level = \"z\", exports = [\"answer\"] }";
    project.replace("Cargo.toml", "optimize = \"z\"", listed);
    let (less, fresh) = build(&project, &[]);
    assert!(!fresh && less.len() < whole.len());
    assert_eq!(exports(&less), ["answer"]);
    for name in [".dep-v0", "policy-a", "notes", "producers"] {
        assert_eq!(contents(&less, name), contents(&whole, name), "{name}");
    }
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);

    let published = files(&project.output());
    project.replace("Cargo.toml", "[\"answer\"]", "[\"answer\", \"qestion\"]");
    run(&mut project.build(&[])).exits(2).says(&[
        "tiny.wasm",
        "`qestion`",
        "optimize.exports",
        "did you mean `question`?",
    ]);
    assert!(files(&project.output()) == published);
}
