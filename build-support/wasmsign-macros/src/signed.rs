//! `include_signed!`: read, verify, and embed what was verified.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};
use syn::{Error, LitStr};
use wasmsign_core::manifest::Optimizer;
use wasmsign_core::verify::BuilderError;
use wasmsign_core::{ModuleManifest, Policy, SectionNames, VerifiedModule, Verifier};

use crate::arguments::Arguments;
use crate::failure::Result;
use crate::files::Source;
use crate::keys::Key;
use crate::support::support;
use crate::{bytes, verdict};

/// The expansion of `include_signed!`.
pub(crate) fn expand(arguments: &Arguments) -> Result<TokenStream> {
    let keys = arguments.keys.iter().map(Key::read).collect::<Result<Vec<_>>>()?;
    let verifier = verifier(arguments, &keys)?;
    let module = read_module(&arguments.module)?;
    let signature = arguments.signature.as_ref().map(read_signature).transpose()?;

    let verified = match &signature {
        None => verifier.verify_bytes(&module.bytes),
        Some(signature) => verifier.verify_bytes_detached(&module.bytes, &signature.bytes),
    };
    let verified = verified.map_err(|error| verdict::refusal(arguments, &error))?;

    let value = value(&verified);
    let tracked = [module.track()]
        .into_iter()
        .chain(keys.iter().filter_map(Key::track))
        .chain(signature.as_ref().map(Source::track));
    Ok(quote!({
        #(#tracked)*
        #value
    }))
}

fn read_module(path: &LitStr) -> Result<Source> {
    let mend = "build and sign the module before this crate, or correct the path";
    Ok(Source::read(path, "module", mend)?)
}

fn read_signature(path: &LitStr) -> Result<Source> {
    let mend =
        "`cargo wasmsign sign -S FILE` writes it; without `signature` the embedded one counts";
    Ok(Source::read(path, "signature", mend)?)
}

fn verifier(arguments: &Arguments, keys: &[Key]) -> Result<Verifier> {
    let keys = keys.iter().map(|key| key.key.clone());
    let builder = Verifier::builder(keys).policy(policy(arguments)).with_identity();
    builder.build().map_err(|error| {
        let help = match error {
            BuilderError::TooFewKeys { .. } => "\nhelp: give more keys, or require fewer",
            _ => "",
        };
        Error::new(arguments.require_span, format!("{error}{help}")).into()
    })
}

fn policy(arguments: &Arguments) -> Policy {
    let mut policy = Policy::default().require(arguments.require);
    if let Some(package) = &arguments.package {
        policy = policy.package(package.value());
    }
    if let Some((version, _)) = &arguments.version {
        policy = policy.version(version.clone());
    }
    match arguments.prefix.clone() {
        None => policy,
        Some(globs) => {
            let patterns: Vec<_> = globs.iter().map(ToString::to_string).collect();
            let matches = move |name: &str| globs.iter().any(|glob| glob.is_match(name));
            policy.prefix_with(SectionNames::matching(patterns, matches))
        }
    }
}

/// The expression of what was verified: from the bytes in memory, never from the file again.
fn value(module: &VerifiedModule<'_>) -> TokenStream {
    let (support, proof) = (support(), module.verified());
    let identity = proof.identity().expect("the verifier was asked for the identity");
    let bytes = bytes::expression(module.bytes(), &identity);
    let identity = Literal::byte_string(identity.as_bytes());
    let (covered, whole) = (proof.covered(), proof.is_whole());
    let manifest = manifest(proof.manifest());
    let signers = proof.signers().iter().map(|signer| {
        let key = Literal::byte_string(signer.public_key.as_bytes());
        let key_id = Literal::byte_string(&signer.key_id);
        quote!(#support::signed_by(*#key, #key_id))
    });
    quote!({
        const SIGNERS: &[::wasmsign_core::verify::SignedBy] = &[#(#signers),*];
        const MANIFEST: #support::Manifest = #manifest;
        #support::verified_module(#bytes, (#covered, #whole), *#identity, SIGNERS, MANIFEST)
    })
}

/// The expression of what a module says of itself.
fn manifest(manifest: Option<&ModuleManifest>) -> TokenStream {
    let support = support();
    let Some(manifest) = manifest else { return quote!(#support::NO_MANIFEST) };
    let (package, version) = (manifest.package(), manifest.version().to_string());
    let (target, profile) = (manifest.target(), manifest.profile());
    let revision = optional(manifest.revision());
    let dirty = optional(manifest.dirty());
    let built = Literal::byte_string(manifest.built().as_bytes());
    let named =
        manifest.optimizer().map(|Optimizer { name, version, .. }| quote!([#name, #version]));
    let named = optional(named);
    let options = manifest.optimizer().into_iter().flat_map(|optimizer| optimizer.options.iter());
    let extra =
        manifest.extra().map(|(key, value)| quote!((#support::text(#key), #support::text(#value))));
    quote!({
        const OPTIONS: &[#support::Text] = &[#(#support::text(#options)),*];
        const EXTRA: &[(#support::Text, #support::Text)] = &[#(#extra),*];
        let texts = [#package, #version, #target, #profile];
        #support::manifest(texts, (#revision, #dirty), *#built, #named, OPTIONS, EXTRA)
    })
}

fn optional(value: Option<impl ToTokens>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}
