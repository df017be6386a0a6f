//! `cargo wasmsign man --out`.

use std::io::Write;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::sys::files::{Access, Staged};

/// Which pages are written where.
#[derive(Debug)]
pub(crate) struct Request {
    /// The directory.
    pub(crate) directory: PathBuf,
    /// The pages.
    pub(crate) pages: Vec<Page>,
}

/// A page of the manual.
#[derive(Debug)]
pub(crate) struct Page {
    /// The name of its file.
    pub(crate) name: String,
    /// Its text.
    pub(crate) content: Vec<u8>,
}

/// Writes the pages over those of another version, and gives their paths.
///
/// # Errors
///
/// Exit code 4; no page is replaced then unless all could be written.
pub(crate) fn run(request: &Request) -> Result<Vec<PathBuf>> {
    let directory = &request.directory;
    std::fs::create_dir_all(directory).map_err(|source| {
        Error::io(format!("failed to make the directory `{}`", directory.display()), source)
    })?;
    let staged: Vec<_> =
        request.pages.iter().map(|page| staged(request, page)).collect::<Result<_>>()?;
    staged.into_iter().try_for_each(Staged::publish)?;
    Ok(request.pages.iter().map(|page| directory.join(&page.name)).collect())
}

fn staged(request: &Request, page: &Page) -> Result<Staged> {
    let path = request.directory.join(&page.name);
    let mut staged = Staged::new(&path, Access::Usual)?;
    let written = staged.file().write_all(&page.content);
    written.map_err(|source| Error::io(format!("failed to write `{}`", path.display()), source))?;
    staged.sync()?;
    Ok(staged)
}
