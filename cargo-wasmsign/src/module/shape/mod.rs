//! Shaping: which custom sections a module has, in which order, and in which parts. What stays, stays byte for byte.
//!
//! A [`Plan`] is made from the list of a module's sections; whatever cannot be is refused there, before anything is
//! written. [`Plan::write`] then streams the module, with memory for that list and one buffer.

mod conventions;
mod delimiters;
mod embedding;
mod item;
mod outline;
mod plan;
mod write;

pub use conventions::{has_dylink, wants_to_be_first};
pub use delimiters::{Delimiters, random_delimiters};
pub use embedding::Embedding;
pub use outline::{Outline, Part};
pub use plan::Plan;

use wasmsign_core::manifest::MANIFEST_SECTION;
use wasmsign_core::wasm::Section;

use crate::error::{Error, Result};

/// The manifest's word for all sections that are not custom.
const STANDARD: &str = "@standard";

/// What is to become of the custom sections of a module.
pub struct Wishes<'a> {
    /// Whether a custom section of this name goes.
    pub remove: &'a dyn Fn(&str) -> bool,
    /// Custom sections to add, in any order.
    pub embed: Vec<Embedding>,
    /// The parts, if there are to be any.
    pub parts: Option<PartOf<'a>>,
}

/// Gives the number of the part that a custom section of this name is to be in, or, for `None`, all those that are not
/// custom. Parts stand in the order of their numbers; those that no section falls into do not exist.
pub type PartOf<'a> = &'a dyn Fn(Option<&str>) -> usize;

/// Refuses a module that was signed, divided into parts, or given a module manifest before it came here: signatures would
/// not survive the first change, delimiters would be boundaries that nobody has asked for, and a manifest that a dependency
/// has brought along would be believed. `is_transformed` is whether a program of
/// the user's has had a hand in it.
///
/// # Errors
///
/// Exit code 2.
pub fn refuse_signed(sections: &[Section], is_transformed: bool) -> Result<()> {
    let (source, culprit) = match is_transformed {
        true => ("its `transform` wrote", "make its `transform` omit it"),
        false => ("cargo has built", "find out what adds it (a `link_section`, a linker argument)"),
    };
    if sections.iter().any(Section::is_signature) {
        let text = format!("it is already signed: there is a section `signature` in what {source}");
        return Err(
            Error::usage(text).advice(format!("{culprit}, and let this build sign the module"))
        );
    }
    if sections.iter().any(Section::is_delimiter) {
        let text = format!(
            "it is already split: there is a section `signature_delimiter` in what {source}"
        );
        return Err(
            Error::usage(text).advice(format!("{culprit}, and set the parts in `sections.parts`"))
        );
    }
    if sections.iter().any(|section| section.name() == Some(MANIFEST_SECTION)) {
        let text = format!(
            "it already has a module manifest: there is a section `{MANIFEST_SECTION}` in what {source}"
        );
        return Err(Error::usage(text)
            .advice(format!("{culprit}, and set `manifest = true` to have this build add it")));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
