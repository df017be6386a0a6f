//! The table `[term]` of cargo's configuration: it says how everything is shown, ours too.

use std::env;

use cargo_config2::{Color, When};
use toml_edit::{DocumentMut, Item};

use super::settings;

/// What the configuration says of the screen, with cargo's variables.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Term {
    /// `term.quiet`.
    pub quiet: Option<bool>,
    /// `term.verbose`.
    pub verbose: Option<bool>,
    /// `term.color`: `auto`, `always` or `never`.
    pub color: Option<String>,
    /// Whether `term.progress.when` wants no bar.
    pub no_progress: bool,
}

impl Term {
    /// What the files, the variables and these `--config` say, the last one most. As in cargo, a configuration that
    /// cannot be read says nothing here: whoever needs more of it tells of the fault.
    pub fn read(overrides: &[String]) -> Self {
        let mut term = Self::of_files();
        term.cover_by_variables();
        let readable = overrides.iter().filter_map(|text| settings::overriding(text).ok());
        readable.for_each(|document| term.cover_by_document(&document));
        term
    }

    fn of_files() -> Self {
        let Ok(config) = settings::load() else { return Self::default() };
        let term = config.term;
        Self {
            quiet: term.quiet,
            verbose: term.verbose,
            color: term.color.map(|color: Color| color.as_str().to_owned()),
            no_progress: term.progress.when == Some(When::Never),
        }
    }

    /// Once more, for the case that the files cannot be read.
    fn cover_by_variables(&mut self) {
        let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let switch = |name: &str| variable(name).and_then(|value| value.parse().ok());
        self.quiet = switch("CARGO_TERM_QUIET").or(self.quiet);
        self.verbose = switch("CARGO_TERM_VERBOSE").or(self.verbose);
        self.color = variable("CARGO_TERM_COLOR").or(self.color.take());
        if let Some(when) = variable("CARGO_TERM_PROGRESS_WHEN") {
            self.no_progress = when == "never";
        }
    }

    fn cover_by_document(&mut self, document: &DocumentMut) {
        let Some(term) = document.get("term") else { return };
        let switch = |name: &str| term.get(name).and_then(Item::as_bool);
        self.quiet = switch("quiet").or(self.quiet);
        self.verbose = switch("verbose").or(self.verbose);
        let color = term.get("color").and_then(Item::as_str).map(str::to_owned);
        self.color = color.or(self.color.take());
        let when = term.get("progress").and_then(|progress| progress.get("when")?.as_str());
        self.no_progress = when.map_or(self.no_progress, |when| when == "never");
    }
}
