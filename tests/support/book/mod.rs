//! The pages of the book that are made from the program and its sources, and the pictures of what it shows.
//!
//! `cargo run -p end-to-end --bin book-generate` writes them, and a test of `guides` compares them.

mod commands;
#[cfg(unix)]
mod pictures;
mod schema;
mod source;
pub mod trust_file;

#[cfg(unix)]
pub use pictures::pictures;

use std::fmt::Write as _;

/// A file of the book: its path below docs/, and its text.
pub type Page = (String, String);

/// The pages under *Reference* that are made.
pub fn pages() -> Vec<Page> {
    let page = |name: &str, text: String| (format!("reference/{name}.md"), text);
    vec![
        page("commands", commands::page()),
        page("manifest", schema::manifest()),
        page("trust-file", trust_file::page()),
        page("exit-codes", source::exit_codes()),
        page("reasons", source::reasons()),
        page("json", schema::output()),
    ]
}

/// A table in Markdown.
fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = format!("| {} |\n|{}\n", head.join(" | "), " --- |".repeat(head.len()));
    for row in rows {
        let cells: Vec<_> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

/// A text of several lines as one paragraph.
fn paragraph(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
