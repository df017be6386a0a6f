//! `table.fill` and `table.copy` written as calls of small functions that do the same, for tools that cannot read these
//! instructions. All else stays byte for byte.

mod helpers;
mod layout;

use std::ops::Range;
use std::path::Path;

use wasm_encoder::Encode;
use wasmparser::{FunctionBody, Operator, Parser, Payload};

use super::vector::{appended, leb_length, write_section};
use super::{frames, malformed};
use crate::error::Result;
use helpers::{Helper, Helpers};
use layout::Layout;

const TYPE: u8 = 1;
const FUNCTION: u8 = 3;
const CODE: u8 = 10;

/// An instruction that becomes a call.
struct Site {
    range: Range<usize>,
    helper: u32,
}

/// The module with functions in the place of `table.fill` and `table.copy`; none where that cannot be, because of the
/// types of its tables, or because code would move though `in_place` forbids that.
///
/// # Errors
///
/// Malformed.
pub fn without_bulk_operations(
    name: &Path,
    module: &[u8],
    in_place: bool,
) -> Result<Option<Vec<u8>>> {
    let layout = Layout::read(module).map_err(|fault| malformed(name, &fault))?;
    let mut helpers = Helpers::new(&layout);
    let code = match new_code(module, &mut helpers).map_err(|fault| malformed(name, &fault))? {
        Some(code) if !(in_place && code.has_moved) => code.content,
        _ => return Ok(None),
    };
    let mut made = wasm_encoder::Module::HEADER.to_vec();
    for section in frames::sections(name, module)? {
        match section.frame[0] {
            TYPE => write_section(TYPE, &appended(section.frame, &helpers.types()), &mut made),
            FUNCTION => {
                write_section(FUNCTION, &appended(section.frame, &helpers.functions()), &mut made);
            }
            CODE => write_section(CODE, &code, &mut made),
            _ => made.extend_from_slice(section.frame),
        }
    }
    Ok(Some(made))
}

/// The content of a code section, and whether something in it lies elsewhere than before.
struct Code {
    content: Vec<u8>,
    has_moved: bool,
}

/// The code with calls, and the helpers behind it; none where a table has no helper.
fn new_code(module: &[u8], helpers: &mut Helpers) -> wasmparser::Result<Option<Code>> {
    let (mut start, mut count) = (0..0, 0);
    let mut bodies = Vec::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::CodeSectionStart { count: number, unchecked_range, .. } => {
                (start, count) = (in_memory(&unchecked_range), number);
            }
            Payload::CodeSectionEntry(body) => match sites(&body, helpers)? {
                Some(sites) => bodies.push((in_memory(&body.range()), sites)),
                None => return Ok(None),
            },
            _ => {}
        }
    }
    let mut cursor = start.start + leb_length(&module[start.clone()]);
    let mut content = Vec::new();
    padded(count + helpers.count(), cursor - start.start, &mut content);
    let mut has_moved = content.len() != cursor - start.start;
    for (range, sites) in bodies {
        let body = spliced(module, &range, &sites);
        let is_as_long = body.len() == range.len();
        has_moved |= !is_as_long;
        match is_as_long {
            true => content.extend_from_slice(&module[cursor..range.start]),
            false => body.len().encode(&mut content),
        }
        content.extend_from_slice(&body);
        cursor = range.end;
    }
    helpers.bodies().for_each(|body| body.encode(&mut content));
    Ok(Some(Code { content, has_moved }))
}

/// The instructions of a function that become calls; none where one of them cannot.
fn sites(body: &FunctionBody<'_>, helpers: &mut Helpers) -> wasmparser::Result<Option<Vec<Site>>> {
    let mut operators = body.get_operators_reader()?;
    let mut sites = Vec::new();
    while !operators.eof() {
        let (operator, offset) = operators.read_with_offset()?;
        let helper = match operator {
            Operator::TableFill { table } => Helper::Fill { table },
            Operator::TableCopy { dst_table, src_table } => {
                Helper::Copy { to: dst_table, from: src_table }
            }
            _ => continue,
        };
        let Some(helper) = helpers.index(helper) else { return Ok(None) };
        sites.push(Site { range: in_memory(&(offset..operators.original_position())), helper });
    }
    Ok(Some(sites))
}

/// A function with calls at these places.
fn spliced(module: &[u8], range: &Range<usize>, sites: &[Site]) -> Vec<u8> {
    const CALL: u8 = 0x10;
    let mut body = Vec::new();
    let mut cursor = range.start;
    for site in sites {
        body.extend_from_slice(&module[cursor..site.range.start]);
        body.push(CALL);
        padded(site.helper, site.range.len() - 1, &mut body);
        cursor = site.range.end;
    }
    body.extend_from_slice(&module[cursor..range.end]);
    body
}

/// A range of wasmparser's in a module that is a slice.
fn in_memory(range: &Range<u64>) -> Range<usize> {
    range.start as usize..range.end as usize
}

/// Writes a number with `length` bytes, or more where these are not enough.
fn padded(value: u32, length: usize, to: &mut Vec<u8>) {
    let mut bytes = Vec::new();
    value.encode(&mut bytes);
    while bytes.len() < length {
        if let Some(last) = bytes.last_mut() {
            *last |= 0x80;
        }
        bytes.push(0);
    }
    to.extend_from_slice(&bytes);
}

#[cfg(test)]
mod tests;
