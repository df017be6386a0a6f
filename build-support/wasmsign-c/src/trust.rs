//! A trust file, and what it is asked.

use std::ffi::{CStr, CString, c_char};
use std::path::Path;

use wasmsign_core::trust::{Time, Trust};

use crate::outcome::{NO_PATH, Outcome};
use crate::pointers;
use crate::types::{WasmsignStatus, WasmsignVerifier};
use crate::verifier::guarded;

/// Trusts whom the trust file at `path` says, in place of keys. The files that it names are read beside it, now and not
/// again. Where it has faults, the message names them all, and the verifier stays as it was.
///
/// Ask with `wasmsign_verifier_ask` before anything is verified.
///
/// # Safety
///
/// As `wasmsign_verifier_add_key`; the path ends with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verifier_trust_file(
    verifier: *mut WasmsignVerifier,
    path: *const c_char,
) -> WasmsignStatus {
    // SAFETY: it is what the contract above says; it is copied before anything else is touched.
    let path = unsafe { pointers::text(path) }.and_then(pointers::path);
    // SAFETY: as above.
    guarded(unsafe { verifier.as_mut() }, |verifier| {
        verifier.trust = Some(load(&path.ok_or(NO_PATH)?)?);
        Ok(())
    })
}

/// Sets the name under which the host knows the module that it verifies next, in UTF-8, and the time at which keys must be
/// valid, in seconds since 1970-01-01 00:00 UTC, as `time(NULL)` gives it. The name selects the rule of the trust file, so it
/// must not come from whoever sends the module. Both count until they are set anew.
///
/// # Safety
///
/// As `wasmsign_verifier_add_key`; `name` ends with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verifier_ask(
    verifier: *mut WasmsignVerifier,
    name: *const c_char,
    time: i64,
) -> WasmsignStatus {
    // SAFETY: it is what the contract above says; the copy is made before anything else is touched.
    let name = unsafe { pointers::text(name) }.map(CStr::to_owned);
    // SAFETY: as above.
    guarded(unsafe { verifier.as_mut() }, |verifier| {
        let Some(Ok(name)) = name.map(CString::into_string) else {
            return Err((WasmsignStatus::Usage, "expected the name of a module, in UTF-8".into()));
        };
        let Some(time) = Time::from_unix_seconds(time) else {
            return Err((WasmsignStatus::Usage, "expected a time in seconds since 1970".into()));
        };
        verifier.asked = Some((name, time));
        Ok(())
    })
}

fn load(path: &Path) -> Outcome<Trust> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        (WasmsignStatus::Io, format!("failed to read {path:?}: {error}").into())
    })?;
    let directory = path.parent().unwrap_or(Path::new(""));
    let trust = Trust::load(&text, |file| std::fs::read(directory.join(file)));
    // One line, as every message.
    let line = |error: wasmsign_core::trust::TrustError| error.to_string().replace('\n', "; ");
    trust.map_err(|error| (WasmsignStatus::Usage, format!("{path:?}: {}", line(error)).into()))
}
