//! What is printed of trust files.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use wasmsign_core::trust::{self, Trust};

use super::printer::Line;
use super::printer::{FAINT, Report};
use super::values::path_text;
use crate::error::Result;
use crate::text::escape::escape;

/// A trust file in which nothing is wrong.
#[derive(Serialize, JsonSchema)]
pub(super) struct TrustCheck {
    /// The trust file, as it was named.
    trust_file: String,
    /// The names of its keys.
    keys: Vec<String>,
    /// The names of its roles.
    roles: Vec<String>,
    /// Its rules: the first that matches decides.
    rules: Vec<Rule>,
    /// How many modules are revoked.
    revoked: usize,
}

/// What a rule asks.
#[derive(Serialize, JsonSchema)]
struct Rule {
    /// The patterns on the names of modules.
    modules: Vec<String>,
    /// Who must have signed, each by itself, in words.
    require: Vec<String>,
    /// What else is asked, in words.
    policy: String,
    /// The formats of signatures that count.
    formats: Vec<String>,
    /// The algorithms that each role must have signed with.
    algorithms: Vec<String>,
    /// Whether a module may be unsigned.
    unsigned: bool,
}

/// A trust file that was written.
#[derive(Serialize, JsonSchema)]
pub(super) struct TrustWritten {
    /// Where it is.
    output: String,
    /// The names of its keys.
    keys: Vec<String>,
    /// What of the original is not in it.
    left_out: Vec<String>,
}

impl Report {
    /// What each rule of a trust file asks.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn trust_checked(&self, path: &Path, trust: &Trust) -> Result<()> {
        self.line(&TrustCheck {
            trust_file: path_text(path),
            keys: trust.keys().iter().map(|key| key.name.to_string()).collect(),
            roles: trust.roles().iter().map(|role| role.name.to_string()).collect(),
            rules: trust.rules().iter().map(|rule| Rule::of(rule, trust)).collect(),
            revoked: trust.revoked().len(),
        })
    }

    /// A trust file that was written.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn trust_written(
        &self,
        output: &Path,
        keys: Vec<String>,
        left_out: Vec<String>,
    ) -> Result<()> {
        self.line(&TrustWritten { output: path_text(output), keys, left_out })
    }
}

impl Rule {
    fn of(rule: &trust::Rule, trust: &Trust) -> Self {
        Self {
            modules: texts(&rule.modules),
            require: rule.require.iter().map(|role| trust.describe(role)).collect(),
            policy: asked(rule),
            formats: texts(&rule.formats),
            algorithms: texts(&rule.algorithms),
            unsigned: rule.unsigned,
        }
    }

    /// Who must have signed, in words.
    fn signers(&self) -> String {
        let formats = match &self.formats[..] {
            [only] if only == "wasmsign2" => String::new(),
            formats => format!(", as {}", formats.join(" or ")),
        };
        match (&self.require[..], self.unsigned) {
            ([], true) => "may be unsigned".to_owned(),
            (roles, unsigned) => {
                let or = if unsigned { "may be unsigned, or " } else { "" };
                format!("{or}signed by {}{formats}", roles.join(" and "))
            }
        }
    }
}

fn texts(values: &[impl ToString]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

/// What a rule asks beside signers.
fn asked(rule: &trust::Rule) -> String {
    let kind = match rule.policy.kind {
        Some(kind) => format!("a {}", super::values::Kind::from(kind).word()),
        None => "a module or a component".to_owned(),
    };
    let package = rule.policy.package.iter().map(|package| format!(", package {package}"));
    let version = rule.policy.version.iter().map(|version| format!(", version {version}"));
    let more: String = package.chain(version).collect();
    format!("{kind}, coverage {}{more}", rule.policy.coverage)
}

impl Line for TrustCheck {
    fn show(&self, report: &Report) -> Result<()> {
        let count = |number: usize, noun: &str| match number {
            1 => format!("1 {noun}"),
            number => format!("{number} {noun}s"),
        };
        let (keys, roles) = (count(self.keys.len(), "key"), count(self.roles.len(), "role"));
        let rules = count(self.rules.len(), "rule");
        let text = format!("{}: {keys}, {roles}, {rules}", escape(&self.trust_file));
        report.done("Checked", &text)?;
        for (index, rule) in self.rules.iter().enumerate() {
            let modules: Vec<_> = rule.modules.iter().map(|pattern| escape(pattern)).collect();
            report.done("Rule", &format!("{index}: {}", modules.join(", ")))?;
            for text in [rule.signers(), rule.policy.clone()] {
                report.result(&format!("{:>12} {FAINT}{}{FAINT:#}", "", escape(&text)))?;
            }
        }
        match self.revoked {
            0 => Ok(()),
            number => report.done("Revoked", &count(number, "module")),
        }
    }
}

impl Line for TrustWritten {
    fn show(&self, report: &Report) -> Result<()> {
        let keys: Vec<_> = self.keys.iter().map(|name| escape(name)).collect();
        let text = format!("{} with the keys {}", escape(&self.output), keys.join(", "));
        report.done_beside(&self.output, "Created", &text)
    }
}
