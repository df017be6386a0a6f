//! Every seed and every conformance vector through the checks, without a fuzzer.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use fuzz_checks::attempt::attempts;
use fuzz_checks::keys::key_file;
use fuzz_checks::reader::same_verdict;
use fuzz_checks::{TARGETS, check_keys, check_signature_data, check_verify, sections, verify};
use wasmsign_core::{Policy, PublicKey, Require, SectionNames, Verifier};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The files of a directory, which must have some.
#[track_caller]
fn files(directory: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let path = root().join(directory);
    let entries = fs::read_dir(&path).unwrap_or_else(|error| panic!("{directory}: {error}"));
    let read = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.expect("the directory can be read").path();
        let bytes = fs::read(&path).expect("the file can be read");
        (path, bytes)
    };
    let files: BTreeMap<_, _> = entries.map(read).collect();
    assert!(!files.is_empty(), "{directory} is empty");
    files
}

/// Runs a check of a file, and says of which if it panics.
fn on_each(files: &BTreeMap<PathBuf, Vec<u8>>, check: impl Fn(&[u8])) {
    for (path, bytes) in files {
        let quietly = std::panic::AssertUnwindSafe(|| check(bytes));
        assert!(std::panic::catch_unwind(quietly).is_ok(), "a finding in {}", path.display());
    }
}

fn vectors(extension: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = files("tests/conformance/vectors");
    files.retain(|path, _| path.extension().is_some_and(|found| found == extension));
    assert!(!files.is_empty(), "no vectors *.{extension}");
    files
}

#[test]
fn every_seed_of_every_target() {
    for (target, check) in TARGETS {
        on_each(&files(&format!("fuzz/seeds/{target}")), check);
    }
}

#[test]
fn there_is_a_target_for_each_directory_of_seeds() {
    let mut names: Vec<_> = fs::read_dir(root().join("fuzz/seeds"))
        .expect("it is a directory")
        .map(|entry| entry.expect("it can be read").file_name().into_string().expect("ASCII"))
        .collect();
    names.sort();
    assert_eq!(names, TARGETS.map(|(name, _)| name));
    for name in names {
        let call = fs::read_to_string(root().join(format!("fuzz/fuzz_targets/{name}.rs")));
        assert!(call.expect("the target is there").contains(&format!("check_{name}(data)")));
    }
}

#[test]
fn the_generator_writes_the_same_seeds_again() {
    let again = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz-seeds");
    let _ = fs::remove_dir_all(&again);
    let run = Command::new(env!("CARGO_BIN_EXE_fuzz-seeds")).arg(&again).status();
    assert!(run.expect("it runs").success());
    for (target, _) in TARGETS {
        let kept = root().join("fuzz/seeds").join(target);
        for (path, bytes) in files(again.join(target).to_str().expect("a path in UTF-8")) {
            let name = path.file_name().expect("files have names");
            let before = fs::read(kept.join(name)).unwrap_or_default();
            assert!(before == bytes, "{target}/{} is another one: run fuzz-seeds", name.display());
        }
    }
}

#[test]
fn key_files_of_other_tests() {
    on_each(&files("build-support/wasmsign-core/src/keys/testdata"), check_keys);
    on_each(&vectors("public"), key_file);
}

#[test]
fn the_sections_of_every_vector() {
    on_each(&vectors("wasm"), sections::sections);
}

#[test]
fn the_detached_signatures_of_every_vector() {
    on_each(&vectors("sig"), check_signature_data);
}

/// None of them is signed by the keys that the targets trust.
#[test]
fn no_vector_is_verified_by_other_keys() {
    on_each(&vectors("wasm"), |file| {
        check_verify(file);
        assert!(attempts(file).iter().all(|attempt| verify::verdict(attempt).is_err()));
    });
}

/// Else the recipes would show nothing: those that an honest signer could have made are trusted.
#[test]
fn recipes_make_files_that_verify() {
    let seeds = files("fuzz/seeds/verify");
    let trusted = |name: &str| {
        let recipe = seeds.iter().find(|(path, _)| path.ends_with(format!("{name}.recipe")));
        let (_, recipe) = recipe.expect("the seed is there");
        attempts(recipe).iter().all(|attempt| verify::verdict(attempt).is_ok())
    };
    for name in [
        "whole",
        "parts",
        "stripped",
        "stripped-and-appended",
        "both-required",
        "literal",
        "two-required",
        "detached",
        "detached-over-embedded",
        "component",
        "long",
    ] {
        assert!(trusted(name), "{name}");
    }
    for name in ["long-changed", "parts-of-two", "stray", "cut", "removed"] {
        assert!(!trusted(name), "{name}");
    }
}

/// Under the keys that did sign them, by the embedded signature and by the detached one.
#[test]
fn verifier_and_reader_agree_on_every_vector() {
    let keys: Vec<_> = ["alice", "bob", "carol"].iter().map(|name| public(name)).collect();
    let policies = [
        Policy::default(),
        Policy::default().prefix(),
        Policy::default().prefix_with(SectionNames::exactly(["a"])).expect(None),
        Policy::default().prefix().require(Require::AtLeast(2.try_into().expect("not 0"))),
    ];
    for (path, module) in vectors("wasm") {
        let detached = fs::read(path.with_extension("sig")).ok();
        for policy in &policies {
            let verifier = Verifier::builder(keys.clone()).policy(policy.clone());
            let verifier = verifier.build().expect("there are three keys");
            let verdict = verifier.verify(&module[..]);
            for pattern in [[0, 255, 99], [1, 250, 0], [248, 2, 200]] {
                same_verdict(&verifier, &module, None, &pattern, &verdict);
            }
            if let Some(signature) = &detached {
                let verdict = verifier.verify_detached(&module[..], signature);
                same_verdict(&verifier, &module, Some(signature), &[255, 7], &verdict);
            }
        }
    }
}

fn public(name: &str) -> PublicKey {
    let path = root().join(format!("tests/conformance/vectors/{name}.public"));
    PublicKey::decode(&fs::read(path).expect("it is there")).expect("it is a key")
}
