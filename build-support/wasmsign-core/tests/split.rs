//! Splitting: where delimiters go, what they are told, what is refused.

mod common;

use std::io::{self, Cursor, Read, Seek, SeekFrom};

use common::*;
use proptest::collection::vec;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use wasmsign_core::edit::Earlier::{Drop, Refuse};
use wasmsign_core::edit::{self, EditError};
use wasmsign_core::sign::NotSignable;
use wasmsign_core::verify::Reason;
use wasmsign_core::wasm::Boundary;
use wasmsign_core::{Error, Identity, Policy, inspect};

/// The body with a delimiter behind each of these runs of sections, as [`told`] makes them.
fn delimited(runs: &[&[u8]]) -> Vec<u8> {
    runs.iter().fold(Vec::new(), |body, run| {
        let before = [&body, *run].concat();
        [&before[..], &told_delimiter(&before)].concat()
    })
}

#[track_caller]
fn assert_split(before: &[u8], matching: &[&str], runs: &[&[u8]]) {
    let (after, split) = split(before, matching, Refuse).expect("it can be split");
    assert_eq!(after, file(&[&delimited(runs)]));
    assert_eq!((split.added, split.parts.len()), (runs.len(), runs.len()));
}

#[test]
fn delimiters_go_where_matching_and_other_sections_meet_and_behind_the_last() {
    let [types, code] = [section(1, b"types"), section(10, b"code")];
    let [a, b, c] = ["a", "b", "c"].map(|name| custom(name, b"content"));
    let all = file(&[&types, &a, &code, &b, &c]);
    assert_split(&all, &["a"], &[&[&types[..], &a, &code].concat(), &[&b[..], &c].concat()]);
    assert_split(&all, &["a", "b", "c"], &[&all[8..]]);
    assert_split(&all, &["b"], &[&types, &a, &[&code[..], &b].concat(), &c]);
    assert_split(&all, &[], &[&types, &a, &code, &[&b[..], &c].concat()]);
    assert_split(&file(&[&a, &types]), &[], &[&a, &types]);
}

#[test]
fn an_empty_body_gets_one_delimiter() {
    let (after, split) = split(&file(&[]), &[], Refuse).expect("it can be split");
    assert_eq!(after, file(&[&told_delimiter(b"")]));
    assert_eq!((split.added, split.parts.len()), (1, 1));
}

#[test]
fn delimiters_that_are_there_are_kept_and_count() {
    let [types, a, b] = [section(1, b"types"), custom("a", b""), custom("b", b"")];
    let old = delimiter(7);
    let padded_old = [&[0][..], &padded(21, 5), b"\x13signature_delimiter\x01"].concat();
    for old in [&old, &padded_old] {
        let before = file(&[&types, old, &a, &b]);
        let (after, split) = split(&before, &[], Refuse).expect("it can be split");
        assert_eq!(after, [&before[..], &told_delimiter(&before[8..])].concat());
        assert_eq!((split.added, split.parts.len()), (1, 2));
    }
}

#[test]
fn splitting_again_adds_nothing() {
    let parts = three_parts();
    let (once, first) = split(&file(&slices(&parts)), &["a"], Refuse).expect("it can be split");
    let (twice, second) = split(&once, &["a"], Refuse).expect("it can be split");
    assert_eq!((&twice, second.added), (&once, 0));
    assert_eq!(second.parts, first.parts);
    assert_eq!(second.identity, second.identity_before);
    let only = file(&[&delimiter(1)]);
    assert_eq!(split(&only, &[], Refuse).expect("it can be split").0, only);
}

#[test]
fn parts_and_identities_are_those_of_the_new_file() {
    let before = file(&slices(&three_parts()));
    for (matching, count) in [(&["a", "b"][..], 3), (&["a"], 3), (&["b"], 4), (&[], 4)] {
        let (after, split) = split(&before, matching, Refuse).expect("it can be split");
        let found = inspect::inspect(&after[..]).expect("well-formed");
        assert_eq!(split.parts, found.boundaries);
        assert_eq!(split.parts.len(), count);
        assert_eq!(Some(split.identity), found.identity);
        let digest: [u8; 32] = Sha256::digest(&before).into();
        assert_eq!(split.identity_before, Identity::from(digest));
        assert_ne!(split.identity, split.identity_before);
        assert_eq!(split.parts.last().map(|part: &Boundary| part.end), Some(after.len() as u64));
    }
}

#[test]
fn a_component_keeps_its_header() {
    let before = [COMPONENT, &section(1, b"core")[..]].concat();
    let (after, _) = split(&before, &[], Refuse).expect("it can be split");
    assert_eq!(after, [&before[..], &told_delimiter(&before[8..])].concat());
}

#[test]
fn a_signed_module_is_split_only_without_its_signatures() {
    let part = section(1, b"types");
    let signed = signed(&[&part]);
    assert!(matches!(split(&signed, &[], Refuse), Err(Error::Signed)));
    let (after, done) = split(&signed, &[], Drop).expect("the signatures may go");
    assert_eq!(after, split(&file(&[&part]), &[], Refuse).expect("it can be split").0);
    assert!(done.signatures_dropped);
    // Its signature data is of no interest any more.
    let bad = file(&[&signature_section(b"bad"), &part]);
    assert_eq!(split(&bad, &[], Drop).expect("the signatures may go").0, after);
}

#[test]
fn a_misplaced_signature_section_is_refused_and_not_dropped() {
    let part = section(1, b"types");
    let lone = signature_section(&data(&[]));
    for sections in [[&part[..], &lone], [&lone, &lone]] {
        let why = NotSignable::MisplacedSignature { offset: 8 + sections[0].len() as u64 };
        for earlier in [Refuse, Drop] {
            assert_eq!(not_signable(split(&file(&sections), &[], earlier)), why);
        }
    }
}

#[test]
fn more_parts_than_can_be_signed_are_refused() {
    let why = NotSignable::OverLimit { what: "parts", limit: 64 };
    let pairs = |count: usize| {
        let pair = [section(1, b""), custom("x", b"")].concat();
        file(&[&pair.repeat(count)])
    };
    assert_eq!(not_signable(split(&pairs(33), &[], Refuse)), why);
    assert_eq!(not_signable(split(&pairs(5000), &[], Refuse)), why);
    assert_eq!(split(&pairs(32), &[], Refuse).expect("64 parts").1.parts.len(), 64);
    let old: Vec<_> = (0..64).map(delimiter).collect();
    assert_eq!(split(&file(&slices(&old)), &[], Refuse).expect("64 parts").1.added, 0);
    let more = [file(&slices(&old)), custom("x", b"")].concat();
    assert_eq!(not_signable(split(&more, &[], Refuse)), why);
}

#[test]
fn a_long_module_is_split_across_chunks() {
    let code = section(10, &vec![7; 262_144 - 8 - 4]);
    let [debug, types] = [custom("d", &vec![1; 600_000]), section(1, &[2; 262_144])];
    assert_split(&file(&[&code, &debug, &types]), &[], &[&code, &debug, &types]);
}

/// Another file from the second reading on.
struct Changing {
    files: Vec<Cursor<Vec<u8>>>,
}

impl Read for Changing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.files[0].read(buffer)
    }
}

impl Seek for Changing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if self.files.len() > 1 {
            self.files.remove(0);
        }
        self.files[0].seek(to)
    }
}

#[test]
fn a_file_that_changes_between_the_readings_is_an_error() {
    let before = file(&slices(&three_parts()));
    let mut flipped = before.clone();
    *flipped.last_mut().expect("it has bytes") ^= 1;
    let component = [COMPONENT, &before[8..]].concat();
    let longer = [&before[..], &custom("x", b"")].concat();
    for later in [flipped, component, longer, file(&[]), signed(&slices(&three_parts()))] {
        let input = Changing { files: vec![Cursor::new(before.clone()), Cursor::new(later)] };
        let done = edit::split(input, &mut Vec::new(), |_| false, told, Refuse);
        assert!(matches!(done, Err(EditError::Changed(_))), "{done:?}");
    }
}

#[test]
fn what_is_split_and_signed_verifies_part_by_part() {
    let [types, code] = [section(1, b"types"), section(10, b"code")];
    let [debug, more] = [custom(".debug_info", b"d"), custom(".debug_line", b"d")];
    let plain = file(&[&types, &code, &debug, &more]);
    let (parted, split) = split(&plain, &[], Refuse).expect("it can be split");
    let signed = embed(&parted, &[by(&secret(1))]).expect("signable");
    assert!(verify(&signed).expect("whole").is_whole());

    let head = signed.len() - parted.len();
    let stripped = &signed[..head + split.parts[0].end as usize];
    assert_eq!(reason(verify(stripped)), Reason::BodyChanged);
    let verified = verify_with(stripped, &[1], Policy::default().prefix()).expect("the first part");
    assert_eq!(verified.covered(), stripped.len() as u64);
    assert!(!verified.is_whole(), "a signed part is missing");
}

fn named_sections() -> impl Strategy<Value = Vec<(Option<u8>, Vec<u8>)>> {
    let name = prop_oneof![Just(None), (0..3_u8).prop_map(Some)];
    vec((name, vec(any::<u8>(), 0..20)), 0..16)
}

const NAMES: [&str; 3] = ["a", "b", "signature_delimiter"];

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn split_modules_hold_all_that_was_there_and_meet_at_delimiters_alone(
        sections in named_sections()
    ) {
        let sections: Vec<_> = sections.iter().map(|(name, content)| match name {
            Some(name) => custom(NAMES[usize::from(*name)], content),
            None => section(1, content),
        }).collect();
        let before = file(&slices(&sections));
        let (after, done) = split(&before, &["a"], Refuse).expect("few sections");
        let found = inspect::inspect(&after[..]).expect("well-formed");
        prop_assert_eq!(&found.boundaries, &done.parts);
        prop_assert!(found.sections.last().is_some_and(|last| last.is_delimiter()));
        let matches = |name: Option<&str>| name.is_none_or(|name| name == "a");
        for pair in found.sections.windows(2) {
            let meets = matches(pair[0].name()) != matches(pair[1].name());
            prop_assert!(!meets || pair.iter().any(|section| section.is_delimiter()));
        }
        // Without what was added, the old file is left.
        let mut left = sections.iter();
        let mut next = left.next();
        let mut added = 0;
        for section in &found.sections {
            let bytes = &after[section.offset as usize..section.end() as usize];
            match next {
                Some(old) if old == bytes => next = left.next(),
                _ => added += 1,
            }
        }
        prop_assert_eq!((next, added), (None, done.added));
        let again = split(&after, &["a"], Refuse).expect("few sections");
        prop_assert_eq!((again.0, again.1.added), (after, 0));
    }
}
