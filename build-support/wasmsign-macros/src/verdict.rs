//! What to say of a module that does not verify, and at which argument.

use proc_macro2::Span;
use syn::Error;
use wasmsign_core::VerifyError;
use wasmsign_core::verify::Reason;
use wasmsign_core::wasm::{Malformed, Place, Rule};

use crate::arguments::Arguments;

/// The error at the argument that has to do with `error`.
pub(crate) fn refusal(arguments: &Arguments, error: &VerifyError) -> Error {
    let path = arguments.module.value();
    let path = path.escape_debug();
    let (span, help) = advice(arguments, error);
    let help = help.map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    Error::new(span, format!("failed to verify the module `{path}`: {error}{help}"))
}

fn advice(arguments: &Arguments, error: &VerifyError) -> (Span, Option<&'static str>) {
    let module = arguments.module.span();
    match (error, &arguments.signature) {
        (error, Some(signature)) if is_of_signature(error) => {
            let help = "this file contains no readable signature; `cargo wasmsign sign -S FILE` \
                        writes one";
            (signature.span(), Some(help))
        }
        (VerifyError::Refused(refusal), _) => match refusal.reason() {
            reason @ Reason::PolicyNotMet { .. } => (arguments.require_span, of_reason(reason)),
            reason @ Reason::WrongPackage { .. } => (package_span(arguments), of_reason(reason)),
            reason @ Reason::WrongVersion { .. } => (version_span(arguments), of_reason(reason)),
            reason => (module, of_reason(reason)),
        },
        (VerifyError::Malformed(fault), _) => (module, Some(of_malformed(fault))),
        _ => (module, None),
    }
}

fn package_span(arguments: &Arguments) -> Span {
    arguments.package.as_ref().map_or(arguments.module.span(), |package| package.span())
}

fn version_span(arguments: &Arguments) -> Span {
    arguments.version.as_ref().map_or(arguments.module.span(), |(_, span)| *span)
}

/// Whether it is the signature data that is wrong, rather than the module.
fn is_of_signature(error: &VerifyError) -> bool {
    match error {
        VerifyError::Malformed(fault) => fault.place == Place::DetachedSignature,
        VerifyError::Refused(refusal) => matches!(
            refusal.reason(),
            Reason::NoSignature | Reason::Unknown(_) | Reason::TooManySignatures { .. }
        ),
        _ => false,
    }
}

fn of_reason(reason: &Reason) -> Option<&'static str> {
    Some(match reason {
        Reason::NoSignature => {
            "sign it with `cargo wasmsign build` or `cargo wasmsign sign`; if the signature is in \
             a separate file, set `signature = \"…\"`"
        }
        Reason::NoTrustedSignature => {
            "have it signed with one of these keys, or correct `keys`; `cargo wasmsign inspect` \
             shows its signatures"
        }
        Reason::BodyChanged => {
            "use the file that was signed, or build and sign it again if you know who changed it"
        }
        Reason::NotCovered => {
            "have the whole file signed; if anything may follow the signed part, set `coverage = \
             prefix`, which still requires that everything that runs, and every section in \
             `sections`, is signed"
        }
        Reason::PolicyNotMet { .. } => {
            "have the others sign it too, or correct `keys` and `require`"
        }
        Reason::KindMismatch { .. } => "use a module; components cannot be included",
        Reason::MisplacedSignature { .. } => {
            "a section was added before the signature, or a second signature was added; use the \
             file that was signed"
        }
        Reason::NoManifest => {
            "have it built with `manifest = true` by `cargo wasmsign build`, or remove `package` and \
             `version`"
        }
        Reason::WrongPackage { .. } => {
            "use the module of that package, or correct `package`; `cargo wasmsign inspect` shows \
             what the module says"
        }
        Reason::WrongVersion { .. } => "use a module of such a version, or correct `version`",
        _ => return None,
    })
}

fn of_malformed(fault: &Malformed) -> &'static str {
    match fault.rule {
        Rule::Truncated { .. } | Rule::SectionLeavesFile { .. } | Rule::Empty => {
            "the file is truncated; build or fetch it again"
        }
        Rule::Header { .. } => "use a WebAssembly module in binary form",
        _ => "the file is damaged; build or fetch it again",
    }
}
