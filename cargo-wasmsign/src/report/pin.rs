//! What is printed of pin stores.

use schemars::JsonSchema;
use serde::Serialize;
use wasmsign_core::trust;

use super::printer::Line;
use super::printer::Report;
use crate::error::Result;
use crate::text::escape::escape;
use crate::text::hex::public_key_text;

/// What a pin store remembers of a module, or remembered before it was removed.
#[derive(Serialize, JsonSchema)]
pub(super) struct Pin {
    /// The name of the module.
    name: String,
    /// The pinned signers: public keys in compact form, in hexadecimal.
    signers: Vec<String>,
    /// The highest version that was seen.
    version: Option<String>,
    /// What has happened.
    #[serde(skip)]
    verb: &'static str,
}

impl Report {
    /// What a pin store remembers of a module; `verb` is what has happened to that.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn pin(&self, verb: &'static str, name: &str, pin: &trust::Pin) -> Result<()> {
        self.line(&Pin {
            name: name.to_owned(),
            signers: pin.signers.iter().map(public_key_text).collect(),
            version: pin.version.as_ref().map(ToString::to_string),
            verb,
        })
    }
}

impl Line for Pin {
    fn show(&self, report: &Report) -> Result<()> {
        let version = self.version.iter().map(|version| format!(" {}", escape(version)));
        let version: String = version.collect();
        let text =
            format!("{}{version}, signed by {}", escape(&self.name), self.signers.join(", "));
        report.done(self.verb, &text)
    }
}
