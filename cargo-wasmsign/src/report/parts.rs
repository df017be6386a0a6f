//! What is told of splitting, detaching and attaching.

use std::path::Path;

use serde_json::json;
use wasmsign_core::detach::Detached;
use wasmsign_core::inspect::Agreement;
use wasmsign_core::split::Split;

use super::{GOOD, Report};
use crate::error::Result;
use crate::module::seal::kind_word;
use crate::ops;
use crate::ops::attach::Attached;
use crate::sys::files::is_stdout;
use crate::text::escape::escape;
use crate::text::hex::hex;

impl Report {
    /// A module that was split, with its identity before and after.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn split(&self, request: &ops::split::Request, split: &Split) -> Result<()> {
        let ops::split::Request { module, output, .. } = request;
        if split.parts.len() > 1 {
            let text = "once it is signed, the Envoy/proxy-wasm host cannot read it, because it \
                        is in parts";
            self.warning(&format!("`{}`: {text}", output.display()));
        }
        if self.is_json() {
            return self.json(&json!({
                "module": module.to_string_lossy(),
                "output": output.to_string_lossy(),
                "added": split.added,
                "signatures_dropped": split.signatures_dropped,
                "identity_before": split.identity_before.to_string(),
                "identity": split.identity.to_string(),
                "kind": kind_word(split.kind),
                "parts": split.parts.iter().map(|part| {
                    json!({"end": part.end, "hash": hex(&part.hash)})
                }).collect::<Vec<_>>(),
            }));
        }
        self.split_lines(output, split)
    }

    fn split_lines(&self, output: &Path, split: &Split) -> Result<()> {
        let name = escape(&output.display().to_string());
        let is_changed = split.added > 0 || split.signatures_dropped;
        let verb = if is_changed { "Split" } else { "Unchanged" };
        let parts = counted(split.parts.len(), "part");
        let dropped = if split.signatures_dropped { ", signatures dropped" } else { "" };
        let text =
            format!("{name} into {parts}, {} new{dropped}", counted(split.added, "delimiter"));
        self.line(output, verb, &text)?;
        if split.identity == split.identity_before {
            return self.line(output, "Identity", &format!("{} as before", split.identity));
        }
        self.line(
            output,
            "Identity",
            &format!("{} (was {})", split.identity, split.identity_before),
        )
    }

    /// A module whose signature was taken out.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn detached(&self, request: &ops::detach::Request, detached: &Detached) -> Result<()> {
        let ops::detach::Request { module, output, signature } = request;
        self.warn_of_detached(output, detached);
        if self.is_json() {
            return self.json(&json!({
                "module": module.to_string_lossy(),
                "output": output.to_string_lossy(),
                "signature": signature.to_string_lossy(),
                "identity": detached.identity.to_string(),
                "kind": kind_word(detached.kind),
                "reversible": detached.is_reversible,
            }));
        }
        let name = escape(&output.display().to_string());
        let from = escape(&signature.display().to_string());
        self.line(
            Self::taken(output, signature),
            "Detached",
            &format!("{from} from {name} {}", detached.identity),
        )
    }

    fn warn_of_detached(&self, output: &Path, detached: &Detached) {
        let output = output.display();
        if !detached.is_reversible {
            self.warning(&format!(
                "attaching the signature to `{output}` will not restore the same file: the \
                 lengths of its signature section were padded"
            ));
        }
        self.warning(&format!(
            "the Envoy/proxy-wasm host treats `{output}` as unsigned: it reads only embedded \
             signatures"
        ));
    }

    /// A module that was given a signature.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn attached(&self, request: &ops::attach::Request, attached: &Attached) -> Result<()> {
        let ops::attach::Request { module, output, signature, .. } = request;
        let Attached { written: attached, covered, precedes_dylink } = attached;
        if *precedes_dylink {
            self.warn_of_dylink(output);
        }
        self.warn_of_envoy(output, &attached.data);
        let is_whole = *covered == Agreement::Whole;
        if self.is_json() {
            return self.json(&json!({
                "module": module.to_string_lossy(),
                "output": output.to_string_lossy(),
                "signature": signature.to_string_lossy(),
                "identity": attached.identity.to_string(),
                "kind": kind_word(attached.kind),
                "replaced": attached.replaced,
                "coverage": if is_whole { "whole" } else { "prefix" },
                "reason": null,
            }));
        }
        let name = escape(&output.display().to_string());
        let from = escape(&signature.display().to_string());
        let prefix = if is_whole { "" } else { ", of which it signs a prefix" };
        let text = format!("{from} to {name} {}{prefix} (not verified)", attached.identity);
        self.line(output, "Attached", &text)
    }

    /// A signature that is not for the module that it was to be attached to: JSON alone, the error says the rest.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn not_attached(&self, request: &ops::attach::Request, reason: &str) -> Result<()> {
        let ops::attach::Request { module, signature, .. } = request;
        match self.is_json() {
            true => self.json(&json!({
                "module": module.to_string_lossy(),
                "output": null,
                "signature": signature.to_string_lossy(),
                "reason": reason,
            })),
            false => Ok(()),
        }
    }

    /// A line of the result, out of the way of an output that goes where the results go.
    fn line(&self, output: &Path, verb: &str, text: &str) -> Result<()> {
        self.result_of(output, &format!("{GOOD}{verb:>12}{GOOD:#} {text}"))
    }

    /// Which of the two outputs is standard output, if one is.
    fn taken<'a>(one: &'a Path, other: &'a Path) -> &'a Path {
        if is_stdout(one) { one } else { other }
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
