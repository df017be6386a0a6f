//! What WebAssembly and its tools expect of the order of sections.
//!
//! The core specification wants `name` behind the data section; tool-conventions (Linking.md, ProducersSection.md,
//! DynamicLinking.md) and LLVM's reader want the others as they are here, and branch hints stand before the code that
//! they are for.

use wasmsign_core::wasm::Section;

use super::STANDARD;
use super::item::{Item, Origin};
use crate::error::{Error, Result};

/// Sections of `before` come before all sections of `behind`.
struct Order {
    before: fn(&Item<'_>) -> bool,
    behind: fn(&Item<'_>) -> bool,
    rule: &'static str,
}

const ORDERS: [Order; 5] = [
    Order {
        before: is_dylink,
        behind: |item| !is_dylink(item),
        rule: "a dynamic linker reads `dylink.0` only if it is the first section",
    },
    Order {
        before: is_code_metadata,
        behind: |item| item.id == CODE,
        rule: "`metadata.code.*` must come before the code that it describes",
    },
    Order {
        before: is_standard,
        behind: |item| rank(item.name) > 0,
        rule: "`name`, `producers` and `target_features` come after all non-custom sections",
    },
    Order {
        before: |item| rank(item.name) == 1,
        behind: |item| rank(item.name) > 1,
        rule: "the order is `name`, `producers`, `target_features`",
    },
    Order {
        before: |item| rank(item.name) == 2,
        behind: |item| rank(item.name) > 2,
        rule: "the order is `name`, `producers`, `target_features`",
    },
];

/// The id of the code section.
const CODE: u8 = 10;

/// The rank of a custom section among those at the end of a module; 0 for all others.
pub(super) fn rank(name: Option<&str>) -> usize {
    const LAST: [&str; 3] = ["name", "producers", "target_features"];
    name.and_then(|name| LAST.iter().position(|last| *last == name)).map_or(0, |index| index + 1)
}

/// Whether a custom section is for a dynamic linker, which reads it only where it is the first section.
pub fn wants_to_be_first(name: &str) -> bool {
    name == "dylink.0"
}

/// Whether one of these sections is for a dynamic linker.
pub fn has_dylink(sections: &[Section]) -> bool {
    sections.iter().any(|section| section.name().is_some_and(wants_to_be_first))
}

pub(super) fn is_dylink(item: &Item<'_>) -> bool {
    item.name.is_some_and(wants_to_be_first)
}

/// Refuses an order of a module's sections that WebAssembly or its tools do not take. What was already so in the
/// module is nobody's wish, and stays.
///
/// # Errors
///
/// Exit code 2, with the sections and the rule.
pub(super) fn check(items: &[Item<'_>]) -> Result<()> {
    refuse_objects(items)?;
    code_metadata_stays(items)?;
    ORDERS.iter().try_for_each(|order| match order.broken(items) {
        Some((early, late)) => Err(broken(early, late, order.rule)),
        None => Ok(()),
    })
}

impl Order {
    /// Two sections in the wrong order that were not in that order in the module.
    fn broken<'a>(&self, items: &'a [Item<'a>]) -> Option<(&'a Item<'a>, &'a Item<'a>)> {
        // Of those that should come later, the one that was furthest back in the module.
        let mut early: Option<&Item<'_>> = None;
        for item in items {
            if let Some(early) = early
                && (self.before)(item)
                && is_wished(early, item)
            {
                return Some((early, item));
            }
            if (self.behind)(item) && early.is_none_or(|known| known.place() < item.place()) {
                early = Some(item);
            }
        }
        None
    }
}

/// Whether two sections stand in this order because of the wishes.
fn is_wished(early: &Item<'_>, late: &Item<'_>) -> bool {
    matches!(late.origin, Origin::Embedding(_)) || early.place() > late.place()
}

fn broken(early: &Item<'_>, late: &Item<'_>, rule: &str) -> Error {
    let [early, late] = [early, late].map(shown);
    Error::usage(format!("`{early}` cannot come before `{late}`: {rule}")).advice(
        "change the order in `sections.parts`, or put both into one part, which keeps their \
         order; a section that no part names joins the first part, so name it in the right part",
    )
}

/// An object for the linker refers to its sections by number: none may come or go before them.
fn refuse_objects(items: &[Item<'_>]) -> Result<()> {
    let is_object = |name: &str| name == "linking" || name.starts_with("reloc.");
    match items.iter().find(|item| item.name.is_some_and(is_object)) {
        None => Ok(()),
        Some(item) => Err(Error::usage(format!(
            "`{}` cannot be combined with embedded sections or parts: it refers to sections by \
             index, and the indices would change",
            shown(item)
        ))
        .advice("link the module first: this is an object file")),
    }
}

/// In another part, it would be before all non-custom sections, or after the code.
fn code_metadata_stays(items: &[Item<'_>]) -> Result<()> {
    let Some(code) = items.iter().find(|item| item.id == CODE) else { return Ok(()) };
    let strays = |item: &&Item<'_>| is_code_metadata(item) && item.part != code.part;
    match items.iter().find(strays) {
        None => Ok(()),
        Some(item) => Err(Error::usage(format!(
            "`{}` must be in the same part as `{STANDARD}`: it is between two of its sections",
            shown(item)
        ))
        .advice("list it in `sections.parts` together with `@standard`")),
    }
}

fn is_standard(item: &Item<'_>) -> bool {
    item.name.is_none()
}

fn is_code_metadata(item: &Item<'_>) -> bool {
    item.name.is_some_and(|name| name.starts_with("metadata.code."))
}

fn shown(item: &Item<'_>) -> String {
    item.name.unwrap_or(STANDARD).escape_debug().to_string()
}
