//! What trust files decide: rules × signers × time × manifest → verdict.
#![cfg(feature = "trust")]

mod common;

use common::*;
use proptest::collection::vec;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use wasmsign_core::trust::{Handover, Time, Trust};
use wasmsign_core::{Error, Verified, Verifier};

/// Loads a file in which `K1`, `K2` and so on stand for keys, and `A-B.dsse` hands over from key A to key B; with
/// `A-B@TIME.dsse` from then on.
fn load(text: &str) -> Trust {
    let text = (1..=20).rev().fold(text.to_owned(), |text, seed| {
        text.replace(&format!("\"K{seed}\""), &format!("\"{}\"", public(seed)))
    });
    let handover = |path: &str| {
        let (keys, time) = path
            .strip_suffix(".dsse")
            .map(|path| path.split_once('@').unwrap_or((path, "")))
            .expect("a name");
        let (from, to) = keys.split_once('-').expect("two keys");
        let [from, to] = [from, to].map(|seed| seed.parse::<u8>().expect("a number"));
        let handover =
            Handover::new(public(from), public(to), time.parse().ok()).expect("two keys");
        let message = handover.message();
        handover.envelope(&secret(from).sign(&message), &secret(to).sign(&message)).expect("signed")
    };
    Trust::load(&text, |path| Ok(handover(path).into_bytes()))
        .unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn time(text: &str) -> Time {
    text.parse().expect("it is a time")
}

/// When nothing else is said.
const NOW: &str = "2026-06-01";

/// The reason, or `ok` with the rule and the roles: `0 maintainers=alice,bob ci=ci`.
fn shown(result: Result<Verified, Error>) -> String {
    match result {
        Ok(verified) => {
            let role = |role: &wasmsign_core::verify::SignedRole| {
                format!(" {}={}", role.name, role.keys.join(","))
            };
            let roles: String = verified.roles().iter().map(role).collect();
            format!("ok {}{roles}", verified.rule().expect("a rule has decided"))
        }
        Err(error) => error.code().into(),
    }
}

/// The verdict on a file, which is the same in every way in which it can be read.
fn verdict(verifier: &Verifier, file: &[u8]) -> String {
    let prehashed = verifier.prehashed(file).and_then(|prehashed| {
        let hash =
            |&end: &u64| Sha256::digest(&file[prehashed.start() as usize..end as usize]).into();
        let hashes: Vec<[u8; 32]> = prehashed.ends().iter().map(hash).collect();
        prehashed.judge(&hashes)
    });
    let by_slice =
        shown(verifier.verify_bytes(file).map(|module| module.into_parts().1).map_err(Into::into));
    assert_eq!(shown(verifier.verify(file).map_err(Into::into)), by_slice);
    assert_eq!(shown(verifier.reader(file).finish().map_err(Into::into)), by_slice);
    let module = verifier.reader(file).into_module();
    if let Ok(module) = &module {
        assert_eq!(module.bytes().len() as u64, module.verified().covered());
    }
    assert_eq!(shown(module.map(|module| module.into_parts().1).map_err(Into::into)), by_slice);
    let prehashed = prehashed.map(|signed| (signed.rule(), signed.roles().to_vec()));
    match prehashed {
        Ok((rule, roles)) => {
            let verified = verifier.verify(file).expect("it was verified a moment ago");
            assert_eq!((rule, &roles[..]), (verified.rule(), verified.roles()));
        }
        Err(error) => assert_eq!(error.code(), by_slice),
    }
    by_slice
}

fn ask(trust: &Trust, name: &str, at: &str, file: &[u8]) -> String {
    verdict(&trust.verifier(name, time(at)).build(), file)
}

/// A module signed whole by these keys, each in a set of its own.
fn signed_by(seeds: &[u8]) -> Vec<u8> {
    module_signed_by(seeds, &section(10, b"code"))
}

fn module_signed_by(seeds: &[u8], body: &[u8]) -> Vec<u8> {
    let sets: Vec<_> = seeds.iter().map(|&seed| signed_set(&[seed], &rolling(&[body]))).collect();
    if sets.is_empty() { file(&[body]) } else { with_sets(&sets, &[body]) }
}

fn manifest(package: &str, version: &str) -> Vec<u8> {
    let json = format!(
        r#"{{"schema":1,"package":"{package}","version":"{version}","target":"t","profile":"release","revision":null,"dirty":null,"built":"sha256:{}","optimizer":null,"extra":{{}}}}"#,
        "07".repeat(32)
    );
    custom("wasmsign-manifest", json.as_bytes())
}

const TEAM: &str = r#"
version = 1
keys.alice.public = "K1"
keys.bob.public = "K2"
keys.bob-again.public = "K2"
keys.carol.public = "K3"
keys.ci.public = "K4"
keys.old = { public = "K5", valid-until = 2026-01-01 }
keys.next = { public = "K6", valid-from = 2027-01-01 }
keys.stolen = { public = "K7", revoked = true }
keys.stolen-again = { public = "K7" }

[roles.maintainers]
keys = ["alice", "bob", "bob-again", "carol"]
threshold = 2

[roles.mixed]
keys = ["alice", "old", "next", "stolen"]

[roles.two-of-mixed]
keys = ["old", "stolen"]
threshold = 2

[[rules]]
modules = ["plugins/*", "codec.wasm"]
require = ["maintainers", "ci"]

[[rules]]
modules = ["mixed"]
require = ["mixed"]

[[rules]]
modules = ["again"]
require = ["stolen-again"]

[[rules]]
modules = ["two"]
require = ["two-of-mixed"]

[[rules]]
modules = ["alice-twice"]
require = ["alice", "maintainers"]

[[rules]]
modules = ["component"]
require = ["ci"]
kind = "component"

[[rules]]
modules = ["versioned"]
require = ["ci"]
package = "codec"
version = ">=1.4, <2"

[[rules]]
modules = ["elsewhere"]
require = ["ci"]
formats = ["minisign", "sshsig"]

[[rules]]
modules = ["hybrid"]
require = ["ci"]
algorithms = ["ed25519", "ml-dsa-65"]
"#;

#[test]
fn a_table_of_cases() {
    let trust = load(TEAM);
    for (name, signers, at, expected) in [
        ("codec.wasm", &[1, 2, 4][..], NOW, "ok 0 maintainers=alice,bob ci=ci"),
        ("plugins/a.wasm", &[4, 3, 2, 1], NOW, "ok 0 maintainers=alice,bob,carol ci=ci"),
        ("codec.wasm", &[1, 2, 4, 9, 7, 5], NOW, "ok 0 maintainers=alice,bob ci=ci"),
        ("codec.wasm", &[1, 2], NOW, "role-not-met"),
        ("codec.wasm", &[1, 4], NOW, "role-not-met"),
        ("codec.wasm", &[2, 2, 4], NOW, "role-not-met"),
        ("codec.wasm", &[4], NOW, "role-not-met"),
        ("codec.wasm", &[9], NOW, "no-trusted-signature"),
        ("codec.wasm", &[5, 7], NOW, "no-trusted-signature"),
        ("codec.wasm", &[], NOW, "no-signature"),
        ("plugins/a/b.wasm", &[1, 2, 4], NOW, "no-rule"),
        ("other.wasm", &[], NOW, "no-rule"),
        ("mixed", &[1], NOW, "ok 1 mixed=alice"),
        ("mixed", &[5], NOW, "key-not-valid"),
        ("mixed", &[5], "2025-12-31T23:59:59Z", "ok 1 mixed=old"),
        ("mixed", &[5], "2026-01-01", "key-not-valid"),
        ("mixed", &[5], "2026-01-01T00:00:00+00:01", "ok 1 mixed=old"),
        ("mixed", &[5], "2026-01-01T00:00:00-00:01", "key-not-valid"),
        ("mixed", &[6], NOW, "key-not-valid"),
        ("mixed", &[6], "2026-12-31T23:59:59.999999999Z", "key-not-valid"),
        ("mixed", &[6], "2027-01-01T00:00:00Z", "ok 1 mixed=next"),
        ("mixed", &[7], NOW, "revoked-key"),
        ("mixed", &[5, 7], NOW, "revoked-key"),
        ("mixed", &[5, 7, 1], NOW, "ok 1 mixed=alice"),
        ("again", &[7], NOW, "revoked-key"),
        ("two", &[5, 7], NOW, "no-trusted-signature"),
        ("two", &[5, 7], "2025-01-01", "revoked-key"),
        ("alice-twice", &[1, 2], NOW, "ok 4 alice=alice maintainers=alice,bob"),
        ("alice-twice", &[2, 3], NOW, "role-not-met"),
        ("component", &[4], NOW, "kind-mismatch"),
        ("versioned", &[4], NOW, "no-manifest"),
        ("elsewhere", &[4], NOW, "no-signature"),
        ("hybrid", &[4], NOW, "no-trusted-signature"),
    ] {
        let found = ask(&trust, name, at, &signed_by(signers));
        assert_eq!(found, expected, "{name} signed by {signers:?} at {at}");
    }
}

#[test]
fn what_a_module_says_of_itself_decides_too() {
    let trust = load(TEAM);
    let code = section(10, b"code");
    for (sections, expected) in [
        (manifest("codec", "1.4.0"), "ok 6 ci=ci"),
        (manifest("codec", "1.9.9"), "ok 6 ci=ci"),
        (manifest("codec", "1.3.9"), "wrong-version"),
        (manifest("codec", "2.0.0"), "wrong-version"),
        (manifest("other", "1.4.0"), "wrong-package"),
        ([manifest("codec", "1.4.0"), manifest("codec", "1.4.0")].concat(), "no-manifest"),
        (custom("wasmsign-manifest", b"{}"), "no-manifest"),
    ] {
        let body = [&code[..], &sections].concat();
        assert_eq!(ask(&trust, "versioned", NOW, &module_signed_by(&[4], &body)), expected);
        assert_eq!(
            ask(&trust, "versioned", NOW, &module_signed_by(&[1], &body)),
            "no-trusted-signature"
        );
    }
}

#[test]
fn a_changed_body_is_told_from_a_missing_signature() {
    let trust = load(TEAM);
    let mut file = signed_by(&[1, 2, 4]);
    *file.last_mut().expect("it has bytes") ^= 1;
    assert_eq!(ask(&trust, "codec.wasm", NOW, &file), "body-changed");
    let mut appended = signed_by(&[1, 2, 4]);
    appended.extend(custom("x", b""));
    assert_eq!(ask(&trust, "codec.wasm", NOW, &appended), "body-changed");
    let cut = &appended[..appended.len() - 1];
    let verifier = trust.verifier("codec.wasm", time(NOW)).build();
    assert!(matches!(verifier.verify(cut).map_err(Error::from), Err(Error::Malformed(_))));
}

#[test]
fn a_refusal_says_what_is_missing() {
    let trust = load(TEAM);
    let error = trust.verifier("codec.wasm", time(NOW)).build().verify_bytes(signed_by(&[1, 4]));
    let Err(wasmsign_core::VerifyError::Refused(refusal)) = error else { panic!("{error:?}") };
    assert_eq!(refusal.to_string(), "`maintainers` needs the signatures of 2 keys, but has 1");
    assert_eq!(refusal.rule(), Some(0));
    let roles: Vec<_> = refusal
        .roles()
        .iter()
        .map(|role| (&*role.name, role.keys.join(","), role.is_satisfied()))
        .collect();
    assert_eq!(roles, [("maintainers", "alice".into(), false), ("ci", "ci".into(), true)]);
}

#[test]
fn revoked_modules_are_refused_whoever_has_signed_them() {
    let body = section(10, b"code");
    let identity: [u8; 32] = Sha256::digest(file(&[&body])).into();
    let revoked = format!(
        "{TEAM}\n[revoked]\nidentities = [\"{}\"]\n",
        wasmsign_core::Identity::from_bytes(identity)
    );
    let trust = load(&revoked);
    for signers in [&[1, 2, 4][..], &[9], &[]] {
        assert_eq!(ask(&trust, "codec.wasm", NOW, &signed_by(signers)), "revoked-module");
        assert_eq!(ask(&trust, "other", NOW, &signed_by(signers)), "revoked-module");
    }
    let other = module_signed_by(&[1, 2, 4], &section(10, b"edoc"));
    assert!(ask(&trust, "codec.wasm", NOW, &other).starts_with("ok"));
}

/// Of two parts, the first with all that runs.
fn two_parts(manifest_in: Option<usize>) -> [Vec<u8>; 2] {
    let says =
        |part| if manifest_in == Some(part) { manifest("codec", "1.4.0") } else { Vec::new() };
    [
        [section(10, b"code"), says(0), delimiter(1)].concat(),
        [custom("tail", b"t"), says(1)].concat(),
    ]
}

/// A file of these parts, in which each of these keys has signed so many of them.
fn signed_parts(parts: &[Vec<u8>], signers: &[(u8, usize)]) -> Vec<u8> {
    let set =
        |&(seed, count): &(u8, usize)| signed_set(&[seed], &rolling(&slices(&parts[..count])));
    let sets: Vec<_> = signers.iter().map(set).collect();
    with_sets(&sets, &slices(parts))
}

const PREFIX: &str = r#"
version = 1
keys.a.public = "K1"
keys.b.public = "K2"
roles.any.keys = ["a", "b"]

[[rules]]
modules = ["both"]
require = ["a", "b"]
coverage = "prefix"

[[rules]]
modules = ["tail"]
require = ["any"]
coverage = "prefix"
sections = ["ta*"]

[[rules]]
modules = ["says"]
require = ["any"]
coverage = "prefix"
package = "codec"
"#;

#[test]
fn what_counts_is_covered_for_every_role() {
    let trust = load(PREFIX);
    let parts = two_parts(None);
    let file = signed_parts(&parts, &[(1, 2), (2, 1)]);
    let verifier = trust.verifier("both", time(NOW)).build();
    assert_eq!(verdict(&verifier, &file), "ok 0 a=a b=b");
    let verified = verifier.verify(&file[..]).expect("both have signed what runs");
    assert_eq!(verified.covered() as usize, file.len() - parts[1].len());
    assert_eq!(ask(&trust, "both", NOW, &signed_parts(&parts, &[(1, 2)])), "role-not-met");
    assert_eq!(ask(&trust, "tail", NOW, &file), "ok 1 any=a");
    assert_eq!(ask(&trust, "tail", NOW, &signed_parts(&parts, &[(2, 1)])), "not-covered");
}

#[test]
fn a_signer_who_covers_less_takes_no_manifest_away() {
    let trust = load(PREFIX);
    let parts = two_parts(Some(1));
    assert_eq!(ask(&trust, "says", NOW, &signed_parts(&parts, &[(1, 2)])), "ok 2 any=a");
    assert_eq!(ask(&trust, "says", NOW, &signed_parts(&parts, &[(1, 2), (2, 1)])), "ok 2 any=a");
    assert_eq!(ask(&trust, "says", NOW, &signed_parts(&parts, &[(2, 1)])), "no-manifest");
    // And none who covers a second one.
    let mut parts = two_parts(Some(0));
    parts[1].extend(manifest("codec", "1.5.0"));
    assert_eq!(ask(&trust, "says", NOW, &signed_parts(&parts, &[(1, 1)])), "ok 2 any=a");
    assert_eq!(ask(&trust, "says", NOW, &signed_parts(&parts, &[(1, 1), (2, 2)])), "ok 2 any=a,b");
    assert_eq!(ask(&trust, "says", NOW, &signed_parts(&parts, &[(2, 2)])), "no-manifest");
}

const SUCCESSION: &str = r#"
version = 1
keys.alice = { public = "K1", successions = ["2-3@2027-01-01.dsse", "1-2.dsse"], retired = 2026-07-01 }
keys.bob = { public = "K4", valid-until = 2028-02-29, successions = ["4-5.dsse"] }
keys.gone = { public = "K6", revoked = true, successions = ["6-7.dsse"] }
keys.heir.public = "K7"
keys.half = { public = "K8", successions = ["8-9.dsse", "9-10.dsse"] }
keys.nine = { public = "K9", revoked = true }
roles.two = { keys = ["alice", "bob"], threshold = 2 }

[[rules]]
modules = ["alice"]
require = ["alice"]

[[rules]]
modules = ["two"]
require = ["two"]

[[rules]]
modules = ["gone"]
require = ["gone", "heir"]

[[rules]]
modules = ["half"]
require = ["half"]
"#;

#[test]
fn a_key_hands_over_to_its_successor() {
    let trust = load(SUCCESSION);
    for (name, signers, at, expected) in [
        ("alice", &[1][..], NOW, "ok 0 alice=alice"),
        ("alice", &[2], NOW, "ok 0 alice=alice"),
        ("alice", &[1], "2026-07-01", "key-not-valid"),
        ("alice", &[2], "2026-07-01", "ok 0 alice=alice"),
        ("alice", &[3], "2026-12-31", "key-not-valid"),
        ("alice", &[3], "2027-01-01", "ok 0 alice=alice"),
        ("alice", &[4], NOW, "no-trusted-signature"),
        // A key and its successors count once.
        ("two", &[1, 2], NOW, "role-not-met"),
        ("two", &[1, 2, 5], NOW, "ok 1 two=alice,bob"),
        // A name's own times are those of its successors too, up to a leap day.
        ("two", &[2, 5], "2028-02-28T23:59:59Z", "ok 1 two=alice,bob"),
        ("two", &[2, 5], "2028-02-29", "key-not-valid"),
        ("gone", &[6], NOW, "no-trusted-signature"),
        ("gone", &[7], NOW, "revoked-key"),
        ("half", &[8], NOW, "ok 3 half=half"),
        ("half", &[9], NOW, "revoked-key"),
        ("half", &[10], NOW, "revoked-key"),
    ] {
        let found = ask(&trust, name, at, &signed_by(signers));
        assert_eq!(found, expected, "{name} signed by {signers:?} at {at}");
    }
}

const DEVELOPMENT: &str = r#"
version = 1
keys.a.public = "K1"
keys.old = { public = "K2", valid-until = 2026-01-01 }
keys.stolen = { public = "K3", revoked = true }
keys.elsewhere.public = "K4"

[[rules]]
modules = ["any"]
unsigned = true

[[rules]]
modules = ["asks"]
require = ["a"]
unsigned = true

[[rules]]
modules = ["says"]
require = ["a"]
package = "codec"
unsigned = true

[[rules]]
modules = ["prefix"]
require = ["a"]
coverage = "prefix"
unsigned = true
"#;

#[test]
fn an_unsigned_module_may_pass_and_a_bad_signature_may_not() {
    let trust = load(DEVELOPMENT);
    let changed = |seeds: &[u8]| {
        let mut file = signed_by(seeds);
        *file.last_mut().expect("it has bytes") ^= 1;
        file
    };
    for (name, file, expected) in [
        ("any", signed_by(&[]), "ok 0"),
        ("any", signed_by(&[1]), "ok 0"),
        ("any", signed_by(&[9]), "ok 0"),
        ("any", changed(&[9]), "ok 0"),
        ("any", changed(&[1]), "body-changed"),
        ("any", changed(&[4]), "body-changed"),
        ("any", changed(&[2]), "body-changed"),
        ("any", changed(&[3]), "body-changed"),
        ("any", signed_by(&[2]), "key-not-valid"),
        ("any", signed_by(&[3]), "revoked-key"),
        ("asks", signed_by(&[]), "ok 1 a="),
        ("asks", signed_by(&[1]), "ok 1 a=a"),
        ("asks", signed_by(&[4]), "ok 1 a="),
        ("asks", signed_by(&[1, 2, 3]), "ok 1 a=a"),
        ("asks", changed(&[1]), "body-changed"),
        ("says", signed_by(&[]), "no-manifest"),
        ("says", signed_by(&[1]), "no-manifest"),
        ("says", module_signed_by(&[], &manifest("codec", "1.0.0")), "no-manifest"),
        ("says", module_signed_by(&[1], &manifest("codec", "1.0.0")), "ok 2 a=a"),
        ("prefix", signed_by(&[]), "ok 3 a="),
        ("prefix", signed_parts(&two_parts(None), &[(1, 1)]), "ok 3 a=a"),
        ("prefix", signed_parts(&two_parts(None), &[(9, 1)]), "ok 3 a="),
    ] {
        assert_eq!(ask(&trust, name, NOW, &file), expected, "{name}: {expected}");
    }
    let verifier = trust.verifier("any", time(NOW)).build();
    let unsigned = signed_by(&[]);
    let module = verifier.verify_bytes(&unsigned).expect("it may be unsigned");
    assert_eq!(module.covered_bytes(), unsigned);
    assert!(module.verified().signers().is_empty() && !module.verified().is_whole());
    assert_eq!(module.verified().manifest(), None);
    let broken = file(&[&signature_section(b"\x01\x01\x01"), &section(10, b"code")]);
    assert!(matches!(verifier.verify(&broken[..]).map_err(Error::from), Err(Error::Malformed(_))));
    let later = file(&[&signature_section(b"\x02\x01\x01\0"), &section(10, b"code")]);
    assert_eq!(verdict(&verifier, &later), "unknown-version");
    let stray = file(&[&section(10, b"code"), &signature_section(&data(&[]))]);
    assert_eq!(verdict(&verifier, &stray), "stray-signature");
}

#[test]
fn detached_signatures_are_judged_alike() {
    let trust = load(TEAM);
    let body = section(10, b"code");
    let data = data(&[signed_set(&[1, 2, 4], &rolling(&[&body]))]);
    let verifier = trust.verifier("codec.wasm", time(NOW)).build();
    let (bare, embedded) = (file(&[&body]), signed_by(&[1, 2, 4]));
    let verified = verifier.verify_detached(&bare[..], &data);
    assert_eq!(shown(verified.map_err(Into::into)), "ok 0 maintainers=alice,bob ci=ci");
    let other = common::data(&[signed_set(&[9], &rolling(&[&body]))]);
    assert_eq!(
        verifier.verify_detached(&embedded[..], &other).expect_err("9 is nobody").code(),
        "no-trusted-signature"
    );
}

/// A rule of roles over keys 1 to 6, and a time.
fn question() -> impl Strategy<Value = (Trust, Time)> {
    let key = (0u8..4).prop_map(|state| match state {
        0 => ", valid-until = 2026-01-01",
        1 => ", revoked = true",
        _ => "",
    });
    let role = (vec(1u8..=6, 1..5), 1usize..4);
    (vec(key, 6), vec(role, 1..4), any::<bool>(), any::<bool>()).prop_map(
        |(keys, roles, prefix, says)| {
            let mut text = String::from("version = 1\n");
            for (index, state) in keys.iter().enumerate() {
                text += &format!("keys.k{0} = {{ public = \"K{0}\"{state} }}\n", index + 1);
            }
            for (index, (members, threshold)) in roles.iter().enumerate() {
                let mut members = members.clone();
                members.sort_unstable();
                members.dedup();
                let names: Vec<_> = members.iter().map(|key| format!("\"k{key}\"")).collect();
                let threshold = (*threshold).min(members.len());
                text += &format!(
                    "roles.r{index} = {{ keys = [{}], threshold = {threshold} }}\n",
                    names.join(", ")
                );
            }
            let require: Vec<_> = (0..roles.len()).map(|index| format!("\"r{index}\"")).collect();
            text += &format!("[[rules]]\nmodules = [\"**\"]\nrequire = [{}]\n", require.join(", "));
            text += if prefix { "coverage = \"prefix\"\n" } else { "" };
            text += if says { "package = \"codec\"\n" } else { "" };
            (load(&text), time("2026-06-01"))
        },
    )
}

/// Who signs how many of three parts: a key, or one that is unknown, or bytes that are no signature.
fn signatures() -> impl Strategy<Value = Vec<(u8, usize)>> {
    vec((0u8..=7, 1usize..=3), 0..9)
}

/// A file of three parts with these signatures, one set each. The last part says what it is, or the first.
fn signed_file(signatures: &[(u8, usize)], says_first: bool) -> Vec<u8> {
    let mut parts = [
        [section(10, b"code"), delimiter(1)].concat(),
        [custom("x", b"1"), delimiter(2)].concat(),
        custom("y", b"2"),
    ];
    let says = manifest("codec", "1.0.0");
    let at = if says_first { 0 } else { 2 };
    parts[at] = [says, parts[at].clone()].concat();
    let set = |&(seed, count): &(u8, usize)| {
        let hashes = rolling(&slices(&parts[..count]));
        if seed == 0 { set(&hashes, &[entry(b"", &[7; 64])]) } else { signed_set(&[seed], &hashes) }
    };
    let sets: Vec<_> = signatures.iter().map(set).collect();
    if sets.is_empty() { file(&slices(&parts)) } else { with_sets(&sets, &slices(&parts)) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Adding a signature never turns accepted into refused, and so removing one never turns refused into accepted.
    #[test]
    fn more_signatures_are_never_less_trust(
        (trust, time) in question(),
        signatures in signatures(),
        more in (0u8..=7, 1usize..=3),
        at in any::<prop::sample::Index>(),
        says_first in any::<bool>(),
    ) {
        let verifier = trust.verifier("module", time).build();
        let before = verdict(&verifier, &signed_file(&signatures, says_first));
        let mut added = signatures.clone();
        added.insert(at.index(signatures.len() + 1), more);
        let after = verdict(&verifier, &signed_file(&added, says_first));
        prop_assert!(!before.starts_with("ok") || after.starts_with("ok"), "{before}, then {after}");
    }

    /// Only the keys that a rule asks for matter.
    #[test]
    fn signatures_of_others_change_nothing(
        (trust, time) in question(),
        signatures in signatures(),
        says_first in any::<bool>(),
    ) {
        let verifier = trust.verifier("module", time).build();
        let wanted: Vec<_> = verifier.keys().to_vec();
        let is_wanted = |&&(seed, _): &&(u8, usize)| seed > 0 && wanted.contains(&public(seed));
        let alone: Vec<_> = signatures.iter().filter(is_wanted).copied().collect();
        let with_all = verdict(&verifier, &signed_file(&signatures, says_first));
        let with_wanted = verdict(&verifier, &signed_file(&alone, says_first));
        prop_assert_eq!(with_all.starts_with("ok"), with_wanted.starts_with("ok"));
        if with_all.starts_with("ok") {
            prop_assert_eq!(with_all, with_wanted);
        }
    }
}
