//! What lines say, and for whom.

use std::error::Error as _;

use wasmsign_core::{KeyEncoding, SecretKey};

use super::*;
use crate::exit::Exit;

fn public(seed: u8) -> PublicKey {
    SecretKey::from_seed(&[seed; 32]).public_key().clone()
}

fn ssh(seed: u8) -> String {
    String::from_utf8_lossy(&public(seed).encode(KeyEncoding::OpenSsh)).trim().to_owned()
}

/// The keys of a file in which `KEY` stands for one, for `bob` in the namespace `wasm` in the middle of 2026.
fn of_bob(text: &str) -> Result<Vec<PublicKey>> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("allowed");
    std::fs::write(&path, text.replace("KEY", &ssh(1))).unwrap();
    allowed_signers(&path, "bob", "wasm", "2026-07-01T12:00:00Z".parse().unwrap())
}

#[test]
fn lines_count_for_their_principals_namespaces_and_time() {
    for (line, counts) in [
        ("bob KEY", true),
        ("  bob\t KEY  with a comment \r", true),
        ("alice,bob KEY", true),
        ("Bob KEY", false),
        ("b?b KEY", true),
        ("b* KEY", true),
        ("*b*o*b* KEY", true),
        ("b?? KEY", true),
        ("b??? KEY", false),
        ("b[o]b KEY", false),
        ("* KEY", true),
        ("!bob,* KEY", false),
        ("*,!bob KEY", false),
        ("*,!eve KEY", true),
        ("!eve KEY", false),
        ("\"bob\" KEY", true),
        ("\"alice b,bob\" KEY", true),
        ("bob namespaces=\"wasm\" KEY", true),
        ("bob NameSpaces=\"git,w*\" KEY", true),
        ("bob namespaces=\"git, wasm\" KEY", false),
        ("bob namespaces=\"*,!wasm\" KEY", false),
        ("bob namespaces=\"\" KEY", false),
        ("bob valid-after=\"20260701120000Z\" KEY", true),
        ("bob valid-after=\"20260701120001Z\" KEY", false),
        ("bob valid-before=\"202607011200utc\" KEY", true),
        ("bob valid-before=\"20260701115959Z\" KEY", false),
        ("bob valid-after=\"20260101\",valid-before=\"20270101\" KEY", true),
        ("bob valid-before=20260701 KEY", false),
    ] {
        let expected = if counts { vec![public(1)] } else { Vec::new() };
        assert_eq!(of_bob(line).unwrap(), expected, "{line}");
    }
}

#[test]
fn keys_come_once_and_those_of_other_algorithms_not_at_all() {
    let rsa = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7";
    let text = format!("# who signs\n\nbob {rsa}\nbob {}\neve {}\n* KEY\nb* KEY\n", ssh(2), ssh(3));
    assert_eq!(of_bob(&text).unwrap(), [public(2), public(1)]);
    assert_eq!(of_bob("").unwrap(), []);
}

#[test]
fn what_is_damaged_is_told_with_its_line_whomever_it_is_about() {
    for (line, what) in [
        ("eve cert-authority KEY", "`cert-authority`"),
        ("eve namespaces=\"git\",CERT-AUTHORITY KEY", "`cert-authority`"),
        ("eve", "expected the algorithm of a public key"),
        ("eve ssh-ed25519", "expected a public key in base64"),
        ("eve ssh-ed25519 AAAA", ""),
        ("eve foo KEY", "the option `foo` is unknown"),
        ("eve namespaces KEY", "the option `namespaces` is unknown"),
        ("eve no-such=\u{1b}x KEY", "the option `no-such` is unknown"),
        ("\"eve KEY", "a quotation mark is not closed"),
        ("e\"v e\" KEY", "around the whole list of principals"),
        ("eve namespaces=\"wasm\"x KEY", "around the whole value of `namespaces`"),
        ("eve namespaces=\"a\",namespaces=\"b\" KEY", "the option `namespaces` is given twice"),
        ("eve valid-after=\"20260230Z\" KEY", "found `20260230Z`"),
        ("eve valid-after=\"2026Z\" KEY", "found `2026Z`"),
        ("eve valid-after=\"é026010\" KEY", "expected a time"),
        ("eve valid-after=\"202601012460Z\" KEY", "expected a time"),
        ("eve valid-after=\"20270101\",valid-before=\"20260101\" KEY", "is not later than"),
    ] {
        let error = of_bob(&format!("bob KEY\n\n{line}\n")).unwrap_err();
        assert_eq!(error.exit(), Exit::Usage, "{line}");
        assert!(error.to_string().contains("line 3 of the allowed signers"), "{line}: {error}");
        let why = error.source().map(ToString::to_string).unwrap_or_default();
        assert!(why.contains(what), "{line}: {why}");
    }
}

#[test]
fn a_file_that_is_not_there_is_a_mistake_of_the_caller() {
    let now = Time::now();
    let error = allowed_signers(Path::new("not/there"), "bob", "wasm", now).unwrap_err();
    assert_eq!(error.exit(), Exit::Usage);
    let error = allowed_signers(Path::new("src"), "bob", "wasm", now).unwrap_err();
    assert_eq!(error.exit(), Exit::Io);
    let long = format!("bob KEY {}", "c".repeat(MAX_LENGTH as usize));
    assert!(of_bob(&long).unwrap_err().to_string().contains("longer than 1 MiB"));
}

#[test]
fn many_stars_take_no_longer_than_the_text_and_the_pattern() {
    let pattern = format!("{}b KEY", "*a".repeat(400));
    let text = "a".repeat(20_000);
    assert!(!is_match(pattern.as_bytes(), text.as_bytes()));
    assert!(is_match(b"**", b"") && is_match(b"", b"") && !is_match(b"?", b""));
}
