//! The table `[term]` of cargo's configuration: it says how everything is shown, ours too.

use super::Configuration;

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
    /// cannot be read says nothing here, but for variables: whoever needs more of it tells of the fault.
    pub fn read(overrides: &[String]) -> Self {
        let configuration = Configuration::load(overrides);
        let configuration = configuration.unwrap_or_else(|_| Configuration::of_variables());
        let text = |key: &[&str]| configuration.text(key).ok().flatten();
        let switch = |key: &str| text(&["term", key]).and_then(|value| value.parse().ok());
        Self {
            quiet: switch("quiet"),
            verbose: switch("verbose"),
            color: text(&["term", "color"]),
            no_progress: text(&["term", "progress", "when"]).as_deref() == Some("never"),
        }
    }
}
