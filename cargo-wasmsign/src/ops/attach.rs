//! `cargo wasmsign attach`.

use std::fs::File;
use std::path::{Path, PathBuf};

use wasmsign_core::edit::{self, Earlier, EditError};
use wasmsign_core::formats::sections::SignatureData;
use wasmsign_core::inspect::{Agreement, Inspection};

use super::signature_file::{self, refuse_same_file};
use crate::error::{Error, Result, of_rewriting, of_signature};
use crate::exit::Exit;
use crate::module::rewrite;
use crate::module::seal;
use crate::module::shape::has_dylink;

/// A module, its detached signature, and where both together go.
#[derive(Debug)]
pub(crate) struct Request {
    /// The module.
    pub(crate) module: PathBuf,
    /// Where the signature is.
    pub(crate) signature: PathBuf,
    /// Where the signed module goes.
    pub(crate) output: PathBuf,
    /// Whether it may replace an embedded signature.
    pub(crate) force: bool,
}

/// The result.
pub(crate) enum Outcome {
    /// The module has the signature now.
    Attached(Attached),
    /// The signature is not for this module; nothing was written.
    Foreign {
        /// The stable word for the reason.
        reason: &'static str,
        /// The same in words.
        error: Error,
    },
}

/// A module with an attached signature.
pub(crate) struct Attached {
    /// What was written.
    pub(crate) written: edit::Attached,
    /// How far the signature's hashes agree with the module.
    pub(crate) covered: Agreement,
    /// Whether the signature is before a section that dynamic linkers expect first.
    pub(crate) precedes_dylink: bool,
}

/// Moves a detached signature into its module.
///
/// # Errors
///
/// Exit code 2 where the module is signed already or files would be two things at once, 3 where one of both is
/// malformed, 4.
pub(crate) fn run(request: &Request) -> Result<Outcome> {
    let Request { module, signature, output, .. } = request;
    refuse_same_file(module, output, signature)?;
    let bytes = signature_file::read(signature)?;
    let data = SignatureData::from_detached(&bytes).map_err(|e| of_signature(signature, e))?;
    let input = seal::open(module)?;
    let before = rewrite::inspect(module, &input)?;
    if before.misplaced_signature.is_none()
        && let Some((reason, error)) = foreign(module, signature, &data, &before)
    {
        return Ok(Outcome::Foreign { reason, error });
    }
    let written = rewrite::write(
        module,
        output,
        |file| attach(request, &input, file, &bytes),
        |attached, found| {
            found.identity == before.identity
                && matches!(&found.signatures, Some(Ok(data)) if *data == attached.data)
        },
    )?;
    let written = written.publish_if(true)?;
    let precedes_dylink = has_dylink(&seal::sections(module, &input)?);
    let covered = furthest(&written.data, &before);
    Ok(Outcome::Attached(Attached { written, covered, precedes_dylink }))
}

fn attach(
    request: &Request,
    input: &File,
    file: &mut File,
    signature: &[u8],
) -> Result<edit::Attached> {
    let Request { module, output, force, .. } = request;
    let earlier = if *force { Earlier::Drop } else { Earlier::Refuse };
    let input = seal::rewound(module, input)?;
    edit::attach(input, file, signature, earlier).map_err(|error| match error {
        EditError::Signed => Error::usage(format!("`{}` is already signed", module.display()))
            .advice("pass `--force` to replace its signature"),
        other => of_rewriting(module, output, "attached to a signature", other),
    })
}

/// How much of a module the best set matches.
fn furthest(data: &SignatureData, module: &Inspection) -> Agreement {
    let reach = |agreement: &Agreement| match agreement {
        Agreement::Whole => u64::MAX,
        Agreement::Prefix(end) => *end,
        Agreement::Nothing => 0,
    };
    let agreements = data.sets.iter().map(|set| module.agreement(set));
    agreements.max_by_key(reach).unwrap_or(Agreement::Nothing)
}

/// Why the signature is not for this module, if it is not: the stable word, and the error.
fn foreign(
    module: &Path,
    signature: &Path,
    data: &SignatureData,
    found: &Inspection,
) -> Option<(&'static str, Error)> {
    let (module, signature) = (module.display(), signature.display());
    if furthest(data, found) != Agreement::Nothing {
        return None;
    }
    if data.sets.is_empty() {
        let text = format!("`{signature}` contains no signature (no-signature)");
        return Some(("no-signature", Error::new(Exit::Refused, text)));
    }
    let text = format!(
        "`{signature}` is not the signature of `{module}`, but of another module (body-changed)"
    );
    let error = Error::new(Exit::Refused, text)
        .advice("nothing was written; the module may have been built again since it was signed");
    Some(("body-changed", error))
}
