//! Holds the sources to docs/ARCHITECTURE.md: which room of a crate may use which, and no file another that uses it.

mod graph;
mod source;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use graph::{Graph, circles};
use source::Crate;
use table::Table;

/// The crates whose rooms the page has a table of, by its headings.
const CRATES: [(&str, &str); 2] =
    [("wasmsign-core", "build-support/wasmsign-core"), ("cargo-wasmsign", "cargo-wasmsign")];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the package is in the repository").into()
}

fn page() -> String {
    std::fs::read_to_string(repository().join("docs/ARCHITECTURE.md")).expect("the page is there")
}

#[test]
fn rooms_use_only_what_the_page_allows() {
    let page = page();
    let mut wrong = Vec::new();
    for (name, directory) in CRATES {
        let table = Table::read(&page, name);
        let code = Crate::read(&repository().join(directory).join("src"));
        let rooms: BTreeSet<_> = code.files().map(room).filter(|room| !room.is_empty()).collect();
        let known: BTreeSet<_> = table.rooms().collect();
        for room in rooms.symmetric_difference(&known) {
            wrong.push(format!(
                "{name}: `{room}` is in the sources or on the page, and not in both"
            ));
        }
        for (from, to) in code.uses() {
            let (user, used) = (room(from), room(to));
            // The root of a crate only puts its rooms together.
            if user != used && !user.is_empty() && !table.allows(user, used) {
                wrong.push(format!("{name}: {} uses `{used}`", shown(from)));
            }
        }
    }
    wrong.dedup();
    assert!(wrong.is_empty(), "docs/ARCHITECTURE.md does not allow this:\n{}", wrong.join("\n"));
}

#[test]
fn the_tables_themselves_have_no_circle() {
    let page = page();
    for (name, _) in CRATES {
        let found = circles(&Table::read(&page, name).graph());
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let mut wrong = Vec::new();
    for directory in sources() {
        let code = Crate::read(&directory);
        let mut graph: Graph<Vec<String>> = BTreeMap::new();
        for (from, to) in code.uses() {
            // A parent declares its children, and shows what it likes of them; that alone is no use.
            graph.entry(from.to_vec()).or_default().insert(to.to_vec());
        }
        for circle in circles(&graph) {
            wrong.push(format!("in {}:", directory.display()));
            for file in &circle {
                let used: Vec<_> =
                    graph[file].intersection(&circle).map(|used| shown(used)).collect();
                wrong.push(format!("  {} -> {}", shown(file), used.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "files that use each other:\n{}", wrong.join("\n"));
}

/// The sources of every crate of the workspace that is published.
fn sources() -> Vec<PathBuf> {
    let below = std::fs::read_dir(repository().join("build-support")).expect("it is there");
    let mut crates: Vec<_> = below.map(|entry| entry.expect("it can be read").path()).collect();
    crates.push(repository().join("cargo-wasmsign"));
    crates.sort();
    crates.into_iter().map(|directory| directory.join("src")).filter(|src| src.is_dir()).collect()
}

/// The room that a module is in: the first word of its path.
fn room(module: &[String]) -> &str {
    module.first().map_or("", String::as_str)
}

fn shown(module: &[String]) -> String {
    if module.is_empty() { "the root".into() } else { module.join("::") }
}
