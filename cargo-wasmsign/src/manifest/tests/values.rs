//! The values that tables hold.

use wasmsign_core::{KeyEncoding, PublicKey, SecretKey};

use super::super::{Features, Tool};
use super::{Scratch, config, nothing, package};
use crate::keys::KeyIdChoice;
use crate::manifest::globs::SectionGlobs;
use crate::module::optimize::Level;
use crate::text::nearest::nearest;

fn globs(list: &str) -> SectionGlobs {
    let app = format!("[package.metadata.wasmsign.sections]\nremove = {list}\n");
    config("", &app, "release", &nothing()).options.sections.remove
}

#[test]
fn globs_match_names_and_not_paths() {
    let globs = globs("['.debug_*', 'a?c', 'x{1,2}', 'p/*']");
    for name in [".debug_", ".debug_info", ".debug_a/b.c", "abc", "a/c", "x2", "p/q/r"] {
        assert!(globs.is_match(name), "{name}");
    }
    for name in ["debug_info", "ac", "x3", "name", ".Debug_info", ""] {
        assert!(!globs.is_match(name), "{name}");
    }
    assert!(!globs.is_empty());
    assert!(SectionGlobs::default().is_empty());
    assert_eq!(format!("{:?}", self::globs("['a*']")), r#"SectionGlobs(["a*"])"#);
}

#[test]
fn no_glob_reaches_the_sections_of_signatures() {
    let globs = globs("['*', 'signature*', '{signature,b}']");
    assert!(globs.is_match("b"));
    assert!(globs.is_match("signature_"));
    assert!(!globs.is_match("signature"));
    assert!(!globs.is_match("signature_delimiter"));
}

#[test]
fn key_ids_have_four_forms() {
    let id = |text: &str| text.parse::<KeyIdChoice>().unwrap();
    assert_eq!(id("auto"), KeyIdChoice::Auto);
    assert_eq!(id("none"), KeyIdChoice::None);
    assert_eq!(id("hex:00fF"), KeyIdChoice::Bytes(vec![0, 255]));
    assert_eq!(id("Schlüssel"), KeyIdChoice::Bytes("Schlüssel".as_bytes().to_vec()));
    assert_eq!(id(&"x".repeat(255)), KeyIdChoice::Bytes(vec![b'x'; 255]));
    assert_eq!(id(&format!("hex:{}", "01".repeat(255))), KeyIdChoice::Bytes(vec![1; 255]));
    // As long as a seed, and as long as a hash of a public key.
    assert_eq!(id(&format!("hex:{}", "9d".repeat(32))), KeyIdChoice::Bytes(vec![0x9d; 32]));
}

#[test]
fn no_secret_key_is_a_key_id() {
    let secret = SecretKey::from_seed(&[7; 32]);
    let compact = hex::encode(secret.encode(KeyEncoding::Compact));
    let pem = secret.encode(KeyEncoding::Pem);
    let pem = std::str::from_utf8(&pem).unwrap();
    for text in [&compact, &format!("hex:{compact}"), &compact[..128], &compact[2..66], pem] {
        let error = text.parse::<KeyIdChoice>().unwrap_err().to_string();
        assert!(error.starts_with("this may be a secret key"), "{text}: {error}");
    }
    let named = "123e4567-e89b-12d3-a456-426614174000";
    assert_eq!(named.parse(), Ok(KeyIdChoice::Bytes(named.into())));
}

#[test]
fn levels_are_read_as_they_are_written() {
    for level in ["0", "1", "2", "3", "4", "s", "z"] {
        assert_eq!(level.parse::<Level>().unwrap().as_str(), level);
    }
}

#[test]
fn a_tool_with_a_separator_is_relative_to_its_manifest() {
    let scratch = Scratch::new();
    let tool = |text: &str| {
        let app = format!("[package.metadata.wasmsign]\noptimize.tool = '{text}'\n");
        let manifests = scratch.read("", &app).unwrap();
        package(&manifests, "release", &nothing()).unwrap().optimize().unwrap().options.tool.clone()
    };
    assert_eq!(tool("auto"), Tool::Auto);
    assert_eq!(tool("embedded"), Tool::Embedded);
    assert_eq!(tool("wasm-opt"), Tool::Program("wasm-opt".into()));
    assert_eq!(tool("./wasm-opt"), Tool::Program(scratch.0.join("app/./wasm-opt")));
    assert_eq!(tool("/usr/bin/wasm-opt"), Tool::Program("/usr/bin/wasm-opt".into()));
}

#[test]
fn features_may_be_none_and_passes_may_come_twice() {
    let app = "[package.metadata.wasmsign.optimize]\nfeatures = []\npasses = ['vacuum', 'vacuum']";
    let config = config("", app, "release", &nothing());
    assert_eq!(config.interface().features, Features::List(Vec::new()));
    assert_eq!(config.optimize().unwrap().options.passes, ["vacuum", "vacuum"]);
}

#[test]
fn public_keys_are_told_from_paths() {
    let scratch = Scratch::new();
    let is_text = |text: &str| {
        let table = format!("[workspace.metadata.wasmsign.keys.k]\npublic = {text:?}\n");
        let manifests = scratch.read(&table, "").unwrap();
        manifests.key("k").unwrap().public.as_ref().unwrap().text().is_some()
    };
    let key = "01d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let public = PublicKey::decode(key.as_bytes()).unwrap();
    let [pem, ssh] = [KeyEncoding::Pem, KeyEncoding::OpenSsh]
        .map(|encoding| String::from_utf8(public.encode(encoding)).unwrap());
    for text in [
        key,
        &pem,
        &pem.replace('\n', " "),
        &ssh,
        &format!("{} me@example.com", ssh.trim()),
        "AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
        "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    ] {
        assert!(is_text(text), "{text}");
    }
    for path in [
        "release",
        "keys/release.pub",
        "keys/production/servers/europe/release/ed25519/public",
        "a-very-long-name-of-a-file-with-a-public-key.pub",
        "ssh-ed25519.pub",
    ] {
        assert!(!is_text(path), "{path}");
    }
}

/// The seed of RFC 8032's first test, and what people give for a path or a public key by mistake.
#[test]
fn what_may_be_a_secret_is_repeated_nowhere() {
    const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    const PUBLIC: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let scratch = Scratch::new();
    let base64 = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
    let halves = format!("{SEED}{PUBLIC}");
    let short = format!("81{SEED}{}", &PUBLIC[2..]);
    let pem = "-----BEGIN PRIVATE KEY-----\\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/Vpg\\n-----END";
    for secret in
        [SEED, base64, &halves, &short, pem, &SEED[1..], "e7f609d61b19deffd5a60ba844af492ec2cc4444"]
    {
        for place in ["public", "secret.file", "secret.env", "secret.env-file", "secret.ssh-agent"]
        {
            let table = format!("[workspace.metadata.wasmsign.keys.k]\n{place} = '{secret}'\n");
            let error = scratch.read(&table, "").expect_err(place);
            let said = format!("{error} {error:?}");
            assert!(!said.contains(&secret[4..16]), "{place}: {said}");
        }
        for value in
            ["sign-with = ['S']", "signature = 'S'", "target = '-S'", "S = 1", "profile.S = 1"]
        {
            let app = value.replace('S', secret);
            let app = format!("[package.metadata.wasmsign]\n{}\n", app);
            let Err(error) = scratch.read("", &app).map(|_| ()) else { continue };
            assert!(!error.to_string().contains(&secret[4..16]), "{value}: {error}");
        }
    }
}

#[test]
fn the_nearest_word_shares_most_of_its_letters() {
    let known = ["sign-with", "signature", "target"];
    assert_eq!(nearest("sgin-with", known), Some("sign-with"));
    assert_eq!(nearest("SignWith", known), Some("sign-with"));
    assert_eq!(nearest("targets", known), Some("target"));
    assert_eq!(nearest("optimise", known), None);
    assert_eq!(nearest("ab", ["xy", "b"]), Some("b"));
}
