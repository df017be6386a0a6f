//! Ctrl-C and TERM: children are ended, temporary files removed, and the exit code says which it was.

#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(unix)]
use std::sync::{Arc, LazyLock};

use crate::exit::Exit;
use crate::sys::{child, files, terminal};

/// Ends everything that would outlive us, and us.
fn leave(exit: Exit) -> ! {
    // Held until the end: neither a child nor a temporary file may appear any more.
    let _children = child::end_all();
    let _files = files::remove_all();
    terminal::restore();
    std::process::exit(i32::from(exit as u8));
}

/// Whether a signal has come: set by its handler, before the thread that ends us has even woken up.
#[cfg(unix)]
static CAUGHT: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Does not return where a signal is ending this program: what fails meanwhile fails because of it, as a cargo
/// does that got the same Ctrl-C, and is no news of its own.
#[cfg(unix)]
pub fn give_way() {
    while CAUGHT.load(Ordering::SeqCst) {
        std::thread::park();
    }
}

/// The handler ends the process before anything else can run.
#[cfg(not(unix))]
pub fn give_way() {}

/// Watches for the signals on a separate thread.
///
/// # Errors
///
/// Those of the system.
#[cfg(unix)]
pub fn watch() -> std::io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let ignored = ignored();
    let watched = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !ignored.contains(signal));
    let watched: Vec<_> = watched.collect();
    for &signal in &watched {
        signal_hook::flag::register(signal, Arc::clone(&CAUGHT))?;
    }
    let mut signals = signal_hook::iterator::Signals::new(&watched)?;
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        // The first one is the last.
        if let Some(signal) = signals.forever().next() {
            leave(if signal == SIGINT { Exit::Interrupted } else { Exit::Terminated });
        }
    })?;
    Ok(())
}

/// The signals that the parent process has set to be ignored, as `nohup` does.
#[cfg(target_os = "linux")]
fn ignored() -> Vec<i32> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    (1..=64).filter(|signal| mask >> (signal - 1) & 1 == 1).collect()
}

/// Other systems do not tell without `unsafe`: there they are caught all the same.
#[cfg(all(unix, not(target_os = "linux")))]
fn ignored() -> Vec<i32> {
    Vec::new()
}

/// Watches for Ctrl-C, Ctrl-Break and the closing of the console.
///
/// # Errors
///
/// Those of the system.
#[cfg(not(unix))]
pub fn watch() -> std::io::Result<()> {
    ctrlc::set_handler(|| leave(Exit::Interrupted)).map_err(std::io::Error::other)
}
