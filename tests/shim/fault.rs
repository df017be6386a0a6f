//! How a step goes wrong.

use std::path::PathBuf;
use std::time::Duration;

/// What to say at a step: `right`, unless the environment wants it otherwise.
pub(crate) fn answer(step: &str, right: impl FnOnce() -> Vec<u8>, wrong: &[u8]) -> Vec<u8> {
    match fault(step).as_deref() {
        None => right(),
        Some("crash") => std::process::abort(),
        Some("hang") => hang(),
        Some("cut") => {
            let whole = right();
            whole[..whole.len() / 2].to_vec()
        }
        Some("wrong") => wrong.to_vec(),
        Some(other) => panic!("`{other}` is no way to go wrong"),
    }
}

fn fault(step: &str) -> Option<String> {
    let fault = std::env::var("SHIM_FAULT").ok()?;
    let (at, what) = fault.split_once('=').expect("a fault is a step and what happens there");
    (at == step).then(|| what.to_owned())
}

/// Waits for somebody to end it; not for ever, should nobody.
fn hang() -> ! {
    if let Some(mark) = std::env::var_os("SHIM_REACHED").map(PathBuf::from) {
        // Whole at once: somebody reads it as soon as it is there.
        let new = format!("{}.new", mark.display());
        let id = std::process::id().to_string();
        std::fs::write(&new, id)
            .and_then(|()| std::fs::rename(new, mark))
            .expect("the mark can be made");
    }
    std::thread::sleep(Duration::from_secs(600));
    panic!("nobody has ended this program");
}
