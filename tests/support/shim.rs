//! The program that stands for others: see `shim/main.rs`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Has the shim, which tests know as `env!("CARGO_BIN_EXE_shim")`, stand for the program at this path.
pub fn stand_in(shim: &str, path: &Path) {
    let directory = path.parent().expect("a program is in a directory");
    std::fs::create_dir_all(directory).expect("a directory can be made");
    std::os::unix::fs::symlink(shim, path).expect("a link can be made");
}

/// The compiler itself, which rustup may stand for, and its sysroot.
pub fn compiler() -> (PathBuf, PathBuf) {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output().expect("rustc runs");
    let sysroot = String::from_utf8(output.stdout).expect("the path is UTF-8");
    let sysroot = PathBuf::from(sysroot.trim_end());
    (sysroot.join("bin/rustc"), sysroot)
}

/// A sysroot at this path with the standard libraries of these targets alone, and of the host.
pub fn sysroot_of(targets: &[&str], path: &Path) {
    let output = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let text = String::from_utf8(output.stdout).expect("it is UTF-8");
    let host = text.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc tells");
    let libraries = |sysroot: &Path| sysroot.join("lib/rustlib");
    std::fs::create_dir_all(libraries(path)).expect("a directory can be made");
    for target in targets.iter().chain([&host]) {
        let (from, to) = (libraries(&compiler().1).join(target), libraries(path).join(target));
        std::os::unix::fs::symlink(from, to).expect("a link can be made");
    }
}
