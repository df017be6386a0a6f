//! What JavaScript calls. Lengths and offsets are in bytes; addresses are good until the next call.

#![expect(
    unsafe_code,
    reason = "a second symbol of the same name would clash with an exported one: each stands here once, and nothing \
              that is linked to this crate exports any"
)]

use std::cell::RefCell;
use std::ptr;

use crate::session::Session;

thread_local! {
    static SESSION: RefCell<Session> = RefCell::default();
}

fn session<T>(with: impl FnOnce(&mut Session) -> T) -> T {
    SESSION.with_borrow_mut(with)
}

/// Makes room for a module of so many bytes, so that it is not moved while it grows; 0 where memory is too small.
#[unsafe(no_mangle)]
pub extern "C" fn reserve(length: usize) -> u32 {
    session(|session| session.reserve(length)).into()
}

/// Makes the module longer, and gives the address of what is new; 0 where memory is too small.
#[unsafe(no_mangle)]
pub extern "C" fn extend(length: usize) -> *mut u8 {
    session(|session| session.extend(length).map_or(ptr::null_mut(), <[u8]>::as_mut_ptr))
}

/// Where the module begins.
#[unsafe(no_mangle)]
pub extern "C" fn module() -> *const u8 {
    session(|session| session.module().as_ptr())
}

/// Where a detached signature of so many bytes goes, which counts from now on.
#[unsafe(no_mangle)]
pub extern "C" fn signature(length: usize) -> *mut u8 {
    session(|session| session.signature(length).as_mut_ptr())
}

/// Where a request of so many bytes goes.
#[unsafe(no_mangle)]
pub extern "C" fn request(length: usize) -> *mut u8 {
    session(|session| session.request(length).as_mut_ptr())
}

/// Reads the request and the module. The answer says what stands there, or why it is malformed.
#[unsafe(no_mangle)]
pub extern "C" fn prepare() {
    session(Session::prepare);
}

/// Where the 32 bytes of the digest go that [`judge`] wants.
#[unsafe(no_mangle)]
pub extern "C" fn digest() -> *mut u8 {
    session(|session| session.digest().as_mut_ptr())
}

/// Decides by the digest of a module of one part. The answer is the verdict.
#[unsafe(no_mangle)]
pub extern "C" fn judge() {
    session(Session::judge);
}

/// Hashes and decides. The answer is the verdict.
#[unsafe(no_mangle)]
pub extern "C" fn verify() {
    session(Session::verify);
}

/// Takes the signature section out of the module, and gives the offset at which it begins now.
#[unsafe(no_mangle)]
pub extern "C" fn strip() -> usize {
    session(Session::strip)
}

/// Hashes the module without its signature section. The answer is the identity.
#[unsafe(no_mangle)]
pub extern "C" fn identify() {
    session(Session::identify);
}

/// Where the last answer is.
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    session(|session| session.answer().as_ptr())
}

/// How long the last answer is.
#[unsafe(no_mangle)]
pub extern "C" fn answer_length() -> usize {
    session(|session| session.answer().len())
}
