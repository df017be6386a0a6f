//! The templates of this repository, as they are packed into the program.

use std::collections::BTreeMap;

use tempfile::TempDir;

use crate::{files, repository, scratch, write};

/// What belongs to the repository, or was made by those who have tried a template in its place.
const LEFT_OUT: [&str; 6] = ["target/", "dist/", "signed/", "keys/", "try.sh", ".dsse"];

/// The files of each template, by its name: path and text.
pub fn all() -> BTreeMap<String, BTreeMap<String, String>> {
    let root = repository().join("templates");
    let mut templates: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for (path, content) in files(&root) {
        let path = path.strip_prefix(&root).expect("it is below").to_str().expect("it is UTF-8");
        let path = path.replace(std::path::MAIN_SEPARATOR, "/");
        let (template, file) = path.split_once('/').expect("only directories are there");
        let is_left_out = |name: &&str| file.starts_with(*name) || file.ends_with(*name);
        if !LEFT_OUT.iter().any(is_left_out) {
            let text = String::from_utf8(content).expect("templates are text");
            templates.entry(template.to_owned()).or_default().insert(file.to_owned(), text);
        }
    }
    templates
}

/// All of them in one text.
pub fn packed() -> String {
    let text = serde_json::to_string_pretty(&all()).expect("texts can be written as JSON");
    format!("{text}\n")
}

/// A directory below which the crates that were published with this program are those of this checkout.
pub fn place() -> TempDir {
    let place = scratch();
    let core = repository().join("build-support/wasmsign-core");
    let configuration = format!("[patch.crates-io]\nwasmsign-core.path = {core:?}\n");
    write(&place.path().join(".cargo/config.toml"), configuration);
    place
}
