//! The revision of a package in a git repository.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::sys::child;

/// The commit that is checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Its hash, in hexadecimal.
    pub commit: String,
    /// Whether tracked files in the package's directory differ from it.
    pub is_dirty: bool,
}

/// The revision of the package in this directory; none without git, outside of a repository, before the first commit, and
/// where the package merely lies below a repository that does not track it (that of somebody's home directory, say).
///
/// Nothing is written into the repository, and no lock is taken.
pub fn revision(package: &Path) -> Option<Revision> {
    git(package, &["ls-files", "--error-unmatch", "Cargo.toml"])?;
    // Files that git does not track have no part in it: the first build may make some of them.
    let status = ["status", "--porcelain=v2", "--branch", "--untracked-files=no", "--", "."];
    let status = git(package, &status)?;
    let commit = status.lines().find_map(|line| line.strip_prefix("# branch.oid "))?;
    let is_hash = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_dirty = status.lines().any(|line| !line.starts_with('#'));
    is_hash.then(|| Revision { commit: commit.to_owned(), is_dirty })
}

/// The revision of a whole tree, below `root`, in which sources that git neither tracks nor ignores count as changes: cargo
/// finds programs by their files. What lies in `outputs` is no source. None as of [`revision`].
pub fn tree_revision(root: &Path, outputs: &[&Path]) -> Option<Revision> {
    git(root, &["ls-files", "--error-unmatch", "Cargo.toml"])?;
    let status = ["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all", "--", "."];
    let excluded = outputs.iter().filter_map(|path| path.strip_prefix(root).ok()?.to_str());
    let excluded: Vec<_> = excluded
        .filter(|path| !path.is_empty())
        .map(|path| format!(":(exclude,literal){path}"))
        .collect();
    let status: Vec<_> = status.into_iter().chain(excluded.iter().map(String::as_str)).collect();
    let status = git(root, &status)?;
    let mut entries = status.split('\0');
    let commit = entries.find_map(|entry| entry.strip_prefix("# branch.oid "))?;
    let is_hash = commit.len() >= 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_change = |entry: &str| match entry.strip_prefix("? ") {
        Some(untracked) => is_source(untracked),
        None => !entry.is_empty() && !entry.starts_with('#'),
    };
    is_hash.then(|| Revision { commit: commit.to_owned(), is_dirty: entries.any(is_change) })
}

/// Whether cargo may compile a file, or be configured by it, without any other file that names it.
fn is_source(path: &str) -> bool {
    let names = ["Cargo.toml", ".cargo/config", ".cargo/config.toml"];
    let is_named = |name: &&str| path == *name || path.ends_with(&format!("/{name}"));
    path.ends_with(".rs") || names.iter().any(is_named)
}

/// What git says; none where it is missing or fails.
fn git(package: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    // A build that a hook of git has started finds the variables of that hook's repository.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command.env("GIT_OPTIONAL_LOCKS", "0");
    // A monitor is another program, and may outlive this one.
    command.args(["-c", "core.fsmonitor=false"]).args(arguments).current_dir(package);
    command.stdout(Stdio::piped());
    let output = child::output(&mut command, &[]).ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The directory of the repository that this directory is in.
pub fn top(directory: &Path) -> Option<std::path::PathBuf> {
    let top = git(directory, &["rev-parse", "--show-toplevel"])?;
    Some(top.trim_end_matches(['\n', '\r']).into()).filter(|top: &std::path::PathBuf| top.is_dir())
}

/// Whether git would leave out a file below this directory, which need not exist.
pub fn is_ignored(directory: &Path, file: &Path) -> bool {
    let file = file.to_string_lossy();
    git(directory, &["check-ignore", "--quiet", "--", &file]).is_some()
}

/// Whether git has a file below this directory.
pub fn is_tracked(directory: &Path, file: &Path) -> bool {
    let file = file.to_string_lossy();
    git(directory, &["ls-files", "--error-unmatch", "--", &file]).is_some()
}
