//! What the TOML of a trust file says, with the place of everything.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Faults;
use super::order;
use super::time::Time;
use super::words::{shown, suggestion};

/// Bytes of the text.
pub(super) type Span = Range<usize>;

/// Something with its place.
#[derive(Debug, Clone)]
pub(super) struct Located<T> {
    pub(super) span: Span,
    pub(super) value: T,
}

/// A table whose keys are asked for one by one. What nobody has asked for is unknown.
pub(super) struct Table<'t> {
    pub(super) span: Span,
    entries: &'t DeTable<'t>,
    asked: Vec<&'static str>,
}

/// Any value of the file.
pub(super) struct Value<'t> {
    pub(super) span: Span,
    inner: &'t DeValue<'t>,
}

impl<'t> Table<'t> {
    /// The table of a whole document.
    pub(super) fn root(document: &'t Spanned<DeTable<'t>>) -> Self {
        Self::new(0..0, document.get_ref())
    }

    fn new(span: Span, entries: &'t DeTable<'t>) -> Self {
        Self { span, entries, asked: Vec::new() }
    }

    /// What stands under a key.
    pub(super) fn take(&mut self, key: &'static str) -> Option<Value<'t>> {
        self.asked.push(key);
        self.get(key)
    }

    /// As [`Table::take`], whether the key is one of ours or not.
    pub(super) fn get(&self, key: &str) -> Option<Value<'t>> {
        self.entries.get(key).map(Value::new)
    }

    /// What stands under a key that must be there.
    pub(super) fn needed(
        &mut self,
        key: &'static str,
        faults: &mut Faults<'_>,
    ) -> Option<Value<'t>> {
        let value = self.take(key);
        if value.is_none() {
            faults.add(&self.span, format!("missing key `{key}`"));
        }
        value
    }

    /// All keys with their values, in the order of the text.
    pub(super) fn entries(&self) -> Vec<(Located<&'t str>, Value<'t>)> {
        let named = |(key, value): (&'t Spanned<_>, &'t Spanned<_>)| {
            let name: &alloc::borrow::Cow<'t, str> = key.get_ref();
            (Located { span: key.span(), value: &**name }, Value::new(value))
        };
        order::by(self.entries.iter().map(named).collect(), |(name, _)| name.span.start)
    }

    /// Notes the keys that nobody has asked for.
    pub(super) fn finish(self, faults: &mut Faults<'_>) {
        for (key, _) in self.entries() {
            if !self.asked.contains(&key.value) {
                let near = suggestion(key.value, &self.asked);
                faults.add(&key.span, format!("unknown key {}{near}", shown(key.value)));
            }
        }
    }
}

impl<'t> Value<'t> {
    fn new(value: &'t Spanned<DeValue<'t>>) -> Self {
        Self { span: value.span(), inner: value.get_ref() }
    }

    fn wanted<T>(&self, found: Option<T>, wanted: &str, faults: &mut Faults<'_>) -> Option<T> {
        if found.is_none() {
            faults.add(&self.span, format!("expected {wanted}, found {}", self.kind()));
        }
        found
    }

    fn kind(&self) -> &'static str {
        match self.inner {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        }
    }

    pub(super) fn table(&self, faults: &mut Faults<'_>) -> Option<Table<'t>> {
        let table = self.as_table();
        self.wanted(table, "a table", faults)
    }

    /// The table that this is, if it is one.
    pub(super) fn as_table(&self) -> Option<Table<'t>> {
        let DeValue::Table(table) = self.inner else { return None };
        Some(Table::new(self.span.clone(), table))
    }

    /// Whether this is an array without elements.
    pub(super) fn is_empty_array(&self) -> bool {
        matches!(self.inner, DeValue::Array(array) if array.is_empty())
    }

    pub(super) fn array(&self, of: &str, faults: &mut Faults<'_>) -> Option<Vec<Value<'t>>> {
        let array = match self.inner {
            DeValue::Array(array) => Some(array.iter().map(Value::new).collect()),
            _ => None,
        };
        self.wanted(array, &format!("an array of {of}"), faults)
    }

    pub(super) fn string(&self, faults: &mut Faults<'_>) -> Option<Located<&'t str>> {
        let string = match self.inner {
            DeValue::String(string) => Some(&**string),
            _ => None,
        };
        let value = self.wanted(string, "a string", faults)?;
        Some(Located { span: self.span.clone(), value })
    }

    /// The strings of an array. Other elements are noted, and left out.
    pub(super) fn strings(&self, faults: &mut Faults<'_>) -> Vec<Located<&'t str>> {
        let values = self.array("strings", faults).unwrap_or_default();
        values.iter().filter_map(|value| value.string(faults)).collect()
    }

    pub(super) fn boolean(&self, faults: &mut Faults<'_>) -> Option<bool> {
        let boolean = match self.inner {
            DeValue::Boolean(boolean) => Some(*boolean),
            _ => None,
        };
        self.wanted(boolean, "`true` or `false`", faults)
    }

    /// The integer that this is, if it is one that `i64` can hold.
    pub(super) fn integer(&self) -> Option<i64> {
        let DeValue::Integer(integer) = self.inner else { return None };
        i64::from_str_radix(integer.as_str(), integer.radix()).ok()
    }

    /// An integer of at least 1.
    pub(super) fn count(&self, faults: &mut Faults<'_>) -> Option<usize> {
        let count = self.integer().filter(|&count| count > 0);
        match (count.map(usize::try_from), self.inner) {
            (Some(Ok(count)), _) => Some(count),
            (_, DeValue::Integer(_)) => {
                faults.add(&self.span, "expected an integer of at least 1");
                None
            }
            _ => self.wanted(None, "an integer", faults),
        }
    }

    /// A date, or a date-time with an offset.
    pub(super) fn time(&self, faults: &mut Faults<'_>) -> Option<Time> {
        let DeValue::Datetime(written) = self.inner else {
            let advice = "expected a date or a date-time without quotes, such as 2026-01-31 or \
                          2026-01-31T12:00:00Z";
            faults.add(&self.span, format!("{advice}; found {}", self.kind()));
            return None;
        };
        faults.take(&self.span, Time::from_toml(written).map_err(|error| format!("{error}")))
    }

    /// One of these words.
    pub(super) fn word<T: Copy>(
        &self,
        words: &[(&'static str, T)],
        faults: &mut Faults<'_>,
    ) -> Option<T> {
        let word = self.string(faults)?;
        one_of(&word, words, faults)
    }
}

/// What a word stands for.
pub(super) fn one_of<T: Copy>(
    word: &Located<&str>,
    words: &[(&'static str, T)],
    faults: &mut Faults<'_>,
) -> Option<T> {
    let found = words.iter().find(|(known, _)| *known == word.value);
    if found.is_none() {
        let known: Vec<_> = words.iter().map(|(known, _)| *known).collect();
        let near = suggestion(word.value, &known);
        faults.add(&word.span, format!("unknown value {}{near}", shown(word.value)));
    }
    found.map(|&(_, meaning)| meaning)
}

/// A text of the file that must not be empty.
pub(super) fn not_empty<'t>(text: Located<&'t str>, faults: &mut Faults<'_>) -> Option<&'t str> {
    match text.value {
        "" => {
            faults.add(&text.span, String::from("expected a text, found an empty one"));
            None
        }
        value => Some(value),
    }
}
