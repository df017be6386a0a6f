//! The templates, as they travel in this program: those of `templates/` at the top of the repository, in one file, because
//! cargo packages no directory that has a `Cargo.toml` of its own.

use std::collections::BTreeMap;

use super::template::Template;
use crate::error::{Error, Result};

/// Made by `cargo run -p end-to-end --bin pack-templates`; a test compares it with the templates.
const ARCHIVE: &str = include_str!("../../../templates.json");

/// A file of a template.
#[derive(Debug)]
pub(super) struct File {
    /// Its path from the directory of the project, with `/`.
    pub(super) path: String,
    /// What is in it.
    pub(super) text: String,
}

/// The files of a template.
///
/// # Errors
///
/// Exit code 4: the archive is damaged.
pub(super) fn files(template: Template) -> Result<Vec<File>> {
    type Archive = BTreeMap<String, BTreeMap<String, String>>;
    let damaged =
        |what: String| Error::io("failed to read the templates", std::io::Error::other(what));
    let mut archive: Archive =
        serde_json::from_str(ARCHIVE).map_err(|error| damaged(error.to_string()))?;
    let files = archive.remove(template.word());
    let files = files.ok_or_else(|| damaged(format!("`{}` is missing", template.word())))?;
    Ok(files.into_iter().map(|(path, text)| File { path, text }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_there_and_asks_for_published_crates() {
        for template in Template::ALL {
            let files = files(template).expect("the archive is whole");
            let names = || files.iter().map(|file| &*file.path);
            assert!(names().any(|name| name == "Cargo.toml"), "{template:?}");
            assert!(names().any(|name| name == ".gitignore"), "{template:?}");
            for file in &files {
                let text = template.filled(&file.text, "my-name");
                assert!(!text.contains(template.placeholder()), "{template:?}: {}", file.path);
                assert!(!text.contains("build-support"), "{template:?}: {}", file.path);
            }
        }
    }
}
