//! Readers and writers that fail, stutter, or change under our hands.

mod common;

use std::io::{self, Cursor, ErrorKind, Read, Seek, SeekFrom, Write};

use common::*;
use wasmsign_core::sign::{self, SignError};
use wasmsign_core::{ReadError, Verifier, VerifyError};

/// Gives `left` bytes of `inner`, then fails.
struct Failing<R> {
    inner: R,
    left: usize,
}

impl<R> Failing<R> {
    fn allow(&mut self, wanted: usize) -> io::Result<usize> {
        let allowed = self.left.min(wanted);
        if allowed == 0 && wanted > 0 {
            return Err(io::Error::other("the disk is gone"));
        }
        self.left -= allowed;
        Ok(allowed)
    }
}

impl<R: Read> Read for Failing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let allowed = self.allow(buffer.len())?;
        self.inner.read(&mut buffer[..allowed])
    }
}

impl<W: Write> Write for Failing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let allowed = self.allow(buffer.len())?;
        self.inner.write(&buffer[..allowed])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<S: Seek> Seek for Failing<S> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

fn long_file() -> Vec<u8> {
    file(&[&section(1, &vec![7; 700_000]), &delimiter(1), &custom("x", &[8; 1000])])
}

#[test]
fn a_reader_that_fails_is_reported_with_the_bytes_read_before() {
    let file = long_file();
    for left in [0, 1, 7, 8, 9, 100, 262_143, 262_144, 262_145, 600_000, file.len()] {
        let reader = Failing { inner: &file[..], left };
        match Verifier::new([public(1)]).expect("keys and policy fit together").verify(reader) {
            Err(VerifyError::Read(ReadError { offset, source, .. })) => {
                assert_eq!(offset, left as u64);
                assert_eq!(source.to_string(), "the disk is gone");
            }
            other => panic!("expected a failure to read, found {other:?}"),
        }
    }
}

#[test]
fn a_writer_that_fails_is_reported() {
    let file = long_file();
    let secret = secret(1);
    let signed = embed(&file, &[by(&secret)]).expect("signable");
    for left in [0, 1, 8, 9, 100, 150, 300_000, signed.len() - 1] {
        let mut output = Failing { inner: Cursor::new(Vec::new()), left };
        let result = sign::embed(Cursor::new(&file), &mut output, &[by(&secret)]);
        assert!(matches!(result, Err(SignError::Write(_))), "{left} bytes: {result:?}");
        let mut output = Failing { inner: Vec::new(), left };
        let result = sign::embed_in_stream(Cursor::new(&file), &mut output, &[by(&secret)]);
        assert!(matches!(result, Err(SignError::Write(_))), "{left} bytes: {result:?}");
    }
}

#[test]
fn a_reader_that_fails_while_signing_is_reported() {
    let file = long_file();
    for left in [0, 300_000, file.len(), file.len() + 300_000] {
        let input = Failing { inner: Cursor::new(&file), left };
        let result = sign::embed_in_stream(input, &mut Vec::new(), &[by(&secret(1))]);
        assert!(matches!(result, Err(SignError::Read(_))), "{left} bytes: {result:?}");
    }
}

/// Another file each time it is rewound.
struct Changing {
    now: Cursor<Vec<u8>>,
    then: Vec<u8>,
}

impl Read for Changing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.now.read(buffer)
    }
}

impl Seek for Changing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.now = Cursor::new(self.then.clone());
        self.now.seek(to)
    }
}

#[test]
fn a_file_that_changes_between_two_readings_is_an_error() {
    let part = section(1, b"types");
    let before = file(&[&part]);
    let component = [COMPONENT.as_slice(), &part].concat();
    let others = [
        file(&[&section(1, b"typeZ")]),
        file(&[&part, &part]),
        file(&[]),
        component,
        file(&[&signature_section(&data(&[])), &part]),
    ];
    for then in others {
        let input = Changing { now: Cursor::new(before.clone()), then };
        let result = sign::embed_in_stream(input, &mut Vec::new(), &[by(&secret(1))]);
        assert!(matches!(result, Err(SignError::Changed(_))), "{result:?}");
    }
}

/// One byte at a time, each after an interruption.
struct Stuttering<'a> {
    rest: &'a [u8],
    interrupted: bool,
}

impl Read for Stuttering<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(ErrorKind::Interrupted.into());
        }
        let count = buffer.len().min(1);
        self.rest.read(&mut buffer[..count])
    }
}

#[test]
fn interruptions_and_single_bytes_change_nothing() {
    let file = embed(&long_file(), &[by(&secret(1))]).expect("signable");
    let verifier = Verifier::builder([public(1)])
        .with_identity()
        .build()
        .expect("keys and policy fit together");
    let whole = verifier.verify(&file[..]).expect("signed");
    let bytes = verifier.verify(Stuttering { rest: &file, interrupted: false }).expect("signed");
    assert_eq!(format!("{bytes:?}"), format!("{whole:?}"));
}

#[test]
fn sections_of_any_length_around_the_chunk_verify() {
    for length in (262_144 - 200)..(262_144 + 10) {
        let first = [section(1, &vec![7; length]), delimiter(1)].concat();
        assert!(verify(&signed(&[&first, &delimiter(2)])).is_ok(), "{length} bytes");
    }
}
