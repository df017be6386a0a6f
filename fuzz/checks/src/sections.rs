//! Section frames: what the library sees is what a plain reader sees, and adds up to the file.

use std::borrow::Cow;
use std::io::Cursor;

use wasmsign_core::edit::Earlier;
use wasmsign_core::edit::split;
use wasmsign_core::edit::{attach, detach};
use wasmsign_core::inspect::{Inspection, inspect, inspect_without_sections};
use wasmsign_core::limits::{MAX_LISTED_NAME_BYTES, MAX_LISTED_SECTIONS};
use wasmsign_core::wasm::{Section, WasmError};

use crate::model::{self, Frame};
use crate::pieces::Pieces;

/// Bytes that the library reads at once.
const CHUNK: usize = 256 * 1024;

/// Takes the input for a binary, or for sections if it has no header.
pub fn check_sections(data: &[u8]) {
    let file = with_header(data);
    sections(&file);
    // Not always, because such a file is long.
    if data.iter().fold(0_u8, |sum, &byte| sum.wrapping_add(byte)).is_multiple_of(16) {
        sections(&across_chunks(&file));
    }
}

/// Compares what is seen in a file, however it is read, with what the model sees.
pub fn sections(file: &[u8]) {
    let seen = inspect(file);
    match (model::frames(file), &seen) {
        (Some(frames), Ok(seen)) => {
            adds_up(file, &frames, seen);
            undoes_itself(file);
            splits(file);
        }
        (None, Err(WasmError::Malformed(fault))) => assert!(fault.offset <= file.len() as u64),
        (frames, seen) => panic!("expected {frames:?}, found {seen:?}"),
    }
    arrives_in_pieces(file, &format!("{seen:?}"));
}

fn with_header(data: &[u8]) -> Cow<'_, [u8]> {
    match data.starts_with(b"\0asm") {
        true => data.into(),
        false => [&model::MODULE, data].concat().into(),
    }
}

/// The same sections so far back that the first of them begin in one chunk and end in the next.
fn across_chunks(file: &[u8]) -> Vec<u8> {
    let (header, sections) = file.split_at(file.len().min(8));
    let before = 1 + file.len() % 64;
    let content = CHUNK - before - header.len() - 4;
    let size = [content as u8 | 0x80, (content >> 7) as u8 | 0x80, (content >> 14) as u8];
    [header, &[1], &size, &vec![0; content], sections].concat()
}

fn adds_up(file: &[u8], frames: &[Frame<'_>], seen: &Inspection) {
    let sections: Vec<_> = seen.sections.iter().map(|section| frame(file, section)).collect();
    let listed = frames.len().min(MAX_LISTED_SECTIONS);
    // Only names of many megabytes end the list earlier.
    assert!(sections.len() == listed || file.len() > MAX_LISTED_NAME_BYTES);
    assert_eq!(sections, frames[..sections.len()]);
    assert_eq!(seen.section_count, frames.len() as u64);
    let padded = || frames.iter().filter(|frame| frame.padded);
    assert_eq!(seen.padded_count, padded().count() as u64);
    assert_eq!(seen.first_padded, padded().next().map(|frame| frame.start as u64));
    let starts = frames.iter().map(|frame| frame.start).chain([file.len()]);
    let ends = [8].into_iter().chain(frames.iter().map(|frame| frame.end));
    assert!(starts.eq(ends), "gaps between sections");
    assert_eq!((Some(seen.kind), seen.total), (model::kind(file), file.len() as u64));
    let misplaced = frames.iter().skip(1).find(|frame| frame.is_named("signature"));
    assert_eq!(seen.misplaced_signature, misplaced.map(|frame| frame.start as u64));
    // The section of wasm-sign has the same name, and its place is the end.
    let is_stray =
        seen.misplaced_signature.is_some_and(|offset| !is_of_another_format(seen, offset));
    assert_eq!(seen.identity.is_none(), is_stray);
    boundaries(file, frames, seen);
}

fn boundaries(file: &[u8], frames: &[Frame<'_>], seen: &Inspection) {
    let ends = model::part_ends(frames, file.len());
    assert_eq!(seen.boundary_count, ends.len());
    assert_eq!(seen.boundaries.len(), ends.len().min(64));
    for (boundary, end) in seen.boundaries.iter().zip(ends) {
        assert_eq!(boundary.end, end as u64);
    }
    let has_own = model::body_start(frames) > 8 && !is_of_another_format(seen, 8);
    assert_eq!(seen.signatures.is_some(), has_own);
}

/// Whether a signature of another format begins here, in its only form.
fn is_of_another_format(seen: &Inspection, offset: u64) -> bool {
    seen.others.iter().any(|other| other.fault.is_none() && other.offset == offset)
}

/// The section as the model would say it.
fn frame<'a>(file: &'a [u8], section: &Section) -> Frame<'a> {
    let payload = section.payload.start as usize;
    let custom = section.custom.as_ref().map(|custom| {
        let content = custom.content.start as usize;
        assert_eq!(custom.content.end, section.end());
        let name = &file[content - custom.name.len()..content];
        assert_eq!(name, custom.name.as_bytes());
        (str::from_utf8(name).expect("it is equal to a text"), content)
    });
    Frame {
        id: section.id,
        start: section.offset as usize,
        payload,
        end: section.end() as usize,
        custom,
        padded: section.padded,
    }
}

fn arrives_in_pieces(file: &[u8], expected: &str) {
    for pattern in [&[1, 0][..], &[7, 200, 0, 13]] {
        let seen = inspect(Pieces::new(file, pattern));
        assert_eq!(format!("{seen:?}"), expected);
    }
    let brief = inspect_without_sections(file);
    let as_brief = inspect(file).map(|mut seen| {
        seen.sections.clear();
        seen
    });
    assert_eq!(format!("{brief:?}"), format!("{as_brief:?}"));
}

/// Taking the signature out and putting it back gives the same file.
fn undoes_itself(file: &[u8]) {
    let mut bare = Vec::new();
    let Ok(detached) = detach(Cursor::new(file), &mut bare) else {
        return assert!(bare.is_empty(), "something of a refused module was written");
    };
    let mut again = Vec::new();
    let attached = attach(Cursor::new(&bare), &mut again, &detached.bytes, Earlier::Refuse);
    let attached = attached.expect("it was attached before");
    assert_eq!((again == file, attached.data), (detached.is_reversible, detached.data));
    assert_eq!(attached.identity, detached.identity);
}

/// A module that was split has the parts that were told, and is split for good.
fn splits(file: &[u8]) {
    let matches = |name: &str| name.len().is_multiple_of(2);
    let divide = |file: &[u8]| {
        let mut output = Vec::new();
        let done = split(Cursor::new(file), &mut output, matches, |_| [7; 16], Earlier::Drop);
        done.map(|done| (output, done))
    };
    let Ok((output, done)) = divide(file) else { return };
    let seen = inspect(&output[..]).expect("what was written is well-formed");
    assert_eq!((seen.boundaries, seen.identity), (done.parts, Some(done.identity)));
    let (again, twice) = divide(&output).expect("it was split before");
    assert!(twice.added == 0 && again == output, "split twice");
}
