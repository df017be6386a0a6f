//! Files as OpenSSH and Kubewarden have them.

use wasmsign_core::trust::Trust;
use wasmsign_core::{KeyEncoding, SecretKey};

use super::*;
use crate::exit::Exit;

fn ssh(seed: u8) -> String {
    let key = SecretKey::from_seed(&[seed; 32]);
    String::from_utf8(key.public_key().encode(KeyEncoding::OpenSsh).to_vec())
        .unwrap()
        .trim()
        .to_owned()
}

fn pem(seed: u8, indent: &str) -> String {
    let key = SecretKey::from_seed(&[seed; 32]);
    let text = String::from_utf8(key.public_key().encode(KeyEncoding::Pem).to_vec()).unwrap();
    text.lines().map(|line| format!("{indent}{line}\n")).collect()
}

/// A trust file that was imported.
struct TrustFile {
    text: String,
    keys: Vec<String>,
    left_out: Vec<String>,
    notes: Vec<String>,
}

fn import(text: &str, partial: bool) -> Result<TrustFile> {
    let directory = tempfile::tempdir().unwrap();
    let (file, output) = (directory.path().join("in"), directory.path().join("out"));
    std::fs::write(&file, text).unwrap();
    let Imported { output, keys, left_out, notes } =
        run(&Request { file, output, partial, force: false })?;
    let text = std::fs::read_to_string(output).unwrap();
    Trust::load(&text, |_| unreachable!("every key is in the file")).unwrap();
    Ok(TrustFile { text, keys, left_out, notes })
}

/// Everything below the comment with the name of the file.
fn body(imported: &TrustFile) -> &str {
    imported.text.split_once('\n').unwrap().1
}

fn why(error: &Error) -> String {
    std::error::Error::source(error).map(ToString::to_string).unwrap_or_default()
}

const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7";

#[test]
fn signers_of_openssh_become_keys_with_their_time() {
    let (alice, bob) = (ssh(1), ssh(2));
    let text = format!(
        "# who signs\n\nalice@example.com,*@team {alice} a comment\n\
         \"bob b\" namespaces=\"git,w*\",valid-after=\"20260101Z\",valid-before=\"202701011230Z\" {bob}\n\
         bob {bob}\n"
    );
    let imported = import(&text, false).unwrap();
    let expected = format!(
        "version = 1\n\n[keys.\"alice@example.com,*@team\"]\npublic = \"{alice}\"\n\n[keys.\"bob b\"]\n\
         public = \"{bob}\"\nvalid-from = 2026-01-01\nvalid-until = 2027-01-01T12:30:00Z\n\n[keys.bob]\n\
         public = \"{bob}\"\n\n[roles.signers]\nkeys = [\"alice@example.com,*@team\", \"bob b\", \"bob\"]\n\
         threshold = 1\n\n[[rules]]\nmodules = [\"**\"]\nrequire = [\"signers\"]\n"
    );
    assert_eq!(body(&imported), expected);
    assert_eq!(imported.keys.len(), 3);
    assert!(imported.notes.is_empty() && imported.left_out.is_empty());
}

#[test]
fn a_time_without_a_zone_is_utc_and_that_is_told() {
    let imported = import(&format!("a valid-after=20260229 {}\n", ssh(1)), false);
    let error = imported.err().expect("2026 has no 29 February");
    assert_eq!(error.exit(), Exit::Malformed);
    assert!(why(&error).contains("line 1: expected a time"), "{}", why(&error));
    let imported =
        import(&format!("a valid-after=\"20240229120005\" {}\n", ssh(1)), false).unwrap();
    assert!(imported.text.contains("valid-from = 2024-02-29T12:00:05Z\n"), "{}", imported.text);
    assert_eq!(
        imported.notes,
        ["line 1: `20240229120005` has no `Z`, and is taken as a time in UTC"]
    );
}

#[test]
fn what_openssh_can_say_alone_is_named() {
    let ed25519 = ssh(1);
    let text = format!(
        "a {RSA}\nb cert-authority {ed25519}\nc namespaces=\"git\" {ed25519}\nd {ed25519}\n\
         e namespaces=\"*,!wasm\" {ed25519}\n"
    );
    let error = import(&text, false).err().unwrap();
    assert_eq!(error.exit(), Exit::Usage);
    let why = why(&error);
    for what in [
        "line 1: ",
        "line 2: the option `cert-authority`",
        "line 3: the namespaces are `git`",
        "line 5: ",
    ] {
        assert!(why.contains(what), "no `{what}` in {why}");
    }
    let imported = import(&text, true).unwrap();
    assert_eq!((imported.keys, imported.left_out.len()), (vec!["d".to_owned()], 4));
    assert!(imported.text.contains("# Left out: line 2: the option `cert-authority`\n"));
    assert!(imported.text.ends_with("require = [\"d\"]\n"), "{}", imported.text);
}

#[test]
fn lines_of_another_kind_are_told() {
    for (text, what) in [
        ("alice\n", "line 1: expected the algorithm of a public key"),
        ("\nalice ssh-ed25519\n", "line 2: expected a public key in base64"),
        ("alice \"x ssh-ed25519 AAAA\n", "line 1: a quotation mark is not closed"),
        ("alice a=b word AAAA\n", "line 1: expected the algorithm of a public key, found `word`"),
    ] {
        let error = import(text, true).err().unwrap();
        assert_eq!(error.exit(), Exit::Malformed);
        assert!(why(&error).contains(what), "{}", why(&error));
    }
    for nothing in ["", "# nobody\n"] {
        let error = import(nothing, true).err().unwrap();
        assert_eq!(error.exit(), Exit::Usage);
        assert!(error.to_string().ends_with("has no key that can sign modules"), "{error}");
    }
}

#[test]
fn kubewarden_asks_for_each_and_for_some() {
    let text = format!(
        "---\napiVersion: v1\n\nallOf:\n  - kind: pubKey\n    owner: alice\n    key: |\n{}\nanyOf: # two of these\n  \
         minimumMatches: 2\n  signatures:\n    - kind: pubKey\n      key: |\n{}    - kind: pubKey\n      key: |\n{}    \
         - {{kind: pubKey, owner: alice, key: \"{}\"}}\n",
        pem(1, "      "),
        pem(2, "        "),
        pem(3, "        "),
        ssh(4)
    );
    let imported = import(&text, false).unwrap();
    assert_eq!(imported.keys, ["alice", "key", "key-2", "alice-2"]);
    let rest = "[roles.signers-2]\nkeys = [\"key\", \"key-2\", \"alice-2\"]\nthreshold = 2\n\n[[rules]]\n\
                modules = [\"**\"]\nrequire = [\"alice\", \"signers-2\"]\n";
    assert!(imported.text.ends_with(rest), "{}", imported.text);
    assert!(imported.text.contains(&format!("[keys.alice]\npublic = \"{}\"\n", ssh(1))));
}

#[test]
fn what_kubewarden_can_say_alone_is_named() {
    let key = ssh(1);
    let text = format!(
        "apiVersion: v1\nnew: 1\nallOf:\n- {{kind: githubAction, owner: kubewarden}}\n\
         - {{kind: pubKey, key: \"{key}\", annotations: {{env: prod}}}}\n- {{kind: pubKey, key: {RSA}}}\n\
         anyOf:\n  minimumMatches: 2\n  signatures:\n  - {{kind: pubKey, key: \"{key}\"}}\n  \
         - {{kind: genericIssuer, issuer: x}}\n"
    );
    let error = import(&text, false).err().unwrap();
    assert_eq!(error.exit(), Exit::Usage);
    let why = why(&error);
    for what in [
        "`new`",
        "allOf, entry 1: the kind `githubAction` is no key",
        "allOf, entry 2: `annotations`",
        "allOf, entry 3: ",
        "anyOf, entry 2: the kind `genericIssuer` is no key",
        "anyOf: `minimumMatches` is 2, and 1 of the signatures can be carried over",
    ] {
        assert!(why.contains(what), "no `{what}` in {why}");
    }
    let imported = import(&text, true).unwrap();
    assert_eq!(imported.left_out.len(), 6);
    assert!(imported.text.ends_with("require = [\"key\"]\n"), "{}", imported.text);
}

#[test]
fn yaml_that_is_no_configuration_is_refused() {
    for (text, what) in [
        ("apiVersion: v2\n", "expected the apiVersion `v1`, found `v2`"),
        ("apiVersion: v1\napiVersion: v1\n", "duplicated"),
        ("allOf: []\n", "apiVersion"),
        ("apiVersion: v1\nallOf: &a [*a]\n", "line 2: aliases are not supported"),
        ("apiVersion: v1\nallOf: [\n", "line"),
        ("apiVersion: v1\n---\nanyOf: 1\n", "expected one YAML document, found 2"),
        ("apiVersion: v1\nanyOf: {minimumMatches: 0, signatures: []}\n", "`minimumMatches` is 0"),
        ("apiVersion: v1\nanyOf: {minimumMatches: 2, signatures: []}\n", "there are 0 signatures"),
        ("apiVersion: v1\nallOf: [{kind: 7}]\n", "string"),
    ] {
        let error = import(text, true).err().expect(text);
        assert_eq!(error.exit(), Exit::Malformed, "{text}");
        assert!(why(&error).contains(what), "{text}: {}", why(&error));
    }
}
