//! `cargo wasmsign new`: a project that builds, signs and tests at once.

mod archive;
mod name;
mod pairs;
mod template;

use std::path::{Path, PathBuf};

use archive::File;
pub(crate) use template::Template;

use crate::error::{Error, Result};
use crate::sys::files::StagedDirectory;
use crate::text::paths;

/// Which project is made where.
#[derive(Debug)]
pub(crate) struct Request {
    /// Its directory.
    pub(crate) path: PathBuf,
    /// What it is made from.
    pub(crate) template: Template,
    /// The name of its package, or of its host program; that of the directory where there is none.
    pub(crate) name: Option<String>,
}

/// A project that was made.
#[derive(Debug)]
pub(crate) struct Created {
    /// Its directory, as it was named.
    pub(crate) path: PathBuf,
    /// What it was made from.
    pub(crate) template: Template,
    /// The name of its package, or of its host program.
    pub(crate) name: String,
    /// Its files, from its directory.
    pub(crate) files: Vec<String>,
    /// Those of them that nobody else may see; git ignores them.
    pub(crate) secrets: Vec<String>,
    /// What to type next, in the project's directory.
    pub(crate) next: Vec<String>,
}

/// Makes a project, whole or not at all.
///
/// # Errors
///
/// Exit code 2 where the directory has something in it, or the name is none for a package; 4 where it cannot be written.
pub(crate) fn run(request: &Request) -> Result<Created> {
    let Request { path, template, .. } = request;
    let name = name::of_project(path, request.name.as_deref())?;
    let files = archive::files(*template)?;
    refuse_taken(&name, *template, &files)?;
    let top = first_missing(path);
    let staged = StagedDirectory::new(&top)?;
    let inside = path.strip_prefix(&top).unwrap_or(Path::new(""));
    let project = staged.path().join(inside);
    let mut made = Vec::new();
    for file in &files {
        let text = template.filled(&file.text, &name);
        write(&project.join(&file.path), &text).map_err(|error| failed(path, error))?;
        made.push(file.path.clone());
    }
    let secrets = pairs::add(&project, template.pairs(), &mut made)?;
    staged.publish()?;
    made.sort();
    let next = template.next(&name);
    Ok(Created { path: path.clone(), template: *template, name, files: made, secrets, next })
}

/// Refuses a name that another package of the template has.
fn refuse_taken(name: &str, template: Template, files: &[File]) -> Result<()> {
    let line = format!("name = \"{name}\"\n");
    let is_taken = |file: &File| file.path.ends_with("Cargo.toml") && file.text.contains(&line);
    match files.iter().any(is_taken) && name != template.placeholder() {
        false => Ok(()),
        true => Err(Error::usage(format!(
            "the template `{}` has another package named `{name}`",
            template.word()
        ))
        .advice("pass another name for the package with `--name`")),
    }
}

/// The first directory on the way to a path that does not exist, or else the path itself.
fn first_missing(path: &Path) -> PathBuf {
    let above = path.ancestors().filter(|above| !above.as_os_str().is_empty());
    let missing = above.take_while(|above| above.symlink_metadata().is_err());
    missing.last().unwrap_or(path).to_owned()
}

/// Writes a file of a project that nobody sees yet. Scripts can be run.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(paths::directory(path))?;
    std::fs::write(path, text)?;
    #[cfg(unix)]
    if text.starts_with("#!/") {
        use std::os::unix::fs::PermissionsExt;
        let mode = path.metadata()?.permissions().mode();
        // Whoever may read it may run it.
        let mode = mode | (mode & 0o444) >> 2;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
    }
    Ok(())
}

fn failed(path: &Path, source: std::io::Error) -> Error {
    Error::io(format!("failed to make `{}`", path.display()), source)
}
