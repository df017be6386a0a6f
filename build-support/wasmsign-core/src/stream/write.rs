//! Writing, with the error of this layer.

use std::io::Write;

use super::WriteError;

/// Writes all of these bytes.
pub(crate) fn write(output: &mut impl Write, bytes: &[u8]) -> Result<(), WriteError> {
    output.write_all(bytes).map_err(WriteError)
}
