//! The part of wasmsign-core that expansions name.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

/// Its path, with the version of these macros in it: beside another release of wasmsign-core an expansion does not compile,
/// because what these macros have checked is not checked there.
pub(crate) fn support() -> TokenStream {
    let marker = format_ident!("v{}", env!("CARGO_PKG_VERSION").replace(['.', '-', '+'], "_"));
    quote!(::wasmsign_core::macro_support::#marker)
}
