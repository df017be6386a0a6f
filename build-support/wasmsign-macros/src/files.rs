//! Files that arguments name.

use std::env;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::PathBuf;

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, LitStr, Result};

/// A file as it was read.
pub(crate) struct Source {
    /// Where it is, in a form that the expansion can repeat.
    path: String,
    pub(crate) bytes: Vec<u8>,
}

impl Source {
    /// Reads the file at the path `argument`. `what` it is and how to `mend` a missing one go into the error.
    pub(crate) fn read(argument: &LitStr, what: &str, mend: &str) -> Result<Self> {
        let path = resolve(argument)?;
        let bytes = fs::read(&path).map_err(|error| unreadable(argument, what, mend, &error))?;
        Ok(Self { path, bytes })
    }

    /// An expression of the file's content, as it is when the compiler comes to it.
    pub(crate) fn include(&self) -> TokenStream {
        include(&self.path)
    }

    /// An item that makes the file a dependency of the build. Macros have no other way to say so.
    pub(crate) fn track(&self) -> TokenStream {
        let content = self.include();
        quote!(const _: &[u8] = #content;)
    }
}

/// `include_bytes!` of an absolute path.
pub(crate) fn include(path: &str) -> TokenStream {
    quote!(::core::include_bytes!(#path))
}

/// Whether a text is the path of something.
pub(crate) fn exists(text: &str) -> bool {
    from_the_manifest(text).exists()
}

fn from_the_manifest(text: &str) -> PathBuf {
    match env::var_os("CARGO_MANIFEST_DIR") {
        Some(directory) => PathBuf::from(directory).join(text),
        None => PathBuf::from(text),
    }
}

fn resolve(argument: &LitStr) -> Result<String> {
    let text = argument.value();
    if text.trim().is_empty() {
        return Err(Error::new(argument.span(), "expected a path, found an empty string"));
    }
    let path = from_the_manifest(&text);
    let absolute = std::path::absolute(&path)
        .map_err(|error| Error::new(argument.span(), format!("not a valid path: {error}")))?;
    absolute.into_os_string().into_string().map_err(|_| {
        let message =
            "this absolute path is not UTF-8, which the compiler requires; rename the directory";
        Error::new(argument.span(), message)
    })
}

fn unreadable(argument: &LitStr, what: &str, mend: &str, error: &io::Error) -> Error {
    let text = argument.value();
    let path = text.escape_debug();
    let message = match error.kind() {
        ErrorKind::NotFound => format!(
            "failed to read the {what} `{path}`: there is no such file\nhelp: paths are relative \
             to Cargo.toml; {mend}"
        ),
        ErrorKind::IsADirectory => {
            format!("failed to read the {what} `{path}`: it is a directory\nhelp: name a file")
        }
        _ => format!("failed to read the {what} `{path}`: {error}"),
    };
    Error::new(argument.span(), message)
}
