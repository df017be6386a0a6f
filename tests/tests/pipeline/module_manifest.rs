//! What modules say of themselves under their signatures, and what Cargo.toml says of them.

use std::path::Path;
use std::process::Command;

use end_to_end::project::{CDYLIB, Project, SIGNED, UNKNOWN, custom_sections, package};
use end_to_end::{run, wasmsign};
use serde_json::Value;
use wasmsign_core::inspect::inspect;
use wasmsign_core::manifest::MANIFEST_SECTION;
use wasmsign_core::{ModuleManifest, Policy, PublicKey, Verified, Verifier};

fn git(directory: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.org"]).args(arguments);
    let output = command.current_dir(directory).output().expect("git is installed");
    assert!(output.status.success(), "git {arguments:?}: {output:?}");
    String::from_utf8(output.stdout).expect("git writes text").trim().to_owned()
}

fn committed(project: &Project) -> String {
    project.write(".gitignore", "target\nrelease.key\n");
    git(project.path(), &["init", "-q", "."]);
    git(project.path(), &["add", "-A"]);
    git(project.path(), &["commit", "-qm", "first"]);
    git(project.path(), &["rev-parse", "HEAD"])
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("the file can be read")
}

fn verified(project: &Project, policy: Policy) -> Verified {
    let key = read(&project.join("release.pub"));
    let key = PublicKey::decode(&key).expect("it is a key");
    let verifier = Verifier::builder([key]).policy(policy).build().expect("there is a key");
    verifier.verify_path(project.module("tiny.wasm")).expect("the module is signed")
}

/// The manifest under the signature, and the content of its section.
fn said(project: &Project) -> (ModuleManifest, String) {
    let manifest = verified(project, Policy::default()).manifest().expect("it says so").clone();
    let module = read(&project.module("tiny.wasm"));
    let sections = inspect(&module[..]).expect("it is a module").sections;
    let section = sections.iter().find(|section| section.name() == Some(MANIFEST_SECTION));
    let content = section.and_then(|one| one.custom.as_ref()).expect("it is there").content.clone();
    let text = &module[content.start as usize..content.end as usize];
    (manifest, String::from_utf8(text.to_vec()).expect("it is JSON"))
}

fn is_fresh(project: &Project) -> bool {
    let lines = run(&mut project.build(&["--message-format", "json"])).exits(0).json();
    let line = lines.iter().find(|line| line["reason"] == "wasmsign-artifact");
    line.expect("a module is published")["fresh"] == true
}

#[test]
fn a_module_says_what_it_is() {
    let project =
        Project::tiny("optimize = \"z\"\nmanifest = { extra = { b = \"2\", a = \"1\" } }");
    run(&mut project.build(&[])).exits(0);
    let (manifest, text) = said(&project);
    let built = manifest.built().to_string();
    let expected = format!(
        r#"{{"schema":1,"package":"tiny","version":"0.1.0","target":"tiny","profile":"dev","revision":null,"dirty":null,"built":"{built}","optimizer":{{"name":"binaryen","version":"116","options":["-Oz","--strip-names","--strip-debug"]}},"extra":{{"a":"1","b":"2"}}}}"#
    );
    assert_eq!(text, expected);
    let cargos = read(&project.join("target").join(UNKNOWN).join("debug/tiny.wasm"));
    let cargos = inspect(&cargos[..]).expect("cargo makes modules").identity;
    assert_eq!(Some(manifest.built()), cargos);
    let policy = Policy::default().package("tiny").version("^0.1".parse().expect("it is one"));
    let _ = verified(&project, policy);
    assert!(is_fresh(&project));
    let mut rebuild = wasmsign(project.path());
    run(rebuild.args(["verify", "--rebuild"]).arg(project.module("tiny.wasm"))).exits(0);
    project.replace("Cargo.toml", "a = \"1\"", "a = \"3\"");
    assert!(!is_fresh(&project));
    assert_eq!(said(&project).0.extra().next(), Some(("a", "3")));
    project.replace("Cargo.toml", "manifest = { ", "manifest = false # ");
    run(&mut project.build(&[])).exits(0);
    assert!(verified(&project, Policy::default()).manifest().is_none());
}

#[test]
fn revision_and_changes_are_those_of_the_packages_directory() {
    let project = Project::tiny("manifest = true");
    run(&mut project.build(&[])).exits(0);
    let commit = committed(&project);
    let index = read(&project.join(".git/index"));
    assert!(!is_fresh(&project));
    let revision = format!("git:{commit}");
    let (manifest, _) = said(&project);
    assert_eq!((manifest.revision(), manifest.dirty()), (Some(&revision[..]), Some(false)));
    assert!(is_fresh(&project));
    // Files that git does not know make no difference.
    project.write("notes.txt", "new");
    assert!(is_fresh(&project));
    project.replace("src/lib.rs", "42", "43");
    assert!(!is_fresh(&project));
    assert_eq!(said(&project).0.dirty(), Some(true));
    assert_eq!(read(&project.join(".git/index")), index);
    // A change that leaves cargo's module as it is.
    git(project.path(), &["commit", "-qam", "second"]);
    assert!(!is_fresh(&project));
    let second = format!("git:{}", git(project.path(), &["rev-parse", "HEAD"]));
    let (manifest, _) = said(&project);
    assert_eq!((manifest.revision(), manifest.dirty()), (Some(&second[..]), Some(false)));
}

#[test]
fn changes_elsewhere_in_the_repository_are_none() {
    let table = format!("{CDYLIB}[package.metadata.wasmsign]\nmanifest = true\n");
    let library = end_to_end::project::LIBRARY;
    let project = Project::workspace(SIGNED, &[("tiny", &table, library), ("other", "", library)]);
    run(&mut project.build(&["-p", "tiny"])).exits(0);
    committed(&project);
    project.replace("other/src/lib.rs", "42", "43");
    run(&mut project.build(&["-p", "tiny"])).exits(0);
    assert_eq!(said(&project).0.dirty(), Some(false));
    // A package that its repository does not track is no part of it.
    git(project.path(), &["rm", "-rq", "--cached", "tiny"]);
    run(&mut project.build(&["-p", "tiny"])).exits(0);
    let (manifest, _) = said(&project);
    assert_eq!((manifest.revision(), manifest.dirty()), (None, None));
}

#[test]
fn it_joins_the_part_that_names_it_or_the_first() {
    for (parts, covered) in [
        ("[[\"@standard\", \"producers\"], [\"absent\"]]", true),
        ("[[\"@standard\"], [\"wasmsign-*\"]]", false),
    ] {
        let table = format!("manifest = true\noptimize = false\nsections.parts = {parts}");
        let project = Project::tiny(&table);
        run(&mut project.build(&[])).exits(0);
        let module = read(&project.module("tiny.wasm"));
        let first = inspect(&module[..]).expect("it is a module").boundaries[0].end as usize;
        let key = PublicKey::decode(&read(&project.join("release.pub"))).expect("it is a key");
        let policy = Policy::default().prefix();
        let verifier = Verifier::builder([key]).policy(policy).build().expect("there is a key");
        let verified = verifier.verify(&module[..first]).expect("the first part is signed");
        assert_eq!(verified.manifest().is_some(), covered, "{parts}");
    }
}

#[test]
fn nobody_else_may_place_it() {
    let source = format!(
        "{}\n#[used]\n#[unsafe(link_section = \"{MANIFEST_SECTION}\")]\npub static FORGED: [u8; 2] = *b\"{{}}\";\n",
        end_to_end::project::LIBRARY
    );
    for table in ["", "manifest = true", "sections.remove = [\"wasmsign-*\"]"] {
        let project = Project::library(&source, table);
        run(&mut project.build(&[])).exits(2).says(&["already has a module manifest"]);
        assert!(project.published().is_empty());
    }
    let project = Project::tiny("sections.embed.wasmsign-manifest.file = \"Cargo.toml\"");
    run(&mut project.build(&[])).exits(2).says(&["only `manifest` adds it", "manifest = true"]);
    let long = format!("manifest = {{ extra = {{ a = \"{}\" }} }}", "x".repeat(65_536));
    let project = Project::tiny(&long);
    run(&mut project.build(&[])).exits(2).says(&["at most 65536"]);
    assert!(project.published().is_empty());
    for (table, expected) in [
        ("manifest = \"yes\"", "`true`, `false` or a table"),
        ("manifest = { extar = {} }", "did you mean `extra`?"),
        ("manifest = { extra = { a = 1 } }", "a string"),
    ] {
        run(&mut Project::tiny(table).build(&[])).exits(2).says(&[expected]);
    }
}

#[test]
fn inspect_shows_it_escaped() {
    let project = Project::tiny("manifest = { extra = { a = \"\\u001b[31m\" } }");
    run(&mut project.build(&[])).exits(0);
    let inspect = |format: &str| {
        let mut command = wasmsign(project.path());
        command.args(["inspect", "--format", format]).arg(project.module("tiny.wasm"));
        run(&mut command).exits(0)
    };
    let human = inspect("human");
    assert!(human.out.contains("package        tiny 0.1.0\n"), "{}", human.out);
    assert!(!human.out.contains('\u{1b}') && human.out.contains("\\u{1b}[31m"), "{}", human.out);
    let json = inspect("json");
    assert!(!json.out.contains('\u{1b}'));
    let expected: Value = serde_json::from_str(&said(&project).1).expect("it is JSON");
    assert_eq!(json.json()[0]["manifest"], expected);
}

#[cfg(unix)]
#[test]
fn a_component_says_it_too() {
    let transform = "transform.command = [\"cat\", \"component\"]\noptimize = false\n";
    let project = Project::tiny(&format!("{transform}manifest = true"));
    let inner = end_to_end::modules::answer();
    project.write("component", end_to_end::modules::component(&[inner]));
    run(&mut project.build(&[])).exits(0);
    let policy = Policy::default().expect(None).package("tiny");
    assert!(verified(&project, policy).manifest().is_some());
}

/// The texts as wasm-metadata writes and reads them: each is the content of its section.
#[test]
fn metadata_is_what_the_package_says() {
    let about = "description = \"A codec\"\nauthors = [\"Ann\", \"Bob\"]\nlicense = \"MIT/Apache-2.0\"\n\
                 homepage = \"https://example.org\"\nrepository = \"https://example.org/codec\"\n";
    let table = format!("{about}{CDYLIB}[package.metadata.wasmsign]\nsections.metadata = true\n");
    let manifest = package("tiny", &format!("{table}[workspace]\n{SIGNED}"));
    let library = end_to_end::project::LIBRARY;
    let project = Project::new(&[("Cargo.toml", &manifest), ("src/lib.rs", library)]);
    let commit = committed(&project);
    run(&mut project.build(&[])).exits(0);
    let module = read(&project.module("tiny.wasm"));
    let texts: Vec<_> = wasmparser::Parser::new(0)
        .parse_all(&module)
        .filter_map(|payload| match payload.expect("it is a module") {
            wasmparser::Payload::CustomSection(section) => {
                let text = String::from_utf8_lossy(section.data()).into_owned();
                Some((section.name().to_owned(), text))
            }
            _ => None,
        })
        .collect();
    for (name, text) in [
        ("version", "0.1.0"),
        ("description", "A codec"),
        ("authors", "Ann, Bob"),
        ("licenses", "MIT OR Apache-2.0"),
        ("homepage", "https://example.org"),
        ("source", "https://example.org/codec"),
        ("revision", &commit),
    ] {
        assert!(texts.contains(&(name.into(), text.into())), "{name}: {texts:?}");
    }
    let bare = Project::tiny("sections.metadata = true");
    run(&mut bare.build(&[])).exits(0);
    let sections = custom_sections(&bare.module("tiny.wasm"));
    assert!(sections.contains(&"version".into()) && !sections.contains(&"licenses".into()));
}
