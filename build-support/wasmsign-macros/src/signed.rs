//! `include_signed!`: read, verify, and embed what was verified.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::{Error, LitStr};
use wasmsign_core::{Policy, Require, Verified, Verifier};

use crate::arguments::Arguments;
use crate::failure::Result;
use crate::files::Source;
use crate::keys::Key;
use crate::{bytes, verdict};

/// The expansion of `include_signed!`.
pub(crate) fn expand(arguments: &Arguments) -> Result<TokenStream> {
    let keys = arguments.keys.iter().map(Key::read).collect::<Result<Vec<_>>>()?;
    let verifier = verifier(arguments, &keys)?;
    let module = read_module(&arguments.module)?;
    let signature = arguments.signature.as_ref().map(read_signature).transpose()?;

    let verified = match &signature {
        None => verifier.verify(&module.bytes[..]),
        Some(signature) => verifier.verify_detached(&module.bytes[..], &signature.bytes),
    };
    let verified = verified.map_err(|error| verdict::refusal(arguments, &error))?;

    let value = value(&module, &verified);
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
    let verifier = Verifier::try_new(keys.iter().map(|key| key.key.clone()))
        .map_err(|error| Error::new(arguments.require_span, error.to_string()))?
        .with_identity();
    let distinct = verifier.keys().len();
    match arguments.require {
        Require::AtLeast(count) if count.get() > distinct => {
            let message = format!(
                "{count} keys must have signed, but the number of different keys given is {distinct}\n\
                 help: give more keys, or ask for fewer"
            );
            Err(Error::new(arguments.require_span, message).into())
        }
        _ => Ok(verifier.policy(policy(arguments))),
    }
}

fn policy(arguments: &Arguments) -> Policy {
    let policy = Policy::default().require(arguments.require);
    match arguments.prefix.clone() {
        None => policy,
        Some(globs) => policy.prefix_with(move |name| globs.iter().any(|glob| glob.is_match(name))),
    }
}

/// The expression of what was verified: from the bytes in memory, never from the file again.
fn value(module: &Source, verified: &Verified) -> TokenStream {
    let identity = verified.identity().expect("the verifier was asked for the identity");
    let bytes = bytes::expression(&module.bytes, &identity);
    let identity = Literal::byte_string(identity.as_bytes());
    let covered = verified.covered();
    quote!(::wasmsign_core::included::VerifiedModule::__from_macro(#bytes, *#identity, #covered))
}
