//! The revision of a package in a git repository.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::script::Told;

/// The commit that is checked out, with `-dirty` where tracked files differ from it; none where the package is not a
/// part of a repository. What decides it is watched.
pub(crate) fn revision(package: &Path, told: &mut Told) -> Option<String> {
    // A package that merely lies below a repository (of somebody's home directory, say) is not a part of it.
    git(package, &["ls-files", "--error-unmatch", "Cargo.toml"])?;
    let revision =
        git(package, &["describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"])?;
    let branch = git(package, &["symbolic-ref", "--quiet", "HEAD"]);
    let names = ["HEAD", "packed-refs"].into_iter().chain(branch.as_deref());
    for name in names {
        let path = git(package, &["rev-parse", "--git-path", name]).map(PathBuf::from);
        // A branch is in a file of its own or among the packed ones; cargo takes a missing file for a changed one.
        path.map(|path| package.join(path))
            .filter(|path| path.is_file())
            .into_iter()
            .for_each(|path| told.watch(path));
    }
    Some(revision)
}

/// What git says, on one line; none where it is missing or fails.
fn git(package: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    // A build that a hook of git has started finds the variables of that hook's repository.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    // Looking must not write into a repository that somebody else uses, or that is read-only.
    command.arg("--no-optional-locks").args(arguments).current_dir(package);
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim_end_matches(['\n', '\r']).to_owned())
}
