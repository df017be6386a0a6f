//! Trust files: who must have signed what, when, and what the module says of itself.

use super::{one, standard, three};
use crate::bytes::{custom, data, message, module, rolling, section, sha256};
use crate::draft::{Draft, malformed, refused, verified};
use crate::keys::{ALICE, BOB, CAROL, key, public, sign, signed_set};

pub fn cases() -> Vec<Draft> {
    [rules(), roles(), times(), successions(), manifests(), coverage(), unsigned(), revoked()]
        .into_iter()
        .flatten()
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The text of a public key: its compact form.
fn text(name: &str) -> String {
    format!("01{}", hex(&public(name)))
}

/// A trust file with the keys of alice, bob and carol under their names, and this behind them.
fn file(rest: &str) -> String {
    let people = [ALICE, BOB, CAROL];
    let keys = people.map(|name| format!("[keys.{name}]\npublic = \"{}\"\n\n", text(name)));
    format!("version = 1\n\n{}{rest}", keys.concat())
}

/// A rule for everything that requires these.
fn everything(require: &str) -> String {
    format!("[[rules]]\nmodules = [\"**\"]\nrequire = [{require}]\n")
}

/// A module of one part that these people have signed.
fn by(names: &[&str]) -> Vec<u8> {
    let body = one();
    module(&data(&[signed_set(names, &rolling(&body))]), &body.concat())
}

/// A module without signatures.
fn bare() -> Vec<u8> {
    [&crate::bytes::MODULE[..], &one().concat()].concat()
}

fn rules() -> Vec<Draft> {
    let two = file(
        "[[rules]]\nmodules = [\"plugins/*\", \"codec.wasm\"]\nrequire = [\"alice\"]\n\n\
         [[rules]]\nmodules = [\"**/deep.wasm\", \"lib?.wasm\", \"{a,b}/[0-9].wasm\"]\nrequire = [\"bob\"]\n",
    );
    let bob = |name: &str, about: &str, module: &str| {
        verified(name, about, by(&[BOB])).trust(&two, module, Some(1))
    };
    vec![
        verified("first-rule", "The first rule matches.", by(&[ALICE])).trust(
            &two,
            "codec.wasm",
            Some(0),
        ),
        verified("star", "A star matches a name in the folder.", by(&[ALICE])).trust(
            &two,
            "plugins/a",
            Some(0),
        ),
        refused("star-and-folder", "no-rule", "A star does not match a slash.", by(&[ALICE]))
            .trust(&two, "plugins/a/b", None),
        bob("no-folder", "Two stars and a slash match no folder too.", "deep.wasm"),
        bob("folders", "Two stars match folders.", "x/y/deep.wasm"),
        bob("question-mark", "A question mark is one character.", "lib1.wasm"),
        bob("braces-and-brackets", "One of two words, and one of ten digits.", "b/7.wasm"),
        refused(
            "first-rule-decides",
            "no-trusted-signature",
            "A later rule would be met, but the first that matches decides.",
            by(&[BOB]),
        )
        .trust(&two, "plugins/deep.wasm", Some(0)),
        refused("no-rule", "no-rule", "No rule matches the name.", by(&[ALICE, BOB])).trust(
            &two,
            "other.wasm",
            None,
        ),
        refused("no-rules", "no-rule", "The trust file has no rules.", by(&[ALICE])).trust(
            &file(""),
            "a",
            None,
        ),
        malformed(
            "malformed",
            "section-leaves-file",
            "The module is cut, whatever the rules say.",
            by(&[ALICE])[..40].to_vec(),
        )
        .trust(&two, "other.wasm", None),
    ]
}

fn roles() -> Vec<Draft> {
    let two_of_three = file(&format!(
        "[roles.people]\nkeys = [\"alice\", \"bob\", \"carol\"]\nthreshold = 2\n\n{}",
        everything("\"people\"")
    ));
    let twice = file(&format!(
        "[keys.bob-again]\npublic = \"{}\"\n\n[roles.people]\nkeys = [\"alice\", \"bob\", \"bob-again\"]\n\
         threshold = 2\n\n{}",
        text(BOB),
        everything("\"people\"")
    ));
    let both = file(&format!(
        "[roles.people]\nkeys = [\"alice\", \"bob\"]\n\n{}",
        everything("\"people\", \"carol\"")
    ));
    vec![
        verified("two-of-three", "Two keys of a role of three.", by(&[CAROL, ALICE])).trust(
            &two_of_three,
            "a",
            Some(0),
        ),
        refused("one-of-three", "role-not-met", "One key of a role that wants two.", by(&[CAROL]))
            .trust(&two_of_three, "a", Some(0)),
        refused(
            "one-key-twice",
            "role-not-met",
            "One key under two names counts once.",
            by(&[BOB]),
        )
        .trust(&twice, "a", Some(0)),
        verified("each-role", "Each of two requirements is met.", by(&[BOB, CAROL])).trust(
            &both,
            "a",
            Some(0),
        ),
        refused(
            "one-role",
            "role-not-met",
            "One of two requirements is met, by more keys than it wants.",
            by(&[ALICE, BOB]),
        )
        .trust(&both, "a", Some(0)),
        verified("one-key-for-two", "One key serves two requirements.", by(&[ALICE])).trust(
            &file(&format!(
                "[roles.people]\nkeys = [\"alice\"]\n\n{}",
                everything("\"people\", \"alice\"")
            )),
            "a",
            Some(0),
        ),
        refused(
            "stranger",
            "no-trusted-signature",
            "A key that the rule does not ask for.",
            by(&["mallory"]),
        )
        .trust(&both, "a", Some(0)),
        refused("nobody", "no-signature", "Nobody has signed.", bare()).trust(&both, "a", Some(0)),
        refused(
            "other-format",
            "no-signature",
            "Signatures of this format do not count.",
            by(&[ALICE]),
        )
        .trust(
            &file(&format!("{}formats = [\"minisign\"]\n", everything("\"alice\""))),
            "a",
            Some(0),
        ),
    ]
}

/// A file in which alice's key is as the line says.
fn alice_is(line: &str) -> String {
    format!(
        "version = 1\n\n[keys.alice]\npublic = \"{}\"\n{line}\n\n{}",
        text(ALICE),
        everything("\"alice\"")
    )
}

fn times() -> Vec<Draft> {
    let (until, from) =
        (alice_is("valid-until = 2028-02-29"), alice_is("valid-from = 2026-01-01T00:00:00+02:00"));
    let yes = |name: &str, about: &str, text: &str, at: &str| {
        verified(name, about, by(&[ALICE])).trust(text, "a", Some(0)).at(at)
    };
    let no = |name: &str, about: &str, text: &str, at: &str| {
        refused(name, "key-not-valid", about, by(&[ALICE])).trust(text, "a", Some(0)).at(at)
    };
    vec![
        yes(
            "before-the-end",
            "A second before a leap day on which the key ends.",
            &until,
            "2028-02-28T23:59:59Z",
        ),
        no(
            "at-the-end",
            "The end is exclusive; a date is 00:00 UTC.",
            &until,
            "2028-02-29T00:00:00Z",
        ),
        yes(
            "before-the-end-elsewhere",
            "The same, where the clock shows the day after.",
            &until,
            "2028-02-29T00:59:59+01:00",
        ),
        no(
            "before-the-start",
            "A second before a time with an offset.",
            &from,
            "2025-12-31T21:59:59Z",
        ),
        yes("at-the-start", "The start is inclusive.", &from, "2025-12-31T22:00:00Z"),
        refused("revoked", "revoked-key", "The key is revoked.", by(&[ALICE])).trust(
            &alice_is("revoked = true"),
            "a",
            Some(0),
        ),
        refused(
            "revoked-elsewhere",
            "revoked-key",
            "The key is revoked under another name.",
            by(&[ALICE]),
        )
        .trust(
            &file(&format!(
                "[keys.lost]\npublic = \"{}\"\nrevoked = true\n\n{}",
                text(ALICE),
                everything("\"alice\"")
            )),
            "a",
            Some(0),
        ),
        verified("revoked-beside", "A revoked key has signed too.", by(&[ALICE, BOB])).trust(
            &file(&format!(
                "[keys.lost]\npublic = \"{}\"\nrevoked = true\n\n{}",
                text(ALICE),
                everything("\"bob\"")
            )),
            "a",
            Some(0),
        ),
    ]
}

/// The envelope in which one person hands over to another.
fn handover(from: &str, to: &str) -> Vec<u8> {
    const TYPE: &str = "application/vnd.wasmsign.succession+json";
    let payload =
        format!(r#"{{"schema":1,"from":"{}","to":"{}","valid_from":null}}"#, text(from), text(to));
    let message = format!("DSSEv1 {} {TYPE} {} {payload}", TYPE.len(), payload.len());
    let signature = |name: &str| {
        let encoded = base64(&sign(name, message.as_bytes()));
        format!(r#"{{"keyid":"","sig":"{encoded}"}}"#)
    };
    format!(
        r#"{{"payload":"{}","payloadType":"{TYPE}","signatures":[{},{}]}}"#,
        base64(payload.as_bytes()),
        signature(from),
        signature(to)
    )
    .into_bytes()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |bytes: &[u8]| {
        let bits =
            (0..3).fold(0_usize, |bits, at| bits << 8 | usize::from(*bytes.get(at).unwrap_or(&0)));
        let digit = |at: usize| char::from(DIGITS[bits >> (18 - 6 * at) & 63]);
        (0..4).map(|at| if at <= bytes.len() { digit(at) } else { '=' }).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

fn successions() -> Vec<Draft> {
    let retired = alice_is(
        "successions = [\"trust-bob-carol.dsse\", \"trust-alice-bob.dsse\"]\nretired = 2026-06-01",
    );
    let role = format!(
        "version = 1\n\n[keys.alice]\npublic = \"{}\"\nsuccessions = [\"trust-alice-bob.dsse\"]\n\n\
         [keys.carol]\npublic = \"{}\"\n\n[roles.people]\nkeys = [\"alice\", \"carol\"]\nthreshold = 2\n\n{}",
        text(ALICE),
        text(CAROL),
        everything("\"people\"")
    );
    let with_files = |draft: Draft| {
        draft
            .beside("trust-alice-bob.dsse", handover(ALICE, BOB))
            .beside("trust-bob-carol.dsse", handover(BOB, CAROL))
            .section("keys-and-trust, A key hands over to its successor")
    };
    [
        verified("successor", "A successor of the key.", by(&[BOB])).trust(&retired, "a", Some(0)),
        verified(
            "second-successor",
            "A successor of the successor; the chain is not in order.",
            by(&[CAROL]),
        )
        .trust(&retired, "a", Some(0)),
        refused("retired", "key-not-valid", "The key itself is retired.", by(&[ALICE])).trust(
            &retired,
            "a",
            Some(0),
        ),
        verified("not-yet-retired", "The key itself, before it is retired.", by(&[ALICE]))
            .trust(&retired, "a", Some(0))
            .at("2026-05-31T23:59:59Z"),
        refused(
            "succession-counts-once",
            "role-not-met",
            "A key and its successor count once.",
            by(&[ALICE, BOB]),
        )
        .trust(&role, "a", Some(0)),
    ]
    .into_iter()
    .map(with_files)
    .collect()
}

/// A body that says of itself that it is this.
fn says(package: &str, version: &str) -> Vec<u8> {
    let json = format!(
        r#"{{"schema":1,"package":"{package}","version":"{version}","target":"codec","profile":"release","revision":null,"dirty":null,"built":"sha256:{}","optimizer":null,"extra":{{}}}}"#,
        hex(&sha256(b"built"))
    );
    [standard(), custom("wasmsign-manifest", json.as_bytes())].concat()
}

fn manifests() -> Vec<Draft> {
    let rule =
        file(&format!("{}package = \"codec\"\nversion = \">=1.4, <2\"\n", everything("\"alice\"")));
    let signed = |body: Vec<u8>| {
        module(&data(&[signed_set(&[ALICE], &rolling(std::slice::from_ref(&body)))]), &body)
    };
    let no = |name: &str, reason: &str, about: &str, body: Vec<u8>| {
        refused(name, reason, about, signed(body)).trust(&rule, "a", Some(0))
    };
    vec![
        verified(
            "right-version",
            "The package and a version that the rule takes.",
            signed(says("codec", "1.9.0")),
        )
        .trust(&rule, "a", Some(0)),
        no("old-version", "wrong-version", "A version that is too low.", says("codec", "1.3.9")),
        no("other-package", "wrong-package", "Another package.", says("other", "1.9.0")),
        no("no-manifest", "no-manifest", "The module says nothing of itself.", standard()),
    ]
}

fn coverage() -> Vec<Draft> {
    let both = file(&format!("{}coverage = \"prefix\"\n", everything("\"alice\", \"bob\"")));
    let note =
        file(&format!("{}coverage = \"prefix\"\nsections = [\"no*\"]\n", everything("\"alice\"")));
    let parts = three();
    let signed = |alice: usize, bob: usize| {
        let set = |name: &str, count: usize| signed_set(&[name], &rolling(&parts[..count]));
        module(&data(&[set(ALICE, alice), set(BOB, bob)]), &parts.concat())
    };
    vec![
        verified(
            "prefixes",
            "Both have signed a prefix with everything that runs, of other lengths.",
            signed(3, 2),
        )
        .trust(&both, "a", Some(0)),
        refused(
            "short-prefix",
            "role-not-met",
            "One of them has signed a prefix without the code.",
            signed(3, 1),
        )
        .trust(&both, "a", Some(0)),
        verified(
            "section-covered",
            "A custom section that the rule names is covered.",
            signed(3, 2),
        )
        .trust(&note, "a", Some(0)),
        refused("section-not-covered", "not-covered", "It is not.", signed(2, 3)).trust(
            &note,
            "a",
            Some(0),
        ),
        refused(
            "kind",
            "kind-mismatch",
            "A module where the rule wants a component.",
            by(&[ALICE]),
        )
        .trust(
            &file(&format!("{}kind = \"component\"\n", everything("\"alice\""))),
            "a",
            Some(0),
        ),
    ]
}

fn unsigned() -> Vec<Draft> {
    let rule = file(&format!(
        "[keys.gone]\npublic = \"01{}\"\nvalid-until = 2026-01-01\n\n[[rules]]\nmodules = [\"**\"]\nunsigned = true\n",
        hex(&key("gone").verifying_key().to_bytes())
    ));
    let mut changed = by(&[ALICE]);
    *changed.last_mut().expect("it has bytes") ^= 1;
    let mut foreign = by(&["mallory"]);
    *foreign.last_mut().expect("it has bytes") ^= 1;
    let stray = [&bare()[..], &section(0, b"\x09signature\x01\x01\x01\x00")].concat();
    vec![
        verified("unsigned", "The rule lets modules be unsigned.", bare()).trust(
            &rule,
            "a",
            Some(0),
        ),
        verified("unsigned-but-signed", "And a good signature does no harm.", by(&[ALICE])).trust(
            &rule,
            "a",
            Some(0),
        ),
        verified(
            "unsigned-foreign",
            "A signature of an unknown key leaves it unsigned, also one over another body.",
            foreign,
        )
        .trust(&rule, "a", Some(0)),
        refused(
            "unsigned-changed",
            "body-changed",
            "A key of the file has signed another body.",
            changed,
        )
        .trust(&rule, "a", Some(0)),
        refused(
            "unsigned-expired",
            "key-not-valid",
            "An expired key of the file has signed.",
            by(&["gone"]),
        )
        .trust(&rule, "a", Some(0)),
        refused(
            "unsigned-stray",
            "stray-signature",
            "A signature section that is not the first section.",
            stray,
        )
        .trust(&rule, "a", Some(0)),
    ]
}

fn revoked() -> Vec<Draft> {
    let identity = hex(&sha256(&bare()));
    let rule = file(&format!(
        "{}\n[revoked]\nidentities = [\"sha256:{identity}\"]\n",
        everything("\"alice\"")
    ));
    let message = message(&rolling(&one()));
    let other = [&bare()[..], &custom("x", &sign(ALICE, &message))].concat();
    let parts = vec![other[8..].to_vec()];
    let other = module(&data(&[signed_set(&[ALICE], &rolling(&parts))]), &parts.concat());
    vec![
        refused(
            "revoked-module",
            "revoked-module",
            "The identity of the module is revoked.",
            by(&[ALICE]),
        )
        .trust(&rule, "a", Some(0)),
        refused("revoked-unsigned", "revoked-module", "The same without a signature.", bare())
            .trust(&rule, "a", Some(0)),
        verified("not-revoked", "Another module.", other).trust(&rule, "a", Some(0)),
    ]
}
