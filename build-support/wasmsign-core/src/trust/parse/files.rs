//! Files that a trust file names.

use alloc::vec::Vec;
use std::io;

/// Reads one, by its path as it is written.
pub(super) type Read<'r> = &'r mut dyn FnMut(&str) -> io::Result<Vec<u8>>;
