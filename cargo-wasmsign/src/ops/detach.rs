//! `cargo wasmsign detach`.

use std::path::Path;

use wasmsign_core::detach::{self, Detached};

use super::signature_file::{apart, named_or_beside};
use super::standard_streams::write_once;
use crate::cli::args::Detach;
use crate::error::{Result, of_rewriting};
use crate::exit::Exit;
use crate::module::rewrite::{self, Written};
use crate::module::seal;
use crate::report::{Detaching, Report};

pub(crate) fn run(arguments: &Detach, report: &Report) -> Result<Exit> {
    let module = &arguments.module;
    let output = arguments.output.as_deref().unwrap_or(module);
    let signature = &named_or_beside(arguments.signature.as_deref(), module)?;
    write_once([("the module", output), ("its signature", signature)])?;
    apart(module, output, signature)?;
    report.keeps_out_of(output)?;
    report.keeps_out_of(signature)?;
    let input = seal::open(module)?;
    let rewritten = rewrite::write(
        module,
        output,
        |file| {
            detach::detach(&input, file)
                .map_err(|error| of_rewriting(module, output, "detached from its signature", error))
        },
        |detached, found| found.signatures.is_none() && found.identity == Some(detached.identity),
    )?;
    let detached = publish(rewritten, signature)?;
    report.detached(&Detaching { module, output, signature, detached: &detached })?;
    Ok(Exit::Ok)
}

/// The signature first: whenever this ends, there is a file that holds it. (A device or a pipe has the module by now;
/// the file that it came from is as it was.)
fn publish(rewritten: Written<Detached>, signature: &Path) -> Result<Detached> {
    rewrite::write_bytes(signature, &rewritten.value.bytes)?.publish_if(true)?;
    rewritten.publish_if(true)
}
