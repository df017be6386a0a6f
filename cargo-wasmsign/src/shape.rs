//! Removing custom sections. What stays, stays byte for byte.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::Path;

use wasmsign_core::section::Section;

use crate::error::{Error, Result};

/// The sections without those whose name `remove` takes, as runs of bytes of the file; the header
/// stands before them.
pub fn kept(sections: &[Section], remove: impl Fn(&str) -> bool) -> Vec<Range<u64>> {
    const HEADER: Range<u64> = 0..8;
    let mut runs = vec![HEADER];
    for section in sections.iter().filter(|section| !section.name().is_some_and(&remove)) {
        match runs.last_mut() {
            Some(run) if run.end == section.offset => run.end = section.end(),
            _ => runs.push(section.offset..section.end()),
        }
    }
    runs
}

/// Copies runs of bytes from one file to another. `name` is what messages call the module.
///
/// # Errors
///
/// Exit code 4.
pub fn copy(name: &Path, mut from: &File, to: &mut File, runs: &[Range<u64>]) -> Result<()> {
    let copied = runs.iter().try_for_each(|run| {
        from.seek(SeekFrom::Start(run.start))?;
        match io::copy(&mut from.take(run.end - run.start), to)? {
            length if length == run.end - run.start => Ok(()),
            _ => Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
        }
    });
    let flushed = copied.and_then(|()| to.flush());
    flushed.map_err(|source| {
        Error::io(format!("failed to remove sections from `{}`", name.display()), source)
    })
}
