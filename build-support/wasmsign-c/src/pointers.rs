//! What C points at, as Rust sees it. Everything that is `unsafe` about reading it is here.

use std::ffi::{CStr, c_char};
use std::path::PathBuf;
use std::slice;

/// The bytes that C points at; none where there are none.
///
/// # Safety
///
/// `start` is null, or points at `length` bytes that nobody writes during `'a`.
pub(crate) unsafe fn bytes<'a>(start: *const u8, length: usize) -> &'a [u8] {
    // A length beyond `isize::MAX` is no object that could exist: C has made a mistake, and gets nothing.
    if start.is_null() || isize::try_from(length).is_err() {
        return &[];
    }
    // SAFETY: `start` is not null, and by the contract above points at `length` bytes that stay as they are; bytes need no
    // alignment, and the length is one that an object can have.
    unsafe { slice::from_raw_parts(start, length) }
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
