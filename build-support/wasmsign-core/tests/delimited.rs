//! Writing parts with their delimiters.

mod common;

use std::io::{self, Write};

use common::*;
use proptest::collection::vec;
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use wasmsign_core::edit::{Delimited, EditError};
use wasmsign_core::limits::MAX_HASHES_PER_SET;
use wasmsign_core::sign::{NotSignable, delimiter_key};
use wasmsign_core::wasm::Kind;
use wasmsign_core::{Error, WriteError, inspect};

/// The first half of the hash that it is told.
fn told(before: &[u8; 32]) -> [u8; 16] {
    *before.first_chunk().expect("32 bytes have 16")
}

proptest! {
    #[test]
    fn each_delimiter_is_told_all_that_stands_before_it(
        parts in vec(vec(("[a-c]", vec(any::<u8>(), 0..40)), 1..4), 0..6),
        piece in 1_usize..50,
    ) {
        let key = delimiter_key(&secret(3)).expect("it signs").expect("it always signs alike");
        let mut written = Vec::new();
        let give = |before: &[u8; 32]| key.delimiter(before);
        let mut writer = Delimited::new(&mut written, Kind::Component, give).expect("memory takes it");
        let mut expected = Vec::new();
        for part in &parts {
            let sections: Vec<u8> = part.iter().flat_map(|(name, content)| custom(name, content)).collect();
            sections.chunks(piece).try_for_each(|piece| writer.write_all(piece)).expect("memory takes it");
            writer.end_part().expect("they are few");
            expected.extend(sections);
            let content = key.delimiter(&Sha256::digest(&expected).into());
            expected.extend(custom("signature_delimiter", &content));
        }
        let (_, boundaries) = writer.into_inner();
        prop_assert_eq!(&written, &[&COMPONENT[..], &expected].concat());
        if !parts.is_empty() {
            prop_assert_eq!(boundaries, inspect::inspect(&written[..]).expect("well-formed").boundaries);
        }
    }
}

#[test]
fn no_part_is_written_that_could_not_be_signed() {
    let mut writer = Delimited::new(Vec::new(), Kind::Module, told).expect("memory takes it");
    for _ in 0..MAX_HASHES_PER_SET {
        writer.end_part().expect("so many may be");
    }
    let over = NotSignable::OverLimit { what: "parts", limit: MAX_HASHES_PER_SET };
    assert!(matches!(writer.end_part(), Err(EditError::NotSignable(why)) if why == over));
    assert_eq!(writer.into_inner().1.len(), MAX_HASHES_PER_SET as usize);
}

/// Takes one byte a call, and no more than so many.
struct Narrow(usize, Vec<u8>);

impl Write for Narrow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.0.min(1).min(bytes.len());
        self.0 -= count;
        self.1.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn only_what_was_written_is_hashed_and_failures_are_told() {
    let whole = {
        let mut writer = Delimited::new(Vec::new(), Kind::Module, told).expect("memory takes it");
        writer.write_all(&custom("a", b"content")).expect("memory takes it");
        writer.end_part().expect("memory takes it");
        writer.into_inner()
    };
    let narrow = |room: usize| -> wasmsign_core::Result<_> {
        let mut writer = Delimited::new(Narrow(room, Vec::new()), Kind::Module, told)?;
        writer.write_all(&custom("a", b"content")).map_err(WriteError)?;
        writer.end_part()?;
        Ok(writer.into_inner())
    };
    let (output, boundaries) = narrow(1000).expect("there is room");
    assert_eq!((output.1, boundaries), whole);
    for room in [0, 7, 10, 40] {
        assert!(matches!(narrow(room), Err(Error::Write(_))), "{room}");
    }
}
