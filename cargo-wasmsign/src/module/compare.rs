//! Where two modules that should be the same differ first.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use wasmsign_core::inspect::Inspection;
use wasmsign_core::wasm::{Kind, Section};

use crate::error::{Error, Result};
use crate::module::section_names::standard_name;

/// A module with what is in it.
type Module<'a> = (&'a Path, &'a File, &'a Inspection);

/// The first section that two modules do not have in common. Offsets are of the first module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The headers differ: one is a module, the other a component.
    Kind,
    /// The content of a section differs.
    Content {
        /// The section as it is called.
        section: String,
        /// Offset of its first byte.
        section_offset: u64,
        /// Offset of the first byte that differs, or at which one of the two ends.
        offset: u64,
        /// Bytes of the section in each module.
        sizes: (u64, u64),
    },
    /// A different section, or none, is in its place: names and offset of the first.
    Section {
        /// What the first module has there.
        found: Option<String>,
        /// What the second one has.
        rebuilt: Option<String>,
        /// Offset in the first module.
        offset: u64,
    },
}

/// Finds the first difference between two modules, ignoring their signature sections.
///
/// # Errors
///
/// Exit code 4.
pub fn first_difference(one: Module<'_>, other: Module<'_>) -> Result<Difference> {
    if one.2.kind != other.2.kind {
        return Ok(Difference::Kind);
    }
    let kind = one.2.kind;
    let mut left = one.2.sections.iter().filter(|section| !section.is_signature());
    let mut right = other.2.sections.iter().filter(|section| !section.is_signature());
    loop {
        let offset = |section: Option<&Section>| section.map_or(one.2.total, |found| found.offset);
        match (left.next(), right.next()) {
            (Some(found), Some(rebuilt)) if name(kind, found) == name(kind, rebuilt) => {
                if let Some(difference) = content((one, found), (other, rebuilt))? {
                    return Ok(difference);
                }
            }
            (found, rebuilt) => {
                return Ok(Difference::Section {
                    found: found.map(|section| name(kind, section)),
                    rebuilt: rebuilt.map(|section| name(kind, section)),
                    offset: offset(found),
                });
            }
        }
    }
}

/// The first difference within two sections of the same name, frames included.
fn content(
    (one, found): (Module<'_>, &Section),
    (other, rebuilt): (Module<'_>, &Section),
) -> Result<Option<Difference>> {
    let (mut left, mut right) = (bytes(one, found)?, bytes(other, rebuilt)?);
    let sizes = (found.end() - found.offset, rebuilt.end() - rebuilt.offset);
    let mut offset = found.offset;
    loop {
        let (here, there) = (next(&mut left, one.0)?, next(&mut right, other.0)?);
        match here == there {
            true if here.is_none() => return Ok(None),
            true => offset += 1,
            false => {
                let section = name(one.2.kind, found);
                let section_offset = found.offset;
                return Ok(Some(Difference::Content { section, section_offset, offset, sizes }));
            }
        }
    }
}

fn bytes<'a>((path, mut file, _): Module<'a>, section: &Section) -> Result<impl BufRead + use<'a>> {
    file.seek(SeekFrom::Start(section.offset)).map_err(|source| failed(path, source))?;
    Ok(BufReader::new(file).take(section.end() - section.offset))
}

fn next(bytes: &mut impl BufRead, path: &Path) -> Result<Option<u8>> {
    bytes.bytes().next().transpose().map_err(|source| failed(path, source))
}

fn failed(path: &Path, source: io::Error) -> Error {
    Error::io(format!("failed to read `{}`", path.display()), source)
}

/// A section as it is called.
fn name(kind: Kind, section: &Section) -> String {
    match (section.name(), standard_name(kind, section.id)) {
        (Some(name), _) => format!("custom section `{name}`"),
        (None, Some(name)) => format!("{name} section"),
        (None, None) => format!("section of id {}", section.id),
    }
}
