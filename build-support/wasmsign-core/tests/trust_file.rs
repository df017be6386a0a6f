//! Trust files: what they say, and each kind of mistake with its place.
#![cfg(feature = "trust")]

mod common;

use std::io;

use common::*;
use proptest::prelude::*;
use wasmsign_core::KeyEncoding;
use wasmsign_core::trust::{Handover, Time, Trust, TrustError};

/// The hexadecimal digits of key `seed`.
fn hex(seed: u8) -> String {
    public(seed).to_string()
}

fn handover(from: u8, to: u8, valid_from: Option<&str>) -> Vec<u8> {
    let time = valid_from.map(|text| text.parse::<Time>().expect("it is a time"));
    let handover = Handover::new(public(from), public(to), time).expect("they are two keys");
    let message = handover.message();
    let envelope = handover.envelope(&secret(from).sign(&message), &secret(to).sign(&message));
    envelope.expect("both have signed").into_bytes()
}

/// The files that the tests' trust files name: `N.pub` is key N, `A-B.dsse` hands over from key A to key B.
fn read(path: &str) -> io::Result<Vec<u8>> {
    let missing = || io::Error::from(io::ErrorKind::NotFound);
    if let Some(seed) = path.strip_suffix(".pub") {
        return Ok(public(seed.parse().map_err(|_| missing())?).encode(KeyEncoding::Pem));
    }
    let (from, to) =
        path.strip_suffix(".dsse").and_then(|pair| pair.split_once('-')).ok_or_else(missing)?;
    let seed = |text: &str| text.parse().map_err(|_| missing());
    Ok(handover(seed(from)?, seed(to)?, None))
}

fn load(text: &str) -> Result<Trust, TrustError> {
    Trust::load(text, read)
}

fn loaded(text: &str) -> Trust {
    load(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The faults, each as `line:column message`.
fn faults(text: &str) -> Vec<String> {
    let error = load(text).expect_err("there is a mistake");
    let shown = |fault: &wasmsign_core::trust::Fault| {
        assert!(text.get(fault.span()).is_some(), "{fault}");
        format!("{}:{} {}", fault.line(), fault.column(), fault.message())
    };
    error.faults().iter().map(shown).collect()
}

/// A rule for everything by this key.
const RULE: &str = "[[rules]]\nmodules = [\"**\"]\nrequire = [\"a\"]\n";

fn with_key(key: &str) -> String {
    format!("version = 1\n[keys.a]\n{key}\n{RULE}")
}

fn with_rule(rule: &str) -> String {
    format!("version = 1\nkeys.a.public = \"1.pub\"\n[[rules]]\n{rule}\n")
}

#[test]
fn everything_of_the_contract_is_read() {
    let text = format!(
        r#"
version = 1

[keys.alice]
public = "1.pub"
valid-from = 2026-01-01
valid-until = 2027-01-01T00:00:00+01:00
revoked = false
successions = ["2-3.dsse", "1-2.dsse"]
retired = 2026-06-01

[keys.ci]
public = "{}"

[roles.maintainers]
keys = ["alice", "ci"]
threshold = 2

[[rules]]
modules = ["plugins/*", "codec.wasm"]
require = ["maintainers", "ci"]
coverage = "prefix"
sections = [".debug_*"]
kind = "component"
package = "codec"
version = ">=1.4, <2"
algorithms = ["ed25519"]
formats = ["wasmsign2", "minisign"]
unsigned = false

[[rules]]
modules = ["**"]
unsigned = true

[revoked]
identities = ["sha256:{}"]
"#,
        hex(9),
        "0a".repeat(32)
    );
    let trust = loaded(&text);
    assert_eq!(trust.keys().len(), 2);
    let alice = &trust.keys()[0];
    assert_eq!((&*alice.name, &alice.public_key), ("alice", &public(1)));
    assert_eq!(alice.valid_until, "2026-12-31T23:00:00Z".parse().ok());
    let chain: Vec<_> = alice.successions.iter().map(|handover| handover.to.clone()).collect();
    assert_eq!(chain, [public(2), public(3)]);
    assert!(trust.succeeds(&public(1), &public(3)) && trust.succeeds(&public(2), &public(3)));
    assert!(!trust.succeeds(&public(3), &public(1)) && !trust.succeeds(&public(1), &public(9)));
    let rule = &trust.rules()[0];
    assert_eq!(
        rule.policy.to_string(),
        r#"a component, signed by any of the keys, coverage prefix with [".debug_*"], of the package "codec", version >=1.4, <2"#
    );
    let required: Vec<_> = rule.require.iter().map(|role| trust.describe(role)).collect();
    assert_eq!(required, ["2 of maintainers (alice, ci)", "ci"]);
    assert_eq!((trust.rule_for("plugins/a"), trust.rule_for("x/y")), (Some(0), Some(1)));
    assert_eq!(trust.revoked().len(), 1);
    assert!(trust.rules()[1].unsigned);
}

#[test]
fn keys_are_texts_and_paths() {
    let line = String::from_utf8(public(1).encode(KeyEncoding::OpenSsh)).expect("it is text");
    let pem = String::from_utf8(public(1).encode(KeyEncoding::Pem)).expect("it is text");
    for written in ["1.pub".into(), hex(1), line, pem] {
        let trust = loaded(&with_key(&format!("public = '''{written}'''")));
        assert_eq!(trust.keys()[0].public_key, public(1), "{written}");
    }
}

#[test]
fn a_table_of_a_longer_text_is_read_with_its_own_places() {
    let table = |key: &str| {
        format!(
            "[package]\nname = \"p\"\n\n[workspace.metadata.wasmsign.trust.keys.a]\n{key}\n\n\
             [[workspace.metadata.wasmsign.trust.rules]]\nmodules = [\"**\"]\nrequire = [\"a\"]\n"
        )
    };
    let path = ["workspace", "metadata", "wasmsign", "trust"];
    let trust = Trust::load_table(&table("public = \"1.pub\""), &path, read);
    assert_eq!(trust.expect("it is right").expect("it is there").rules().len(), 1);
    let error = Trust::load_table(&table("publik = \"1.pub\""), &path, read);
    let error = error.expect_err("there is a mistake").to_string();
    assert_eq!(
        error,
        "line 4, column 1: missing key `public`\n\
         line 5, column 1: unknown key `publik`; did you mean `public`?"
    );
    assert!(Trust::load_table("[package]", &path, read).expect("it is TOML").is_none());
}

#[test]
fn the_version_is_read_first_and_alone() {
    let later = "version = 2\nfuture = true\n[keys.a]\nnew = 1\n";
    assert_eq!(
        faults(later),
        ["1:11 a trust file of version 2; this program reads version 1: a later one may read it"]
    );
    assert_eq!(faults("keys = 1"), ["1:1 missing key `version`"]);
    for version in ["0", "\"1\"", "1.0", "-1", "99999999999999999999"] {
        let found = faults(&format!("# a\n version = {version}\nx = 1"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("2:12 expected the version"), "{found:?}");
    }
}

/// What stands in a table of a key, and the fault.
const KEY_FAULTS: &[(&str, &str)] = &[
    ("", "2:1 missing key `public`"),
    ("public = 1", "3:10 expected a string, found an integer"),
    ("public = \"\"", "3:10 expected a text, found an empty one"),
    ("public = \"none.pub\"", "3:10 failed to read `none.pub`: entity not found"),
    (
        "public = \"github:alice\"",
        "3:10 `github:` is not for trust files; write the path of a key, or its text",
    ),
    (
        "public = \"dir:keys\"",
        "3:10 `dir:` is not for trust files; write the path of a key, or its text",
    ),
    (
        "public = \"1.pub\"\nvalid_from = 2026-01-01",
        "4:1 unknown key `valid_from`; did you mean `valid-from`?",
    ),
    (
        "public = \"1.pub\"\nvalid-from = \"2026-01-01\"",
        "4:14 expected a date or a date-time without quotes, such as 2026-01-31 or 2026-01-31T12:00:00Z; found a string",
    ),
    (
        "public = \"1.pub\"\nvalid-from = 2026-01-01T00:00:00",
        "4:14 a date-time needs an offset from UTC: `Z`, or one such as `+02:00`",
    ),
    (
        "public = \"1.pub\"\nretired = 12:00:00",
        "4:11 expected a date or a date-time as in RFC 3339, such as 2026-01-31 or 2026-01-31T12:00:00Z",
    ),
    (
        "public = \"1.pub\"\nvalid-from = 2026-01-01\nvalid-until = 2026-01-01T01:00:00+01:00",
        "5:15 `valid-until` is not after `valid-from`: the key never counts",
    ),
    ("public = \"1.pub\"\nrevoked = \"no\"", "4:11 expected `true` or `false`, found a string"),
    (
        "public = \"1.pub\"\nsuccessions = \"1-2.dsse\"",
        "4:15 expected an array of strings, found a string",
    ),
    (
        "public = \"1.pub\"\nsuccessions = [\"a.dsse\"]",
        "4:16 failed to read `a.dsse`: entity not found",
    ),
    (
        "public = \"1.pub\"\nsuccessions = [\"1.pub\"]",
        "4:16 `1.pub`: expected a DSSE envelope: invalid number at line 1 column 2",
    ),
    (
        "public = \"1.pub\"\nsuccessions = [\"2-3.dsse\"]",
        "4:16 `2-3.dsse` is of a key that the chain does not reach: a succession before it is missing",
    ),
    (
        "public = \"1.pub\"\nsuccessions = [\"1-2.dsse\", \"2-1.dsse\"]",
        "4:28 `2-1.dsse` hands over to an earlier key: a loop",
    ),
    (
        "public = \"1.pub\"\nsuccessions = [\"2-3.dsse\", \"3-2.dsse\", \"1-2.dsse\"]",
        "4:28 `3-2.dsse` hands over to an earlier key: a loop",
    ),
    (
        "public = \"1.pub\"\nsuccessions = [\"1-2.dsse\", \"1-3.dsse\"]",
        "4:28 `1-2.dsse` and `1-3.dsse` name a successor of the same key: a key has one successor",
    ),
    (
        "public = \"1.pub\"\nsuccessions = [\"1-2.dsse\", \"1-2.dsse\"]",
        "4:28 `1-2.dsse` and `1-2.dsse` name a successor of the same key: a key has one successor",
    ),
];

/// What stands in a rule, and the fault.
const RULE_FAULTS: &[(&str, &str)] = &[
    ("require = [\"a\"]", "3:1 missing key `modules`"),
    ("modules = []\nrequire = [\"a\"]", "4:11 a rule needs a pattern of modules"),
    (
        "modules = [\"a[\"]\nrequire = [\"a\"]",
        "4:12 a broken pattern: unclosed character class at byte 1; missing ']' (to match a literal '[', escape it as '\\[' or '[[]')",
    ),
    (
        "modules = [\"!a\"]\nrequire = [\"a\"]",
        "4:12 a pattern cannot be negated; write `[!]` or `\\!` for the character",
    ),
    (
        "modules = [\"**\"]",
        "3:1 a rule needs `require = […]` with a role or a key, or `unsigned = true`",
    ),
    (
        "modules = [\"**\"]\nrequire = []",
        "5:11 a rule needs `require = […]` with a role or a key, or `unsigned = true`",
    ),
    (
        "modules = [\"**\"]\nrequire = [\"b\"]",
        "5:12 no role or key is called `b`; did you mean `a`?",
    ),
    (
        "modules = [\"**\"]\nrequire = [\"a\"]\ncoverage = \"hole\"",
        "6:12 unknown value `hole`; did you mean `whole`?",
    ),
    (
        "modules = [\"**\"]\nrequire = [\"a\"]\nsections = [\"a\"]",
        "6:12 `sections` is for `coverage = \"prefix\"`: a whole module has all of them",
    ),
    (
        "modules = [\"**\"]\nrequire = [\"a\"]\nkind = \"modul\"",
        "6:8 unknown value `modul`; did you mean `module`?",
    ),
    (
        "modules = [\"**\"]\nrequire = [\"a\"]\npackage = \"\"",
        "6:11 expected a text, found an empty one",
    ),
    (
        "modules = [\"**\"]\nrequire = [\"a\"]\nversion = \"y\"",
        "6:11 expected a version requirement: unexpected character 'y' while parsing major version number",
    ),
    (
        "modules = [\"**\"]\nrequire = [\"a\"]\nformats = [\"wasmsign3\"]",
        "6:12 unknown value `wasmsign3`; did you mean `wasmsign2`?",
    ),
    (
        "modules = [\"**\"]\nrequire = [\"a\"]\nformats = []",
        "6:11 an empty list lets nothing through; leave it out for the usual",
    ),
    (
        "modules = [\"**\"]\nrequire = [\"a\"]\nalgorithms = [\"ed25518\"]",
        "6:15 unknown value `ed25518`; did you mean `ed25519`?",
    ),
    (
        "modules = [\"**\"]\nrequire = [\"a\"]\nunsigned = 1",
        "6:12 expected `true` or `false`, found an integer",
    ),
    (
        "modules = [\"**\"]\nrequire = [\"a\"]\nrequires = 1",
        "6:1 unknown key `requires`; did you mean `require`?",
    ),
    (
        "modules = [\"**\"]\nrequire = [\"a\"]\n[[rules]]\nmodules = [\"x\"]\nrequire = [\"a\"]",
        "6:1 this rule can never match: rule 0 before it matches every name",
    ),
    (
        "modules = [\"x\", \"y\"]\nrequire = [\"a\"]\n[[rules]]\nmodules = [\"y\"]\nrequire = [\"a\"]",
        "6:1 this rule can never match: all its patterns stand in earlier rules",
    ),
];

/// What stands before the rule for everything, and the fault.
const OTHER_FAULTS: &[(&str, &str)] = &[
    ("[roles.a]\nkeys = [\"a\"]", "4:8 `a` is the name of a key too"),
    ("[roles.r]\nthreshold = 1", "4:1 missing key `keys`"),
    ("[roles.r]\nkeys = []", "5:8 a role needs a key"),
    ("[roles.r]\nkeys = [\"alice\"]", "5:9 no key is called `alice`; known are `a`"),
    ("[roles.r]\nkeys = [\"a\"]\nthreshold = 0", "6:13 expected an integer of at least 1"),
    (
        "[roles.r]\nkeys = [\"a\"]\nthreshold = 2",
        "6:13 a threshold of 2, but the role has 1 distinct key",
    ),
    (
        "[keys.b]\npublic = \"1.pub\"\n[roles.r]\nkeys = [\"a\", \"b\"]\nthreshold = 2",
        "8:13 a threshold of 2, but the role has 1 distinct key",
    ),
    (
        "[roles.r]\nkeys = [\"a\"]\ntreshold = 1",
        "6:1 unknown key `treshold`; did you mean `threshold`?",
    ),
    (
        "[revoked]\nidentities = [\"sha256:00\"]",
        "5:15 expected `sha256:` and 64 hexadecimal digits",
    ),
    ("[revoked]\nidentity = []", "5:1 unknown key `identity`; known are `identities`"),
    ("[role.r]\nkeys = [\"a\"]", "4:2 unknown key `role`; did you mean `roles`?"),
    ("[keys.b]\npublic = \"1.pub\"\npublic = \"2.pub\"", "6:1 invalid TOML: duplicate key"),
    ("[keys.b\npublic = 1", "4:8 invalid TOML: unclosed table, expected `]`"),
    (
        "[keys.b]\npublic = \"2.pub\"\nsuccessions = [\"2-1.dsse\"]\n[roles.r]\nkeys = [\"a\", \"b\"]\nthreshold = 2",
        "9:13 a threshold of 2, but the role has 1 distinct key",
    ),
    (
        "[keys.b]\npublic = \"2.pub\"\nsuccessions = [\"2-3.dsse\"]\n[keys.c]\npublic = \"2.pub\"\nsuccessions = [\"2-4.dsse\"]",
        "7:7 a succession of `c` names another successor than one of an earlier key: a key has one successor",
    ),
];

#[test]
fn each_mistake_is_named_with_its_place() {
    for (key, fault) in KEY_FAULTS {
        assert_eq!(faults(&with_key(key)), [*fault], "{key}");
    }
    for (rule, fault) in RULE_FAULTS {
        assert_eq!(faults(&with_rule(rule)), [*fault], "{rule}");
    }
    for (tables, fault) in OTHER_FAULTS {
        let text = format!("version = 1\n[keys.a]\npublic = \"1.pub\"\n{tables}\n{RULE}");
        assert_eq!(faults(&text), [*fault], "{tables}");
    }
}

#[test]
fn all_mistakes_are_named_at_once_in_the_order_of_the_text() {
    let text = "version = 1\n[roles.r]\nkeys = [\"x\", \"y\"]\n[keys.a]\npublic = 1\nx = 1\nx = 2\n[[rules]]\nmodul = 1\n";
    let found = faults(text);
    let places: Vec<_> = found.iter().map(|fault| fault.split(' ').next()).collect();
    let expected = [
        Some("3:9"),
        Some("3:14"),
        Some("5:10"),
        Some("6:1"),
        Some("7:1"),
        Some("8:1"),
        Some("8:1"),
        Some("9:1"),
    ];
    assert_eq!(places, expected, "{found:#?}");
}

#[test]
fn chains_end_after_sixteen_links() {
    let chain = |length: u8| {
        let files: Vec<_> =
            (1..=length).rev().map(|from| format!("\"{from}-{}.dsse\"", from + 1)).collect();
        with_key(&format!("public = \"1.pub\"\nsuccessions = [{}]", files.join(", ")))
    };
    assert_eq!(loaded(&chain(16)).keys()[0].successions.len(), 16);
    let found = faults(&chain(17));
    assert_eq!(found.len(), 1);
    assert!(found[0].ends_with("`1-2.dsse`: more than 16 successions of one key"), "{found:?}");
}

#[test]
fn a_secret_is_never_repeated() {
    let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    let compact: String =
        secret(1).encode(KeyEncoding::Compact).iter().map(|byte| format!("{byte:02x}")).collect();
    for text in [seed, &compact] {
        for file in [
            with_key(&format!("public = \"{text}x\"")),
            with_key(&format!("public = \"{compact}\"\n{text} = 1")),
            with_rule(&format!("modules = [\"**\"]\nrequire = [\"{text}\"]")),
        ] {
            let error = load(&file).expect_err("it is no public key").to_string();
            assert!(!error.contains(&text[..16]), "{error}");
        }
    }
}

#[test]
fn a_terminal_is_not_controlled_by_a_file() {
    let error = load("version = 1\n\"a\\u001b[2J\\u202e\" = 1\n").expect_err("it is unknown");
    assert!(!error.to_string().contains(['\u{1b}', '\u{202e}']), "{error:?}");
}

fn word() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "version",
        "keys",
        "roles",
        "rules",
        "revoked",
        "public",
        "a",
        "b",
        "1",
        "2026-01-01",
        "true",
        "\"a\"",
        "\"1.pub\"",
        "=",
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        ".",
        ",",
        "\n",
        "modules",
        "require",
        "\"**\"",
        "\"",
        "'''",
        "#",
        "identities",
        "threshold",
        "successions",
        "\"1-2.dsse\"",
        "ü",
        "\\",
        "12:00",
        "sections",
    ];
    prop_oneof![9 => proptest::sample::select(WORDS).prop_map(String::from), 1 => ".{0,4}"]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_text_makes_the_reader_panic(words in proptest::collection::vec(word(), 0..60), spaces in any::<u64>()) {
        let mut text = String::new();
        for (index, word) in words.iter().enumerate() {
            text.push_str(word);
            text.push_str(if spaces >> (index % 64) & 1 == 0 { " " } else { "" });
        }
        for text in [&*text, &format!("version = 1\n{text}")] {
            if let Err(error) = load(text) {
                prop_assert!(!error.faults().is_empty());
                prop_assert!(error.faults().iter().all(|fault| text.get(fault.span()).is_some()));
            }
            let _ = Trust::load_table(text, &["keys", "a"], read);
        }
    }

    #[test]
    fn a_changed_file_makes_no_panic(at in 0usize..400, byte in any::<char>()) {
        let good = with_key("public = \"1.pub\"\nsuccessions = [\"1-2.dsse\"]\nvalid-from = 2026-01-01");
        let at = at % good.len();
        let mut text = good;
        text.replace_range(at..=at, byte.encode_utf8(&mut [0; 4]));
        let _ = load(&text);
    }

    #[test]
    fn a_changed_envelope_is_refused(at in any::<prop::sample::Index>(), change in 1u8..=255) {
        let mut envelope = handover(1, 2, Some("2026-01-01"));
        let at = at.index(envelope.len());
        envelope[at] ^= change;
        // Nothing that was signed can change. What can is a key id, and how the JSON is written.
        if let Ok(read) = Handover::read(&envelope) {
            prop_assert_eq!((read.from, read.to), (public(1), public(2)));
        }
    }
}

/// Each fault takes a look at the text before it, so a long text must not have as many as it likes.
#[test]
fn a_file_of_mistakes_is_refused_soon() {
    let text = format!("version = 1\n{}", "[keys.a]\n".repeat(100_000));
    assert_eq!(load(&text).unwrap_err().faults().len(), wasmsign_core::limits::MAX_TRUST_FAULTS);
}
