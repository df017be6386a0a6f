use sha2::{Digest, Sha256};

use super::*;
use crate::stream::ReadError;
use crate::stream::chunks::{Pace, Sink, Tee};
use crate::stream::source::Slice;

/// Hashes what it is handed, on a thread from run `thread_at` on, with a mark behind each run.
struct Marking {
    hashes: RollingHashes,
    runs: usize,
    thread_at: usize,
}

impl Sink for Marking {
    type Label = ();
    type Error = ReadError;

    fn run(&mut self, (): (), run: Run) -> Result<(), ReadError> {
        if self.runs == self.thread_at {
            self.hashes.call_threads();
        }
        self.runs += 1;
        self.hashes.hash(0, run);
        self.hashes.mark(0);
        Ok(())
    }

    fn long_input(&mut self) {}
}

fn marks(input: &[u8], thread_at: usize) -> Vec<Hash> {
    let sink = Marking { hashes: RollingHashes::new(1), runs: 0, thread_at };
    let mut tee = Tee::new(Slice(input), Pace::Full, (), sink);
    while tee.skip(1000).expect("memory can be read") > 0 {
        tee.flush().expect("the sink takes all");
    }
    tee.sink.hashes.marks(0)
}

#[test]
fn marks_are_the_hashes_of_all_bytes_before_them_wherever_the_thread_starts() {
    let input: Vec<u8> = (0..20_000).map(|at| (at % 251) as u8).collect();
    let expected: Vec<Hash> =
        (1..=20).map(|count| Sha256::digest(&input[..count * 1000]).into()).collect();
    for thread_at in [0, 1, 10, 19, 20] {
        assert_eq!(marks(&input, thread_at), expected, "thread at run {thread_at}");
    }
}

#[test]
fn a_mark_before_any_byte_is_the_hash_of_nothing() {
    let mut hashes = RollingHashes::new(1);
    hashes.mark(0);
    hashes.call_threads();
    hashes.call_threads();
    hashes.mark(0);
    assert_eq!(hashes.marks(0), [Hash::from(Sha256::digest(b"")); 2]);
}

#[test]
fn marks_can_be_read_while_the_hash_rolls_on() {
    let mut hashes = RollingHashes::new(1);
    assert!(hashes.marks(0).is_empty());
    hashes.mark(0);
    assert_eq!(hashes.marks(0).len(), 1);
    hashes.call_threads();
    hashes.mark(0);
    assert_eq!(hashes.marks(0), [Hash::from(Sha256::digest(b"")); 2]);
    hashes.mark(0);
    assert_eq!(hashes.marks(0).len(), 3);
}
