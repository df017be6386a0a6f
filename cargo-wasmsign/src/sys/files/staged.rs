//! Files in the making: what is written is the old file or the new one, whatever happens meanwhile.
//!
//! A new file is made beside its target as `.NAME.wasmsign-PID.tmp`, locked while it is in use, flushed
//! to the disk and renamed. A temporary file that nobody holds a lock on was left by a process that was
//! killed; the next write into the directory removes it.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::{DirEntry, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempPath;

use super::locks::hold;
use crate::error::{Error, Result};
use crate::text::paths::directory;

/// The temporary files and directories that exist now.
static TEMPORARY: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

/// Who may read a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The permissions of the umask, or of the file that is replaced.
    Usual,
    /// The owner alone.
    Secret,
}

/// A file in the making. Dropped, it is gone.
#[derive(Debug)]
pub struct Staged {
    target: PathBuf,
    path: PathBuf,
    file: File,
    access: Access,
}

impl Staged {
    /// Begins a file that is to replace `target`, or to be it.
    ///
    /// # Errors
    ///
    /// Exit code 4: the directory does not exist or cannot be written, or `target` is a directory.
    pub fn new(target: &Path, access: Access) -> Result<Self> {
        let failed = |source| Error::io(format!("failed to write `{}`", target.display()), source);
        let target = follow(target).map_err(failed)?;
        if target.is_dir() {
            return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)));
        }
        remove_strays(directory(&target));
        let path = temporary_path(&target);
        let file = create_locked(&path, access).map_err(failed)?;
        let staged = Self { target, path, file, access };
        staged.keep_mode(access).map_err(failed)?;
        Ok(staged)
    }

    /// The file, open for reading and writing.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// The file, for reading.
    pub fn handle(&self) -> &File {
        &self.file
    }

    /// Where the file is until it is published.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the file will be.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Lets another program write into the file.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn lend(&self) -> Result<()> {
        // On Windows the lock would keep the other program out. Elsewhere it only tells that the file is
        // no stray one.
        if cfg!(windows) {
            self.file.unlock().map_err(|source| self.failed(source))
        } else {
            Ok(())
        }
    }

    /// Takes the file that another program has written, or put in its place.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn take_back(&mut self) -> Result<()> {
        let opened = OpenOptions::new().read(true).write(true).open(&self.path);
        // The old handle is closed, and its lock released.
        self.file = opened.map_err(|source| self.failed(source))?;
        hold(&self.file).map(drop).map_err(|source| self.failed(source))
    }

    /// Writes everything to the disk.
    ///
    /// # Errors
    ///
    /// Exit code 4: what the system could not write is told here, before anything is replaced.
    pub fn sync(&self) -> Result<()> {
        self.file.sync_all().map_err(|source| self.failed(source))
    }

    /// Puts the file, which was synced, in the place of the target.
    ///
    /// # Errors
    ///
    /// Exit code 4; the old file is still there then.
    pub fn publish(self) -> Result<()> {
        self.place(|from, to| std::fs::rename(from, to))
    }

    /// As [`Staged::publish`], but never replaces a file.
    ///
    /// # Errors
    ///
    /// Exit code 2 where the target exists, 4 for everything else.
    pub fn publish_new(self) -> Result<()> {
        let access = self.access;
        self.place(|from, to| match TempPath::try_from_path(from)?.persist_noclobber(to) {
            Ok(()) => Ok(()),
            Err(refused) if refused.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(refused.error)
            }
            // Some file systems have neither hard links nor such a rename: there the name is made first, and then filled.
            Err(refused) => fill_new(&refused.path, to, access),
        })
    }

    fn place(mut self, place: impl FnOnce(&Path, &Path) -> io::Result<()>) -> Result<()> {
        let mut temporary = lock();
        let placed = place(&self.path, &self.target);
        placed.map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => exists(&self.target),
            _ => self.failed(source),
        })?;
        temporary.remove(&self.path);
        // Nothing is left for `drop` to remove.
        self.path = PathBuf::new();
        sync_directory(directory(&self.target)).map_err(|source| self.failed(source))
    }

    fn failed(&self, source: io::Error) -> Error {
        Error::io(format!("failed to write `{}`", self.target.display()), source)
    }

    fn keep_mode(&self, access: Access) -> io::Result<()> {
        match std::fs::metadata(&self.target) {
            Ok(old) if access == Access::Usual => self.file.set_permissions(old.permissions()),
            _ => Ok(()),
        }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if self.path.as_os_str().is_empty() {
            return;
        }
        let mut temporary = lock();
        if temporary.remove(&self.path) {
            // It may be gone with its directory; this cannot be reported.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// The error for a file that must not be overwritten.
pub fn exists(path: &Path) -> Error {
    Error::usage(format!("`{}` already exists", path.display()))
        .advice("choose another name, or pass `--force` to overwrite it")
}

/// Removes the temporary files and directories in a directory that no process holds a lock on.
pub fn remove_strays(directory: &Path) {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    // A directory has a lock only where directories can be locked.
    let is_file = |entry: &DirEntry| {
        entry.file_type().is_ok_and(|kind| kind.is_file() || (cfg!(unix) && kind.is_dir()))
    };
    // Of ours, those that are lent to another program have no lock on Windows.
    let is_ours = |entry: &DirEntry| lock().contains(&entry.path());
    let is_stray =
        |entry: &DirEntry| is_temporary(&entry.file_name()) && is_file(entry) && !is_ours(entry);
    for entry in entries.filter(is_stray) {
        // It has the mode of the file that it was to replace, which may be read-only.
        let file =
            File::open(entry.path()).or_else(|_| OpenOptions::new().write(true).open(entry.path()));
        if let Ok(file) = file
            && file.try_lock().is_ok()
        {
            // If it cannot be removed, the next run tries again.
            let _ = remove(&entry.path());
        }
    }
}

/// Removes every temporary file of this process, and keeps new ones from appearing for as long as the
/// result lives.
pub fn remove_all() -> impl Sized {
    let temporary = lock();
    temporary.iter().for_each(|path| {
        let _ = remove(path);
    });
    temporary
}

/// Removes a file, or a directory with all that is in it.
fn remove(path: &Path) -> io::Result<()> {
    match path.symlink_metadata()?.is_dir() {
        true => std::fs::remove_dir_all(path),
        false => std::fs::remove_file(path),
    }
}

/// Makes a temporary directory; gives its lock, where directories can be locked.
pub(super) fn create_directory(path: &Path) -> io::Result<Option<File>> {
    let mut temporary = lock();
    std::fs::create_dir(path)?;
    temporary.insert(path.to_path_buf());
    let lock = if cfg!(unix) { File::open(path).ok() } else { None };
    lock.iter().try_for_each(|lock| hold(lock).map(drop))?;
    Ok(lock)
}

/// A temporary file or directory has got its own name.
pub(super) fn forget(path: &Path) {
    lock().remove(path);
}

/// Removes a temporary directory.
pub(super) fn discard(path: &Path) {
    let mut temporary = lock();
    if temporary.remove(path) {
        // It may be gone with the directory that it is in; this cannot be reported.
        let _ = remove(path);
    }
}

/// Swaps a temporary directory and another one: at once where the system can, else one after the other. No signal ends us
/// while neither has its name.
pub(super) fn exchange(temporary: &Path, other: &Path) -> io::Result<()> {
    let _signals_wait = lock();
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, temporary, CWD, other, RenameFlags::EXCHANGE).is_ok() {
            return Ok(());
        }
    }
    let mut aside = OsString::from(temporary);
    aside.push(".old");
    std::fs::rename(other, &aside)?;
    if let Err(error) = std::fs::rename(temporary, other) {
        std::fs::rename(&aside, other)?;
        return Err(error);
    }
    std::fs::rename(&aside, temporary)
}

/// Makes a file that did not exist, with the content of another.
fn fill_new(from: &Path, to: &Path, access: Access) -> io::Result<()> {
    let (mut from, mut file) = (File::open(from)?, create(to, access)?);
    let filled = io::copy(&mut from, &mut file).and_then(|_| file.sync_all());
    if filled.is_err() {
        // It is our own file, and incomplete.
        let _ = std::fs::remove_file(to);
    }
    filled
}

fn lock() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    // The set is whole between any two of its operations.
    TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The file that a path leads to over symbolic links, which need not exist.
fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_path_buf();
    // As many steps as Linux itself follows.
    for _ in 0..40 {
        match std::fs::read_link(&path) {
            Ok(link) => path = directory(&path).join(link),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

/// Makes a file that did not exist, and holds its lock.
fn create_locked(path: &Path, access: Access) -> io::Result<File> {
    let mut temporary = lock();
    loop {
        let file = create(path, access)?;
        hold(&file)?;
        // Between creation and lock another process may have taken it for a stray one.
        if path.try_exists()? {
            temporary.insert(path.to_path_buf());
            return Ok(file);
        }
    }
}

fn create(path: &Path, access: Access) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    if access == Access::Secret {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    // Elsewhere a new file has the access list of its directory, which is the user's own.
    #[cfg(not(unix))]
    let _ = access;
    options.open(path)
}

const MARK: &str = ".wasmsign-";
const SUFFIX: &str = ".tmp";

/// Where a file or directory is until it is published.
pub(super) fn temporary_path(target: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(shortened(target.file_name().unwrap_or_default()));
    name.push(format!("{MARK}{}{SUFFIX}", std::process::id()));
    directory(target).join(name)
}

/// A name that leaves room for what is added to it: file systems take 255 bytes.
fn shortened(name: &OsStr) -> OsString {
    let text = name.to_string_lossy();
    let end = (0..=text.len().min(200)).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    if end == text.len() { name.to_owned() } else { text[..end].into() }
}

fn is_temporary(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let middle = name.strip_prefix('.').and_then(|name| name.strip_suffix(SUFFIX));
    let pid = middle.and_then(|name| name.rsplit_once(MARK)).map(|(_, pid)| pid);
    pid.is_some_and(|pid| !pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Makes a rename last over a power cut.
#[cfg(unix)]
pub(super) fn sync_directory(directory: &Path) -> io::Result<()> {
    match File::open(directory)?.sync_all() {
        // Some file systems cannot; the rename is as good there as it gets.
        Err(error)
            if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) =>
        {
            Ok(())
        }
        synced => synced,
    }
}

/// Directories cannot be opened as files here; the system orders its own journal.
#[cfg(not(unix))]
pub(super) fn sync_directory(_directory: &Path) -> io::Result<()> {
    Ok(())
}
