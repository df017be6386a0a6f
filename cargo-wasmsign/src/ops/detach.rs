//! `cargo wasmsign detach`.

use std::path::{Path, PathBuf};

use wasmsign_core::edit::{self, Detached};

use super::signature_file::refuse_same_file;
use crate::error::{Result, of_rewriting};
use crate::module::rewrite::{self, Written};
use crate::module::seal;

/// A module, and where it goes without its signature.
#[derive(Debug)]
pub(crate) struct Request {
    /// The module.
    pub(crate) module: PathBuf,
    /// Where the module without its signature goes.
    pub(crate) output: PathBuf,
    /// Where the signature goes.
    pub(crate) signature: PathBuf,
}

/// Moves the embedded signature of a module to a file.
///
/// # Errors
///
/// Exit code 1 where there is none, 2 where files would be two things at once, 3 where the module is malformed, 4.
pub(crate) fn run(request: &Request) -> Result<Detached> {
    let Request { module, output, signature } = request;
    refuse_same_file(module, output, signature)?;
    let input = seal::open(module)?;
    let rewritten = rewrite::write(
        module,
        output,
        |file| {
            edit::detach(&input, file)
                .map_err(|error| of_rewriting(module, output, "detached from its signature", error))
        },
        |detached, found| found.signatures.is_none() && found.identity == Some(detached.identity),
    )?;
    publish(rewritten, signature)
}

/// The signature first: whenever this ends, there is a file that holds it. (A device or a pipe has the module by now;
/// the file that it came from is as it was.)
fn publish(rewritten: Written<Detached>, signature: &Path) -> Result<Detached> {
    rewrite::write_bytes(signature, &rewritten.value.bytes)?.publish_if(true)?;
    rewritten.publish_if(true)
}
