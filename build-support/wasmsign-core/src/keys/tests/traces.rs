//! What is left of a secret on the stack. Tests are compiled without optimization, where every move leaves a copy.

use std::boxed::Box;
use std::vec;
use std::vec::Vec;

use std::fs::{self, File};
use std::hint::black_box;
use std::os::unix::fs::FileExt;

use zeroize::Zeroizing;

use super::{SecretKey, base64, halves::pkcs8_v2, pem, secret_encodings, seed, testdata};

/// Pieces of so many bytes: whoever has a few of them has most of the seed.
const PIECE: usize = 8;

/// Which pieces of `seed` lie in the part of this thread's stack that is not in use.
///
/// The caller must hold the seed on the heap alone. What is read here lies there too.
#[inline(never)]
fn left_behind(seed: &[u8]) -> Vec<usize> {
    let here = 0_u8;
    let here = &raw const here as u64;
    let maps = fs::read_to_string("/proc/self/maps").expect("this process has a map");
    let bounds = |line: &str| {
        let (from, to) = line.split_once(' ')?.0.split_once('-')?;
        Some((u64::from_str_radix(from, 16).ok()?, u64::from_str_radix(to, 16).ok()?))
    };
    let (start, _) = maps
        .lines()
        .filter_map(bounds)
        .find(|&(from, to)| (from..to).contains(&here))
        .expect("the stack is in the map");
    let mut stack = vec![0; usize::try_from(here - start).expect("it is in memory")];
    let memory = File::open("/proc/self/mem").expect("our own memory can be read");
    memory.read_exact_at(&mut stack, start).expect("the stack is there");
    let is_there = |at: &usize| {
        let piece = &seed[*at..*at + PIECE];
        stack.windows(PIECE).any(|bytes| bytes == piece)
    };
    (0..seed.len()).step_by(PIECE).filter(is_there).collect()
}

/// Does `work` farther down the stack than what looks at it afterwards.
#[inline(never)]
fn deeper<T>(work: impl FnOnce() -> T) -> T {
    let room = [0_u8; 64 * 1024];
    black_box(&room);
    work()
}

/// Does `work` on a thread whose stack nothing else has touched, and looks there for the seed, which `work` gives.
fn traces(work: impl FnOnce() -> Box<[u8]> + Send + 'static) -> Vec<usize> {
    let thread = std::thread::Builder::new().stack_size(1 << 20);
    let thread = thread.spawn(move || left_behind(&deeper(work))).expect("threads can be started");
    thread.join().expect("it does not panic")
}

/// The seed, on the heap, without a copy on the stack.
fn seed_on_heap(key: &SecretKey) -> Box<[u8]> {
    key.encode(super::KeyEncoding::Compact)[1..33].into()
}

#[test]
fn what_looks_for_copies_finds_one() {
    #[inline(never)]
    fn careless(key: &[u8]) -> Box<[u8]> {
        let seed: Zeroizing<[u8; 32]> = Zeroizing::new(key.try_into().expect("32 bytes"));
        let moved = Some(seed);
        Box::from(&moved.as_ref().expect("it is there")[..])
    }
    let found = traces(|| careless(&testdata!("one.secret")[1..33]));
    assert_eq!(found, [0, 8, 16, 24], "a destructor overwrites one copy of several");
}

#[test]
fn decoding_leaves_no_copy() {
    let mut encodings = secret_encodings(&super::one());
    encodings.push(testdata!("ssh-ed25519").to_vec());
    for encoding in encodings {
        let found = traces(move || {
            let key = SecretKey::decode(&encoding).expect("it is a secret key");
            seed_on_heap(&key)
        });
        assert_eq!(found, [0; 0]);
    }
}

#[test]
fn refusing_leaves_no_copy() {
    let wrong = pkcs8_v2(&seed(&super::one()), super::two().public_key().ed25519_bytes().unwrap());
    let halves = testdata!("one.secret")[1..].to_vec();
    let encodings: [Vec<u8>; 3] =
        [wrong.clone(), pem("PRIVATE KEY", &wrong).into(), base64(&halves).into()];
    for (at, encoding) in encodings.into_iter().enumerate() {
        let seed = seed_on_heap(&super::one());
        let found = traces(move || {
            SecretKey::decode(&encoding).expect_err("it is no secret key");
            seed
        });
        assert_eq!(found, [0; 0], "{at}");
    }
}

#[test]
fn signing_and_writing_leave_no_copy() {
    let found = traces(|| {
        let key = SecretKey::decode(testdata!("one.secret")).expect("it is a secret key");
        assert!(key.public_key().verify(b"message", &key.sign(b"message")));
        for &encoding in super::ENCODINGS {
            drop(key.encode(encoding));
        }
        let seed = seed_on_heap(&key);
        let moved = Some(SecretKey::from_seed(seed[..].try_into().expect("32 bytes")));
        drop((key, moved));
        seed
    });
    assert_eq!(found, [0; 0]);
}

#[cfg(feature = "encrypted-keys")]
#[test]
fn a_passphrase_and_its_key_leave_no_copy() {
    use super::KeyEncoding;
    for encoding in [KeyEncoding::Pem, KeyEncoding::OpenSsh, KeyEncoding::Minisign] {
        let written = super::one().encode_encrypted(encoding, b"horse", &[7; 32]);
        let written = written.expect("it can be");
        let found = traces(move || {
            let key = SecretKey::decode_encrypted(&written, b"horse").expect("the passphrase");
            drop(key.encode_encrypted(encoding, b"horse", &[8; 32]).expect("it can be"));
            seed_on_heap(&key)
        });
        assert_eq!(found, [0; 0], "{encoding:?}");
    }
}
