//! What is printed of modules that were split, detached from their signatures, or given some.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;
use wasmsign_core::edit::Detached;
use wasmsign_core::inspect::Agreement;

use super::printer::Line;
use super::printer::Report;
use super::values::{Kind, path_text};
use super::verify::CoverageKind;
use crate::error::Result;
use crate::ops;
use crate::ops::attach::Attached;
use crate::sys::files::is_stdout;
use crate::text::escape::escape;

/// A module that was split.
#[derive(Serialize, JsonSchema)]
pub(super) struct Split {
    /// The module, as it was named.
    module: String,
    /// Where the split module is.
    output: String,
    /// How many delimiters are new.
    added: usize,
    /// Whether it had signatures, which are gone now.
    signatures_dropped: bool,
    /// The identity before.
    identity_before: String,
    /// The identity now.
    identity: String,
    /// What the header announces.
    kind: Kind,
    /// The parts, in file order.
    parts: Vec<Boundary>,
}

/// The end of a part.
#[derive(Serialize, JsonSchema)]
pub(super) struct Boundary {
    /// Its offset in bytes.
    pub(super) end: u64,
    /// SHA-256 of all that is signed up to there, in hexadecimal.
    pub(super) hash: String,
}

/// A module whose signature was moved to a file.
#[derive(Serialize, JsonSchema)]
pub(super) struct Detach {
    /// The module, as it was named.
    module: String,
    /// Where the module without its signature is.
    output: String,
    /// Where the signature is.
    signature: String,
    /// The identity.
    identity: String,
    /// What the header announces.
    kind: Kind,
    /// Whether attaching the signature gives the same file again.
    reversible: bool,
}

/// A module with an attached signature, or one that the signature is not for.
#[derive(Serialize, JsonSchema)]
pub(super) struct Attach {
    /// The module, as it was named.
    module: String,
    /// Where the signed module is; null where nothing was written.
    output: Option<String>,
    /// Where the signature came from.
    signature: String,
    #[serde(flatten)]
    attached: Option<AttachedSignature>,
    /// Why the signature is not for the module: a stable word.
    reason: Option<&'static str>,
}

/// What was written.
#[derive(Serialize, JsonSchema)]
struct AttachedSignature {
    /// The identity.
    identity: String,
    /// What the header announces.
    kind: Kind,
    /// Whether it had another signature.
    replaced: bool,
    /// How much of the module the signature is for.
    coverage: CoverageKind,
}

impl Report {
    /// A module that was split, with its identity before and after.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn split(
        &self,
        request: &ops::split::Request,
        split: &wasmsign_core::edit::Split,
    ) -> Result<()> {
        if split.parts.len() > 1 {
            let output = request.output.display();
            self.warning(&format!(
                "`{output}`: once it is signed, the Envoy/proxy-wasm host cannot read it, because it is in parts"
            ));
        }
        let parts =
            split.parts.iter().map(|part| Boundary { end: part.end, hash: hex::encode(part.hash) });
        self.line(&Split {
            module: path_text(&request.module),
            output: path_text(&request.output),
            added: split.added,
            signatures_dropped: split.signatures_dropped,
            identity_before: split.identity_before.to_string(),
            identity: split.identity.to_string(),
            kind: split.kind.into(),
            parts: parts.collect(),
        })
    }

    /// A module whose signature was taken out.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn detached(&self, request: &ops::detach::Request, detached: &Detached) -> Result<()> {
        let output = request.output.display();
        if !detached.is_reversible {
            self.warning(&format!(
                "attaching the signature to `{output}` will not restore the same file: the lengths of its \
                 signature section were padded"
            ));
        }
        self.warning(&format!(
            "the Envoy/proxy-wasm host treats `{output}` as unsigned: it reads only embedded signatures"
        ));
        self.line(&Detach {
            module: path_text(&request.module),
            output: path_text(&request.output),
            signature: path_text(&request.signature),
            identity: detached.identity.to_string(),
            kind: detached.kind.into(),
            reversible: detached.is_reversible,
        })
    }

    /// A module with an attached signature.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn attached(&self, request: &ops::attach::Request, attached: &Attached) -> Result<()> {
        let Attached { written, covered, precedes_dylink } = attached;
        self.warn_of_dylink(&request.output, *precedes_dylink);
        self.warn_of_envoy(&request.output, &written.data);
        let is_whole = *covered == Agreement::Whole;
        self.line(&Attach {
            module: path_text(&request.module),
            output: Some(path_text(&request.output)),
            signature: path_text(&request.signature),
            attached: Some(AttachedSignature {
                identity: written.identity.to_string(),
                kind: written.kind.into(),
                replaced: written.replaced,
                coverage: if is_whole { CoverageKind::Whole } else { CoverageKind::Prefix },
            }),
            reason: None,
        })
    }

    /// A signature that is not for the module that it was to be attached to.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn not_attached(&self, request: &ops::attach::Request, reason: &'static str) -> Result<()> {
        let (module, signature) = (path_text(&request.module), path_text(&request.signature));
        let reason = Some(reason);
        self.line(&Attach { module, output: None, signature, attached: None, reason })
    }
}

impl Line for Split {
    fn show(&self, report: &Report) -> Result<()> {
        let Self { output, added, signatures_dropped, identity, identity_before, parts, .. } = self;
        let is_changed = *added > 0 || *signatures_dropped;
        let verb = if is_changed { "Split" } else { "Unchanged" };
        let (parts, delimiters) = (counted(parts.len(), "part"), counted(*added, "delimiter"));
        let dropped = if *signatures_dropped { ", signatures dropped" } else { "" };
        let name = escape(output);
        report.done_beside(
            output,
            verb,
            &format!("{name} into {parts}, {delimiters} new{dropped}"),
        )?;
        let before = match identity == identity_before {
            true => "as before".to_owned(),
            false => format!("(was {identity_before})"),
        };
        report.done_beside(output, "Identity", &format!("{identity} {before}"))
    }
}

impl Line for Detach {
    fn show(&self, report: &Report) -> Result<()> {
        let Self { output, signature, identity, .. } = self;
        let text = format!("{} from {} {identity}", escape(signature), escape(output));
        let written = if is_stdout(Path::new(output)) { output } else { signature };
        report.done_beside(written, "Detached", &text)
    }
}

impl Line for Attach {
    fn show(&self, report: &Report) -> Result<()> {
        // Of one that is not attached the error says it all.
        let (Some(output), Some(AttachedSignature { identity, coverage, .. })) =
            (&self.output, &self.attached)
        else {
            return Ok(());
        };
        let is_whole = *coverage == CoverageKind::Whole;
        let prefix = if is_whole { "" } else { ", of which it signs a prefix" };
        let (from, name) = (escape(&self.signature), escape(output));
        let text = format!("{from} to {name} {identity}{prefix} (not verified)");
        report.done_beside(output, "Attached", &text)
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
