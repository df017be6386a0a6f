//! The revision of a package in a git repository.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::script::Told;

/// The commit that is checked out, with `-dirty` where tracked files differ from it; none where the package is not a
/// part of a repository. What decides it is watched.
pub(crate) fn revision(package: &Path, told: &mut Told) -> Option<String> {
    if git(package, &["rev-parse", "--git-dir"]).is_none() {
        // Somebody else's repository, as git calls one that another user owns (in a container, say), is the usual case.
        if package.ancestors().any(|above| above.join(".git").exists()) {
            told.warn("no revision: there is a git repository, but `git rev-parse` fails in it");
        }
        return None;
    }
    // Before the first commit too, and while git does not know the package yet: both come to have a revision.
    watch(package, told);
    // A package that merely lies below a repository (of somebody's home directory, say) is not a part of it.
    git(package, &["ls-files", "--error-unmatch", "Cargo.toml"])?;
    // All digits of the longest hash; git gives as many as there are.
    git(package, &["describe", "--always", "--dirty", "--abbrev=64", "--exclude=*"])
}

/// Watches the files in which git keeps what is checked out.
fn watch(package: &Path, told: &mut Told) {
    let place = |name: &str| Some(package.join(git(package, &["rev-parse", "--git-path", name])?));
    // A work tree beside the first one has a table of its own for `HEAD`, and shares that of the branches.
    let shared = git(package, &["rev-parse", "--git-common-dir"])
        .map(|directory| package.join(directory).join(TABLES));
    let files = ["HEAD", "packed-refs", TABLES].into_iter().map(place).chain([shared]).flatten();
    // Cargo takes a missing file for a changed one.
    files.filter(|path| path.is_file()).for_each(|path| told.watch(path));
    let branch = git(package, &["symbolic-ref", "--quiet", "HEAD"]);
    if let Some(path) = branch.and_then(|branch| place(&branch)) {
        // A branch that is new, or among the packed ones, gets a file of its own with the next commit: until then, the
        // directory tells of it.
        path.ancestors().find(|path| path.exists()).into_iter().for_each(|path| told.watch(path));
    }
}

/// The newest format of references lists its files here.
const TABLES: &str = "reftable/tables.list";

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
