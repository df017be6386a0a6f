//! What a plan does to a module, as it is told.

use wasmsign_core::wasm::Section;

use super::STANDARD;
use super::item::{Item, Origin};

/// What a plan does to a module.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outline {
    /// The names of the sections that go, in the order of the module.
    pub removed: Vec<String>,
    /// The names of the sections that come, in the order of the new module.
    pub embedded: Vec<String>,
    /// The names of the sections that others have overtaken, or that stand on another side of a section that is not
    /// custom, in the order of the new module.
    pub moved: Vec<String>,
    /// The parts, if any are wished for.
    pub parts: Vec<Part>,
}

/// A part of a module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The names of its sections, in order; `@standard` for each run of sections that are not custom.
    pub sections: Vec<String>,
    /// Bytes of its sections, without its delimiter.
    pub bytes: u64,
}

impl Part {
    pub(super) fn of(items: &[Item<'_>]) -> Self {
        let mut sections: Vec<String> = Vec::new();
        for item in items {
            let name = item.name.unwrap_or(STANDARD);
            // A custom section could have this name too, and is told each time.
            if item.name.is_some() || sections.last().is_none_or(|last| last != STANDARD) {
                sections.push(name.to_owned());
            }
        }
        Self { sections, bytes: items.iter().map(|item| item.length).sum() }
    }
}

/// The names of the sections that are added, in the order of the new module.
pub(super) fn embedded(items: &[Item<'_>]) -> Vec<String> {
    let added = items.iter().filter(|item| matches!(item.origin, Origin::Embedding(_)));
    added.filter_map(|item| item.name).map(str::to_owned).collect()
}

/// The names of the custom sections that have changed places: with a section that is not custom, or, where several have
/// changed places with one another, those that were before and are behind now.
pub(super) fn moved(items: &[Item<'_>], sections: &[Section]) -> Vec<String> {
    let standard_before = standard_before(sections);
    let (mut standard, mut furthest, mut moved) = (0, 0, Vec::new());
    for item in items {
        match (item.name, &item.origin) {
            (None, _) => standard += 1,
            (Some(name), &Origin::Module(index)) => {
                if standard_before[index] != standard || index < furthest {
                    moved.push(name.to_owned());
                } else {
                    furthest = index;
                }
            }
            (Some(_), Origin::Embedding(_)) => {}
        }
    }
    moved
}

/// How many sections that are not custom stand before each section.
fn standard_before(sections: &[Section]) -> Vec<usize> {
    let count = |before: &mut usize, section: &Section| {
        let found = *before;
        *before += usize::from(section.custom.is_none());
        Some(found)
    };
    sections.iter().scan(0, count).collect()
}
