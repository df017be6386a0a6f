//! From the wishes to what is to be written, in order.

use std::ops::Range;

use wasmsign_core::limits::MAX_HASHES_PER_SET;
use wasmsign_core::wasm::{Kind, Section};

use super::item::{Item, Origin};
use super::outline::{self, Outline, Part};
use super::{Delimiters, Embedding, Wishes, conventions, refuse_signed};
use crate::error::{Error, Result};

/// What is to be written in place of a module.
pub struct Plan {
    pub(super) kind: Kind,
    pub(super) steps: Vec<Step>,
    pub(super) embeddings: Vec<Embedding>,
    outline: Outline,
}

/// What is written next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// These bytes of the module.
    Copy(Range<u64>),
    /// One of the embedded sections.
    Embed(usize),
    /// The end of a part.
    EndPart,
}

impl Plan {
    /// Plans what to do with a module of this kind and these sections, which are all that it has.
    ///
    /// First sections are removed, then others are added. Within a part, sections keep their order, and an added one
    /// goes behind all others but `name`, `producers` and `target_features`.
    ///
    /// # Errors
    ///
    /// Exit code 2, with the sections and the reason: the module has signatures or delimiters, or a section of a name
    /// that is to be added; there are too many parts; or the order is one that WebAssembly does not take.
    pub fn make(kind: Kind, sections: &[Section], wishes: Wishes<'_>) -> Result<Self> {
        refuse_signed(sections, false)?;
        let Wishes { remove, mut embed, parts } = wishes;
        embed.sort_by(|one, other| one.name.cmp(&other.name));
        let part_of = |name: Option<&str>| parts.map_or(0, |part_of| part_of(name));
        let (items, removed) = kept(sections, remove, part_of);
        refuse_taken_names(&items, &embed)?;
        let items = ordered(items, &embed, part_of);
        if kind == Kind::Module && (parts.is_some() || !embed.is_empty()) {
            conventions::check(&items)?;
        }
        let by_part: Vec<_> = match parts {
            Some(_) => items.chunk_by(|one, next| one.part == next.part).collect(),
            None => Vec::new(),
        };
        refuse_too_many(by_part.len())?;
        let outline = Outline {
            removed,
            embedded: outline::embedded(&items),
            moved: outline::moved(&items, sections),
            parts: by_part.into_iter().map(Part::of).collect(),
        };
        let steps = steps(&items, sections, parts.is_some());
        Ok(Self { kind, steps, embeddings: embed, outline })
    }

    /// What the plan does, for messages.
    pub fn outline(&self) -> &Outline {
        &self.outline
    }

    /// Whether the module that is written differs from the one that is there.
    pub fn changes_anything(&self, delimiters: &Delimiters) -> bool {
        let Outline { removed, embedded, moved, parts } = &self.outline;
        let is_divided = !parts.is_empty() && !matches!(delimiters, Delimiters::None);
        is_divided || [removed, embedded, moved].iter().any(|names| !names.is_empty())
    }
}

/// The sections that stay, and the names of those that go.
fn kept<'a>(
    sections: &'a [Section],
    remove: &dyn Fn(&str) -> bool,
    part_of: impl Fn(Option<&str>) -> usize,
) -> (Vec<Item<'a>>, Vec<String>) {
    let (mut items, mut removed) = (Vec::with_capacity(sections.len()), Vec::new());
    for (index, section) in sections.iter().enumerate() {
        match section.name() {
            Some(name) if remove(name) => removed.push(name.to_owned()),
            name => items.push(Item {
                id: section.id,
                name,
                part: part_of(name),
                origin: Origin::Module(index),
                length: section.end() - section.offset,
            }),
        }
    }
    (items, removed)
}

/// With two sections of one name, readers would disagree on which one counts.
fn refuse_taken_names(items: &[Item<'_>], embed: &[Embedding]) -> Result<()> {
    for (index, embedding) in embed.iter().enumerate() {
        let name = embedding.name.escape_debug();
        if embed[..index].last().is_some_and(|before| before.name == embedding.name) {
            let keys = [embed[index - 1].key, embedding.key];
            let (text, advice) = match keys[0] == keys[1] {
                true => (
                    format!("`{}` has the section `{name}` twice", keys[0]),
                    format!("list each section once in `{}`", keys[0]),
                ),
                false => (
                    format!("`{}` and `{}` both add a section `{name}`", keys[0], keys[1]),
                    format!("take it out of `{}`", keys[0]),
                ),
            };
            return Err(Error::usage(text).advice(advice));
        }
        if items.iter().any(|item| item.name == Some(embedding.name.as_str())) {
            let text = format!(
                "the module already has a section `{name}`, and `{}` would add another",
                embedding.key
            );
            return Err(Error::usage(text).advice(format!(
                "to replace it, also list it in `sections.remove`; or choose a name other than \
                 `{name}`"
            )));
        }
    }
    Ok(())
}

fn refuse_too_many(parts: usize) -> Result<()> {
    if parts <= MAX_HASHES_PER_SET as usize {
        return Ok(());
    }
    let text = format!("{parts} parts: at most {MAX_HASHES_PER_SET} can be signed");
    Err(Error::usage(text).advice("put more sections into one part in `sections.parts`"))
}

/// All sections in the order of the parts, with those that are added.
fn ordered<'a>(
    mut items: Vec<Item<'a>>,
    embed: &'a [Embedding],
    part_of: impl Fn(Option<&str>) -> usize,
) -> Vec<Item<'a>> {
    // Stable: within a part the sections keep their order.
    items.sort_by_key(|item| item.part);
    for (index, embedding) in embed.iter().enumerate() {
        let name = Some(embedding.name.as_str());
        let (part, origin) = (part_of(name), Origin::Embedding(index));
        let item = Item { id: 0, name, part, origin, length: embedding.section_length() };
        items.insert(place(&items, &item), item);
    }
    items
}

/// Where a section that is added goes: behind the others of its part, but before those whose place is at the end.
fn place(items: &[Item<'_>], new: &Item<'_>) -> usize {
    let start = items.partition_point(|item| item.part < new.part);
    let end = items.partition_point(|item| item.part <= new.part);
    if conventions::is_dylink(new) {
        return start;
    }
    let part = &items[start..end];
    let behind_standard =
        part.iter().rposition(|item| item.name.is_none()).map_or(0, |last| last + 1);
    let rank = conventions::rank(new.name);
    let later = part[behind_standard..].iter().position(|item| conventions::rank(item.name) > rank);
    later.map_or(end, |later| start + behind_standard + later)
}

/// The steps that write these sections; runs of the module that stay together are one step.
fn steps(items: &[Item<'_>], sections: &[Section], in_parts: bool) -> Vec<Step> {
    let mut steps = Vec::new();
    for (index, item) in items.iter().enumerate() {
        match (&item.origin, steps.last_mut()) {
            (&Origin::Embedding(embedding), _) => steps.push(Step::Embed(embedding)),
            (&Origin::Module(section), Some(Step::Copy(run)))
                if run.end == sections[section].offset =>
            {
                run.end = sections[section].end();
            }
            (&Origin::Module(section), _) => {
                steps.push(Step::Copy(sections[section].offset..sections[section].end()));
            }
        }
        if in_parts && items.get(index + 1).is_none_or(|next| next.part != item.part) {
            steps.push(Step::EndPart);
        }
    }
    steps
}
