//! What a module says of itself: read strictly, given only from the covered range, asked for by a policy.
#![cfg(feature = "manifest")]

mod common;

use std::io::{self, Read};

use common::reader::{drain, refused_with};
use common::*;
use sha2::{Digest, Sha256};
use wasmsign_core::inspect::inspect;
use wasmsign_core::limits::MAX_MANIFEST_BYTES;
use wasmsign_core::manifest::{MANIFEST_SECTION, VersionReq};
use wasmsign_core::verify::Reason;
use wasmsign_core::{Identity, ManifestError, ModuleManifest, Policy, VerifyError};

const CODEC: &str = r#"{"schema":1,"package":"codec","version":"1.4.2","target":"codec","profile":"release","revision":"git:0123456789abcdef0123456789abcdef01234567","dirty":false,"built":"sha256:0707070707070707070707070707070707070707070707070707070707070707","optimizer":{"name":"binaryen","version":"116","options":["-Oz"]},"extra":{"a":"é","b":"\n"}}"#;

fn codec() -> ModuleManifest {
    let built = Identity::from_bytes([7; 32]);
    let version = "1.4.2".parse().expect("it is a version");
    ModuleManifest::builder("codec", &version, "codec", "release", built)
        .revision("git:0123456789abcdef0123456789abcdef01234567", false)
        .optimizer("binaryen", "116", ["-Oz"])
        .extra("b", "\n")
        .extra("a", "é")
        .build()
        .expect("it is short")
}

fn says(json: &str) -> Vec<u8> {
    custom(MANIFEST_SECTION, json.as_bytes())
}

/// These sections, signed by key 1.
fn one_part(sections: &[&[u8]]) -> Vec<u8> {
    signed(&[&sections.concat()])
}

fn requirement(text: &str) -> VersionReq {
    text.parse().expect("it is a requirement")
}

fn wants_codec() -> Policy {
    Policy::default().package("codec").version(requirement(">=1.4"))
}

#[test]
fn the_bytes_are_the_canonical_ones() {
    assert_eq!(codec().encode().as_deref(), Ok(CODEC.as_bytes()));
    assert_eq!(ModuleManifest::parse(CODEC.as_bytes()), Ok(codec()));
    let built = Identity::from_bytes([7; 32]);
    let version = "0.1.0-rc.1+b".parse().expect("it is a version");
    let bare = ModuleManifest::builder("p", &version, "t", "dev", built).build().expect("short");
    let json = r#"{"schema":1,"package":"p","version":"0.1.0-rc.1+b","target":"t","profile":"dev","revision":null,"dirty":null,"built":"sha256:0707070707070707070707070707070707070707070707070707070707070707","optimizer":null,"extra":{}}"#;
    assert_eq!(bare.encode().as_deref(), Ok(json.as_bytes()));
}

#[test]
fn order_and_white_space_do_not_matter_to_a_reader() {
    let value: serde_json::Value = serde_json::from_str(CODEC).expect("it is JSON");
    let keys = value.as_object().expect("it is an object");
    let backwards: serde_json::Map<_, _> =
        keys.iter().rev().map(|(key, value)| (key.clone(), value.clone())).collect();
    let pretty = serde_json::to_string_pretty(&backwards).expect("it is JSON");
    assert_eq!(ModuleManifest::parse(pretty.as_bytes()), Ok(codec()));
    let more = CODEC.replace(r#"{"schema":1,"#, r#"{"schema":1,"later":[{"a":1.5},null,true],"#);
    assert_eq!(ModuleManifest::parse(more.as_bytes()), Ok(codec()));
}

/// Each of them alone would do for one reader and not for another.
#[test]
fn what_is_not_a_manifest_is_none() {
    let with = |from: &str, to: &str| {
        assert!(CODEC.contains(from), "{from}");
        CODEC.replacen(from, to, 1)
    };
    let broken = [
        String::new(),
        "codec".into(),
        "[]".into(),
        "null".into(),
        CODEC[..CODEC.len() - 1].into(),
        format!("{CODEC}x"),
        format!("{CODEC}{CODEC}"),
        format!("\u{feff}{CODEC}"),
        with(r#""schema":1"#, r#""schema":2"#),
        with(r#""schema":1"#, r#""schema":1.0"#),
        with(r#""schema":1"#, r#""schema":"1""#),
        with(r#""schema":1,"#, ""),
        with(r#""package":"codec","#, ""),
        with(r#""package":"codec""#, r#""package":null"#),
        with(r#""package":"codec""#, r#""package":"codec","package":"codec""#),
        with(r#""package":"codec""#, r#""package":"codec","\u0070ackage":"other""#),
        with(r#""package":"codec""#, r#""package":"\ud800""#),
        with("1.4.2", "1.4"),
        with("1.4.2", "v1.4.2"),
        with("1.4.2", "01.4.2"),
        with("git:0123", "git:012"),
        with("git:0123", "svn:0123"),
        with(r#""dirty":false"#, r#""dirty":"false""#),
        with(r#""dirty":false"#, r#""dirty":0"#),
        with("sha256:07", "sha256:7"),
        with("sha256:07", "sha512:07"),
        with(r#"["-Oz"]"#, r#""-Oz""#),
        with(r#"["-Oz"]"#, r#"["-Oz",1]"#),
        with(r#""version":"116","#, ""),
        with(r#""version":"116""#, r#""version":"116","version":"116""#),
        with(r#""a":"é""#, r#""a":1"#),
        with(r#""a":"é""#, r#""a":"é","a":"é""#),
        with(r#"{"a":"é","b":"\n"}"#, r#"[["a","é"]]"#),
        with(r#""schema":1"#, r#""schema":1,"later":1,"later":1"#),
        with(r#""schema":1"#, r#""schema":1,"later":[{"x":{"a":1,"a":1}}]"#),
        with(r#""schema":1"#, &format!(r#""schema":1,"later":{}"#, "[".repeat(30_000))),
    ];
    for json in broken {
        let parsed = ModuleManifest::parse(json.as_bytes());
        assert!(matches!(parsed, Err(ManifestError::Broken(_))), "{json}: {parsed:?}");
        let file = one_part(&[&section(10, b"code"), &says(&json)]);
        assert_eq!(verify(&file).expect("it is signed").manifest(), None, "{json}");
        let refused = verify_with(&file, &[1], Policy::default().package("codec"));
        assert_eq!(reason(refused), Reason::NoManifest, "{json}");
    }
    let not_utf8 = CODEC.as_bytes().iter().map(|&byte| if byte == 0xc3 { 0xff } else { byte });
    assert!(ModuleManifest::parse(&not_utf8.collect::<Vec<_>>()).is_err());
}

#[test]
fn it_may_have_64_kib_and_not_a_byte_more() {
    let filled = |bytes: usize| {
        let empty = CODEC.replace(r#""a":"é""#, r#""a":"""#);
        empty.replace(r#""a":"""#, &format!(r#""a":"{}""#, "x".repeat(bytes - empty.len())))
    };
    let (longest, too_long) = (filled(MAX_MANIFEST_BYTES), filled(MAX_MANIFEST_BYTES + 1));
    let file = |json: &str| one_part(&[&says(json), &section(10, b"code")]);
    assert!(verify(&file(&longest)).expect("signed").manifest().is_some());
    let verified = verify(&file(&too_long)).expect("signed");
    assert_eq!(verified.manifest(), None);
    let length = MAX_MANIFEST_BYTES as u64 + 1;
    let error = ManifestError::TooLong { length };
    assert_eq!(ModuleManifest::parse(too_long.as_bytes()), Err(error.clone()));
    assert_eq!(
        inspect(&file(&too_long)[..]).expect("well-formed").manifest,
        Some(Err(error.clone()))
    );
    let version = "1.4.2".parse().expect("it is a version");
    let built = Identity::from_bytes([7; 32]);
    let long = ModuleManifest::builder("p", &version, "t", "dev", built)
        .extra("a", "x".repeat(MAX_MANIFEST_BYTES));
    assert!(matches!(long.build(), Err(ManifestError::TooLong { .. })));
}

#[test]
fn a_builder_takes_only_revisions() {
    let version = "1.4.2".parse().expect("it is a version");
    let built = Identity::from_bytes([7; 32]);
    let builder = || ModuleManifest::builder("p", &version, "t", "dev", built);
    for wrong in ["", "git:", "HEAD", "0123456789abcdef0123456789abcdef01234567"] {
        assert!(builder().revision(wrong, true).build().is_err(), "{wrong}");
    }
    let sha256 = format!("git:{}", "0f".repeat(32));
    let manifest = builder().revision(&sha256, true).build().expect("it is one");
    assert_eq!((manifest.revision(), manifest.dirty()), (Some(&sha256[..]), Some(true)));
}

/// The same parts in every way in which a file can be verified.
fn every_way(parts: &[&[u8]], signed_parts: usize, policy: &Policy) -> [Result<(), Reason>; 6] {
    let data = data(&[signed_set(&[1], &rolling(&parts[..signed_parts]))]);
    let bare = file(parts);
    let whole = file(&[&signature_section(&data), &parts.concat()]);
    let verifier = verifier(&[1], policy.clone());
    let prehashed = verifier.prehashed(&whole).expect("well-formed");
    let hash = |&end: &u64| Sha256::digest(&whole[prehashed.start() as usize..end as usize]).into();
    let hashes: Vec<[u8; 32]> = prehashed.ends().iter().map(hash).collect();
    let why = |error: VerifyError| match error {
        VerifyError::Refused(refusal) => refusal.reason().clone(),
        other => panic!("expected a refusal, found {other:?}"),
    };
    [
        verifier.verify(&whole[..]).map(drop).map_err(why),
        verifier.verify_bytes(&whole).map(drop).map_err(why),
        verifier.verify_bytes_detached(&bare, &data).map(drop).map_err(why),
        verifier.reader(&whole[..]).finish().map(drop).map_err(why),
        verifier.reader_detached(&bare[..], &data).into_module().map(drop).map_err(why),
        prehashed.judge(&hashes).map(drop).map_err(why),
    ]
}

#[test]
fn a_policy_gets_what_it_asks_for() {
    let other = CODEC.replace(r#""package":"codec""#, r#""package":"other""#);
    let old = CODEC.replace("1.4.2", "1.3.9");
    let early = CODEC.replace("1.4.2", "1.5.0-beta.1");
    let code = section(10, b"code");
    let wrong_package =
        || Err(Reason::WrongPackage { expected: "codec".into(), found: "other".into() });
    let wrong_version = |requirement_text: &str, found: &str| {
        let found = found.parse().expect("it is a version");
        Err(Reason::WrongVersion { expected: requirement(requirement_text), found })
    };
    let version = |text: &str| Policy::default().version(requirement(text));
    let cases = [
        (says(CODEC), wants_codec(), Ok(())),
        (says(CODEC), Policy::default(), Ok(())),
        (says(CODEC), version("1"), Ok(())),
        (says(CODEC), version("=1.4.2"), Ok(())),
        (says(CODEC), version("~1.3"), wrong_version("~1.3", "1.4.2")),
        (says(&other), wants_codec(), wrong_package()),
        (says(&other), version(">=1.4"), Ok(())),
        (says(&old), wants_codec(), wrong_version(">=1.4", "1.3.9")),
        (says(&old.replace("codec", "other")), wants_codec(), wrong_package()),
        // As cargo has it: a requirement without a pre-release takes none.
        (says(&early), wants_codec(), wrong_version(">=1.4", "1.5.0-beta.1")),
        (says(&early), version(">=1.5.0-alpha"), Ok(())),
        (Vec::new(), wants_codec(), Err(Reason::NoManifest)),
        (Vec::new(), Policy::default(), Ok(())),
        (custom("wasmsign-manifests", CODEC.as_bytes()), wants_codec(), Err(Reason::NoManifest)),
        ([says(CODEC), says(CODEC)].concat(), wants_codec(), Err(Reason::NoManifest)),
        ([says(CODEC), says(CODEC)].concat(), Policy::default(), Ok(())),
    ];
    for (sections, policy, expected) in cases {
        for parts in [[&sections[..], &code].concat(), [&code[..], &sections].concat()] {
            let found = every_way(&[&parts], 1, &policy);
            assert!(found.iter().all(|found| *found == expected), "{policy}: {found:?}");
        }
    }
}

#[test]
fn only_the_covered_range_counts() {
    let wrong = CODEC.replace("codec", "other");
    let first = [section(10, b"code"), says(CODEC), delimiter(1)].concat();
    let bare = [section(10, b"code"), delimiter(1)].concat();
    let [codec_tail, other_tail] = [CODEC, &wrong].map(says);
    let policy = wants_codec().prefix();
    let all = |found: [Result<(), Reason>; 6], expected: Result<(), Reason>| {
        assert!(found.iter().all(|found| *found == expected), "{found:?}");
    };
    for tail in [&codec_tail, &other_tail, &[codec_tail.clone(), other_tail.clone()].concat()] {
        all(every_way(&[&first, tail], 1, &policy), Ok(()));
        all(every_way(&[&bare, tail], 1, &policy), Err(Reason::NoManifest));
        // Signed, and so one too many.
        all(every_way(&[&first, tail], 2, &policy), Err(Reason::NoManifest));
    }
    all(every_way(&[&bare, &codec_tail], 2, &policy), Ok(()));
    let file = with_sets(&[signed_set(&[1], &rolling(&[&first]))], &[&first, &other_tail]);
    let verified = verify_with(&file, &[1], Policy::default().prefix()).expect("it is signed");
    assert_eq!(verified.manifest(), Some(&codec()));
}

#[test]
fn a_component_says_it_too() {
    let part = [section(1, b"a core module"), says(CODEC)].concat();
    let data = data(&[signed_set(&[1], &rolling(&[&part]))]);
    let component = [&COMPONENT[..], &signature_section(&data), &part].concat();
    let verified = verify_with(&component, &[1], wants_codec().expect(None)).expect("signed");
    assert_eq!(verified.manifest(), Some(&codec()));
    // What a module within says is the module's.
    let inner = [&MODULE[..], &says(CODEC)].concat();
    let part = section(1, &inner);
    let data = common::data(&[signed_set(&[1], &rolling(&[&part]))]);
    let component = [&COMPONENT[..], &signature_section(&data), &part].concat();
    let refused = verify_with(&component, &[1], wants_codec().expect(None));
    assert_eq!(reason(refused), Reason::NoManifest);
}

#[test]
fn a_signature_fault_comes_first() {
    let part = [section(10, b"code"), says(&CODEC.replace("codec", "other"))].concat();
    let file = signed(&[&part]);
    assert_eq!(reason(verify_with(&file, &[2], wants_codec())), Reason::NoTrustedSignature);
    let mut changed = file.clone();
    *changed.last_mut().expect("it has bytes") ^= 1;
    assert_eq!(reason(verify_with(&changed, &[1], wants_codec())), Reason::BodyChanged);
    assert_eq!(
        reason(verify_with(&common::file(&[&part]), &[1], wants_codec())),
        Reason::NoSignature
    );
}

/// Parts of a stream with a manifest in one of them, and what comes out.
fn streamed(parts: &[Vec<u8>]) -> (Vec<u8>, io::Result<()>) {
    let file = signed(&slices(parts));
    drain(&mut verifier(&[1], wants_codec().prefix()).reader(&file[..]), 16)
}

#[test]
fn a_stream_gives_nothing_out_of_another_module() {
    let other = CODEC.replace(r#""package":"codec""#, r#""package":"other""#);
    let code = [section(10, &[7; 3000]), delimiter(1)].concat();
    let tail = custom("tail", &[8; 3000]);
    let part = |json: &str| [says(json), delimiter(2)].concat();
    let old = CODEC.replace("1.4.2", "1.3.0");
    for (json, why) in
        [(&other[..], "wrong-package"), (&old, "wrong-version"), ("{}", "no-manifest")]
    {
        let first = [part(json), code.clone(), tail.clone()];
        let second = [code.clone(), part(json), tail.clone()];
        for parts in [first, second] {
            let (out, end) = streamed(&parts);
            assert!(out.is_empty(), "{} bytes of {json}", out.len());
            assert_eq!(refused_with(end).code(), why);
        }
    }
    let (out, end) = streamed(&[code.clone(), tail.clone()]);
    assert!(out.is_empty());
    assert_eq!(refused_with(end), Reason::NoManifest);
    for parts in [[part(CODEC), code.clone(), tail.clone()], [code.clone(), part(CODEC), tail]] {
        let (out, end) = streamed(&parts);
        end.expect("it is the codec");
        assert_eq!(out, file(&slices(&parts)));
    }
    // The refusal comes with the second one, after the first part.
    let first = [section(10, &[7; 3000]), says(CODEC), delimiter(3)].concat();
    let (out, end) = streamed(&[first.clone(), part(CODEC)]);
    assert_eq!(out, file(&[&first]));
    assert_eq!(refused_with(end), Reason::NoManifest);
}

/// Gives one byte at a time and counts them.
struct Counted<'a>(&'a [u8], usize);

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(&mut buffer[..1])?;
        self.1 += count;
        Ok(count)
    }
}

#[test]
fn a_stream_begins_as_soon_as_the_manifest_is_known() {
    let first = [section(10, &[7; 3000]), says(CODEC), delimiter(1)].concat();
    let parts = [first.clone(), custom("tail", &[8; 3000])];
    let file = signed(&slices(&parts));
    let mut input = Counted(&file, 0);
    let mut reader = verifier(&[1], wants_codec().prefix()).reader(&mut input);
    let mut out = [0; 3000];
    reader.read_exact(&mut out).expect("the first part is the codec");
    drop(reader);
    assert!(input.1 <= file.len() - parts[1].len(), "{} bytes were read", input.1);
}

#[test]
fn any_number_of_sections_of_any_length_needs_no_memory() {
    // Two are held against each other, of which only one is kept.
    let many = says(&"x".repeat(60_000)).repeat(400);
    let file = one_part(&[&section(10, b"code"), &many]);
    assert_eq!(reason(verify_with(&file, &[1], wants_codec())), Reason::NoManifest);
    let found = inspect(&file[..]).expect("well-formed");
    assert_eq!(found.manifest, Some(Err(ManifestError::Twice)));
}

#[test]
fn policies_with_a_package_are_compared_and_shown() {
    let policy = wants_codec();
    assert_eq!(policy, wants_codec());
    assert_ne!(policy, Policy::default().package("codec"));
    assert_ne!(policy, wants_codec().package("other"));
    assert_eq!(
        policy.to_string(),
        r#"a module, signed by any of the keys, coverage whole, of the package "codec", version >=1.4"#
    );
    let refusal = Reason::WrongPackage { expected: "codec".into(), found: "a\nb".into() };
    assert_eq!(refusal.to_string(), r#"expected the package "codec", found "a\nb""#);
    assert_eq!(refusal.code(), "wrong-package");
    assert_eq!(Reason::NoManifest.code(), "no-manifest");
}

#[test]
fn looking_without_trusting_shows_what_is_there() {
    let file = file(&[&section(10, b"code"), &says(CODEC)]);
    assert_eq!(inspect(&file[..]).expect("well-formed").manifest, Some(Ok(codec())));
    let cut = inspect(&file[..file.len() - 1]);
    assert!(cut.is_err(), "{cut:?}");
}

mod generated {
    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    use super::*;

    fn manifest() -> impl Strategy<Value = ModuleManifest> {
        let text = ".{0,20}";
        let version = (0u64..9, 0u64..99, any::<u64>());
        let revision = proptest::option::of(("git:[0-9a-f]{40}", any::<bool>()));
        let optimizer = proptest::option::of((text, text, vec(text, 0..4)));
        let texts = (text, text, text);
        (texts, version, revision, optimizer, btree_map(text, text, 0..4), any::<[u8; 32]>())
            .prop_map(
                |((package, target, profile), (a, b, c), revision, optimizer, extra, built)| {
                    let version = format!("{a}.{b}.{c}").parse().expect("it is a version");
                    let built = Identity::from_bytes(built);
                    let mut builder =
                        ModuleManifest::builder(package, &version, target, profile, built);
                    if let Some((revision, dirty)) = revision {
                        builder = builder.revision(revision, dirty);
                    }
                    if let Some((name, version, options)) = optimizer {
                        builder = builder.optimizer(name, version, options);
                    }
                    let builder = extra
                        .into_iter()
                        .fold(builder, |builder, (key, value)| builder.extra(key, value));
                    builder.build().expect("it is short")
                },
            )
    }

    proptest! {
        /// What is written is read, and one manifest has one spelling.
        #[test]
        fn what_is_written_is_read(manifest in manifest()) {
            let bytes = manifest.encode().expect("it is short");
            let read = ModuleManifest::parse(&bytes).expect("it was just written");
            prop_assert_eq!(&read, &manifest);
            prop_assert_eq!(read.encode(), Ok(bytes));
        }

        /// Whatever else the bytes are: no panic, and what is read can be written.
        #[test]
        fn changed_bytes_are_read_or_refused(
            manifest in manifest(),
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
        ) {
            let mut bytes = manifest.encode().expect("it is short");
            let place = at.index(bytes.len());
            bytes[place] = byte;
            if let Ok(read) = ModuleManifest::parse(&bytes) {
                let again = read.encode().expect("it is as short");
                prop_assert_eq!(ModuleManifest::parse(&again), Ok(read));
            }
        }
    }
}
