//! What stands in the place of an expansion that cannot be.

use proc_macro2::TokenStream;
use quote::quote;

/// The result of reading arguments, and what they name.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// Why a macro does not expand.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An error at an argument, whose line the compiler shows.
    At(syn::Error),
    /// A text that is given as a public key and may be a secret one.
    NotShown,
}

impl From<syn::Error> for Failure {
    fn from(error: syn::Error) -> Self {
        Self::At(error)
    }
}

impl Failure {
    pub(crate) fn into_tokens(self) -> TokenStream {
        match self {
            Self::At(error) => error.into_compile_error(),
            Self::NotShown => not_shown(),
        }
    }
}

/// An error in another file. Whatever else a macro says is said of the line of its call, which the compiler prints.
fn not_shown() -> TokenStream {
    const MESSAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/not_shown.in");
    quote!(::core::include!(#MESSAGE))
}
