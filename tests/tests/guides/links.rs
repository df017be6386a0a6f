//! Links lead somewhere: within the book to a page of the book and to a heading of it, elsewhere to a file.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use end_to_end::{files, repository};

use crate::chapters;

/// A page's text without its blocks of code and its inline code, in which brackets are no links.
fn prose(page: &str) -> String {
    let mut is_code = false;
    let mut prose = String::new();
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            prose += &line.split('`').step_by(2).collect::<Vec<_>>().join("`");
            prose.push('\n');
        }
    }
    prose
}

/// Where the links of a page lead, those of pictures among them.
fn links(page: &str) -> Vec<String> {
    let prose = prose(page);
    let inline = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let defined = prose.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: "));
    inline.chain(defined.map(|(_, target)| target)).map(|link| link.trim().to_owned()).collect()
}

/// The anchors of a page: its headings, as mdBook and code hosts name them.
fn anchors(page: &str) -> BTreeSet<String> {
    let mut is_code = false;
    let mut anchors = BTreeSet::new();
    for line in page.lines() {
        is_code ^= line.starts_with("```");
        let heading = line.trim_start_matches('#');
        if !is_code && heading.len() < line.len() && heading.starts_with(' ') {
            let anchor = anchor(heading.trim());
            let numbered = (1..).map(|number| format!("{anchor}-{number}"));
            let mut free = std::iter::once(anchor.clone()).chain(numbered);
            anchors.extend(free.find(|anchor| !anchors.contains(anchor)));
        }
    }
    anchors
}

fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    heading.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// A path without `..` and `.` in it.
fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut plain, part| {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            part => plain.push(part),
        }
        plain
    })
}

/// What is wrong with the links of a page, by its path from the root of the repository.
fn broken(page: &str, in_book: impl Fn(&Path) -> bool) -> Vec<String> {
    let read = |path: &Path| std::fs::read_to_string(repository().join(path));
    let text = read(Path::new(page)).expect("the page can be read");
    let mut broken = Vec::new();
    for link in links(&text) {
        let (path, anchor) = link.split_once('#').unwrap_or((&link, ""));
        if path.contains("://") {
            continue;
        }
        let to = match path {
            "" => PathBuf::from(page),
            path => plain(&Path::new(page).parent().expect("it is a file").join(path)),
        };
        if !repository().join(&to).exists() || !in_book(&to) {
            broken.push(format!("{page}: {link}"));
        } else if !anchor.is_empty() && !anchors(&read(&to).expect("it is a page")).contains(anchor)
        {
            broken.push(format!("{page}: {link}: no such heading"));
        }
    }
    broken
}

/// What the book is made of: its chapters, and every file in docs/ that is no page.
fn is_in_book(path: &Path) -> bool {
    let Ok(below) = path.strip_prefix("docs") else { return false };
    let is_page = below.extension().is_some_and(|extension| extension == "md");
    !is_page || chapters().iter().any(|chapter| Path::new(chapter) == below)
}

#[test]
fn links_of_the_book_stay_in_the_book() {
    let pages = chapters().into_iter().map(|page| format!("docs/{page}"));
    let broken: Vec<_> = pages.flat_map(|page| broken(&page, is_in_book)).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn links_of_other_pages_lead_to_files() {
    for page in ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/SUMMARY.md"] {
        assert_eq!(broken(page, |_| true), [""; 0]);
    }
}

#[test]
fn every_page_is_a_chapter() {
    let docs = repository().join("docs");
    let pages = files(&docs).into_iter().filter_map(|(path, _)| {
        let below = path.strip_prefix(&docs).expect("it is below").to_string_lossy().into_owned();
        (below.ends_with(".md") && below != "SUMMARY.md").then_some(below)
    });
    let chapters = chapters();
    let left_out: Vec<_> = pages.filter(|page| !chapters.contains(page)).collect();
    assert_eq!(left_out, [""; 0], "docs/SUMMARY.md does not name these");
    let once: BTreeSet<_> = chapters.iter().collect();
    assert_eq!(once.len(), chapters.len(), "a page is named twice");
}

#[test]
fn what_leads_nowhere_is_seen() {
    let page = "# A `b` c!\n\n[x](y.md#z) `[no](link)`\n\n```\n# no heading\n[no](link)\n```\n\n## A b c\n[w]: v\n";
    assert_eq!(links(page), ["y.md#z", "v"]);
    assert_eq!(anchors(page), ["a-b-c", "a-b-c-1"].map(str::to_owned).into());
    assert_eq!(plain(Path::new("docs/a/../b.md")), Path::new("docs/b.md"));
}
