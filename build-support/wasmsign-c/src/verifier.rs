//! The functions that C calls.

use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr;

use wasmsign_core::{Verified, Verifier};

use crate::message::Message;
use crate::outcome::{NO_BYTES, NO_PATH, Outcome, named, refused, unpanicked};
use crate::pointers;
use crate::types::{WasmsignKind, WasmsignStatus, WasmsignVerdict, WasmsignVerifier};

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
        trust: None,
        asked: None,
        package: None,
        version: None,
        manifest: None,
        message: Message::default(),
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
/// no part of the key. At most 4,096 keys.
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
    // SAFETY: it is what the contract above says; the copy is made before anything else is touched.
    let key = unsafe { pointers::bytes(key, length) }.map(<[u8]>::to_vec);
    // SAFETY: as above.
    guarded(unsafe { verifier.as_mut() }, |verifier| match key {
        Some(key) => verifier.add(&key),
        None => Err((WasmsignStatus::Usage, "expected a key, found a null pointer".into())),
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
        Ok(())
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
        Ok(())
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
    // SAFETY: it is what the contract above says; the copy is made before anything else is touched.
    let name = unsafe { pointers::text(name) }.map(CStr::to_owned);
    // SAFETY: as above.
    guarded(unsafe { verifier.as_mut() }, |verifier| match name.map(CString::into_string) {
        Some(Ok(name)) => {
            verifier.prefix = true;
            verifier.sections.push(name);
            Ok(())
        }
        _ => Err((WasmsignStatus::Usage, "expected the name of a section, in UTF-8".into())),
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
                Ok(())
            }
            None => {
                Err((WasmsignStatus::Usage, "expected one of the kinds of WasmsignKind".into()))
            }
        }
    })
}

/// Wants a module that says under its signature that it is of this package: else a validly signed one is refused
/// (`no-manifest`, `wrong-package`). Null wants none any more.
///
/// # Safety
///
/// As `wasmsign_verifier_add_key`; `name` is null, or ends with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verifier_package(
    verifier: *mut WasmsignVerifier,
    name: *const c_char,
) -> WasmsignStatus {
    // SAFETY: it is what the contract above says; the copy is made before anything else is touched.
    let name = unsafe { pointers::text(name) }.map(CStr::to_owned);
    // SAFETY: as above.
    guarded(unsafe { verifier.as_mut() }, |verifier| {
        let not_text =
            |_| (WasmsignStatus::Usage, "expected the name of a package, in UTF-8".into());
        verifier.package = name.map(CString::into_string).transpose().map_err(not_text)?;
        Ok(())
    })
}

/// Wants a module that says under its signature that it is of a version that meets this requirement, written as in
/// Cargo.toml (`>=1.4, <2`): else a validly signed one is refused (`no-manifest`, `wrong-version`). Null wants none any more.
///
/// # Safety
///
/// As `wasmsign_verifier_add_key`; `requirement` is null, or ends with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verifier_version(
    verifier: *mut WasmsignVerifier,
    requirement: *const c_char,
) -> WasmsignStatus {
    // SAFETY: it is what the contract above says; the copy is made before anything else is touched.
    let requirement = unsafe { pointers::text(requirement) }.map(CStr::to_owned);
    // SAFETY: as above.
    guarded(unsafe { verifier.as_mut() }, |verifier| {
        let parsed = requirement.map(|text| text.to_str().ok().and_then(|text| text.parse().ok()));
        verifier.version = match parsed {
            None => None,
            Some(Some(requirement)) => Some(requirement),
            Some(None) => {
                let text = "expected a version requirement such as `>=1.4, <2`";
                return Err((WasmsignStatus::Usage, text.into()));
            }
        };
        Ok(())
    })
}

/// Verifies a module in memory by its embedded signature. `verdict` may be null.
///
/// # Safety
///
/// As `wasmsign_verifier_add_key`; `module` points at `length` bytes that nobody writes during the call; `verdict` is null
/// or points at a verdict whose `size` is set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verify(
    verifier: *mut WasmsignVerifier,
    module: *const u8,
    length: usize,
    verdict: *mut WasmsignVerdict,
) -> WasmsignStatus {
    // SAFETY: it is what the contract above says.
    let module = unsafe { pointers::bytes(module, length) };
    // SAFETY: as above.
    unsafe {
        judged(verifier, verdict, |core| core.verify(module.ok_or(NO_BYTES)?).map_err(refused))
    }
}

/// Verifies a module in memory by detached signature data, as in a `.sig` file. An embedded signature has no part in it.
/// `verdict` may be null.
///
/// # Safety
///
/// As `wasmsign_verify`; `signature` points at `signature_length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verify_detached(
    verifier: *mut WasmsignVerifier,
    module: *const u8,
    length: usize,
    signature: *const u8,
    signature_length: usize,
    verdict: *mut WasmsignVerdict,
) -> WasmsignStatus {
    // SAFETY: both are what the contract above says.
    let (module, signature) =
        unsafe { (pointers::bytes(module, length), pointers::bytes(signature, signature_length)) };
    // SAFETY: as above.
    unsafe {
        judged(verifier, verdict, |core| {
            let signature = signature.ok_or(NO_BYTES)?;
            core.verify_detached(module.ok_or(NO_BYTES)?, signature).map_err(refused)
        })
    }
}

/// Verifies the file at `module` by its embedded signature, in a few megabytes of memory whatever its length. Whoever opens
/// the path again may find another file there: where the bytes are to be run, read them and use `wasmsign_verify`.
///
/// # Safety
///
/// As `wasmsign_verify`; the path ends with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verify_file(
    verifier: *mut WasmsignVerifier,
    module: *const c_char,
    verdict: *mut WasmsignVerdict,
) -> WasmsignStatus {
    // SAFETY: it is what the contract above says; it is copied before anything else is touched.
    let module = unsafe { pointers::text(module) }.and_then(pointers::path);
    // SAFETY: as above.
    unsafe {
        judged(verifier, verdict, |core| {
            let module = module.ok_or(NO_PATH)?;
            core.verify_path(&module).map_err(|error| refused(named(error, &module)))
        })
    }
}

/// As `wasmsign_verify_file`, by the detached signature data in the file at `signature`. An embedded signature has no part
/// in it.
///
/// # Safety
///
/// As `wasmsign_verify_file`; both paths end with a zero byte.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verify_file_detached(
    verifier: *mut WasmsignVerifier,
    module: *const c_char,
    signature: *const c_char,
    verdict: *mut WasmsignVerdict,
) -> WasmsignStatus {
    // SAFETY: both are what the contract above says; they are copied before anything else is touched.
    let (module, signature) = unsafe { (pointers::text(module), pointers::text(signature)) };
    let paths = module.and_then(pointers::path).zip(signature.and_then(pointers::path));
    // SAFETY: as above.
    unsafe {
        judged(verifier, verdict, |core| {
            let (module, signature) = paths.ok_or(NO_PATH)?;
            let verified = core.verify_path_detached(&module, &signature);
            verified.map_err(|error| refused(named(error, &module)))
        })
    }
}

/// Why the last call with this verifier did not give `Ok`: one line of UTF-8, empty where it did, at most 4,095 bytes. It
/// stands at one place as long as the verifier lives, and each call writes it anew. Null for a null verifier.
///
/// # Safety
///
/// `verifier` is null, or comes from `wasmsign_verifier_new` and is used by this call alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verifier_message(
    verifier: *const WasmsignVerifier,
) -> *const c_char {
    // SAFETY: it is what the contract above says.
    unsafe { verifier.as_ref() }.map_or(ptr::null(), |verifier| verifier.message.start())
}

/// What the module of the last verification says of itself in its covered bytes, as JSON in UTF-8: see docs/hosts.md. Null
/// where it says nothing, and where it was not verified. It stands there until the next verification with this verifier.
///
/// # Safety
///
/// As `wasmsign_verifier_message`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wasmsign_verifier_manifest(
    verifier: *const WasmsignVerifier,
) -> *const c_char {
    // SAFETY: it is what the contract above says.
    let manifest = unsafe { verifier.as_ref() }.and_then(|verifier| verifier.manifest.as_ref());
    manifest.map_or(ptr::null(), |manifest| manifest.as_ptr())
}

/// Does `work` with a verifier that is there; nothing that goes wrong in it unwinds into C.
pub(crate) fn guarded(
    verifier: Option<&mut WasmsignVerifier>,
    work: impl FnOnce(&mut WasmsignVerifier) -> Outcome,
) -> WasmsignStatus {
    let Some(verifier) = verifier else { return WasmsignStatus::Usage };
    // What a panic leaves of the verifier is keys and settings, whole ones: each is set in one step.
    let outcome = unpanicked(|| work(verifier));
    verifier.tell(outcome)
}

/// What a verification says, and has proved. What it reads may be the verifier's own message, which is written last.
///
/// # Safety
///
/// `verifier` is null, or comes from `wasmsign_verifier_new` and is used by this call alone; `verdict` is null, or points at
/// a verdict whose `size` is set.
unsafe fn judged(
    verifier: *mut WasmsignVerifier,
    verdict: *mut WasmsignVerdict,
    verify: impl FnOnce(&Verifier) -> Outcome<Verified>,
) -> WasmsignStatus {
    // SAFETY: they are what the contract above says; `size` is the first field.
    let (settings, size) = unsafe { (verifier.as_ref(), pointers::get(verdict.cast::<usize>())) };
    let Some(settings) = settings else {
        let proved = WasmsignVerdict::NOTHING;
        // SAFETY: as above.
        unsafe { proved.put(verdict, size) };
        return WasmsignStatus::Usage;
    };
    let outcome = unpanicked(|| settings.verify(size, verify));
    let proved = outcome.as_ref().map_or(WasmsignVerdict::NOTHING, WasmsignVerdict::of);
    let manifest = outcome.as_ref().ok().and_then(json);
    // SAFETY: as above; the verifier is no longer borrowed.
    unsafe {
        proved.put(verdict, size);
        (*verifier).manifest = manifest;
        (*verifier).tell(outcome.map(|_| ()))
    }
}

/// What a module says of itself, as JSON, which has no zero byte.
fn json(verified: &Verified) -> Option<CString> {
    CString::new(verified.manifest()?.encode().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_and_proves_nothing() {
        let verifier = wasmsign_verifier_new();
        let mut verdict = WasmsignVerdict { total: 7, whole: true, ..WasmsignVerdict::NOTHING };
        // SAFETY: it was just made, and nobody else has it.
        let status = unsafe { judged(verifier, &mut verdict, |_| panic!("as a test")) };
        assert_eq!(status, WasmsignStatus::Usage, "there is no key yet");
        verdict.total = 7;
        // SAFETY: as above.
        let panicked = unsafe {
            let key = include_bytes!("../../wasmsign-core/src/keys/testdata/one.public");
            wasmsign_verifier_add_key(verifier, key.as_ptr(), key.len());
            judged(verifier, &mut verdict, |_| panic!("as a test"))
        };
        assert_eq!(panicked, WasmsignStatus::Internal);
        assert!(!verdict.whole && verdict.total == 0);
        // SAFETY: as above; it is not used any more afterwards.
        unsafe {
            let message = CStr::from_ptr(wasmsign_verifier_message(verifier));
            assert!(message.to_str().expect("it is UTF-8").contains("error of this library"));
            wasmsign_verifier_free(verifier);
        }
    }
}
