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
