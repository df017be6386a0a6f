use std::io::{self, Read};
use std::vec;
use std::vec::Vec;

use super::*;
use crate::stream::source::{Reader, Slice};

/// What a run is, as the tests tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Region {
    Header,
    Signature,
    Body,
}

/// Everything that was handed on, and how often a thread was offered.
#[derive(Default)]
struct Seen {
    runs: Vec<(Region, Vec<u8>)>,
    long: usize,
}

impl Sink for Seen {
    type Label = Region;
    type Error = ReadError;

    fn run(&mut self, region: Region, run: Run) -> Result<(), ReadError> {
        self.runs.push((region, run.bytes().to_vec()));
        Ok(())
    }

    fn long_input(&mut self) {
        self.long += 1;
    }
}

fn read_all(input: &[u8]) -> Seen {
    read_at(Pace::Full, input)
}

fn read_at(pace: Pace, input: &[u8]) -> Seen {
    let mut tee = Tee::new(Reader::new(input), pace, Region::Header, Seen::default());
    assert_eq!(tee.skip(u64::MAX).expect("memory can be read"), input.len() as u64);
    assert_eq!(tee.byte().expect("memory can be read"), None);
    assert_eq!(tee.offset(), input.len() as u64);
    tee.flush().expect("the sink takes all");
    tee.sink
}

#[test]
fn every_byte_is_handed_on_once_and_in_order() {
    for length in [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES + 7] {
        let input: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
        for pace in [Pace::Full, Pace::Prompt] {
            let runs = read_at(pace, &input).runs;
            let joined: Vec<u8> = runs.into_iter().flat_map(|(_, bytes)| bytes).collect();
            assert!(joined == input, "{length} bytes, {pace:?}");
        }
    }
}

#[test]
fn a_thread_is_offered_from_the_second_chunk_on() {
    for (length, offers) in [(0, 0), (8, 0), (CHUNK_BYTES, 0), (CHUNK_BYTES + 1, 1)] {
        assert_eq!(read_all(&vec![7; length]).long, offers, "{length} bytes");
    }
}

#[test]
fn regions_divide_what_is_handed_on() {
    let mut tee = Tee::new(Slice(b"headersignbody"), Pace::Full, Region::Header, Seen::default());
    tee.skip(6).expect("memory can be read");
    tee.enter(Region::Body).expect("the sink takes all");
    tee.skip(2).expect("memory can be read");
    tee.relabel(Region::Signature);
    tee.skip(2).expect("memory can be read");
    tee.enter(Region::Body).expect("the sink takes all");
    tee.skip(9).expect("memory can be read");
    tee.flush().expect("the sink takes all");
    let expected = [
        (Region::Header, b"header".to_vec()),
        (Region::Signature, b"sign".to_vec()),
        (Region::Body, b"body".to_vec()),
    ];
    assert_eq!(tee.sink.runs, expected);
}

#[test]
fn a_chunk_that_is_held_is_not_overwritten() {
    struct Holding(Vec<Run>);
    impl Sink for Holding {
        type Label = ();
        type Error = ReadError;

        fn run(&mut self, (): (), run: Run) -> Result<(), ReadError> {
            self.0.push(run);
            Ok(())
        }
        fn long_input(&mut self) {}
    }
    let input: Vec<u8> = (0..5 * CHUNK_BYTES).map(|at| (at / CHUNK_BYTES) as u8).collect();
    let mut tee = Tee::new(Slice(&input), Pace::Full, (), Holding(Vec::new()));
    tee.skip(u64::MAX).expect("memory can be read");
    for (index, run) in tee.sink.0.iter().enumerate() {
        assert!(run.bytes().iter().all(|&byte| usize::from(byte) == index), "chunk {index}");
    }
}

#[test]
fn at_prompt_pace_what_is_here_does_not_wait_for_what_is_not() {
    /// Three bytes a call, and not one more than `wanted` of them.
    struct Slow {
        given: usize,
        wanted: usize,
    }
    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            assert!(self.given < self.wanted, "nobody asked for more");
            self.given += 3;
            buffer[..3].fill(7);
            Ok(3)
        }
    }
    let slow = Slow { given: 0, wanted: 12 };
    let mut tee = Tee::new(Reader::new(slow), Pace::Prompt, Region::Header, Seen::default());
    assert_eq!(tee.skip(11).expect("memory can be read"), 11);
    assert!(tee.sink.runs.is_empty(), "a chunk with room is handed on when asked to");
    tee.flush().expect("the sink takes all");
    assert_eq!(tee.sink.runs, [(Region::Header, vec![7; 11])]);
}
