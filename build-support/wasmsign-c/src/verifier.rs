//! The functions that C calls.

use std::ffi::{CString, c_char, c_int};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::ptr;

use wasmsign_core::section::Kind;
use wasmsign_core::{Error, Policy, PublicKey, Require, Verified, Verifier};

use crate::pointers;

/// What came of a call.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WasmsignStatus {
    /// Done; of a verification: the module meets what is asked for.
    Ok = 0,
    /// The module was read correctly, and is not trusted.
    Refused = 1,
    /// A null pointer, a key that is none, a number that makes no sense. Null for no bytes is none of these.
    Usage = 2,
    /// The module or the signature data is not what it should be.
    Malformed = 3,
    /// A file could not be read.
    Io = 4,
    /// An error of this library. The module is not verified.
    Internal = 5,
}

/// The kind of binary that the header of a file must announce. No signature covers the header.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WasmsignKind {
    /// A core module; this is what a new verifier expects.
    Module = 0,
    /// A component.
    Component = 1,
    /// Either.
    Any = 2,
}

/// What a verification has proved. All zero where it has not.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub struct WasmsignVerdict {
    /// Offset of the first byte that is not covered: all bytes before it are verified, but for the header and an embedded
    /// signature section.
    pub covered: u64,
    /// Bytes of the file.
    pub total: u64,
    /// How many of the given keys have signed what is covered.
    pub signers: usize,
    /// Whether the file is all of what was signed, and nothing else.
    pub whole: bool,
    /// Whether `identity` holds one.
    pub has_identity: bool,
    /// SHA-256 of the file without its embedded signature section.
    pub identity: [u8; 32],
}

/// Keys, and what is asked for. Made by `wasmsign_verifier_new`, ended by `wasmsign_verifier_free`.
pub struct WasmsignVerifier {
    keys: Vec<PublicKey>,
    require: usize,
    prefix: bool,
    sections: Vec<String>,
    expect: WasmsignKind,
    message: CString,
}

/// A verifier of whole modules without keys, with which nothing verifies: add keys. Never null: where memory has run out, the
/// process ends.
#[unsafe(no_mangle)]
pub extern "C" fn wasmsign_verifier_new() -> *mut WasmsignVerifier {
    let verifier = WasmsignVerifier {
        keys: Vec::new(),
        require: 1,
        prefix: false,
        sections: Vec::new(),
        expect: WasmsignKind::Module,
        message: CString::default(),
    };
    Box::into_raw(Box::new(verifier))
}

/// Ends a verifier. Null is none.
///
/// # Safety
///
/// `verifier` is null, or comes from `wasmsign_verifier_new` and was not ended before; nobody uses it any more.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verifier_free(verifier: *mut WasmsignVerifier) {
    if !verifier.is_null() {
        // SAFETY: by the contract above this is a box of ours that nobody else has.
        drop(unsafe { Box::from_raw(verifier) });
    }
}

/// Trusts a public key, in any encoding: compact, PEM, DER, OpenSSH, hexadecimal or base64. The zero byte behind a text is
/// no part of the key.
///
/// # Safety
///
/// `verifier` comes from `wasmsign_verifier_new` and is used by this call alone; `key` points at `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verifier_add_key(
    verifier: *mut WasmsignVerifier,
    key: *const u8,
    length: usize,
) -> WasmsignStatus {
    // SAFETY: both are what the contract above says.
    let (verifier, key) = unsafe { (verifier.as_mut(), pointers::bytes(key, length)) };
    guarded(verifier, |verifier| match key {
        Some(key) => verifier.add(key),
        None => verifier.say(WasmsignStatus::Usage, "expected a key, found a null pointer"),
    })
}

/// Sets how many distinct keys must have signed; 0 means all that are given. At first one is enough.
///
/// # Safety
///
/// As `wasmsign_verifier_add_key`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verifier_require(
    verifier: *mut WasmsignVerifier,
    count: usize,
) -> WasmsignStatus {
    // SAFETY: it is what the contract above says.
    guarded(unsafe { verifier.as_mut() }, |verifier| {
        verifier.require = count;
        WasmsignStatus::Ok
    })
}

/// Is content with a signed prefix that holds every section that is not custom: see `covered` in the verdict.
///
/// # Safety
///
/// As `wasmsign_verifier_add_key`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verifier_prefix(
    verifier: *mut WasmsignVerifier,
) -> WasmsignStatus {
    // SAFETY: it is what the contract above says.
    guarded(unsafe { verifier.as_mut() }, |verifier| {
        verifier.prefix = true;
        WasmsignStatus::Ok
    })
}

/// As `wasmsign_verifier_prefix`; the custom sections of this name must lie in the prefix too.
///
/// # Safety
///
/// As `wasmsign_verifier_add_key`; `name` ends with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verifier_cover_section(
    verifier: *mut WasmsignVerifier,
    name: *const c_char,
) -> WasmsignStatus {
    // SAFETY: both are what the contract above says.
    let (verifier, name) = unsafe { (verifier.as_mut(), pointers::text(name)) };
    guarded(verifier, |verifier| match name.map(|name| name.to_str()) {
        Some(Ok(name)) => {
            verifier.prefix = true;
            verifier.sections.push(name.to_owned());
            WasmsignStatus::Ok
        }
        _ => verifier.say(WasmsignStatus::Usage, "expected the name of a section, in UTF-8"),
    })
}

/// Sets the kind of binary that the header must announce: one of the constants of `WasmsignKind`.
///
/// # Safety
///
/// As `wasmsign_verifier_add_key`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verifier_expect(
    verifier: *mut WasmsignVerifier,
    // A number and not the enumeration: C may give any, and Rust may hold only what it knows.
    kind: c_int,
) -> WasmsignStatus {
    // SAFETY: it is what the contract above says.
    guarded(unsafe { verifier.as_mut() }, |verifier| {
        let known = [WasmsignKind::Module, WasmsignKind::Component, WasmsignKind::Any];
        match known.into_iter().find(|known| *known as c_int == kind) {
            Some(kind) => {
                verifier.expect = kind;
                WasmsignStatus::Ok
            }
            None => {
                verifier.say(WasmsignStatus::Usage, "expected one of the kinds of WasmsignKind")
            }
        }
    })
}

/// Verifies a module in memory. `signature` is null for the embedded signature, else detached signature data, and then only
/// that counts. `verdict` may be null.
///
/// # Safety
///
/// As `wasmsign_verifier_add_key`; `module` points at `length` bytes and `signature`, where it is not null, at
/// `signature_length`, which nobody writes during the call; `verdict` is null or points at a verdict.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verify(
    verifier: *mut WasmsignVerifier,
    module: *const u8,
    length: usize,
    signature: *const u8,
    signature_length: usize,
    verdict: *mut WasmsignVerdict,
) -> WasmsignStatus {
    let detached = !signature.is_null();
    // SAFETY: all of them are what the contract above says.
    let (verifier, module, signature) = unsafe {
        (
            verifier.as_mut(),
            pointers::bytes(module, length),
            // Without a signature, its length says nothing.
            pointers::bytes(signature, if detached { signature_length } else { 0 }),
        )
    };
    let (status, proved) = match (module, signature) {
        (Some(module), Some(signature)) => judged(verifier, |core| match detached {
            true => core.verify_detached(module, signature),
            false => core.verify(module),
        }),
        _ => unjudged(verifier, "expected bytes, found a null pointer or a length that cannot be"),
    };
    // SAFETY: as above.
    unsafe { pointers::put(verdict, proved) };
    status
}

/// Verifies the file at `module`, in a few megabytes of memory whatever its length. `signature` is null, or the path of a
/// file of detached signature data. Whoever opens the path again may find another file there: where the bytes are to be
/// run, read them and use `wasmsign_verify`.
///
/// # Safety
///
/// As `wasmsign_verifier_add_key`; the paths end with a zero byte; `verdict` is null or points at a verdict.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verify_file(
    verifier: *mut WasmsignVerifier,
    module: *const c_char,
    signature: *const c_char,
    verdict: *mut WasmsignVerdict,
) -> WasmsignStatus {
    // SAFETY: all of them are what the contract above says.
    let (verifier, module, signature) =
        unsafe { (verifier.as_mut(), pointers::text(module), pointers::text(signature)) };
    let (module, signature) = (module.and_then(pointers::path), signature.map(pointers::path));
    let (status, proved) = match (module, signature) {
        (Some(module), Some(Some(signature))) => {
            judged(verifier, |core| named(core.verify_path_detached(&module, &signature), &module))
        }
        (Some(module), None) => judged(verifier, |core| named(core.verify_path(&module), &module)),
        _ => unjudged(verifier, "expected the path of a module"),
    };
    // SAFETY: as above.
    unsafe { pointers::put(verdict, proved) };
    status
}

/// Why the last call with this verifier did not give `Ok`: one line of UTF-8, empty where it did. It lives until the next
/// call with the verifier. So it is asked for in a statement of its own: C evaluates arguments in any order. Null for a
/// null verifier.
///
/// # Safety
///
/// `verifier` is null, or comes from `wasmsign_verifier_new` and is used by this call alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verifier_message(
    verifier: *const WasmsignVerifier,
) -> *const c_char {
    // SAFETY: it is what the contract above says.
    unsafe { verifier.as_ref() }.map_or(ptr::null(), |verifier| verifier.message.as_ptr())
}

/// The same with the file's name: to the core, an open file is bytes from anywhere.
fn named<T>(result: wasmsign_core::Result<T>, module: &Path) -> wasmsign_core::Result<T> {
    result.map_err(|error| match error {
        Error::Read { source, .. } => Error::File { path: module.to_owned(), source },
        other => other,
    })
}

/// Does `work` with a verifier that is there; nothing that goes wrong in it unwinds into C.
fn guarded(
    verifier: Option<&mut WasmsignVerifier>,
    work: impl FnOnce(&mut WasmsignVerifier) -> WasmsignStatus,
) -> WasmsignStatus {
    let Some(verifier) = verifier else { return WasmsignStatus::Usage };
    verifier.message = CString::default();
    // What a panic leaves of the verifier is keys and settings, whole ones: each is set in one step.
    let status = catch_unwind(AssertUnwindSafe(|| work(verifier)));
    status.unwrap_or_else(|_| {
        let text = "an error of this library; what it has written to standard error says where";
        verifier.say(WasmsignStatus::Internal, text)
    })
}

/// What a verification says, and has proved.
fn judged(
    verifier: Option<&mut WasmsignVerifier>,
    verify: impl FnOnce(&Verifier) -> wasmsign_core::Result<Verified>,
) -> (WasmsignStatus, WasmsignVerdict) {
    let mut proved = WasmsignVerdict::default();
    let status = guarded(verifier, |verifier| {
        if verifier.require > verifier.keys.len() {
            return verifier.say(WasmsignStatus::Usage, "more keys are required than were given");
        }
        match verify(&verifier.core()) {
            Ok(verified) => {
                proved = WasmsignVerdict::of(&verified);
                WasmsignStatus::Ok
            }
            Err(error) => verifier.refuse(&error),
        }
    });
    (status, proved)
}

/// A verification that cannot be, and so has proved nothing.
fn unjudged(
    verifier: Option<&mut WasmsignVerifier>,
    why: &str,
) -> (WasmsignStatus, WasmsignVerdict) {
    let status = guarded(verifier, |verifier| verifier.say(WasmsignStatus::Usage, why));
    (status, WasmsignVerdict::default())
}

impl WasmsignVerifier {
    /// Trusts a key. One that is given twice counts once.
    fn add(&mut self, key: &[u8]) -> WasmsignStatus {
        match PublicKey::decode(key) {
            Ok(key) if self.keys.contains(&key) => WasmsignStatus::Ok,
            Ok(key) => {
                self.keys.push(key);
                WasmsignStatus::Ok
            }
            Err(error) if key.last() == Some(&0) => {
                let text = format!("{error}; it ends with a zero byte: give the length without it");
                self.say(WasmsignStatus::Usage, &text)
            }
            Err(error) => self.say(WasmsignStatus::Usage, &error.to_string()),
        }
    }

    /// The core's verifier that asks for the same.
    fn core(&self) -> Verifier {
        let require = match NonZeroUsize::new(self.require) {
            None => Require::All,
            Some(count) => Require::AtLeast(count),
        };
        let expect = match self.expect {
            WasmsignKind::Module => Some(Kind::Module),
            WasmsignKind::Component => Some(Kind::Component),
            WasmsignKind::Any => None,
        };
        let policy = Policy::default().require(require).expect(expect);
        let sections = self.sections.clone();
        let policy = match self.prefix {
            true => policy.prefix_with(move |name| sections.iter().any(|section| section == name)),
            false => policy,
        };
        Verifier::new(self.keys.iter().cloned()).policy(policy).with_identity()
    }

    fn refuse(&mut self, error: &Error) -> WasmsignStatus {
        let (status, text) = match error {
            Error::Refused(refusal) => {
                (WasmsignStatus::Refused, format!("{refusal} ({})", refusal.reason().code()))
            }
            Error::Malformed(fault) => (WasmsignStatus::Malformed, fault.to_string()),
            Error::File { source, .. } | Error::Read { source, .. } => {
                (WasmsignStatus::Io, format!("{error}: {source}"))
            }
            other => (WasmsignStatus::Internal, other.to_string()),
        };
        self.say(status, &text)
    }

    fn say(&mut self, status: WasmsignStatus, text: &str) -> WasmsignStatus {
        // A zero byte in a path or a name would end the message early.
        self.message = CString::new(text.replace('\0', "\\0")).unwrap_or_default();
        status
    }
}

impl WasmsignVerdict {
    fn of(verified: &Verified) -> Self {
        let identity = verified.identity();
        Self {
            covered: verified.covered(),
            total: verified.total(),
            signers: verified.signers().len(),
            whole: verified.is_whole(),
            has_identity: identity.is_some(),
            identity: identity.map(|identity| *identity.as_bytes()).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_and_proves_nothing() {
        let verifier = wasmsign_verifier_new();
        // SAFETY: it was just made, and nobody else has it.
        let verifier = unsafe { &mut *verifier };
        let (status, proved) = judged(Some(verifier), |_| panic!("as a test"));
        assert_eq!(status, WasmsignStatus::Usage, "there is no key yet");
        verifier.require = 0;
        let (panicked, nothing) = judged(Some(verifier), |_| panic!("as a test"));
        assert_eq!(panicked, WasmsignStatus::Internal);
        assert!(verifier.message.to_str().unwrap().contains("error of this library"));
        assert!(!proved.whole && nothing.total == 0);
        // SAFETY: as above; it is not used any more.
        unsafe { wasmsign_verifier_free(verifier) };
    }
}
