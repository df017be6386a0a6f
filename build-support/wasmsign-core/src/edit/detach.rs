//! Taking a signature out of a module; [`attach`](super::attach()) puts it back.

use std::io::{Read, Seek, Write};
use std::vec::Vec;

use super::earlier::lone_identity;
use super::error::EditError;
use crate::digest::Identity;
use crate::formats::sections::{Layout, OVER_LENGTH, SignatureData, decode_embedded};
use crate::sign::copy_with;
use crate::stream::source::Reader;
use crate::wasm::{Embedded, Hashing, Kind, SIGNATURE, custom_frame, pass};

/// What [`detach`] took out of a module.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Detached {
    /// The detached signature, byte for byte what stood in the module: the content of a `.sig` file.
    pub bytes: Vec<u8>,
    /// The same, decoded.
    pub data: SignatureData,
    /// Whether [`attach`](super::attach()) makes the same file again. It does not where the lengths of the signature section were
    /// padded to more bytes than they need, which no known writer does.
    pub is_reversible: bool,
    /// What the header announces.
    pub kind: Kind,
    /// The identity of the module, which is the SHA-256 of what was written.
    pub identity: Identity,
}

/// Writes a module without its embedded signature to `output`, and gives the signature.
///
/// The body stays, byte for byte. `input` is read twice, and nothing is written where it is refused.
///
/// # Errors
///
/// [`EditError::Unsigned`] where there is no embedded signature; [`EditError::NotSignable`] with a misplaced signature section or
/// signature data of another version; [`EditError::Read`], [`EditError::Malformed`] (signature data is decoded, so that it
/// can be attached again), [`EditError::Write`], and [`EditError::Changed`] where the two readings differ.
///
/// ```
/// # use std::io::Cursor;
/// # use wasmsign_core::{SecretKey, sign};
/// use wasmsign_core::edit::{Earlier, attach, detach};
/// # let secret = SecretKey::from_seed(&[7; 32]);
/// # let signer = sign::NewSignature::by(&secret);
/// # let mut signed = Cursor::new(Vec::new());
/// # sign::embed(Cursor::new(b"\0asm\x01\0\0\0"), &mut signed, &[signer])?;
/// # let signed = signed.into_inner();
/// let (mut bare, mut again) = (Vec::new(), Vec::new());
/// let signature = detach(Cursor::new(&signed), &mut bare)?.bytes;
/// attach(Cursor::new(&bare), &mut again, &signature, Earlier::Refuse)?;
/// assert_eq!(again, signed);
/// # Ok::<(), wasmsign_core::Error>(())
/// ```
pub fn detach<R: Read + Seek, W: Write>(
    mut input: R,
    output: &mut W,
) -> Result<Detached, EditError> {
    let body = pass::read(Reader::new(&mut input), Hashing::SignedAndIdentity, &mut ())?;
    let identity = lone_identity(&body)?;
    let embedded = body.embedded.as_ref().ok_or(EditError::Unsigned)?;
    let data = decode_embedded(embedded, Layout::Deployed)?;
    let bytes = embedded.data.clone().ok_or(OVER_LENGTH)?;
    copy_with(input, output, &[], &body)?;
    let is_reversible = has_minimal_frame(embedded, bytes.len());
    Ok(Detached { bytes, data, is_reversible, kind: body.kind, identity })
}

/// Whether a signature section of so much content has no longer frame than it needs.
fn has_minimal_frame(embedded: &Embedded, content: usize) -> bool {
    let frame = embedded.origin() - embedded.section.offset;
    custom_frame(SIGNATURE, content as u64).is_some_and(|shortest| frame == shortest.len() as u64)
}
