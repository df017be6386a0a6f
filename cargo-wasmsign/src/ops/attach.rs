//! `cargo wasmsign attach`.

use std::fs::File;
use std::path::Path;

use wasmsign_core::detach;
use wasmsign_core::inspect::{Agreement, Inspection};
use wasmsign_core::sign::Earlier;
use wasmsign_core::signature_data::SignatureData;

use super::signature_file::{self, apart, named_or_beside};
use super::standard_streams::read_once;
use crate::cli::args::Attach;
use crate::error::{Error, Result, of_rewriting, of_signature};
use crate::exit::Exit;
use crate::module::rewrite;
use crate::module::seal;
use crate::report::{Attaching, Report};

pub(crate) fn run(arguments: &Attach, report: &Report) -> Result<Exit> {
    let module = &arguments.module;
    let output = arguments.output.as_deref().unwrap_or(module);
    let signature = &named_or_beside(arguments.signature.as_deref(), module)?;
    read_once([("the module", &**module), ("its signature", signature)])?;
    apart(module, output, signature)?;
    report.keeps_out_of(output)?;
    let bytes = signature_file::read(signature)?;
    let data = SignatureData::from_detached(&bytes).map_err(|e| of_signature(signature, e))?;
    let input = seal::open(module)?;
    let before = rewrite::inspect(module, &input)?;
    if before.stray_signature.is_none()
        && let Some((reason, refusal)) = foreign(module, signature, &data, &before)
    {
        report.not_attached(module, signature, reason)?;
        return Err(refusal);
    }
    let written = rewrite::write(
        module,
        output,
        |file| attach(arguments, &input, output, file, &bytes),
        |attached, found| {
            found.identity == before.identity
                && matches!(&found.signatures, Some(Ok(data)) if *data == attached.data)
        },
    )?;
    let attached = written.publish_if(true)?;
    report.warn_of_dylink(output, &seal::sections(module, &input)?);
    let covered = furthest(&attached.data, &before);
    report.attached(&Attaching { module, output, signature, attached: &attached, covered })?;
    Ok(Exit::Ok)
}

fn attach(
    arguments: &Attach,
    input: &File,
    output: &Path,
    file: &mut File,
    signature: &[u8],
) -> Result<detach::Attached> {
    let module = &arguments.module;
    let earlier = if arguments.force { Earlier::Drop } else { Earlier::Refuse };
    let input = seal::rewound(module, input)?;
    detach::attach(input, file, signature, earlier).map_err(|error| match error {
        wasmsign_core::Error::Signed => {
            Error::usage(format!("`{}` is signed already", module.display()))
                .advice("give `--force` to put this signature in the place of its own")
        }
        other => of_rewriting(module, output, "given a signature", other),
    })
}

/// How far the best of the sets goes with a module.
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
        let text = format!("`{signature}` holds no signature (no-signature)");
        return Some(("no-signature", Error::new(Exit::Refused, text)));
    }
    let text =
        format!("`{signature}` is the signature of another module than `{module}` (body-changed)");
    let error = Error::new(Exit::Refused, text)
        .advice("nothing was written; was the module built anew since it was signed?");
    Some(("body-changed", error))
}
