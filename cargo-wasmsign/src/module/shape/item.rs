//! A section of the new module.

/// A section of the new module.
pub(super) struct Item<'a> {
    pub(super) id: u8,
    /// The name of a custom section.
    pub(super) name: Option<&'a str>,
    pub(super) part: usize,
    pub(super) origin: Origin,
    /// Bytes of the section.
    pub(super) length: u64,
}

/// Where a section of the new module comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// From the module; the index of its section.
    Module(usize),
    /// From the wishes; the index of the embedding.
    Embedding(usize),
}

impl Item<'_> {
    /// Where the section was in the module; one that is added comes behind all others.
    pub(super) fn place(&self) -> usize {
        match self.origin {
            Origin::Module(index) => index,
            Origin::Embedding(_) => usize::MAX,
        }
    }
}
