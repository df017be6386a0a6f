//! Moving signature data out of a module and back: two operations that undo each other.

use std::io::{Read, Seek, Write};

use crate::digest::Identity;
use crate::error::{Error, Result};
use crate::formats::sections::data::{DecodeError, Form, OVER_LENGTH, SignatureData};
use crate::sign::{self, Earlier};
use crate::wasm::pass::{self, Embedded, Hashing};
use crate::wasm::section::{Kind, SIGNATURE, custom_frame, own_section};

/// What [`detach`] took out of a module.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Detached {
    /// The detached signature, byte for byte what stood in the module: the content of a `.sig` file.
    pub bytes: Vec<u8>,
    /// The same, decoded.
    pub data: SignatureData,
    /// Whether [`attach`] makes the same file again. It does not where the lengths of the signature section were
    /// padded to more bytes than they need, which no known writer does.
    pub is_reversible: bool,
    /// What the header announces.
    pub kind: Kind,
    /// The identity of the module, which is the SHA-256 of what was written.
    pub identity: Identity,
}

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

/// Writes a module without its embedded signature to `output`, and gives the signature.
///
/// The body stays, byte for byte. `input` is read twice, and nothing is written where it is refused.
///
/// # Errors
///
/// [`Error::Unsigned`] where there is no embedded signature; [`Error::NotSignable`] with a stray signature section or
/// signature data of another version; [`Error::Read`], [`Error::Malformed`] (signature data is decoded, so that it
/// can be attached again), [`Error::Write`], and [`Error::Changed`] where the two readings differ.
///
/// ```
/// # use std::io::Cursor;
/// # use wasmsign_core::{SecretKey, sign};
/// use wasmsign_core::detach::{attach, detach};
/// # let secret = SecretKey::from_seed(&[7; 32]);
/// # let signer = sign::Signature { signer: &secret, key_id: sign::KeyId::Auto };
/// # let mut signed = Cursor::new(Vec::new());
/// # sign::embed(Cursor::new(b"\0asm\x01\0\0\0"), &mut signed, &[signer])?;
/// # let signed = signed.into_inner();
/// let (mut bare, mut again) = (Vec::new(), Vec::new());
/// let signature = detach(Cursor::new(&signed), &mut bare)?.bytes;
/// attach(Cursor::new(&bare), &mut again, &signature, sign::Earlier::Refuse)?;
/// assert_eq!(again, signed);
/// # Ok::<(), wasmsign_core::Error>(())
/// ```
pub fn detach<R: Read + Seek, W: Write>(mut input: R, output: &mut W) -> Result<Detached> {
    let body = pass::read(&mut input, Hashing::SignedAndIdentity, &mut ())?;
    let identity = body.lone_identity()?;
    let embedded = body.embedded.as_ref().ok_or(Error::Unsigned)?;
    let data = embedded.decode(Form::Deployed).map_err(DecodeError::without_verdict)?;
    let bytes = embedded.data.clone().ok_or_else(|| OVER_LENGTH.without_verdict())?;
    sign::copy_with(input, output, &[], &body)?;
    let is_reversible = has_minimal_frame(embedded, bytes.len());
    Ok(Detached { bytes, data, is_reversible, kind: body.kind, identity })
}

/// Writes a module with `signature`, the content of a `.sig` file, as its embedded signature to `output`.
///
/// The body stays, byte for byte. `input` is read twice, and nothing is written where it is refused. The signature
/// is decoded and not verified; whether its hashes are those of this module,
/// [`Inspection::agreement`](crate::inspect::Inspection::agreement) tells.
///
/// # Errors
///
/// [`Error::Signed`] where the module has a signature section and `earlier` does not let it go;
/// [`Error::Malformed`] for the signature, with [`Place::DetachedSignature`](crate::error::Place), or the module;
/// [`Error::NotSignable`] with a stray signature section, or signature data of another version or over its caps;
/// [`Error::Read`], [`Error::Write`], and [`Error::Changed`] where the two readings differ.
pub fn attach<R: Read + Seek, W: Write>(
    mut input: R,
    output: &mut W,
    signature: &[u8],
    earlier: Earlier,
) -> Result<Attached> {
    let data = SignatureData::from_detached(signature)?;
    let body = pass::read(&mut input, Hashing::SignedAndIdentity, &mut ())?;
    let identity = body.lone_identity()?;
    let replaced = body.embedded.is_some();
    if replaced && earlier == Earlier::Refuse {
        return Err(Error::Signed);
    }
    sign::copy_with(input, output, &own_section(SIGNATURE, signature), &body)?;
    Ok(Attached { data, replaced, kind: body.kind, identity })
}

/// Whether a signature section of so much content has no longer frame than it needs.
fn has_minimal_frame(embedded: &Embedded, content: usize) -> bool {
    let frame = embedded.origin() - embedded.section.offset;
    custom_frame(SIGNATURE, content as u64).is_some_and(|shortest| frame == shortest.len() as u64)
}
