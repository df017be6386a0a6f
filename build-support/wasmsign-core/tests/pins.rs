//! Trust on first use: what a store remembers, and what it refuses.
#![cfg(feature = "trust")]

mod common;

use common::*;
use proptest::prelude::*;
use wasmsign_core::trust::{Handover, Pin, PinCheck, PinRefusal, Pins, Time, Trust};
use wasmsign_core::{Policy, Require, Verified};

/// A module of this version, signed by these keys.
fn verified(seeds: &[u8], version: Option<&str>) -> Verified {
    let json = version.map(|version| {
        format!(
            r#"{{"schema":1,"package":"p","version":"{version}","target":"t","profile":"dev","revision":null,"dirty":null,"built":"sha256:{}","optimizer":null,"extra":{{}}}}"#,
            "07".repeat(32)
        )
    });
    let says = json.map(|json| custom("wasmsign-manifest", json.as_bytes())).unwrap_or_default();
    let body = [section(10, b"code"), says].concat();
    let file = with_sets(&[signed_set(seeds, &rolling(&[&body]))], &[&body]);
    verify_with(&file, seeds, Policy::default().require(Require::All)).expect("all have signed")
}

/// What a rule that asks for nothing says of an unsigned module.
fn unsigned() -> Verified {
    let text = "version = 1\n[[rules]]\nmodules = [\"**\"]\nunsigned = true\n";
    let trust = Trust::load(text, |path| std::fs::read(path)).expect("it is right");
    let time: Time = "2026-01-01".parse().expect("it is a time");
    trust.verifier("m", time).build().verify(&file(&[])[..]).expect("it may be")
}

/// A store that remembers `m` from this module on.
fn pinned(module: &Verified) -> Pins {
    let mut pins = Pins::new();
    let PinCheck::New(pin) = pins.check("m", module, None, false) else { panic!("it is new") };
    pins.set("m", pin);
    Pins::parse(&pins.to_toml()).expect("as it was written")
}

/// The check in a word.
fn word(check: &PinCheck) -> String {
    match check {
        PinCheck::New(_) => "new".into(),
        PinCheck::Known => "known".into(),
        PinCheck::Newer(pin) => format!("newer {}", pin.version.as_ref().expect("it is higher")),
        PinCheck::Unsigned => "unsigned".into(),
        PinCheck::Refused(refusal) => refusal.code().into(),
        _ => "another".into(),
    }
}

#[test]
fn the_first_signers_are_pinned_and_one_of_them_is_enough() {
    let pins = pinned(&verified(&[1, 2], None));
    let pin = pins.get("m").expect("it was pinned");
    assert_eq!((&pin.signers[..], &pin.version), (&[public(1), public(2)][..], &None));
    for (seeds, expected) in
        [(&[1][..], "known"), (&[2], "known"), (&[3, 2], "known"), (&[3], "pin-changed")]
    {
        assert_eq!(word(&pins.check("m", &verified(seeds, None), None, false)), expected);
        assert_eq!(word(&pins.check("other", &verified(seeds, None), None, false)), "new");
    }
    let refused = pins.check("m", &verified(&[3], None), None, true);
    let PinCheck::Refused(refusal @ PinRefusal::Changed { .. }) = refused else {
        panic!("{refused:?}")
    };
    let shown = format!("pinned to {}, {}, but signed by {}", public(1), public(2), public(3));
    assert_eq!(refusal.to_string(), shown);
}

#[test]
fn versions_only_go_up() {
    for (pinned_version, version, expected, with_downgrade) in [
        (Some("1.4.2"), Some("1.4.2"), "known", "known"),
        (Some("1.4.2"), Some("1.10.0"), "newer 1.10.0", "newer 1.10.0"),
        (Some("1.4.2"), Some("1.4.1"), "rolled-back", "known"),
        (Some("1.4.2"), Some("1.4.2-rc.1"), "rolled-back", "known"),
        (Some("1.4.2+a"), Some("1.4.2+b"), "known", "known"),
        (Some("1.4.2"), None, "rolled-back", "known"),
        (None, Some("0.1.0"), "newer 0.1.0", "newer 0.1.0"),
        (None, None, "known", "known"),
    ] {
        let pins = pinned(&verified(&[1], pinned_version));
        let module = verified(&[1], version);
        assert_eq!(word(&pins.check("m", &module, None, false)), expected, "{version:?}");
        assert_eq!(word(&pins.check("m", &module, None, true)), with_downgrade, "{version:?}");
    }
    // Another signer is that first, whatever the version.
    let pins = pinned(&verified(&[1], Some("1.0.0")));
    assert_eq!(word(&pins.check("m", &verified(&[2], Some("0.9.0")), None, false)), "pin-changed");
}

#[test]
fn an_unsigned_module_is_never_pinned() {
    assert_eq!(word(&Pins::new().check("m", &unsigned(), None, false)), "unsigned");
    assert_eq!(Pin::of(&unsigned()), None);
    assert_eq!(
        word(&pinned(&verified(&[1], None)).check("m", &unsigned(), None, false)),
        "pin-changed"
    );
}

#[test]
fn successors_of_pinned_keys_are_as_good() {
    let text =
        format!("version = 1\n[keys.a]\npublic = \"{}\"\nsuccessions = [\"1-2\"]\n", public(1));
    let trust = Trust::load(&text, |_| {
        let handover = Handover::new(public(1), public(2), None).expect("they are two");
        let message = handover.message();
        let [old, new] = [1, 2].map(|seed| secret(seed).sign(&message));
        Ok(handover.envelope(&old, &new).expect("both have signed").into_bytes())
    });
    let trust = trust.expect("it is right");
    let pins = pinned(&verified(&[1], None));
    assert_eq!(word(&pins.check("m", &verified(&[2], None), Some(&trust), false)), "known");
    assert_eq!(word(&pins.check("m", &verified(&[2], None), None, false)), "pin-changed");
    // It does not hand back.
    let pins = pinned(&verified(&[2], None));
    assert_eq!(word(&pins.check("m", &verified(&[1], None), Some(&trust), false)), "pin-changed");
}

#[test]
fn a_store_that_is_torn_or_strange_is_refused_with_places() {
    let key = public(1);
    for (text, fault) in [
        (
            "version = 2\nnew = 1\n".into(),
            "line 1, column 11: expected the version of the pin store, 1",
        ),
        ("pins = {}\n".into(), "line 1, column 1: missing key `version`"),
        ("version = 1\n[pins.m]\n".into(), "line 2, column 1: missing key `signers`"),
        ("version = 1\n[pins.m]\nsigners = []\n".into(), "line 3, column 11: a pin needs a signer"),
        (
            format!("version = 1\n[pins.m]\nsigners = [\"{key}\"]\nversion = \"1\"\n"),
            "line 4, column 11: expected a version: unexpected end of input while parsing major version number",
        ),
        (
            format!("version = 1\n[pins.m]\nsigners = [\"{key}\"]\nsigner = 1\n"),
            "line 4, column 1: unknown key `signer`; did you mean `signers`?",
        ),
        (
            format!("version = 1\n[pins.m]\nsigners = [\"{key}\""),
            "line 3, column 80: invalid TOML: unclosed array, expected `]`",
        ),
    ] {
        let error = Pins::parse(&text).expect_err(&text);
        assert_eq!((error.to_string(), error.code()), (fault.into(), "pin-store"), "{text}");
    }
    assert_eq!(Pins::parse(" \n"), Ok(Pins::new()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read_back(names in proptest::collection::vec(any::<String>(), 0..6)) {
        let mut pins = Pins::new();
        for (index, name) in names.iter().enumerate() {
            let version = (index % 2 == 0).then_some("1.2.3-rc.1+b");
            pins.set(name.as_str(), Pin::of(&verified(&[1, 2], version)).expect("it is signed"));
        }
        let read = Pins::parse(&pins.to_toml());
        prop_assert_eq!(read.as_ref(), Ok(&pins));
        prop_assert!(pins.names().all(|name| pins.get(name).is_some()));
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,80}", cut in any::<prop::sample::Index>()) {
        let _ = Pins::parse(&text);
        let good = pinned(&verified(&[1], Some("1.0.0"))).to_toml();
        let _ = Pins::parse(&good[..cut.index(good.len())]);
    }
}
