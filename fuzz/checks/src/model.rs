//! A second reader of section frames: the whole file in memory, and nothing clever.

use wasmsign_core::limits::MAX_NAME_BYTES;
use wasmsign_core::wasm::Kind;

/// The header of a module.
pub const MODULE: [u8; 8] = *b"\0asm\x01\0\0\0";

/// A section; everything counts bytes of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The section id.
    pub id: u8,
    /// The first byte.
    pub start: usize,
    /// The first byte of the payload.
    pub payload: usize,
    /// The first byte behind the section.
    pub end: usize,
    /// Name and first byte of the content of a custom section.
    pub custom: Option<(&'a str, usize)>,
    /// Whether a length is longer than it has to be.
    pub padded: bool,
}

impl Frame<'_> {
    /// Whether it is custom and has this name.
    pub fn is_named(&self, wanted: &str) -> bool {
        self.custom.is_some_and(|(name, _)| name == wanted)
    }
}

/// What the header says; `None` where it is none.
pub fn kind(file: &[u8]) -> Option<Kind> {
    [Kind::Module, Kind::Component].into_iter().find(|kind| file.starts_with(&kind.header()))
}

/// Every section; `None` where the file is malformed.
pub fn frames(file: &[u8]) -> Option<Vec<Frame<'_>>> {
    kind(file)?;
    let (mut frames, mut at) = (Vec::new(), 8);
    while at < file.len() {
        let frame = frame(file, at)?;
        at = frame.end;
        frames.push(frame);
    }
    Some(frames)
}

/// Where the body starts: behind the header and a signature section that comes first.
pub fn body_start(frames: &[Frame<'_>]) -> usize {
    frames.first().filter(|first| first.is_named("signature")).map_or(8, |first| first.end)
}

/// The same, also where the file is malformed later on; `None` without a header.
pub fn head_end(file: &[u8]) -> Option<usize> {
    kind(file)?;
    let first = if file.len() > 8 { frame(file, 8) } else { None };
    Some(body_start(first.as_slice()))
}

/// Where the parts end.
pub fn part_ends(frames: &[Frame<'_>], total: usize) -> Vec<usize> {
    let delimiters = frames.iter().filter(|frame| frame.is_named("signature_delimiter"));
    let mut ends: Vec<_> = delimiters.map(|frame| frame.end).collect();
    if ends.last() != Some(&total) {
        ends.push(total);
    }
    ends
}

fn frame(file: &[u8], start: usize) -> Option<Frame<'_>> {
    let (size, payload, size_padded) = varuint32(file, start + 1)?;
    let end = payload.checked_add(size).filter(|&end| end <= file.len())?;
    let id = file[start];
    if id != 0 {
        return Some(Frame { id, start, payload, end, custom: None, padded: size_padded });
    }
    let (length, name, name_padded) = varuint32(&file[..end], payload)?;
    let content = name.checked_add(length).filter(|&content| content <= end)?;
    if length > MAX_NAME_BYTES as usize {
        return None;
    }
    let custom = Some((str::from_utf8(&file[name..content]).ok()?, content));
    Some(Frame { id, start, payload, end, custom, padded: size_padded || name_padded })
}

/// The value, the first byte behind it, and whether it is padded.
fn varuint32(bytes: &[u8], at: usize) -> Option<(usize, usize, bool)> {
    let mut value = 0;
    for (count, &byte) in bytes.get(at..)?.iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * count);
        if byte < 0x80 {
            let value = u32::try_from(value).ok()?;
            return Some((value as usize, at + count + 1, byte == 0 && count > 0));
        }
    }
    None
}
