//! What is printed of modules that have got a signature of the current format.

use schemars::JsonSchema;
use serde::Serialize;
use wasmsign_core::formats::Format;

use super::printer::{Line, Report};
use super::values::{Signer, path_text};
use crate::error::Result;
use crate::ops::migrate;
use crate::text::escape::escape;

/// A module with a signature of the current format in place of another one.
#[derive(Serialize, JsonSchema)]
pub(super) struct Migrate {
    /// The module, as it was named.
    module: String,
    /// Where the signed module is.
    output: String,
    /// The format of the old signature, which was verified.
    from: &'static str,
    /// The format of the new one.
    to: &'static str,
    /// SHA-256 of the old file: `sha256:` and 64 hexadecimal digits.
    old: String,
    /// The identity of the signed module.
    new: String,
    /// Whose new signatures verify.
    signers: Vec<Signer>,
    /// The file of the old signature, which is gone; null where it had none.
    removed: Option<String>,
}

impl Report {
    /// A module with a signature of the current format in place of another one.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn migrated(&self, request: &migrate::Request, migrated: &migrate::Migrated) -> Result<()> {
        let verified = &migrated.sealed.verified;
        self.line(&Migrate {
            module: path_text(request.module()),
            output: path_text(&request.output),
            from: request.from.name(),
            to: Format::Wasmsign2.name(),
            old: migrated.old.clone(),
            new: verified.identity().map(|identity| identity.to_string()).unwrap_or_default(),
            signers: Signer::list(verified.signers()),
            removed: migrated.removed.as_deref().map(path_text),
        })
    }
}

impl Line for Migrate {
    fn show(&self, report: &Report) -> Result<()> {
        let (output, from) = (escape(&self.output), self.from);
        report.done("Verified", &format!("{} {} ({from})", escape(&self.module), self.old))?;
        let names = Signer::names(&self.signers);
        report.done("Migrated", &format!("{output} {}, signed by {names}", self.new))?;
        match &self.removed {
            Some(removed) => {
                report.done("Removed", &format!("the old signature {}", escape(removed)))
            }
            None => Ok(()),
        }
    }
}
