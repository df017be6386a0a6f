//! What is printed of a trust file's verdict, and of all that it depends on.

use schemars::JsonSchema;
use serde::Serialize;
use wasmsign_core::trust::Trust;

use super::printer::{BAD, GOOD, Line, Report, labelled};
use super::verify::Verify;
use crate::error::Result;
use crate::exit::Exit;
use crate::ops::trust::explain::Explained;
use crate::ops::verify::Failure;
use crate::text::escape::escape;

/// A verdict, and what it depends on.
#[derive(Serialize, JsonSchema)]
pub(super) struct Explain {
    #[serde(flatten)]
    verdict: Verify,
    /// The name that the rules were matched with.
    name: String,
    /// The time at which keys had to be valid.
    at: String,
    /// The patterns of the rule that decides.
    modules: Vec<String>,
    /// Each role that the rule requires.
    require: Vec<Required>,
}

/// A role that a rule requires.
#[derive(Serialize, JsonSchema)]
struct Required {
    /// Its name; of a single key that stands for itself, the name of that.
    role: String,
    /// Whether enough of its keys have signed.
    met: bool,
    /// How many of its keys must have signed.
    threshold: usize,
    /// The names of those that have.
    signed: Vec<String>,
    /// The names of those that have not.
    unsigned: Vec<String>,
}

impl Report {
    /// A verdict by a trust file with what it depends on; gives its exit code.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn explained(&self, explained: &Explained<'_>) -> Result<Exit> {
        let Explained { trust, name, time, verdict } = explained;
        if let Err(Failure::Unread(error)) = &verdict.result {
            self.error(error);
        }
        let line = Verify::of(verdict);
        let rule = line.rule.and_then(|index| trust.rules().get(index));
        let modules = rule.map(|rule| rule.modules.iter().map(ToString::to_string).collect());
        let require = line.rule.map(|index| required(trust, index, &line)).unwrap_or_default();
        self.line(&Explain {
            verdict: line,
            name: name.clone(),
            at: time.to_string(),
            modules: modules.unwrap_or_default(),
            require,
        })?;
        Ok(verdict.exit())
    }
}

fn required(trust: &Trust, rule: usize, line: &Verify) -> Vec<Required> {
    let required = trust.rules().get(rule).into_iter().flat_map(|rule| &rule.require);
    let required = required.map(|role| {
        let signed = line.roles.get(&*role.name).cloned().unwrap_or_default();
        let names = role.keys.iter().map(|&key| trust.keys()[key].name.to_string());
        Required {
            role: role.name.to_string(),
            met: signed.len() >= role.threshold,
            threshold: role.threshold,
            unsigned: names.filter(|name| !signed.contains(name)).collect(),
            signed,
        }
    });
    required.collect()
}

impl Line for Explain {
    fn show(&self, report: &Report) -> Result<()> {
        self.verdict.show(report)?;
        report.print(&labelled(
            GOOD,
            "Asked",
            &format!("{}, at {}", escape(&self.name), self.at),
        ))?;
        if let Some(rule) = self.verdict.rule.filter(|_| !self.modules.is_empty()) {
            let modules = escape(&self.modules.join(", "));
            report.print(&labelled(GOOD, "Matches", &format!("rule {rule}: {modules}")))?;
        }
        self.require.iter().try_for_each(|role| role.show(report))
    }
}

impl Required {
    fn show(&self, report: &Report) -> Result<()> {
        let list = |names: &[String]| escape(&names.join(", "));
        let role = escape(&self.role);
        let is_key = self.signed.iter().chain(&self.unsigned).all(|name| *name == self.role);
        let by = match &self.signed[..] {
            _ if is_key => String::new(),
            [] => ": nobody has signed".to_owned(),
            [one] => format!(": {} has signed", escape(one)),
            names => format!(": {} have signed", list(names)),
        };
        match self.met {
            true => report.print(&labelled(GOOD, "Met", &format!("{role}{by}"))),
            false => {
                let more = self.threshold - self.signed.len();
                let who = match is_key {
                    true => String::new(),
                    false => format!(", {more} more of {}", list(&self.unsigned)),
                };
                report.print(&labelled(BAD, "Missing", &format!("{role}{by}{who}")))
            }
        }
    }
}
