//! The functions that C calls.

use std::borrow::Cow;
use std::ffi::{CStr, CString, c_char, c_int};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::ptr;

use wasmsign_core::limits::MAX_KEYS;
use wasmsign_core::section::Kind;
use wasmsign_core::{Error, Policy, PublicKey, Require, Verified, Verifier};

use crate::message::Message;
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

/// What a verification has proved; all but `size` is zero where it has not. Set `size` before each call:
/// `WasmsignVerdict verdict = {.size = sizeof verdict};`
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct WasmsignVerdict {
    /// Bytes of this structure as the caller knows it, by which a later library tells it from a longer one.
    pub size: usize,
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
    message: Message,
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

/// What a call comes to: nothing, or a status with its message.
type Outcome<T = ()> = Result<T, (WasmsignStatus, Cow<'static, str>)>;

const NO_BYTES: (WasmsignStatus, Cow<'static, str>) = (
    WasmsignStatus::Usage,
    Cow::Borrowed("expected bytes, found a null pointer or a length that cannot be"),
);

const NO_PATH: (WasmsignStatus, Cow<'static, str>) =
    (WasmsignStatus::Usage, Cow::Borrowed("expected the path of a file, found a null pointer"));

const NO_SIZE: (WasmsignStatus, Cow<'static, str>) = (
    WasmsignStatus::Usage,
    Cow::Borrowed(
        "the verdict's `size` is not set to that of the structure: {.size = sizeof verdict}",
    ),
);

/// The same with the file's name: to the core, an open file is bytes from anywhere.
fn named(error: Error, module: &Path) -> Error {
    match error {
        Error::Read { source, .. } => Error::File { path: module.to_owned(), source },
        other => other,
    }
}

/// Does `work` with a verifier that is there; nothing that goes wrong in it unwinds into C.
fn guarded(
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
    // SAFETY: as above; the verifier is no longer borrowed.
    unsafe {
        proved.put(verdict, size);
        (*verifier).tell(outcome.map(|_| ()))
    }
}

fn unpanicked<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let text = "an error of this library; what it has written to standard error says where";
        Err((WasmsignStatus::Internal, text.into()))
    })
}

fn refused(error: Error) -> (WasmsignStatus, Cow<'static, str>) {
    let (status, text) = match &error {
        Error::Refused(refusal) => {
            (WasmsignStatus::Refused, format!("{refusal} ({})", refusal.reason().code()))
        }
        Error::Malformed(fault) => (WasmsignStatus::Malformed, fault.to_string()),
        Error::File { source, .. } | Error::Read { source, .. } => {
            (WasmsignStatus::Io, format!("{error}: {source}"))
        }
        other => (WasmsignStatus::Internal, other.to_string()),
    };
    (status, text.into())
}

impl WasmsignVerifier {
    /// Trusts a key. One that is given twice counts once.
    fn add(&mut self, key: &[u8]) -> Outcome {
        let usage = |text: String| Err((WasmsignStatus::Usage, text.into()));
        match PublicKey::decode(key) {
            Ok(key) if self.keys.contains(&key) => Ok(()),
            Ok(_) if self.keys.len() >= MAX_KEYS => {
                usage(format!("a verifier takes {MAX_KEYS} keys at most"))
            }
            Ok(key) => {
                self.keys.push(key);
                Ok(())
            }
            Err(error) if key.last() == Some(&0) => {
                usage(format!("{error}; it ends with a zero byte: give the length without it"))
            }
            Err(error) => usage(error.to_string()),
        }
    }

    /// Verifies, where everything that was asked for makes sense.
    fn verify(
        &self,
        size: Option<usize>,
        verify: impl FnOnce(&Verifier) -> Outcome<Verified>,
    ) -> Outcome<Verified> {
        if size.is_some_and(|size| size < size_of::<WasmsignVerdict>()) {
            return Err(NO_SIZE);
        }
        if self.require > self.keys.len() {
            let text = "more keys are required than were given";
            return Err((WasmsignStatus::Usage, text.into()));
        }
        verify(&self.core())
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
        // `add` lets in no more keys than this takes.
        Verifier::new(self.keys.iter().cloned()).policy(policy).with_identity()
    }

    /// Writes the message, when nothing is read any more that could be the earlier one.
    fn tell(&mut self, outcome: Outcome) -> WasmsignStatus {
        let (status, text) = outcome.err().unwrap_or((WasmsignStatus::Ok, "".into()));
        self.message.set(&text);
        status
    }
}

impl WasmsignVerdict {
    const NOTHING: Self = Self {
        size: size_of::<Self>(),
        covered: 0,
        total: 0,
        signers: 0,
        whole: false,
        has_identity: false,
        identity: [0; 32],
    };

    fn of(verified: &Verified) -> Self {
        let identity = verified.identity();
        Self {
            covered: verified.covered(),
            total: verified.total(),
            signers: verified.signers().len(),
            whole: verified.is_whole(),
            has_identity: identity.is_some(),
            identity: identity.map(|identity| *identity.as_bytes()).unwrap_or_default(),
            ..Self::NOTHING
        }
    }

    /// Writes this where C points, if there is room; `size` stays what C has set it to.
    ///
    /// # Safety
    ///
    /// `place` is null, or points at `size` bytes that may be written.
    unsafe fn put(self, place: *mut Self, size: Option<usize>) {
        if let Some(size) = size.filter(|size| *size >= size_of::<Self>()) {
            // SAFETY: it is what the contract above says, and there are as many bytes.
            unsafe { pointers::put(place, Self { size, ..self }) }
        }
    }
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
            (*verifier).require = 0;
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
