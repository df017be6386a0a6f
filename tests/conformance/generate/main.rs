//! Writes the conformance vectors; the same bytes every time.
//!
//! `cargo run -p end-to-end --bin conformance-generate [DIRECTORY]`

mod bytes;
mod cases;
mod draft;
mod keys;
mod text;

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use end_to_end::conformance::{self, Suite};

use draft::Draft;

fn main() -> io::Result<()> {
    let directory = env::args_os().nth(1).map_or_else(conformance::directory, PathBuf::from);
    fs::create_dir_all(&directory)?;
    clear(&directory)?;
    let drafts = cases::all();
    for draft in &drafts {
        draft.write(&directory)?;
    }
    let cases = drafts.into_iter().map(Draft::into_case).collect();
    let mut text = serde_json::to_vec_pretty(&Suite { format: 1, cases })?;
    text.push(b'\n');
    fs::write(directory.join("cases.json"), text)
}

/// Removes the vectors of an earlier run, and nothing else.
fn clear(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if matches!(extension, Some("wasm" | "sig" | "minisig" | "public" | "toml" | "dsse")) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
