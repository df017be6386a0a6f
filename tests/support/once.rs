//! What is made once for all tests of a run, in whichever process each of them is.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where tests keep what takes long to make: `tmp` of the target directory that they run from. The next run finds it.
pub fn kept() -> PathBuf {
    let test = std::env::current_exe().expect("the system knows which program this is");
    let mut directory = test.parent().expect("a program is in a directory");
    if directory.ends_with("deps") {
        directory = directory.parent().expect("it is the profile's");
    }
    let kept = directory.parent().expect("a profile has a directory above it").join("tmp");
    fs::create_dir_all(&kept).expect("a directory can be made");
    kept
}

/// The target directory of small projects that are compiled with the crates of this repository, all with `debug` and
/// `incremental` off: what they have in common is compiled once.
pub fn projects() -> PathBuf {
    kept().join("projects")
}

/// The path that `make` gives, which is called once in a run of tests for each `name`. Other processes wait for it.
///
/// A run is one call of nextest, or else one process: so what is made from sources is made anew, or found to be as new
/// as these, before anything is tested with it.
pub fn once(name: &str, make: impl FnOnce() -> PathBuf) -> PathBuf {
    let lock = exclusive(&kept().join(format!("{name}.lock")));
    let made = kept().join(format!("{name}.made"));
    let said = fs::read_to_string(&made).unwrap_or_default();
    let path = match said.split_once('\n') {
        Some((run, path)) if run == this_run() => path.into(),
        _ => {
            let path = make();
            fs::write(&made, format!("{}\n{}", this_run(), path.display()))
                .expect("a file can be written");
            path
        }
    };
    drop(lock);
    path
}

/// A lock that no other process has, until it is dropped.
pub fn exclusive(path: &Path) -> File {
    let file = File::create(path).expect("a file can be made");
    file.lock().expect("files can be locked");
    file
}

/// What tells this run from others.
fn this_run() -> &'static str {
    static RUN: OnceLock<String> = OnceLock::new();
    RUN.get_or_init(|| {
        std::env::var("NEXTEST_RUN_ID").unwrap_or_else(|_| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is right");
            format!("{}-{}", std::process::id(), now.as_nanos())
        })
    })
}
