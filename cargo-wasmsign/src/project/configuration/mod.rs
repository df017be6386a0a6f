//! cargo's own configuration: what its files say, those that they include, `--config`, and the environment.
//!
//! A key is given by its words, as in `configuration.text(&["profile", "release", "opt-level"])?`. What a variable says
//! (`CARGO_PROFILE_RELEASE_OPT_LEVEL`) counts more than a file and less than a `--config`, as for cargo. What stands
//! in `Cargo.toml` is not part of it: of a profile, say, the manifest's word is what counts where this gives none.
//!
//! cargo has refused what it does not take by the time that this is read, because `cargo metadata` comes first: errors here
//! are of what we cannot read as it does.

mod files;
#[cfg(test)]
mod tests;
mod value;

use std::path::PathBuf;

use value::{Content, Rank, Source, Value};

use crate::error::{Error, Result};

/// What counts for the current directory.
#[derive(Debug)]
pub struct Configuration {
    values: Value,
    directory: PathBuf,
    environment: fn(&str) -> Option<String>,
}

/// A text with the directory from which it is read where it is a relative path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The text.
    pub text: String,
    /// The directory.
    pub root: PathBuf,
}

impl Configuration {
    /// Reads it with these `--config`, each.
    ///
    /// # Errors
    ///
    /// Exit code 2: what is there cannot be read as cargo reads it; 4: a file that cannot be read.
    pub fn load(overrides: &[String]) -> Result<Self> {
        let directory = std::env::current_dir()
            .map_err(|source| Error::io("failed to find the current directory", source))?;
        Self::of(directory, overrides, |name| std::env::var(name).ok())
    }

    /// What variables say alone.
    pub fn of_variables() -> Self {
        let source = Source { rank: Rank::File, file: None };
        let environment = |name: &str| std::env::var(name).ok();
        Self { values: Value::empty(source), directory: PathBuf::new(), environment }
    }

    fn of(
        directory: PathBuf,
        overrides: &[String],
        environment: fn(&str) -> Option<String>,
    ) -> Result<Self> {
        Ok(Self { values: files::load(&directory, overrides)?, directory, environment })
    }

    /// A text, or a number or a word for yes or no as it is written.
    ///
    /// # Errors
    ///
    /// Exit code 2: a list or a table.
    pub fn text(&self, key: &[&str]) -> Result<Option<String>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        scalar(&value).map(Some).ok_or_else(|| expected("a text", key))
    }

    /// Words: of a list, of a text with spaces between them, of several places together.
    ///
    /// # Errors
    ///
    /// Exit code 2: anything else.
    pub fn words(&self, key: &[&str]) -> Result<Option<Vec<String>>> {
        let mut words = match self.stated(key) {
            None => Vec::new(),
            Some(value) => split(value).ok_or_else(|| expected("a list of strings", key))?,
        };
        let variable = self.variable(key);
        if words.is_empty() && variable.is_none() {
            return Ok(self.stated(key).map(|_| Vec::new()));
        }
        words.extend(variable.iter().flat_map(|text| of_variable(text)));
        words.sort_by_key(|(rank, _)| *rank);
        Ok(Some(words.into_iter().map(|(_, word)| word).collect()))
    }

    /// One text or a list of them: a text replaces what counts less, a list is joined with it.
    ///
    /// # Errors
    ///
    /// Exit code 2: anything else.
    pub fn one_or_more(&self, key: &[&str]) -> Result<Vec<Text>> {
        let Some(Value { content: Content::List(list), .. }) = self.stated(key) else {
            let value = self.value(key);
            let text = |value: &Value| scalar(value).ok_or_else(|| expected("a text", key));
            return value
                .iter()
                .map(|value| Ok(self.rooted(text(value)?, &value.source)))
                .collect();
        };
        let text = |value: &Value| match &value.content {
            Content::Text(text) => {
                Ok((value.source.rank, self.rooted(text.clone(), &value.source)))
            }
            _ => Err(expected("a list of strings", key)),
        };
        let mut texts = list.iter().map(text).collect::<Result<Vec<_>>>()?;
        let source = Source { rank: Rank::Variable, file: None };
        let words = self.variable(key).unwrap_or_default();
        texts.extend(
            words
                .split_whitespace()
                .map(|word| (source.rank, self.rooted(word.to_owned(), &source))),
        );
        texts.sort_by_key(|(rank, _)| *rank);
        Ok(texts.into_iter().map(|(_, text)| text).collect())
    }

    /// The program that a key names: a name to look for, or a path from the directory of its file.
    ///
    /// # Errors
    ///
    /// As of [`Configuration::text`].
    pub fn program(&self, key: &[&str]) -> Result<Option<PathBuf>> {
        let Some(value) = self.value(key) else { return Ok(None) };
        let text = scalar(&value).ok_or_else(|| expected("a text", key))?;
        let is_path = text.contains(std::path::is_separator);
        let root = self.rooted(text.clone(), &value.source).root;
        Ok(Some(if is_path { root.join(text) } else { text.into() }))
    }

    /// Whether anything says something of a key.
    pub fn has(&self, key: &[&str]) -> bool {
        self.stated(key).is_some() || self.variable(key).is_some()
    }

    /// The keys that a table has in files and in `--config`, in their order.
    pub fn keys(&self, table: &[&str]) -> Vec<&str> {
        let table = self.stated(table).and_then(Value::table);
        table.into_iter().flat_map(|table| table.keys().map(String::as_str)).collect()
    }

    /// What files and `--config` say.
    fn stated(&self, key: &[&str]) -> Option<&Value> {
        key.iter().try_fold(&self.values, |value, word| value.get(word))
    }

    /// What the environment says.
    fn variable(&self, key: &[&str]) -> Option<String> {
        let word = |word: &&str| word.replace('-', "_").to_uppercase();
        let words: Vec<_> = key.iter().map(word).collect();
        // An empty one is an unset one. Where cargo minds, it says so itself.
        (self.environment)(&format!("CARGO_{}", words.join("_"))).filter(|text| !text.is_empty())
    }

    /// What counts most, of values that are not joined.
    fn value(&self, key: &[&str]) -> Option<Value> {
        let stated = self.stated(key);
        let is_above = |value: &Value| value.source.rank > Rank::Variable;
        match self.variable(key) {
            Some(text) if !stated.is_some_and(is_above) => Some(Value {
                content: Content::Text(text),
                source: Source { rank: Rank::Variable, file: None },
            }),
            _ => stated.cloned(),
        }
    }

    fn rooted(&self, text: String, source: &Source) -> Text {
        Text { text, root: self.directory.join(source.root()) }
    }
}

fn scalar(value: &Value) -> Option<String> {
    match &value.content {
        Content::Text(text) => Some(text.clone()),
        Content::Integer(number) => Some(number.to_string()),
        Content::Boolean(is_so) => Some(is_so.to_string()),
        Content::List(_) | Content::Table(_) => None,
    }
}

/// The words of a list or a text, each with its rank.
fn split(value: &Value) -> Option<Vec<(Rank, String)>> {
    match &value.content {
        Content::Text(text) => {
            let words = text.split_whitespace();
            Some(words.map(|word| (value.source.rank, word.to_owned())).collect())
        }
        Content::List(list) => list
            .iter()
            .map(|value| match &value.content {
                Content::Text(text) => Some((value.source.rank, text.clone())),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

fn of_variable(text: &str) -> impl Iterator<Item = (Rank, String)> + '_ {
    text.split_whitespace().map(|word| (Rank::Variable, word.to_owned()))
}

fn expected(what: &str, key: &[&str]) -> Error {
    Error::usage(format!("`{}` of cargo's configuration is not {what}", key.join(".")))
}
