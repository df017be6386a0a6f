//! The verifying reader: nothing unverified comes out, and its verdict is the verifier's.

mod common;

use std::cell::Cell;
use std::io::{self, ErrorKind, Read};
use std::rc::Rc;

use common::reader::*;
use common::*;
use wasmsign_core::verify::Reason;
use wasmsign_core::{Policy, Require, SectionNames, Verifier, VerifyError, sign};

#[test]
fn the_bytes_are_those_of_the_file_without_its_signature_section() {
    let parts = five_parts();
    let file = signed(&slices(&parts));
    for verifier in
        [Verifier::new([public(1)]).expect("keys and policy fit together"), prefix_verifier(&[1])]
    {
        for count in [1, 2, 7, 100, 4096] {
            let mut reader = verifier.reader(&file[..]);
            let (out, end) = drain(&mut reader, count);
            assert!(end.is_ok() && out == plain(&slices(&parts)), "{count} bytes at once");
            assert_eq!(reader.finish().expect("signed").covered(), file.len() as u64);
        }
        let (out, verified) = taken(verifier.reader(&file[..]).into_module().expect("signed"));
        assert!(out == plain(&slices(&parts)));
        assert_eq!((verified.covered(), verified.total()), (out.len() as u64, out.len() as u64));
        assert!(verified.is_whole());
    }
}

/// The proof is about all bytes, and so none of them may be missing beside it.
#[test]
fn bytes_and_their_proof_come_whole_or_not_at_all() {
    let file = signed(&slices(&five_parts()));
    for verifier in
        [Verifier::new([public(1)]).expect("keys and policy fit together"), prefix_verifier(&[1])]
    {
        let mut reader = verifier.reader(&file[..]);
        assert_eq!(reader.read(&mut [0; 5]).expect("signed"), 5);
        assert_eq!(reader.read(&mut []).expect("nothing to do"), 0);
        let error = reader.into_module().expect_err("five bytes are missing");
        assert!(matches!(error, VerifyError::PartlyRead { count: 5 }), "{error:?}");
        let mut untouched = verifier.reader(&file[..]);
        assert_eq!(untouched.read(&mut []).expect("nothing to do"), 0);
        assert!(untouched.into_module().is_ok());
    }
}

#[test]
fn offsets_fit_the_bytes_of_a_prefix() {
    let parts = five_parts();
    let file = with_sets(&[signed_set(&[1], &rolling(&slices(&parts[..2])))], &slices(&parts));
    let (out, verified) =
        taken(prefix_verifier(&[1]).reader(&file[..]).into_module().expect("signed"));
    assert_eq!(verified.covered(), out.len() as u64);
    assert_eq!(verified.total(), plain(&slices(&parts)).len() as u64);
    let secret = secret(1);
    let detached = sign::detached(&plain(&slices(&parts))[..], None, &[by(&secret)]);
    let data = detached.expect("it can be signed").data.encode();
    let reader = prefix_verifier(&[1]).reader_detached(&file[..], &data);
    let (out, verified) = taken(reader.into_module().expect("signed"));
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
    let mut reader =
        Verifier::new([public(1)]).expect("keys and policy fit together").reader(&file[..]);
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
        (signature_section(b""), Reason::MisplacedSignature { offset: prefix.len() as u64 }),
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
    let policy = Policy::default().prefix_with(SectionNames::exactly(["n"]));
    let mut reader = Verifier::builder([public(1)])
        .policy(policy)
        .build()
        .expect("keys and policy fit together")
        .reader(&file[..]);
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
    let (out, verified) =
        taken(prefix_verifier(&[1]).reader(&file[..]).into_module().expect("a prefix"));
    assert_eq!(out, plain(&slices(&parts[..2])));
    assert_eq!(verified.total() - verified.covered(), custom("x", &[7; 100_000]).len() as u64);
}

#[test]
fn without_a_reader_of_its_bytes_a_reader_is_a_verifier() {
    let file = signed(&slices(&five_parts()));
    for verifier in [
        Verifier::builder([public(1)])
            .with_identity()
            .build()
            .expect("keys and policy fit together"),
        prefix_verifier(&[1]),
    ] {
        let verified = verifier.reader(&file[..]).with_cap(0).finish();
        assert_eq!(format!("{verified:?}"), format!("{:?}", verifier.verify(&file[..])));
    }
}

#[test]
fn an_empty_buffer_reads_nothing() {
    let (pieces, calls) = Pieces::new(vec![signed(&slices(&five_parts()))]);
    let mut reader =
        Verifier::new([public(1)]).expect("keys and policy fit together").reader(pieces);
    assert_eq!(reader.read(&mut []).expect("nothing to do"), 0);
    assert_eq!(calls.get(), 0);
    assert!(reader.finish().is_ok());
}

#[test]
fn empty_modules() {
    let empty = with_sets(&[signed_set(&[1], &rolling(&[b""]))], &[]);
    for verifier in
        [Verifier::new([public(1)]).expect("keys and policy fit together"), prefix_verifier(&[1])]
    {
        let (out, verified) = taken(verifier.reader(&empty[..]).into_module().expect("signed"));
        assert_eq!((&out[..], verified.covered()), (&MODULE[..], 8));
        let unsigned = verifier.reader(&MODULE[..]).into_module();
        assert!(matches!(unsigned, Err(VerifyError::Refused(_))), "{unsigned:?}");
        let nothing = verifier.reader(&b""[..]).into_module();
        assert!(matches!(nothing, Err(VerifyError::Malformed(_))), "{nothing:?}");
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
        let (out, _) = taken(reader.into_module().expect("2 has signed"));
        assert_eq!(out, plain(&slices(&parts)));
        let (out, end) =
            drain(&mut prefix_verifier(&[1]).reader_detached(&file[..], &signature), 9);
        assert!(out.is_empty());
        assert_eq!(refused_with(end), Reason::NoTrustedSignature);
        let broken = prefix_verifier(&[2]).reader_detached(&file[..], b"\x01\x01");
        assert!(matches!(broken.into_module(), Err(VerifyError::Malformed(_))));
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
        let (out, _) =
            taken(prefix_verifier(&[1]).reader(&file[..]).into_module().expect("1 has signed"));
        assert_eq!(out, plain(&slices(&parts)));
        let (out, _) =
            taken(prefix_verifier(&[2]).reader(&file[..]).into_module().expect("2 has signed"));
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
    let both = Verifier::builder([public(1), public(2)])
        .policy(all.clone())
        .build()
        .expect("keys and policy fit together");
    let (out, _) = taken(both.reader(&file[..]).into_module().expect("both have signed two parts"));
    assert_eq!(out, plain(&slices(&parts[..2])));
    let three = Verifier::builder([public(1), public(2), public(3)])
        .policy(all)
        .build()
        .expect("keys and policy fit together");
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
    let (out, verified) = taken(verifier.reader(&file[..]).into_module().expect("signed"));
    assert_eq!(verified.signers().len(), 2);
    assert_eq!(out, plain(&slices(&parts[..2])));
    // A data section in the fourth part, and the signature that ends before it does not count.
    parts[3] = [section(11, b"data"), delimiter(3)].concat();
    let file = shorter(&parts);
    let (out, verified) = taken(verifier.reader(&file[..]).into_module().expect("signed"));
    assert_eq!(verified.signers().len(), 1);
    assert_eq!(out, plain(&slices(&parts)));
    // That is clear at the end of this part already, not only at that of the file.
    let rest = &file[..file.len() - parts[4].len()];
    let (out, _) = drain(&mut verifier.reader(Failing { rest, how: broken_pipe }), 64);
    assert_eq!(out, plain(&slices(&parts[..4])));
}

#[test]
fn a_part_with_a_misplaced_signature_section_is_not_given_out_even_where_it_is_signed() {
    let parts = [five_parts()[0].clone(), [signature_section(b""), delimiter(1)].concat()];
    let file = signed(&slices(&parts));
    let (out, end) = drain(&mut prefix_verifier(&[1]).reader(&file[..]), 64);
    assert_eq!(out, plain(&slices(&parts[..1])));
    assert!(matches!(refused_with(end), Reason::MisplacedSignature { .. }));
}
