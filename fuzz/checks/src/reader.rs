//! The verifying reader: the verdict of the verifier, and only bytes that it covers.

use std::io::Read;

use wasmsign_core::{Verified, Verifier, VerifyError, VerifyingReader};

use crate::attempt::{Attempt, Coverage, attempts};
use crate::model;
use crate::originals;
use crate::pieces::{Pieces, scale};
use crate::verify::judged_rightly;

/// Takes the input for attempts at a verifier.
pub fn check_reader(data: &[u8]) {
    for attempt in attempts(data) {
        let verdict = judged_rightly(&attempt);
        let Attempt { module, detached, demand, pattern } = &attempt;
        let out = same_verdict(&demand.verifier(), module, detached.as_deref(), pattern, &verdict);
        assert!(verdict.is_ok() || refused_well(&attempt, &out), "never signed, and given out");
    }
}

/// Checks that a reader comes to this verdict, however its bytes are read, and gives what came out of it.
pub fn same_verdict(
    verifier: &Verifier,
    module: &[u8],
    detached: Option<&[u8]>,
    pattern: &[u8],
    verdict: &Result<Verified, VerifyError>,
) -> Vec<u8> {
    let start = || {
        let pieces = Pieces::new(module, pattern);
        match detached {
            Some(signature) => verifier.reader_detached(pieces, signature),
            None => verifier.reader(pieces),
        }
    };
    let mut reader = start();
    let lengths = lengths(pattern, module.len());
    let out = drain(&mut reader, &lengths, verdict.is_ok());
    is_verdict(reader.finish(), verdict);
    // One of these at a time: signatures are what takes the time.
    match pattern.first().copied().unwrap_or(0) % 3 {
        0 => is_verdict(start().finish(), verdict),
        1 => read_in_part(start(), verdict),
        _ => little_room(start().with_cap(sum(pattern)), verdict),
    }
    only_of_the_file(module, &out, verdict);
    out
}

/// The lengths of the pieces in which the verified bytes are read.
fn lengths(pattern: &[u8], total: usize) -> Vec<usize> {
    pattern.iter().rev().map(|&byte| usize::from(byte) * scale(total) + 1).collect()
}

/// All that comes out, in pieces of these lengths. The stream ends where the file is trusted, and fails where not.
fn drain(reader: &mut impl Read, lengths: &[usize], trusted: bool) -> Vec<u8> {
    let mut out = Vec::new();
    let mut lengths = lengths.iter().cycle();
    loop {
        let mut buffer = vec![0; lengths.next().copied().unwrap_or(64)];
        match reader.read(&mut buffer) {
            Ok(0) => return finished(out, trusted),
            Ok(count) => out.extend_from_slice(&buffer[..count]),
            Err(_) => return finished(out, !trusted),
        }
    }
}

fn finished(out: Vec<u8>, rightly: bool) -> Vec<u8> {
    assert!(rightly, "the stream ended as if the verdict were another one");
    out
}

#[track_caller]
fn is_verdict(found: Result<Verified, VerifyError>, expected: &Result<Verified, VerifyError>) {
    assert_eq!(format!("{found:?}"), format!("{expected:?}"));
}

fn read_in_part<R: Read>(mut reader: VerifyingReader<R>, verdict: &Result<Verified, VerifyError>) {
    let _ = reader.read(&mut [0; 20]);
    is_verdict(reader.finish(), verdict);
}

/// A small cap may be too small, and changes nothing else. Bytes come with offsets of their own.
fn little_room<R: Read>(reader: VerifyingReader<R>, verdict: &Result<Verified, VerifyError>) {
    match (reader.into_module(), verdict) {
        (Err(VerifyError::OverCap { .. }), _) => {}
        (Ok(module), Ok(expected)) => {
            let (bytes, found) = (module.bytes(), module.verified());
            let section = expected.covered() - found.covered();
            assert_eq!(bytes.len() as u64, found.covered());
            assert_eq!(found.total() + section, expected.total());
            assert_eq!(found.is_whole(), expected.is_whole());
            assert_eq!(found.signers(), expected.signers());
            assert_eq!(found.identity(), expected.identity());
        }
        (found, _) => is_verdict(found.map(|module| module.verified().clone()), verdict),
    }
}

fn sum(pattern: &[u8]) -> usize {
    pattern.iter().copied().map(usize::from).sum()
}

/// What came out is the file without its signature section, as far as it is covered or farther than it came out.
fn only_of_the_file(module: &[u8], out: &[u8], verdict: &Result<Verified, VerifyError>) {
    let Some(start) = model::head_end(module) else { return assert!(out.is_empty()) };
    match verdict {
        Ok(verified) => {
            let covered = &module[start..verified.covered() as usize];
            assert!(out == [&module[..8], covered].concat(), "not what is covered");
        }
        Err(_) => {
            let (header, body) = out.split_at(out.len().min(8));
            assert!(module.starts_with(header) && module[start..].starts_with(body));
        }
    }
}

/// Of what is refused in the end, no more came out than somebody has signed.
fn refused_well(attempt: &Attempt, out: &[u8]) -> bool {
    let signed =
        |body| attempt.demand.keys().iter().any(|key| originals::has_signed(key, body, false));
    match out.split_at_checked(8) {
        None => out.is_empty(),
        Some((_, body)) => attempt.demand.coverage != Coverage::Whole && signed(body),
    }
}
