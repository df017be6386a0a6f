//! Signing in the default format: into the module, or into a file beside it.

use std::io::Write;
use std::path::Path;

use wasmsign_core::sign::{self, NewSignature};

use crate::error::{Error, Result, of_module, of_signing};
use crate::module::rewrite::same_file;
use crate::module::seal;
use crate::module::shape::has_dylink;
use crate::ops::signature_file;
use crate::ops::signed::Signed;
use crate::sys::files::{self, Output};

pub(super) fn embedded<'a>(
    module: &'a Path,
    output: &'a Path,
    signatures: &[NewSignature<'_>],
) -> Result<Signed<'a>> {
    let input = seal::open(module)?;
    let signed = if files::output_kind(output) == Output::Stream {
        let failed = |source| Error::io(format!("failed to write `{}`", output.display()), source);
        let mut stream = files::open_stream(output).map_err(failed)?;
        let signed = sign::embed_in_stream(&input, &mut stream, signatures)
            .map_err(|error| of_signing(module, output, error))?;
        Signed::in_stream(module, output, signed)
    } else {
        let mut staged = seal::stage(output)?;
        let sealed = seal::embedded(module, &input, &mut staged, signatures)?;
        if sealed.added > 0 || !same_file(module, output) {
            staged.publish()?;
        }
        Signed::in_file(module, output, sealed)
    };
    Ok(Signed { precedes_dylink: has_dylink(&seal::sections(module, &input)?), ..signed })
}

pub(super) fn detached<'a>(
    module: &'a Path,
    signature: &'a Path,
    signatures: &[NewSignature<'_>],
) -> Result<Signed<'a>> {
    let input = seal::open(module)?;
    if files::output_kind(signature) == Output::Stream {
        let signed =
            sign::detached(input, None, signatures).map_err(|error| of_module(module, error))?;
        let written = files::open_stream(signature)
            .and_then(|mut stream| stream.write_all(&signed.data.encode()));
        written.map_err(|source| {
            Error::io(format!("failed to write `{}`", signature.display()), source)
        })?;
        return Ok(Signed::in_stream(module, signature, signed));
    }
    let earlier = signature_file::read_if_any(signature)?;
    let mut staged = seal::stage(signature)?;
    let sealed = seal::detached(module, &input, earlier.as_deref(), &mut staged, signatures)?;
    if sealed.added > 0 {
        staged.publish()?;
    }
    Ok(Signed::in_file(module, signature, sealed))
}
