//! Putting a signature into a module; [`detach`](super::detach()) takes it out again.

use std::io::{Read, Seek, Write};

use super::earlier::{Earlier, lone_identity};
use super::error::EditError;
use crate::digest::Identity;
use crate::formats::sections::SignatureData;
use crate::sign::copy_with;
use crate::stream::source::Reader;
use crate::wasm::{Hashing, Kind, SIGNATURE, own_section, pass};

/// What [`attach`] put into a module.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Attached {
    /// The signature data.
    pub data: SignatureData,
    /// Whether the module had a signature section, which is gone.
    pub replaced: bool,
    /// What the header announces.
    pub kind: Kind,
    /// The identity of the module, the same as before.
    pub identity: Identity,
}

/// Writes a module with `signature`, the content of a `.sig` file, as its embedded signature to `output`.
///
/// The body stays, byte for byte. `input` is read twice, and nothing is written where it is refused. The signature
/// is decoded and not verified; whether its hashes are those of this module,
/// [`Inspection::agreement`](crate::inspect::Inspection::agreement) tells.
///
/// # Errors
///
/// [`EditError::Signed`] where the module has a signature section and `earlier` does not let it go;
/// [`EditError::Malformed`] for the signature, with [`Place::DetachedSignature`](crate::wasm::Place), or the module;
/// [`EditError::NotSignable`] with a misplaced signature section, or signature data of another version or over its caps;
/// [`EditError::Read`], [`EditError::Write`], and [`EditError::Changed`] where the two readings differ.
pub fn attach<R: Read + Seek, W: Write>(
    mut input: R,
    output: &mut W,
    signature: &[u8],
    earlier: Earlier,
) -> Result<Attached, EditError> {
    let data = SignatureData::from_detached(signature)?;
    let body = pass::read(Reader::new(&mut input), Hashing::SignedAndIdentity, &mut ())?;
    let identity = lone_identity(&body)?;
    let replaced = body.embedded.is_some();
    earlier.check(&body)?;
    copy_with(input, output, &own_section(SIGNATURE, signature), &body)?;
    Ok(Attached { data, replaced, kind: body.kind, identity })
}
