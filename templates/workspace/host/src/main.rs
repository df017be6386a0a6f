//! Lists the modules in a directory and says which of them a host should go on with: it
//! wants a WebAssembly module that begins with a signature section and, on Unix, that
//! nobody but the owner can change. Whether a signature is *valid* it does not check;
//! `cargo wasmsign verify` does.

#[cfg(target_family = "wasm")]
compile_error!("the host program runs natively; only the guests are built for wasm");

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const MODULE_HEADER: &[u8] = b"\0asm\x01\0\0\0";
const SIGNATURE_NAME: &[u8] = b"\x09signature";

fn main() -> ExitCode {
    let Some(directory) = std::env::args_os().nth(1) else {
        eprintln!("usage: host DIRECTORY");
        return ExitCode::from(2);
    };
    match list(Path::new(&directory)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: failed to read {}: {error}", Path::new(&directory).display());
            ExitCode::from(4)
        }
    }
}

/// Prints one line for each module in `directory`; `true` if there are any and all will do.
fn list(directory: &Path) -> io::Result<bool> {
    let modules = modules(directory)?;
    let mut all_good = !modules.is_empty();
    for module in modules {
        let objection = objection(&module)?;
        println!("{}: {}", module.display(), objection.unwrap_or("carries a signature"));
        all_good &= objection.is_none();
    }
    Ok(all_good)
}

fn modules(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut modules = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            modules.push(path);
        }
    }
    modules.sort();
    Ok(modules)
}

/// Why the module should not be loaded, if there is a reason.
fn objection(module: &Path) -> io::Result<Option<&'static str>> {
    let file = File::open(module)?;
    if others_can_write(&file)? {
        return Ok(Some("users other than its owner can change it"));
    }
    let mut start = Vec::new();
    // Header, section id, section size (at most 5 bytes), section name.
    file.take(8 + 1 + 5 + 10).read_to_end(&mut start)?;
    Ok(match start.strip_prefix(MODULE_HEADER) {
        None => Some("not a WebAssembly module"),
        Some(section) if !is_signature(section) => Some("no signature"),
        Some(_) => None,
    })
}

/// Whether `section` begins a custom section named "signature".
fn is_signature(section: &[u8]) -> bool {
    let Some((0, rest)) = section.split_first() else { return false };
    let size_len = rest.iter().take(4).take_while(|&&byte| byte >= 0x80).count() + 1;
    rest.get(size_len..).is_some_and(|name| name.starts_with(SIGNATURE_NAME))
}

#[cfg(unix)]
fn others_can_write(file: &File) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.metadata()?.permissions().mode() & 0o022 != 0)
}

#[cfg(not(unix))]
fn others_can_write(_: &File) -> io::Result<bool> {
    Ok(false)
}
