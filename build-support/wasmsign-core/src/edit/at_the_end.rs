//! Taking a signature away that stands at a module's end.

use std::io::{Read, Seek, Write};
use std::sync::Arc;

use super::error::EditError;
use crate::formats::whole_file::WholeFile;
use crate::sign::{copy_before, survey};
use crate::wasm::Kind;

/// Writes a module without the signature of wasmsign 0.1 at its end. All that stands before stays, byte for byte.
///
/// The module is read twice, and nothing is written where it is refused.
///
/// # Errors
///
/// [`EditError::Unsigned`] where there is none; [`EditError::Sign`] where it cannot be read, written or understood.
#[cfg(feature = "wasmsign1")]
pub fn take_away_wasmsign1(
    module: impl Read + Seek,
    output: &mut impl Write,
) -> Result<Kind, EditError> {
    use crate::formats::wasmsign1;

    let format = wasmsign1::AtTheEnd { prefix: wasmsign1::prefix(&[]) };
    take_away(module, output, Arc::new(format))
}

/// Writes a module without the signature of wasm-sign at its end. All that stands before stays, byte for byte.
///
/// The module is read twice, and nothing is written where it is refused.
///
/// # Errors
///
/// As [`take_away_wasmsign1`].
#[cfg(feature = "wasm-sign")]
pub fn take_away_wasm_sign(
    module: impl Read + Seek,
    output: &mut impl Write,
) -> Result<Kind, EditError> {
    take_away(module, output, Arc::new(crate::formats::wasm_sign::AtTheEnd))
}

fn take_away(
    mut module: impl Read + Seek,
    output: &mut impl Write,
    format: Arc<dyn WholeFile>,
) -> Result<Kind, EditError> {
    let end = survey(&mut module, format)?;
    if !end.is_signed {
        return Err(EditError::Unsigned);
    }
    copy_before(module, output, &end)?;
    Ok(end.kind())
}
