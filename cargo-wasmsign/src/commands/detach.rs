//! `cargo wasmsign detach`.

use std::path::{Path, PathBuf};

use wasmsign_core::detach::{self, Detached};

use crate::args::Detach;
use crate::error::{Error, Result, of_rewriting};
use crate::exit::Exit;
use crate::report::{Detaching, Report};
use crate::rewrite::{self, Written};
use crate::seal;

pub(super) fn run(arguments: &Detach, report: &Report) -> Result<Exit> {
    let module = &arguments.module;
    let output = arguments.output.as_deref().unwrap_or(module);
    let signature = &arguments.signature.clone().unwrap_or_else(|| beside(module));
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

/// Where the signature of a module is if nobody says otherwise: the module's name with `.sig` behind it.
pub(super) fn beside(module: &Path) -> PathBuf {
    let mut name = module.as_os_str().to_owned();
    name.push(".sig");
    name.into()
}

/// Refuses a signature file that is the module or its new form.
pub(super) fn apart(module: &Path, output: &Path, signature: &Path) -> Result<()> {
    let is_taken = |path: &Path| path == signature || rewrite::same_file(path, signature);
    if is_taken(module) || is_taken(output) {
        return Err(Error::usage(format!(
            "`{}` cannot be the module and its signature as well",
            signature.display()
        ))
        .advice("name another file with `--signature`"));
    }
    Ok(())
}
