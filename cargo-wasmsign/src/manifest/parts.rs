//! `sections.parts`: which sections are signed together, and in which order.

use std::str::FromStr;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::globs::{SIGNATURE_SECTIONS, SectionGlob};
use super::kind::Kind;
use super::node::{List, Node};
use super::text::{Text, distinct};
use crate::error::Result;
use crate::text::words::Invalid;

const EXPECTED: &str = "a list of lists of selectors";
/// What stands for every section that is not custom.
const STANDARD: &str = "@standard";
/// WebAssembly's conventions want these behind each other.
const IN_ORDER: [&str; 3] = ["name", "producers", "target_features"];
/// And want this one before everything.
const FIRST: &str = "dylink.0";

/// The parts of a module, in their order: at least one, none of them empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts(Vec<Vec<Selector>>);

/// What a part holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// Every section that is not custom.
    Standard,
    /// The custom sections of such a name.
    Custom(SectionGlob),
}

impl Kind for Parts {
    type Value = Self;

    fn read(node: &Node<'_>) -> Result<Self> {
        let lists = node.lists(EXPECTED)?;
        if lists.is_empty() {
            return Err(node.invalid(&Invalid::instead(EXPECTED, "an empty list")));
        }
        if let Some(list) = lists.iter().find(|list| list.texts.is_empty()) {
            let empty = Invalid::instead("a list of selectors", "an empty list");
            return Err(list.place.invalid(&empty));
        }
        distinct(lists.iter().flat_map(|list| &list.texts))?;
        let part = |list: &List<'_>| list.texts.iter().map(Text::parse).collect::<Result<_>>();
        let parts = lists.iter().map(part).collect::<Result<_>>()?;
        refuse_order(&lists)?;
        Ok(Self(parts))
    }

    fn show(value: &Self) -> Value {
        json!(value.selectors())
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        let part = json!({ "type": "array", "items": { "type": "string" }, "minItems": 1 });
        json_schema!({ "type": "array", "items": part, "minItems": 1 })
    }
}

impl Parts {
    /// The part that a section belongs to, by the name of a custom section; `None` is a section that is
    /// not custom. It is the first part that names the section, and the first of all where none does.
    pub fn part_of(&self, section: Option<&str>) -> usize {
        let named = |part: &Vec<Selector>| part.iter().any(|selector| selector.selects(section));
        self.0.iter().position(named).unwrap_or(0)
    }

    /// The parts that none of these custom sections is in, as they were written; those that name `@standard` hold that.
    pub fn empty<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = String> + 'a {
        let is_empty = move |(index, part): &(usize, &Vec<Selector>)| {
            let has_standard = part.iter().any(|selector| matches!(selector, Selector::Standard));
            !has_standard && !names.iter().any(|name| self.part_of(Some(name)) == *index)
        };
        let parts = self.0.iter().enumerate().filter(is_empty);
        parts.map(|(_, part)| part.iter().map(Selector::as_str).collect::<Vec<_>>().join(", "))
    }

    /// The selectors of each part, as they were written.
    pub fn selectors(&self) -> Vec<Vec<&str>> {
        self.0.iter().map(|part| part.iter().map(Selector::as_str).collect()).collect()
    }
}

impl Selector {
    /// Whether it names a section; sections of signatures are placed by signing alone.
    fn selects(&self, section: Option<&str>) -> bool {
        match (self, section) {
            (Self::Standard, None) => true,
            (Self::Custom(glob), Some(name)) => {
                !SIGNATURE_SECTIONS.contains(&name) && glob.is_match(name)
            }
            _ => false,
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Standard => STANDARD,
            Self::Custom(glob) => glob.as_str(),
        }
    }
}

impl FromStr for Selector {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            STANDARD => Ok(Self::Standard),
            _ if SIGNATURE_SECTIONS.contains(&text) => Err(Invalid::because(format!(
                "`{text}` is a signature section, which only signing adds"
            ))),
            // Whatever begins with `@` is kept for selectors such as `@standard`.
            _ if text.is_empty() || text.starts_with('@') => {
                Err(Invalid::new("`@standard` or a glob on the names of custom sections", text))
            }
            _ => text.parse().map(Self::Custom),
        }
    }
}

/// Refuses orders that WebAssembly's conventions forbid, as far as the lists alone tell: what a glob
/// selects, and which sections there are, is known for each module alone.
fn refuse_order(lists: &[List<'_>]) -> Result<()> {
    if let Some((part @ 1.., text)) = literal(lists, FIRST) {
        return Err(text.error(format!(
            "`{FIRST}` belongs in the first part, found in part {}: tools look for it at the start",
            part + 1
        )));
    }
    let literals = IN_ORDER.map(|name| literal(lists, name));
    let pairs = [(0, 1), (0, 2), (1, 2)].map(|(one, two)| (&literals[one], &literals[two]));
    for (one, two) in pairs {
        if let (Some((late, text)), Some((early, other))) = (one, two)
            && early < late
        {
            return Err(text.error(format!(
                "`{}` must not come after `{}`: the order is {}",
                text.as_str(),
                other.as_str(),
                IN_ORDER.map(|name| format!("`{name}`")).join(" < ")
            )));
        }
    }
    Ok(())
}

/// The selector that is this very name, with the index of its part.
fn literal<'a, 'b>(lists: &'b [List<'a>], name: &str) -> Option<(usize, &'b Text<'a>)> {
    let mut texts = lists
        .iter()
        .enumerate()
        .flat_map(|(part, list)| list.texts.iter().map(move |text| (part, text)));
    texts.find(|(_, text)| text.as_str() == name)
}
