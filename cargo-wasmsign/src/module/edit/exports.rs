//! Which exports stay. Functions that only the others have led to are dead, and go with them; all else stays byte for
//! byte.

use std::collections::BTreeSet;
use std::path::Path;

use wasm_encoder::Encode;
use wasmparser::{ExportSectionReader, ExternalKind, Operator, Parser, Payload};

use super::frames::Section;
use super::stale::is_stale;
use super::{dead_code, frames, malformed, vector};
use crate::error::{Error, Result};
use crate::text::escape::escape;
use crate::text::nearest::nearest;

/// How many of a module's exports an error lists.
const LISTED: usize = 50;

const EXPORT: u8 = 7;
const ELEMENT: u8 = 9;
const CODE: u8 = 10;
/// The sections that come after the elements: code, data, and the count of data segments.
const AFTER_ELEMENTS: [u8; 3] = [CODE, 11, 12];

/// The module with the exports in `wanted` alone, memories and globals being exports like others.
///
/// Where there is DWARF and `keep_debug` keeps it, code stays where it is, dead or not, because DWARF names places in it.
/// Elsewhere, where code is dead, the other sections that name places in it go too.
///
/// # Errors
///
/// Usage for an export that there is not; malformed.
pub fn keep(name: &Path, module: &[u8], wanted: &[String], keep_debug: bool) -> Result<Vec<u8>> {
    let fault = |fault| malformed(name, &fault);
    let exports = Exports::read(module, wanted).map_err(fault)?;
    refuse_unknown(name, &exports.names, wanted)?;
    let sections = frames::sections(name, module)?;
    let code = match keep_debug && sections.iter().any(Section::is_dwarf) {
        true => None,
        false => dead_code::code_without(module, &exports.functions).map_err(fault)?,
    };
    let mut made = wasm_encoder::Module::HEADER.to_vec();
    for section in sections {
        match section.frame[0] {
            EXPORT => vector::write_section(EXPORT, &vector::of(&exports.kept), &mut made),
            CODE => made.extend_from_slice(code.as_deref().unwrap_or(section.frame)),
            _ if section.is_dwarf() && !keep_debug => {}
            _ if code.is_some() && section.name().is_some_and(|name| is_stale(name, false)) => {}
            _ => made.extend_from_slice(section.frame),
        }
    }
    match declared(&referenced(&made, &exports.gone).map_err(fault)?) {
        Some(segment) => with_segment(name, &made, segment),
        None => Ok(made),
    }
}

/// The module with this element segment behind its others.
fn with_segment(name: &Path, module: &[u8], segment: Vec<u8>) -> Result<Vec<u8>> {
    let mut made = wasm_encoder::Module::HEADER.to_vec();
    let mut segment = Some([segment]);
    for section in frames::sections(name, module)? {
        let id = section.frame[0];
        match segment.take_if(|_| id == ELEMENT || AFTER_ELEMENTS.contains(&id)) {
            Some(segment) if id == ELEMENT => {
                let longer = vector::appended(section.frame, &segment);
                vector::write_section(ELEMENT, &longer, &mut made);
            }
            Some(segment) => {
                vector::write_section(ELEMENT, &vector::of(&segment), &mut made);
                made.extend_from_slice(section.frame);
            }
            None => made.extend_from_slice(section.frame),
        }
    }
    Ok(made)
}

/// The exports of a module.
#[derive(Default)]
struct Exports<'a> {
    /// The names of all of them.
    names: BTreeSet<&'a str>,
    /// The bytes of those that stay.
    kept: Vec<&'a [u8]>,
    /// The functions among them.
    functions: BTreeSet<u32>,
    /// The functions that are exported no more.
    gone: BTreeSet<u32>,
}

impl<'a> Exports<'a> {
    fn read(module: &'a [u8], wanted: &[String]) -> wasmparser::Result<Self> {
        let mut exports = Self::default();
        for payload in Parser::new(0).parse_all(module) {
            if let Payload::ExportSection(section) = payload? {
                exports.add(module, section, wanted)?;
            }
        }
        Ok(exports)
    }

    fn add(
        &mut self,
        module: &'a [u8],
        section: ExportSectionReader<'a>,
        wanted: &[String],
    ) -> wasmparser::Result<()> {
        let mut reader = section.clone().into_iter_with_offsets().peekable();
        while let Some(item) = reader.next() {
            let (start, export) = item?;
            let end = match reader.peek() {
                Some(Ok((next, _))) => *next,
                _ => section.range().end,
            };
            let stays = wanted.iter().any(|name| name == export.name);
            self.names.insert(export.name);
            if stays {
                self.kept.push(&module[start as usize..end as usize]);
            }
            if export.kind == ExternalKind::Func {
                let functions = if stays { &mut self.functions } else { &mut self.gone };
                functions.insert(export.index);
            }
        }
        self.gone.retain(|function| !self.functions.contains(function));
        Ok(())
    }
}

/// Those of these functions whose references the code takes. They have to be declared somewhere, and an export is such a
/// declaration.
fn referenced(module: &[u8], functions: &BTreeSet<u32>) -> wasmparser::Result<BTreeSet<u32>> {
    let mut referenced = BTreeSet::new();
    if functions.is_empty() {
        return Ok(referenced);
    }
    for payload in Parser::new(0).parse_all(module) {
        let Payload::CodeSectionEntry(body) = payload? else { continue };
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            if let Operator::RefFunc { function_index } = operators.read()?
                && functions.contains(&function_index)
            {
                referenced.insert(function_index);
            }
        }
    }
    Ok(referenced)
}

/// An element segment that declares these functions, if there are any.
fn declared(functions: &BTreeSet<u32>) -> Option<Vec<u8>> {
    const DECLARATIVE: u8 = 3;
    const FUNCTIONS: u8 = 0;
    if functions.is_empty() {
        return None;
    }
    let mut segment = vec![DECLARATIVE, FUNCTIONS];
    functions.len().encode(&mut segment);
    functions.iter().for_each(|function| function.encode(&mut segment));
    Some(segment)
}

fn refuse_unknown(name: &Path, there: &BTreeSet<&str>, wanted: &[String]) -> Result<()> {
    let Some(missing) = wanted.iter().find(|wanted| !there.contains(wanted.as_str())) else {
        return Ok(());
    };
    let error = Error::usage(format!(
        "`{}` has no export `{}`, which `optimize.exports` names",
        name.display(),
        escape(missing)
    ));
    let guess = nearest(missing, there.iter().copied())
        .map(|near| format!("did you mean `{}`? ", escape(near)));
    Err(error.advice(format!("{}{}", guess.unwrap_or_default(), list(there))))
}

fn list(exports: &BTreeSet<&str>) -> String {
    if exports.is_empty() {
        return "the module has no exports".to_owned();
    }
    let names: Vec<_> =
        exports.iter().take(LISTED).map(|name| format!("`{}`", escape(name))).collect();
    let more = match exports.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("the module exports {}{more}", names.join(", "))
}
