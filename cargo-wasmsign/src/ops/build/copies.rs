//! Published modules in a directory of the user's (`artifact-dir`): all of them, or none.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::ops::{Event, Observer};
use crate::pipeline::{Job, OtherSignature, Published, remove_stale_signature};
use crate::sys::files::{Access, Staged};
use crate::sys::hashing::sha256;

/// The suffix of a detached signature.
const SIGNATURE: &str = ".sig";

/// The files that modules are to be copied to, each with its module.
#[derive(Default)]
pub(crate) struct CopyTargets(BTreeMap<PathBuf, String>);

impl CopyTargets {
    /// Reserves the file of a module.
    ///
    /// # Errors
    ///
    /// Exit code 2: another one has it already, or the directory is one of cargo's own, below one of `cargos`.
    pub(crate) fn reserve(
        &mut self,
        directory: &Path,
        file: &str,
        module: String,
        cargos: &Path,
    ) -> Result<()> {
        if directory.starts_with(cargos) {
            return Err(Error::usage(format!(
                "`{}` is for copies of modules, but contains cargo's own files",
                directory.display()
            ))
            .advice("choose another directory with `--artifact-dir` or `artifact-dir`"));
        }
        let path = destination(directory, Path::new(file));
        if let Some(other) = self.0.get(&path) {
            let path = path.display();
            return Err(Error::usage(format!(
                "{other} and {module} would both be copied to `{path}`"
            ))
            .advice(
                "give each target and package its own `artifact-dir`, or build them one by one",
            ));
        }
        self.0.insert(path, module);
        Ok(())
    }

    /// Creates the directories, before anything else is done.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub(crate) fn create_directories(&self) -> Result<()> {
        self.0.keys().filter_map(|path| path.parent()).try_for_each(|directory| {
            fs_err::create_dir_all(directory)
                .map_err(|source| Error::io("failed to make a directory", source))
        })
    }
}

/// Files that are to be copied, and those that go.
#[derive(Default)]
pub(crate) struct Copies {
    files: Vec<(PathBuf, PathBuf)>,
    stale: Vec<PathBuf>,
}

impl Copies {
    /// The copies of published modules and their signatures that their manifests ask for.
    pub(crate) fn of(published: &[(Job, Published)]) -> Self {
        let mut copies = Self::default();
        published.iter().for_each(|(job, module)| copies.add(job, module));
        copies
    }

    fn add(&mut self, job: &Job, published: &Published) {
        let Some(directory) = &job.recipe.artifact_dir else { return };
        let to = destination(directory, &published.path);
        let mut sig = to.clone().into_os_string();
        sig.push(SIGNATURE);
        // The signature first, as in publishing.
        match &published.signature_path {
            Some(from) => self.files.push((from.clone(), sig.into())),
            None if published.other_signatures.iter().any(|other| has_suffix(other, SIGNATURE)) => {
            }
            None => self.stale.push(sig.into()),
        }
        for other in &published.other_signatures {
            self.files.push((other.path.clone(), destination(directory, &other.path)));
        }
        self.files.push((published.path.clone(), to));
    }

    /// Copies what is missing: everything is written before the first file becomes visible.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub(crate) fn write(self, observe: &mut Observer<'_>) -> Result<()> {
        let changed = self.files.into_iter().filter(|(from, to)| !are_same(from, to));
        let staged = changed.map(|(from, to)| staged(&from, &to)).collect::<Result<Vec<_>>>()?;
        for file in staged {
            let path = file.target().to_owned();
            file.publish()?;
            observe(Event::Copied(&path))?;
        }
        self.stale.iter().try_for_each(|path| remove_stale_signature(path))
    }
}

fn has_suffix(other: &OtherSignature, suffix: &str) -> bool {
    other.path.to_string_lossy().ends_with(suffix)
}

/// Where a copy of a file goes: examples have no directory of their own there, as in cargo.
fn destination(directory: &Path, file: &Path) -> PathBuf {
    directory.join(file.file_name().unwrap_or_default())
}

fn staged(from: &Path, to: &Path) -> Result<Staged> {
    let failed = |source| {
        Error::io(format!("failed to copy `{}` to `{}`", from.display(), to.display()), source)
    };
    let mut staged = Staged::new(to, Access::Usual)?;
    let mut file = File::open(from).map_err(failed)?;
    io::copy(&mut file, staged.file()).map_err(failed)?;
    staged.sync()?;
    Ok(staged)
}

/// Whether two files have the same content. One that cannot be read is another.
fn are_same(one: &Path, other: &Path) -> bool {
    sha256(one).ok().zip(sha256(other).ok()).is_some_and(|(one, other)| one == other)
}
