//! The verifying reader: nothing unverified comes out, and its verdict is the verifier's.

mod common;

use std::cell::Cell;
use std::io::{self, ErrorKind, Read};
use std::rc::Rc;

use common::*;
use wasmsign_core::verify::{Reason, VerifyingReader};
use wasmsign_core::{Error, Policy, Require, Verifier, sign};

/// Header and parts: what a signed file of these parts is without its signature section.
fn plain(parts: &[&[u8]]) -> Vec<u8> {
    file(parts)
}

/// A module whose code is in its first part, and four more parts.
fn five_parts() -> Vec<Vec<u8>> {
    let mut parts = vec![[section(1, b"types"), section(10, b"code"), delimiter(0)].concat()];
    parts.extend((1..4).map(|n| [custom("n", &vec![n; 300 * n as usize]), delimiter(n)].concat()));
    parts.push(custom("last", b"not delimited"));
    parts
}

fn prefix_verifier(seeds: &[u8]) -> Verifier {
    let keys = seeds.iter().map(|&seed| public(seed));
    Verifier::new(keys).policy(Policy::default().prefix())
}

/// Everything that comes out in reads of at most `count` bytes, and how it ended.
fn drain(reader: &mut impl Read, count: usize) -> (Vec<u8>, io::Result<()>) {
    let (mut out, mut buffer) = (Vec::new(), vec![0; count]);
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return (out, Ok(())),
            Ok(count) => out.extend_from_slice(&buffer[..count]),
            Err(error) => return (out, Err(error)),
        }
    }
}

#[track_caller]
fn inner(error: &io::Error) -> &Error {
    let inner = error.get_ref().expect("errors of a reader wrap one of the crate");
    inner.downcast_ref().expect("errors of a reader wrap one of the crate")
}

#[track_caller]
fn refused_with(result: io::Result<()>) -> Reason {
    let error = result.expect_err("the file is not to be trusted");
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    match inner(&error) {
        Error::Refused(refusal) => refusal.reason().clone(),
        other => panic!("expected a refusal, found {other:?}"),
    }
}

#[test]
fn the_bytes_are_those_of_the_file_without_its_signature_section() {
    let parts = five_parts();
    let file = signed(&slices(&parts));
    for verifier in [Verifier::new([public(1)]), prefix_verifier(&[1])] {
        for count in [1, 2, 7, 100, 4096] {
            let mut reader = verifier.reader(&file[..]);
            let (out, end) = drain(&mut reader, count);
            assert!(end.is_ok() && out == plain(&slices(&parts)), "{count} bytes at once");
            assert_eq!(reader.finish().expect("signed").covered(), file.len() as u64);
        }
        let (out, verified) = verifier.reader(&file[..]).into_bytes().expect("signed");
        assert!(out == plain(&slices(&parts)));
        assert_eq!((verified.covered(), verified.total()), (out.len() as u64, out.len() as u64));
        assert!(verified.is_whole());
    }
}

/// The proof is about all bytes, and so none of them may be missing beside it.
#[test]
fn bytes_and_their_proof_come_whole_or_not_at_all() {
    let file = signed(&slices(&five_parts()));
    for verifier in [Verifier::new([public(1)]), prefix_verifier(&[1])] {
        let mut reader = verifier.reader(&file[..]);
        assert_eq!(reader.read(&mut [0; 5]).expect("signed"), 5);
        assert_eq!(reader.read(&mut []).expect("nothing to do"), 0);
        let error = reader.into_bytes().expect_err("five bytes are missing");
        assert!(matches!(error, Error::PartlyRead { count: 5 }), "{error:?}");
        let mut untouched = verifier.reader(&file[..]);
        assert_eq!(untouched.read(&mut []).expect("nothing to do"), 0);
        assert!(untouched.into_bytes().is_ok());
    }
}

#[test]
fn offsets_fit_the_bytes_of_a_prefix() {
    let parts = five_parts();
    let file = with_sets(&[signed_set(&[1], &rolling(&slices(&parts[..2])))], &slices(&parts));
    let (out, verified) = prefix_verifier(&[1]).reader(&file[..]).into_bytes().expect("signed");
    assert_eq!(verified.covered(), out.len() as u64);
    assert_eq!(verified.total(), plain(&slices(&parts)).len() as u64);
    let secret = secret(1);
    let detached = sign::detached(&plain(&slices(&parts))[..], None, &[by(&secret)]);
    let data = detached.expect("it can be signed").data.encode();
    let reader = prefix_verifier(&[1]).reader_detached(&file[..], &data);
    let (out, verified) = reader.into_bytes().expect("signed");
    assert_eq!((verified.covered(), verified.total()), (out.len() as u64, out.len() as u64));
}

#[test]
fn only_the_parts_before_a_changed_byte_come_out() {
    let parts = five_parts();
    let file = signed(&slices(&parts));
    let head = file.len() - parts.concat().len();
    let mut start = head;
    for (index, part) in parts.iter().enumerate() {
        // Every byte of the contents; frames are for the property tests.
        for at in (start..start + part.len()).filter(|&at| file[at] < 5) {
            let mut changed = file.clone();
            changed[at] ^= 0x40;
            let mut reader = prefix_verifier(&[1]).reader(&changed[..]);
            let (out, _) = drain(&mut reader, 50);
            let before = if index == 0 { Vec::new() } else { plain(&slices(&parts[..index])) };
            assert!(out == before, "byte {at} in part {index}");
            let direct = prefix_verifier(&[1]).verify(&changed[..]);
            assert_eq!(format!("{:?}", reader.finish()), format!("{direct:?}"));
        }
        start += part.len();
    }
}

/// Gives one piece a call, and counts the calls.
struct Pieces {
    pieces: std::vec::IntoIter<Vec<u8>>,
    calls: Rc<Cell<usize>>,
}

impl Pieces {
    fn new(pieces: Vec<Vec<u8>>) -> (Self, Rc<Cell<usize>>) {
        let calls = Rc::new(Cell::new(0));
        (Self { pieces: pieces.into_iter(), calls: Rc::clone(&calls) }, calls)
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.calls.set(self.calls.get() + 1);
        let Some(piece) = self.pieces.next() else { return Ok(0) };
        buffer[..piece.len()].copy_from_slice(&piece);
        Ok(piece.len())
    }
}

#[test]
fn a_part_comes_out_before_the_next_one_is_there() {
    let parts = five_parts();
    let hashes = rolling(&slices(&parts));
    let head = file(&[&signature_section(&data(&[signed_set(&[1], &hashes)]))]);
    let (pieces, calls) = Pieces::new([vec![head], parts.clone()].concat());
    let mut reader = prefix_verifier(&[1]).reader(pieces);
    for (index, part) in parts.iter().enumerate() {
        let header = if index == 0 { &MODULE[..] } else { b"" };
        let mut out = vec![0; header.len() + part.len()];
        reader.read_exact(&mut out).expect("the part is signed");
        assert!(out == [header, part].concat(), "part {index}");
        // The last part ends where the file does, which takes a call to know.
        let last = usize::from(index == parts.len() - 1);
        assert!(calls.get() == 2 + index || last == 1, "part {index}: {} calls", calls.get());
    }
    assert!(reader.finish().is_ok());
}

#[test]
fn of_a_whole_file_nothing_comes_out_before_its_end() {
    let parts = five_parts();
    let mut file = signed(&slices(&parts));
    *file.last_mut().expect("files have bytes") ^= 1;
    let mut reader = Verifier::new([public(1)]).reader(&file[..]);
    let (out, end) = drain(&mut reader, 10);
    assert!(out.is_empty());
    assert_eq!(refused_with(end), Reason::BodyChanged);
}

#[test]
fn the_stream_of_a_refused_file_never_just_ends() {
    let parts = five_parts();
    let hashes = rolling(&slices(&parts));
    let prefix = with_sets(&[signed_set(&[1], &hashes)], &slices(&parts[..2]));
    for (tail, expected) in [
        (section(11, b"data"), Reason::NotCovered),
        (signature_section(b""), Reason::StraySignature { offset: prefix.len() as u64 }),
    ] {
        let file = [prefix.clone(), tail].concat();
        let mut reader = prefix_verifier(&[1]).reader(&file[..]);
        let (out, end) = drain(&mut reader, 64);
        assert_eq!(out, plain(&slices(&parts[..2])));
        assert_eq!(refused_with(end), expected);
        assert_eq!(reason(reader.finish()), expected);
    }
    let torn = [prefix.clone(), vec![0, 9, 1]].concat();
    let mut reader = prefix_verifier(&[1]).reader(&torn[..]);
    let (_, end) = drain(&mut reader, 64);
    assert_eq!(end.expect_err("the file is torn").kind(), ErrorKind::InvalidData);
    assert_eq!(fault(reader.finish()), fault(prefix_verifier(&[1]).verify(&torn[..])));
}

#[test]
fn a_required_section_behind_the_prefix_is_refused_and_not_given_out() {
    let parts = five_parts();
    let hashes = rolling(&slices(&parts));
    let left = with_sets(&[signed_set(&[1], &hashes)], &slices(&parts[..1]));
    let file = [left, custom("n", b"forged")].concat();
    let policy = Policy::default().prefix_with(|name| name == "n");
    let mut reader = Verifier::new([public(1)]).policy(policy).reader(&file[..]);
    let (out, end) = drain(&mut reader, 64);
    assert_eq!(out, plain(&slices(&parts[..1])));
    assert_eq!(refused_with(end), Reason::NotCovered);
}

#[test]
fn what_lies_behind_the_prefix_is_never_given_out() {
    let parts = five_parts();
    let hashes = rolling(&slices(&parts));
    let left = with_sets(&[signed_set(&[1], &hashes)], &slices(&parts[..2]));
    let file = [left, custom("x", &[7; 100_000])].concat();
    let (out, verified) = prefix_verifier(&[1]).reader(&file[..]).into_bytes().expect("a prefix");
    assert_eq!(out, plain(&slices(&parts[..2])));
    assert_eq!(verified.total() - verified.covered(), custom("x", &[7; 100_000]).len() as u64);
}

#[test]
fn without_a_reader_of_its_bytes_a_reader_is_a_verifier() {
    let file = signed(&slices(&five_parts()));
    for verifier in [Verifier::new([public(1)]).with_identity(), prefix_verifier(&[1])] {
        let verified = verifier.reader(&file[..]).with_cap(0).finish();
        assert_eq!(format!("{verified:?}"), format!("{:?}", verifier.verify(&file[..])));
    }
}

#[test]
fn an_empty_buffer_reads_nothing() {
    let (pieces, calls) = Pieces::new(vec![signed(&slices(&five_parts()))]);
    let mut reader = Verifier::new([public(1)]).reader(pieces);
    assert_eq!(reader.read(&mut []).expect("nothing to do"), 0);
    assert_eq!(calls.get(), 0);
    assert!(reader.finish().is_ok());
}

#[test]
fn empty_modules() {
    let empty = with_sets(&[signed_set(&[1], &rolling(&[b""]))], &[]);
    for verifier in [Verifier::new([public(1)]), prefix_verifier(&[1])] {
        let (out, verified) = verifier.reader(&empty[..]).into_bytes().expect("signed");
        assert_eq!((&out[..], verified.covered()), (&MODULE[..], 8));
        let unsigned = verifier.reader(&MODULE[..]).into_bytes();
        assert!(matches!(unsigned, Err(Error::Refused(_))), "{unsigned:?}");
        let nothing = verifier.reader(&b""[..]).into_bytes();
        assert!(matches!(nothing, Err(Error::Malformed(_))), "{nothing:?}");
    }
}

#[test]
fn a_file_of_another_kind_gives_nothing_out() {
    let parts = five_parts();
    let mut file = signed(&slices(&parts));
    file[..8].copy_from_slice(COMPONENT);
    let (out, end) = drain(&mut prefix_verifier(&[1]).reader(&file[..]), 64);
    assert!(out.is_empty());
    assert!(matches!(refused_with(end), Reason::KindMismatch { .. }));
}

#[test]
fn a_detached_signature_alone_decides() {
    let parts = five_parts();
    let signature = data(&[signed_set(&[2], &rolling(&slices(&parts)))]);
    for file in [plain(&slices(&parts)), signed(&slices(&parts))] {
        let reader = prefix_verifier(&[2]).reader_detached(&file[..], &signature);
        let (out, _) = reader.into_bytes().expect("2 has signed");
        assert_eq!(out, plain(&slices(&parts)));
        let (out, end) =
            drain(&mut prefix_verifier(&[1]).reader_detached(&file[..], &signature), 9);
        assert!(out.is_empty());
        assert_eq!(refused_with(end), Reason::NoTrustedSignature);
        let broken = prefix_verifier(&[2]).reader_detached(&file[..], b"\x01\x01");
        assert!(matches!(broken.into_bytes(), Err(Error::Malformed(_))));
    }
}

#[test]
fn several_sets_stay_in_play_until_one_fails() {
    let parts = five_parts();
    let hashes = rolling(&slices(&parts));
    let mut other = hashes.clone();
    other[2][0] ^= 1;
    // Key 2 has signed another third part, key 1 this one; both agree with the first two.
    for sets in [[(2, &other), (1, &hashes)], [(1, &hashes), (2, &other)]] {
        let sets = sets.map(|(seed, hashes)| signed_set(&[seed], hashes));
        let file = with_sets(&sets, &slices(&parts));
        let (out, _) = prefix_verifier(&[1]).reader(&file[..]).into_bytes().expect("1 has signed");
        assert_eq!(out, plain(&slices(&parts)));
        let (out, _) = prefix_verifier(&[2]).reader(&file[..]).into_bytes().expect("2 has signed");
        assert_eq!(out, plain(&slices(&parts[..2])));
    }
}

#[test]
fn as_many_keys_as_are_wanted_must_have_signed_a_part() {
    let parts = five_parts();
    let hashes = rolling(&slices(&parts));
    let sets = [signed_set(&[1], &hashes), signed_set(&[2], &hashes[..2])];
    let file = with_sets(&sets, &slices(&parts));
    let all = Policy::default().prefix().require(Require::All);
    let both = Verifier::new([public(1), public(2)]).policy(all.clone());
    let (out, _) = both.reader(&file[..]).into_bytes().expect("both have signed two parts");
    assert_eq!(out, plain(&slices(&parts[..2])));
    let three = Verifier::new([public(1), public(2), public(3)]).policy(all);
    let (out, end) = drain(&mut three.reader(&file[..]), 64);
    assert!(out.is_empty());
    assert_eq!(refused_with(end), Reason::PolicyNotMet { found: 2, wanted: 3 });
}

#[test]
fn no_more_comes_out_than_is_covered_by_all_keys_that_count() {
    let mut parts = five_parts();
    let shorter = |parts: &[Vec<u8>]| {
        let hashes = rolling(&slices(parts));
        with_sets(&[signed_set(&[1], &hashes), signed_set(&[2], &hashes[..2])], &slices(parts))
    };
    let verifier = prefix_verifier(&[1, 2]);
    let file = shorter(&parts);
    let (out, verified) = verifier.reader(&file[..]).into_bytes().expect("signed");
    assert_eq!(verified.signers().len(), 2);
    assert_eq!(out, plain(&slices(&parts[..2])));
    // A data section in the fourth part, and the signature that ends before it does not count.
    parts[3] = [section(11, b"data"), delimiter(3)].concat();
    let file = shorter(&parts);
    let (out, verified) = verifier.reader(&file[..]).into_bytes().expect("signed");
    assert_eq!(verified.signers().len(), 1);
    assert_eq!(out, plain(&slices(&parts)));
    // That is clear at the end of this part already, not only at that of the file.
    let rest = &file[..file.len() - parts[4].len()];
    let (out, _) = drain(&mut verifier.reader(Failing { rest, how: broken_pipe }), 64);
    assert_eq!(out, plain(&slices(&parts[..4])));
}

#[test]
fn a_part_with_a_stray_signature_section_is_not_given_out_even_where_it_is_signed() {
    let parts = [five_parts()[0].clone(), [signature_section(b""), delimiter(1)].concat()];
    let file = signed(&slices(&parts));
    let (out, end) = drain(&mut prefix_verifier(&[1]).reader(&file[..]), 64);
    assert_eq!(out, plain(&slices(&parts[..1])));
    assert!(matches!(refused_with(end), Reason::StraySignature { .. }));
}

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
    assert!(verifier.verify(&file[..]).is_ok() && verifier.reader(&file[..]).into_bytes().is_ok());
}

#[test]
fn a_matching_key_id_spares_the_budget_of_a_reader_too() {
    let file = behind_worthless(63, &public(1).default_key_id());
    let verifier = prefix_verifier(&[1]);
    assert!(verifier.verify(&file[..]).is_ok());
    let (out, verified) = verifier.reader(&file[..]).into_bytes().expect("signed");
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
    let verifier = Verifier::new(keys).policy(Policy::default().prefix());
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
    let (out, _) = prefix_verifier(&[1]).reader(&file[..]).into_bytes().expect("64 are signed");
    assert_eq!(out, plain(&slices(&parts[..64])));
}

#[test]
fn the_cap_of_a_whole_file() {
    let parts = five_parts();
    let file = signed(&slices(&parts));
    let length = plain(&slices(&parts)).len();
    let reader = |cap| Verifier::new([public(1)]).reader(&file[..]).with_cap(cap);
    assert!(reader(length).into_bytes().is_ok());
    for cap in [0, 7, 8, 100, length - 1] {
        let mut reader = reader(cap);
        for _ in 0..3 {
            let (out, end) = drain(&mut reader, 100);
            let error = end.expect_err("it is over the cap");
            assert!(out.is_empty());
            assert_eq!(error.kind(), ErrorKind::FileTooLarge);
            assert!(matches!(inner(&error), Error::OverCap { cap: said, .. } if *said == cap));
        }
        assert!(matches!(reader.finish(), Err(Error::OverCap { .. })), "it stays failed");
    }
}

#[test]
fn the_cap_of_a_prefix_is_one_for_each_part() {
    let parts = five_parts();
    let file = signed(&slices(&parts));
    let longest = parts.iter().map(Vec::len).max().expect("there are five");
    assert!(longest > MODULE.len() + parts[0].len());
    let reader = |cap| prefix_verifier(&[1]).reader(&file[..]).with_cap(cap);
    assert_eq!(reader(longest).into_bytes().expect("it fits").0, plain(&slices(&parts)));
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
    assert_eq!(reader.into_bytes().expect("a prefix").0, plain(&slices(&parts[..2])));
}

#[test]
fn long_parts_are_hashed_beside_and_come_out() {
    let long = |n: u8| [custom("long", &vec![n; 700_000]), delimiter(n)].concat();
    let parts: Vec<_> = (0..4).map(long).collect();
    let file = signed(&slices(&parts));
    for verifier in [prefix_verifier(&[1]).with_identity(), Verifier::new([public(1)])] {
        let reader = verifier.reader(&file[..]).with_cap(3_000_000);
        assert!(reader.into_bytes().expect("signed").0 == plain(&slices(&parts)));
    }
    let mut changed = file.clone();
    let at = file.len() - parts[3].len() + 1000;
    changed[at] ^= 1;
    let (out, end) = drain(&mut prefix_verifier(&[1]).reader(&changed[..]), 100_000);
    assert!(end.is_ok() && out == plain(&slices(&parts[..3])));
}

/// Fails behind `rest`.
struct Failing<'a> {
    rest: &'a [u8],
    how: fn() -> io::Error,
}

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() { Err((self.how)()) } else { self.rest.read(buffer) }
    }
}

fn broken_pipe() -> io::Error {
    ErrorKind::BrokenPipe.into()
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
            assert!(matches!(inner(&error), Error::Read { offset, .. } if *offset == cut as u64));
        }
        assert!(matches!(reader.finish(), Err(Error::Read { .. })));
    }
}

#[test]
fn a_panic_in_the_inner_reader_does_not_come_back_as_bytes() {
    let parts = five_parts();
    let file = signed(&slices(&parts));
    let inner_reader = Failing { rest: &file[..file.len() - 5], how: || panic!("on purpose") };
    let mut reader = Verifier::new([public(1)]).reader(inner_reader);
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
    let reader: VerifyingReader<io::Cursor<Vec<u8>>> =
        sent(Verifier::new([public(1)]).reader(io::Cursor::new(file)));
    let verified = std::thread::spawn(move || reader.finish());
    assert!(verified.join().expect("no panic").is_ok());
}
