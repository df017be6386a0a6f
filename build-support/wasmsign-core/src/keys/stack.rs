//! The stack behind us. Values that are moved leave copies of themselves there, which no destructor knows.

use core::hint::black_box;

/// Bytes that are overwritten: several times what anything here uses, compiled without optimization, and little to the
/// stack of a thread.
const DEPTH: usize = 64 * 1024;

/// Does `work` with a secret, and overwrites all of the stack that it has used.
///
/// What it gives must not hold a secret by value: a `Box` of it is moved without a copy.
pub(super) fn cleared<T>(work: impl FnOnce() -> T) -> T {
    let result = apart(work);
    overwrite();
    result
}

/// In a frame of its own, which begins where that of [`overwrite`] will.
#[inline(never)]
fn apart<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[inline(never)]
fn overwrite() {
    black_box(&mut [0_u8; DEPTH]);
}
