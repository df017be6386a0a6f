//! Sections that are vectors: a count, and items whose bytes stay as they are.

use wasm_encoder::Encode;

/// The content of a vector of these items.
pub(super) fn of(items: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut content = Vec::new();
    items.len().encode(&mut content);
    items.iter().for_each(|item| content.extend_from_slice(item.as_ref()));
    content
}

/// The content of a section that is a vector, with these items appended.
pub(super) fn appended(frame: &[u8], items: &[Vec<u8>]) -> Vec<u8> {
    let content = &frame[1 + leb_length(&frame[1..])..];
    let (count, rest) = leb(content);
    let mut longer = Vec::new();
    (count + items.len() as u32).encode(&mut longer);
    longer.extend_from_slice(rest);
    items.iter().for_each(|item| longer.extend_from_slice(item));
    longer
}

/// Writes a section of this content.
pub(super) fn write_section(id: u8, content: &[u8], to: &mut Vec<u8>) {
    to.push(id);
    content.encode(to);
}

/// The number at the start, and what is behind it. wasmparser has read it before.
pub(super) fn leb(bytes: &[u8]) -> (u32, &[u8]) {
    let length = leb_length(bytes);
    let value = bytes[..length].iter().rev();
    let value = value.fold(0, |value: u32, byte| value << 7 | u32::from(byte & 0x7f));
    (value, &bytes[length..])
}

/// The length of the number at the start.
pub(super) fn leb_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| **byte & 0x80 != 0).count() + 1
}
