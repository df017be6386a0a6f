//! What bounds a verifying reader: the budget, the caps, inputs that fail.

mod common;

use std::io::{self, ErrorKind, Read};

use common::reader::*;
use common::*;
use wasmsign_core::verify::{Reason, VerifyingReader};
use wasmsign_core::{Policy, Verifier, VerifyError};

/// Sets with so many worthless entries over the first part, and behind them one over all parts under this key id.
fn behind_worthless(sets: usize, key_id: &[u8]) -> Vec<u8> {
    let parts = five_parts();
    let hashes = rolling(&slices(&parts));
    let worthless = entry(b"", &secret(1).sign(b"another message"));
    let mut sets = vec![set(&hashes[..1], &vec![worthless; 256]); sets];
    let valid = entry(key_id, &secret(1).sign(&message(&hashes)));
    sets.push(set(&hashes, &[valid]));
    with_sets(&sets, &slices(&parts))
}

#[test]
fn a_file_that_exhausts_the_budget_is_refused_before_anything_comes_out() {
    let file = behind_worthless(5, b"");
    let exhausted = Reason::TooManySignatures { what: "signatures to try", limit: 1024 };
    let verifier = prefix_verifier(&[1]);
    let (out, end) = drain(&mut verifier.reader(&file[..]), 100);
    assert!(out.is_empty());
    assert_eq!(refused_with(end), exhausted);
    assert_eq!(reason(verifier.verify(&file[..])), exhausted);
    assert_eq!(reason(verifier.reader(&file[..]).finish()), exhausted);
    // One set less, and the valid one is the last that is tried.
    let file = behind_worthless(3, b"");
    assert!(verifier.verify(&file[..]).is_ok() && verifier.reader(&file[..]).into_module().is_ok());
}

#[test]
fn a_matching_key_id_spares_the_budget_of_a_reader_too() {
    let file = behind_worthless(63, &public(1).default_key_id());
    let verifier = prefix_verifier(&[1]);
    assert!(verifier.verify(&file[..]).is_ok());
    let (out, verified) = taken(verifier.reader(&file[..]).into_module().expect("signed"));
    assert_eq!(out.len() as u64, verified.total());
}

/// Nothing is searched twice, wherever the parts end.
#[test]
fn many_parts_keys_and_worthless_entries_cost_one_search() {
    let parts: Vec<_> = (0..64).map(delimiter).collect();
    let hashes = rolling(&slices(&parts));
    let worthless = entry(b"", &secret(1).sign(b"another message"));
    let sets = vec![set(&hashes, &vec![worthless; 256]); 64];
    let file = with_sets(&sets, &slices(&parts));
    let keys = (0..1000_u32).map(|seed| {
        let mut bytes = [9; 32];
        bytes[..4].copy_from_slice(&seed.to_le_bytes());
        wasmsign_core::SecretKey::from_seed(&bytes).public_key().clone()
    });
    let verifier = Verifier::builder(keys)
        .policy(Policy::default().prefix())
        .build()
        .expect("keys and policy fit together");
    let exhausted = Reason::TooManySignatures { what: "signatures to try", limit: 2000 };
    let start = std::time::Instant::now();
    assert_eq!(reason(verifier.verify(&file[..])), exhausted);
    let verify = start.elapsed();
    let (out, end) = drain(&mut verifier.reader(&file[..]), 100);
    assert!(out.is_empty());
    assert_eq!(refused_with(end), exhausted);
    let reader = start.elapsed() - verify;
    assert!(reader < 3 * verify + std::time::Duration::from_millis(200), "{verify:?}, {reader:?}");
}

#[test]
fn parts_over_the_cap_of_hashes_are_not_covered() {
    let parts: Vec<_> = (0..70).map(delimiter).collect();
    let hashes = rolling(&slices(&parts));
    let file = with_sets(&[signed_set(&[1], &hashes[..64])], &slices(&parts));
    let (out, _) =
        taken(prefix_verifier(&[1]).reader(&file[..]).into_module().expect("64 are signed"));
    assert_eq!(out, plain(&slices(&parts[..64])));
}

#[test]
fn the_cap_of_a_whole_file() {
    let parts = five_parts();
    let file = signed(&slices(&parts));
    let length = plain(&slices(&parts)).len();
    let reader = |cap| {
        Verifier::new([public(1)])
            .expect("keys and policy fit together")
            .reader(&file[..])
            .with_cap(cap)
    };
    assert!(reader(length).into_module().is_ok());
    for cap in [0, 7, 8, 100, length - 1] {
        let mut reader = reader(cap);
        for _ in 0..3 {
            let (out, end) = drain(&mut reader, 100);
            let error = end.expect_err("it is over the cap");
            assert!(out.is_empty());
            assert_eq!(error.kind(), ErrorKind::FileTooLarge);
            assert!(
                matches!(inner(&error), VerifyError::OverCap { cap: said, .. } if *said == cap)
            );
        }
        assert!(matches!(reader.finish(), Err(VerifyError::OverCap { .. })), "it stays failed");
    }
}

#[test]
fn the_cap_of_a_prefix_is_one_for_each_part() {
    let parts = five_parts();
    let file = signed(&slices(&parts));
    let longest = parts.iter().map(Vec::len).max().expect("there are five");
    assert!(longest > MODULE.len() + parts[0].len());
    let reader = |cap| prefix_verifier(&[1]).reader(&file[..]).with_cap(cap);
    assert_eq!(reader(longest).into_module().expect("it fits").bytes(), plain(&slices(&parts)));
    let (out, end) = drain(&mut reader(longest - 1), 100);
    assert_eq!(out, plain(&slices(&parts[..3])));
    assert_eq!(end.expect_err("the fourth does not fit").kind(), ErrorKind::FileTooLarge);
}

#[test]
fn a_long_tail_behind_the_prefix_needs_no_room() {
    let parts = five_parts();
    let left = with_sets(&[signed_set(&[1], &rolling(&slices(&parts[..2])))], &slices(&parts[..2]));
    let file = [left, custom("x", &vec![7; 3_000_000])].concat();
    let reader = prefix_verifier(&[1]).reader(&file[..]).with_cap(1000);
    assert_eq!(reader.into_module().expect("a prefix").bytes(), plain(&slices(&parts[..2])));
}

#[test]
fn long_parts_are_hashed_beside_and_come_out() {
    let long = |n: u8| [custom("long", &vec![n; 700_000]), delimiter(n)].concat();
    let parts: Vec<_> = (0..4).map(long).collect();
    let file = signed(&slices(&parts));
    for verifier in [
        Verifier::builder([public(1)])
            .policy(Policy::default().prefix())
            .with_identity()
            .build()
            .expect("there is a key"),
        Verifier::new([public(1)]).expect("keys and policy fit together"),
    ] {
        let reader = verifier.reader(&file[..]).with_cap(3_000_000);
        assert!(reader.into_module().expect("signed").bytes() == plain(&slices(&parts)));
    }
    let mut changed = file.clone();
    let at = file.len() - parts[3].len() + 1000;
    changed[at] ^= 1;
    let (out, end) = drain(&mut prefix_verifier(&[1]).reader(&changed[..]), 100_000);
    assert!(end.is_ok() && out == plain(&slices(&parts[..3])));
}

#[test]
fn an_inner_reader_that_fails_is_reported_once_and_for_all() {
    let parts = five_parts();
    let file = signed(&slices(&parts));
    let head = file.len() - parts.concat().len();
    for (cut, given) in [(0, 0), (5, 0), (head, 0), (head + parts[0].len(), 1), (file.len(), 4)] {
        let inner_reader = Failing { rest: &file[..cut], how: broken_pipe };
        let mut reader = prefix_verifier(&[1]).reader(inner_reader);
        for round in 0..2 {
            let (out, end) = drain(&mut reader, 64);
            let expected = if given > 0 { plain(&slices(&parts[..given])) } else { Vec::new() };
            assert_eq!(out, if round == 0 { expected } else { Vec::new() });
            let error = end.expect_err("the inner reader fails");
            assert_eq!(error.kind(), ErrorKind::BrokenPipe);
            assert!(
                matches!(inner(&error), VerifyError::Read(error) if error.offset == cut as u64)
            );
        }
        assert!(matches!(reader.finish(), Err(VerifyError::Read(_))));
    }
}

#[test]
fn a_panic_in_the_inner_reader_does_not_come_back_as_bytes() {
    let parts = five_parts();
    let file = signed(&slices(&parts));
    let inner_reader = Failing { rest: &file[..file.len() - 5], how: || panic!("on purpose") };
    let mut reader =
        Verifier::new([public(1)]).expect("keys and policy fit together").reader(inner_reader);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        reader.read(&mut [0; 64]).map(drop)
    }));
    assert!(panicked.is_err());
    let (out, end) = drain(&mut reader, 64);
    assert!(out.is_empty() && end.is_err());
    assert!(reader.finish().is_err());
}

#[test]
fn a_reader_can_be_sent_to_another_thread() {
    fn sent<T: Send + 'static>(value: T) -> T {
        value
    }
    let file = signed(&slices(&five_parts()));
    let reader: VerifyingReader<io::Cursor<Vec<u8>>> = sent(
        Verifier::new([public(1)])
            .expect("keys and policy fit together")
            .reader(io::Cursor::new(file)),
    );
    let verified = std::thread::spawn(move || reader.finish());
    assert!(verified.join().expect("no panic").is_ok());
}
