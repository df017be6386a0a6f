//! `release --no-sign` and `release sign`: one machine builds, another one has the key.

use end_to_end::fixtures::names;
use end_to_end::project::times;
use end_to_end::{Said, key_pair, run, wasmsign, write};

use crate::support::{contents, copied, released, verify, workspace};

fn sign(project: &end_to_end::project::Project, arguments: &[&str]) -> Said {
    run(wasmsign(project.path()).args(["release", "sign", "target/unsigned"]).args(arguments))
}

#[test]
fn signing_later_is_signing_at_once() {
    let project = workspace();
    let signed = released(&project, "signed", &[]);
    let unsigned = released(&project, "unsigned", &["--no-sign"]);
    assert!(!unsigned.join("SHA256SUMS.minisig").exists());
    verify(&project, &unsigned, &[]).exits(1).prints(&["no-signature"]);
    let bare = copied(&unsigned, &project.join("target/bare"));
    sign(&project, &["-k", "release.key"]).exits(0);
    assert_eq!(contents(&signed), contents(&unsigned));
    // Again: there is nothing to do.
    let before = times(&unsigned);
    let said = sign(&project, &["--with", "release", "--format", "json"]).exits(0).json();
    assert_eq!((said[0]["fresh"].as_bool(), times(&unsigned)), (Some(true), before.clone()));
    key_pair(project.path(), "other");
    sign(&project, &["-k", "other.key"]).exits(2).says(&["already signed", "--no-sign"]);
    assert_eq!(times(&unsigned), before);
    // Two keys sign together.
    copied(&bare, &unsigned);
    sign(&project, &["-k", "release.key", "-k", "other.key"]).exits(0);
    verify(&project, &unsigned, &["--strict"]).exits(0);
    let mut other = wasmsign(project.path());
    other.args(["verify", "--require", "all", "-K", "other.pub", "-K", "release.pub"]);
    run(other.arg(unsigned.join("alpha-0.1.0.wasm"))).exits(0);
}

#[test]
fn nothing_is_signed_that_is_not_what_was_built() {
    let project = workspace();
    let unsigned = released(&project, "unsigned", &["--no-sign"]);
    let bare = copied(&unsigned, &project.join("target/bare"));
    let refuses = |code: i32, words: &[&str], change: &dyn Fn()| {
        copied(&bare, &unsigned);
        change();
        let before = contents(&unsigned);
        sign(&project, &["-k", "release.key"]).exits(code).says(words);
        assert_eq!(contents(&unsigned), before);
        assert!(names(&project.join("target")).iter().all(|name| !name.contains(".tmp")));
    };
    refuses(1, &["alpha-0.1.0.wasm", "sum-mismatch", "nothing was written"], &|| {
        std::fs::copy(bare.join("beta-0.1.0.wasm"), unsigned.join("alpha-0.1.0.wasm")).unwrap();
    });
    refuses(2, &["extra.txt", "move them away"], &|| write(&unsigned.join("extra.txt"), "mine"));
    refuses(4, &["alpha-0.1.0.cdx.json", "missing"], &|| {
        std::fs::remove_file(unsigned.join("alpha-0.1.0.cdx.json")).unwrap();
    });
    copied(&bare, &unsigned);
    sign(&project, &[]).exits(2).says(&["no key to sign with", "--with"]);
    sign(&project, &["--with", "nobody"]).exits(2).says(&["nobody"]);
    assert_eq!(contents(&bare), contents(&unsigned));
}
