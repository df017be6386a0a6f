//! What C points at, as Rust sees it. Everything that is `unsafe` about reading and writing it is here.

use std::ffi::{CStr, c_char};
use std::path::PathBuf;
use std::slice;

/// The bytes that C points at; empty where there are none, and nothing where there cannot be as many.
///
/// # Safety
///
/// `start` is null, or points at `length` bytes that nobody writes during `'a`.
pub(crate) unsafe fn bytes<'a>(start: *const u8, length: usize) -> Option<&'a [u8]> {
    if length == 0 {
        return Some(&[]);
    }
    // Nothing is at null; and a length beyond `isize::MAX` is no object that could exist: C has made a mistake.
    if start.is_null() || isize::try_from(length).is_err() {
        return None;
    }
    // SAFETY: `start` is not null, and by the contract above points at `length` bytes that stay as they are; bytes need no
    // alignment, and the length is one that an object can have.
    Some(unsafe { slice::from_raw_parts(start, length) })
}

/// Writes where C points, if it does.
///
/// # Safety
///
/// `place` is null, or points at a `T` that may be written, with whatever in it.
pub(crate) unsafe fn put<T: Copy>(place: *mut T, value: T) {
    if !place.is_null() {
        // SAFETY: `place` is not null, and by the contract above can be written. No reference is made of it: C need not
        // have put a value there that Rust knows.
        unsafe { place.write(value) }
    }
}

/// What stands where C points, if it does.
///
/// # Safety
///
/// `place` is null, or points at a `T` that was written.
pub(crate) unsafe fn get<T: Copy>(place: *const T) -> Option<T> {
    // SAFETY: where it is not null, it can be read by the contract above.
    (!place.is_null()).then(|| unsafe { place.read() })
}

/// The text that C points at, up to its zero byte; none where it is null.
///
/// # Safety
///
/// `text` is null, or points at bytes that end with a zero byte and that nobody writes during `'a`.
pub(crate) unsafe fn text<'a>(text: *const c_char) -> Option<&'a CStr> {
    if text.is_null() {
        return None;
    }
    // SAFETY: `text` is not null, and by the contract above ends with a zero byte and stays as it is.
    Some(unsafe { CStr::from_ptr(text) })
}

/// A path as the system has it.
#[cfg(unix)]
pub(crate) fn path(text: &CStr) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(std::ffi::OsStr::from_bytes(text.to_bytes()).into())
}

/// A path, which is UTF-8 here.
#[cfg(not(unix))]
pub(crate) fn path(text: &CStr) -> Option<PathBuf> {
    text.to_str().ok().map(PathBuf::from)
}
