//! The manifest that a pass over a binary comes by.

use alloc::vec::Vec;

use super::document::{MANIFEST_SECTION, ModuleManifest};
use super::error::ManifestError;
use crate::limits::MAX_MANIFEST_BYTES;
use crate::wasm::Section;

/// The sections of that name, as much of them as decides: the first, and where the second ends. So there may be any number
/// of them, of any length.
#[derive(Debug, Default)]
pub(crate) struct FoundManifest {
    first: Option<First>,
    /// Offset of the first byte behind the second section.
    second_end: Option<u64>,
}

#[derive(Debug)]
struct First {
    /// Offset of the first byte behind the section.
    end: u64,
    /// Bytes of its content.
    length: u64,
    /// The content, unless it is too long.
    content: Vec<u8>,
}

impl FoundManifest {
    /// Sees the next section of the file.
    pub(crate) fn see(&mut self, section: &Section) {
        let named = section.custom.as_ref().filter(|custom| custom.name == MANIFEST_SECTION);
        let Some(custom) = named else { return };
        let end = section.end();
        match self.first {
            None => {
                let length = custom.content.end - custom.content.start;
                self.first = Some(First { end, length, content: Vec::new() });
            }
            Some(_) => drop(self.second_end.get_or_insert(end)),
        }
    }

    /// Whether the content of this section, which was just seen, is to be kept.
    pub(crate) fn wants(&self, section: &Section) -> bool {
        self.first.as_ref().is_some_and(|first| first.end == section.end() && !first.is_too_long())
    }

    /// Keeps the content of the section that was wanted.
    pub(crate) fn keep(&mut self, content: Vec<u8>) {
        if let Some(first) = &mut self.first {
            first.content = content;
        }
    }

    /// The manifest in the bytes before the offset `end`: `None` without such a section there.
    pub(crate) fn before(&self, end: u64) -> Option<Result<ModuleManifest, ManifestError>> {
        let first = self.first.as_ref().filter(|first| first.end <= end)?;
        Some(match self.second_end {
            Some(second) if second <= end => Err(ManifestError::Twice),
            _ if first.is_too_long() => Err(ManifestError::TooLong { length: first.length }),
            _ => ModuleManifest::parse(&first.content),
        })
    }
}

impl First {
    fn is_too_long(&self) -> bool {
        self.length > MAX_MANIFEST_BYTES as u64
    }
}
