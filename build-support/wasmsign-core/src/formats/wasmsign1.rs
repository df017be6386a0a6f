//! The format of wasmsign 0.1: one section at the end of the module.
//!
//! `signature_wasmsign`, a custom section of 89 bytes with the payload `02 00 00 00 ‖ signature (64)`. It is pure Ed25519 over
//! SHA-512(`"WasmSignature"` ‖ length of the additional data (u32, little-endian) ‖ additional data ‖ all bytes of the module
//! before the section, header included). Source: jedisct1/wasmsign 0.1, and the check of proxy-wasm hosts, which demand that
//! the additional data is empty and that nothing stands behind the section.

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use super::Format;
use super::whole_file::{
    FileClaim, FileDigest, FileRead, FileSignature, Named, WholeFile, malformed,
};
use crate::wasm::{Malformed, Place, Section, custom_frame};

/// The name of the section.
pub const SECTION: &str = "signature_wasmsign";

/// Bytes of the section: its frame, the algorithm, the signature.
pub const SECTION_BYTES: usize = 89;

/// The export by which wasmsign 0.1 finds a signature that it has put into the data of a module. That is not read here.
pub const SYMBOL: &str = "___SIGNATURE";

const DOMAIN: &[u8] = b"WasmSignature";

/// What stands before the signature: Ed25519.
const ALGORITHM: [u8; 4] = [2, 0, 0, 0];

/// A length of an export's name, and the name.
const SYMBOL_EXPORT: &[u8] = b"\x0c___SIGNATURE";

/// What is hashed before the module: a length and the additional data, which must have fewer than 2³² bytes.
pub(crate) fn prefix(additional_data: &[u8]) -> Vec<u8> {
    let length = additional_data.len() as u32;
    [DOMAIN, &length.to_le_bytes(), additional_data].concat()
}

/// The section with this signature.
#[must_use]
pub fn section(signature: &[u8; 64]) -> Vec<u8> {
    let payload = [&ALGORITHM[..], signature].concat();
    let mut section = custom_frame(SECTION, payload.len() as u64).unwrap_or_default();
    section.extend_from_slice(&payload);
    section
}

/// The signature at the end of a module, over additional data too.
#[derive(Debug)]
pub(crate) struct AtTheEnd {
    pub(crate) prefix: Vec<u8>,
}

impl WholeFile for AtTheEnd {
    fn format(&self) -> Format {
        Format::Wasmsign1
    }

    fn trailer_bytes(&self) -> usize {
        SECTION_BYTES
    }

    fn digest(&self) -> FileDigest {
        FileDigest::Sha512(self.prefix.clone())
    }

    fn is_its_section(&self, section: &Section, _is_first: bool) -> bool {
        section.name() == Some(SECTION)
    }

    fn unread_export(&self) -> Option<&'static [u8]> {
        Some(SYMBOL_EXPORT)
    }

    fn claims(&self, file: &FileRead<'_>) -> Result<Vec<FileClaim>, Malformed> {
        let Some(section) = file.its_section else { return Ok(Vec::new()) };
        let wrong =
            |expected| malformed(Format::Wasmsign1, Place::Module, section.offset, expected);
        if file.its_sections > 1 || section.end() != file.total {
            return Err(wrong("its section to be the last one of the module, and the only one"));
        }
        let signature =
            signature(file.trailer).filter(|_| section.offset + SECTION_BYTES as u64 == file.total);
        let signature = signature.ok_or_else(|| {
            wrong("a section of 89 bytes with 02 00 00 00 and a signature of 64 bytes")
        })?;
        Ok(vec![FileClaim {
            format: Format::Wasmsign1,
            key_id: Vec::new(),
            names: Named::Nobody,
            message: file.digest.to_vec(),
            is_about_this_file: true,
            signature: FileSignature::Ed25519(Box::new(*signature)),
            comment: None,
        }])
    }
}

/// The signature in a section that is byte for byte as this format writes it.
fn signature(trailer: &[u8]) -> Option<&[u8; 64]> {
    let signature: &[u8; 64] = trailer.last_chunk()?;
    (section(signature) == trailer).then_some(signature)
}
