//! A custom section that is to be added, and the file that has its content.

use std::fs::File;
use std::path::{Path, PathBuf};

use wasmsign_core::manifest::MANIFEST_SECTION;
use wasmsign_core::wasm::{SIGNATURE, SIGNATURE_DELIMITER, custom_frame};

use crate::error::{Error, Result};
use crate::module::seal;

/// A custom section that is to be added to a module.
pub struct Embedding {
    pub(super) name: String,
    /// Id, size and name of the section.
    pub(super) frame: Vec<u8>,
    pub(super) content: Content,
    /// Bytes of the content, of a file when it was opened.
    pub(super) length: u64,
    /// The key of the manifest that asks for it.
    pub(super) key: &'static str,
}

/// Where the content of a section comes from.
pub(super) enum Content {
    /// A file, with its path for messages.
    File(File, PathBuf),
    /// Memory.
    Bytes(Vec<u8>),
}

impl Embedding {
    /// A section with the content of a file, which is opened here, and read when the module is written.
    ///
    /// # Errors
    ///
    /// Exit code 2 where there is no such file, or no section can have this name or so much content; 4 where the file
    /// cannot be read.
    pub fn open(name: &str, path: &Path) -> Result<Self> {
        let what = format!("section `{}` from `{}`", name.escape_debug(), path.display());
        refuse_own(name)?;
        if path.try_exists().is_ok_and(|exists| !exists) {
            let text = format!("failed to embed the {what}: there is no such file");
            return Err(Error::usage(text).advice(
                "create the file before this build, or correct its path in `sections.embed`; the \
                 path is relative to the Cargo.toml that names it",
            ));
        }
        let content = seal::open(path).map_err(|error| {
            Error::new(error.exit(), format!("failed to embed the {what}")).because(error)
        })?;
        let failed = |source| Error::io(format!("failed to embed the {what}"), source);
        let length = content.metadata().map_err(failed)?.len();
        let frame = custom_frame(name, length).ok_or_else(|| {
            let text = format!("failed to embed the {what}: it is {length} bytes long");
            Error::usage(text).advice(
                "a section must be smaller than 4 GiB, and its name at most 100,000 bytes long",
            )
        })?;
        let content = Content::File(content, path.to_owned());
        Ok(Self { name: name.to_owned(), frame, content, length, key: "sections.embed" })
    }

    /// A section with this content, which the manifest asks for by `key`.
    ///
    /// # Errors
    ///
    /// Exit code 2 where no section can have so much content.
    pub fn of(name: &str, content: Vec<u8>, key: &'static str) -> Result<Self> {
        let length = content.len() as u64;
        let frame = custom_frame(name, length).ok_or_else(|| {
            Error::usage(format!("the section `{}` is too long", name.escape_debug()))
        })?;
        Ok(Self { name: name.to_owned(), frame, content: Content::Bytes(content), length, key })
    }

    /// Bytes of the whole section.
    pub(super) fn section_length(&self) -> u64 {
        self.frame.len() as u64 + self.length
    }
}

/// Refuses the names of the sections that signing itself places.
fn refuse_own(name: &str) -> Result<()> {
    if name.starts_with("component-type:") || name == "__wasm_bindgen_unstable" {
        let text = format!(
            "the section `{}` cannot be embedded: it marks an unfinished module",
            name.escape_debug()
        );
        return Err(Error::usage(text).advice("choose another name in `sections.embed`"));
    }
    if name == MANIFEST_SECTION {
        let text = format!("the section `{name}` cannot be embedded: only `manifest` adds it");
        return Err(Error::usage(text).advice(
            "set `manifest = true`; texts of your own go into `manifest = { extra = { … } }`",
        ));
    }
    if ![SIGNATURE, SIGNATURE_DELIMITER].contains(&name) {
        return Ok(());
    }
    let text = format!("the section `{name}` cannot be embedded: only signing adds it");
    Err(Error::usage(text).advice("choose another name in `sections.embed`"))
}
