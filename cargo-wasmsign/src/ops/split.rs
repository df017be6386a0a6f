//! `cargo wasmsign split`.

use std::path::{Path, PathBuf};

use wasmsign_core::edit::{self, Earlier, EditError};
use wasmsign_core::limits::MAX_HASHES_PER_SET;

use crate::error::{Error, Result, of_rewriting};
use crate::manifest::SectionGlob;
use crate::module::rewrite;
use crate::module::seal;
use crate::module::shape::random_delimiters;

/// A module, and where it is cut.
#[derive(Debug)]
pub(crate) struct Request {
    /// The module.
    pub(crate) module: PathBuf,
    /// Where the split module goes.
    pub(crate) output: PathBuf,
    /// The custom sections that belong with those that are not custom; without any, all do.
    pub(crate) sections: Vec<SectionGlob>,
    /// Whether a signed module is split too, and loses its signatures.
    pub(crate) drop_signatures: bool,
}

/// Adds delimiters to a module.
///
/// # Errors
///
/// Exit code 2 where the module is signed, 3 where it is malformed, 4.
pub(crate) fn run(request: &Request) -> Result<edit::Split> {
    let Request { module, output, sections, drop_signatures } = request;
    let input = seal::open(module)?;
    let earlier = if *drop_signatures { Earlier::Drop } else { Earlier::Refuse };
    let mut delimiters = random_delimiters(MAX_HASHES_PER_SET as usize)?.into_iter();
    let matches =
        |name: &str| sections.is_empty() || sections.iter().any(|glob| glob.is_match(name));
    let written = rewrite::write(
        module,
        output,
        |file| {
            let delimiter = |_: &[u8; 32]| {
                delimiters.next().expect("there are as many delimiters as a module may have")
            };
            let split = edit::split(&input, file, matches, delimiter, earlier);
            split.map_err(|error| match error {
                EditError::Signed => signed(module),
                other => of_rewriting(module, output, "split", other),
            })
        },
        |split, found| {
            found.signatures.is_none()
                && found.identity == Some(split.identity)
                && found.boundaries == split.parts
        },
    )?;
    let is_changed = written.value.added > 0 || written.value.signatures_dropped;
    written.publish_if(is_changed || !rewrite::same_file(module, output))
}

fn signed(module: &Path) -> Error {
    let module = module.display();
    Error::usage(format!("`{module}` is signed, and splitting it would invalidate its signatures"))
        .advice("split it before you sign it, or pass `--drop-signatures` to remove them")
}
