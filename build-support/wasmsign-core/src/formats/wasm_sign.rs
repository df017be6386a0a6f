//! The format of wasm-sign 0.2: the last 118 bytes of the module.
//!
//! `00 74 09 "signature" 00 LEN ‖ DER ECDSA signature (LEN bytes) ‖ zeros`, 104 bytes behind LEN in all: ECDSA over secp256k1
//! with SHA-256 of all bytes before. To WebAssembly it is a custom section. Source: frehberg/wasm-sign 0.2, whose own
//! verifier looks neither at the first twelve bytes nor at the zeros.

use alloc::vec;
use alloc::vec::Vec;

use super::Format;
use super::whole_file::{
    FileClaim, FileDigest, FileRead, FileSignature, Named, WholeFile, malformed,
};
use crate::keys::EcdsaSignature;
use crate::wasm::{Malformed, Place, Section};

/// Bytes of the section.
pub const SECTION_BYTES: usize = 118;

/// What stands before the length of the signature.
const HEAD: &[u8; 13] = b"\x00\x74\x09signature\x00";

/// Bytes for the signature and the zeros behind it.
const ROOM: usize = 104;

/// The section with this signature.
#[must_use]
pub fn section(signature: &EcdsaSignature) -> Vec<u8> {
    let der = signature.to_der();
    let mut section = HEAD.to_vec();
    section.push(der.len() as u8);
    section.extend_from_slice(&der);
    section.resize(SECTION_BYTES, 0);
    section
}

/// The signature at the end of a module.
#[derive(Debug)]
pub(crate) struct AtTheEnd;

impl WholeFile for AtTheEnd {
    fn format(&self) -> Format {
        Format::WasmSign
    }

    fn trailer_bytes(&self) -> usize {
        SECTION_BYTES
    }

    fn digest(&self) -> FileDigest {
        FileDigest::Sha256
    }

    /// One that is first is a section of the other format with this name, unless it is last as well.
    fn is_its_section(&self, section: &Section, is_first: bool) -> bool {
        section.is_signature()
            && (!is_first || section.payload.end - section.offset == SECTION_BYTES as u64)
    }

    fn claims(&self, file: &FileRead<'_>) -> Result<Vec<FileClaim>, Malformed> {
        let Some(section) = file.its_section else { return Ok(Vec::new()) };
        let wrong = |expected| malformed(Format::WasmSign, Place::Module, section.offset, expected);
        if file.its_sections > 1 || section.end() != file.total {
            return Err(wrong("its section to be the last one of the module, and the only one"));
        }
        if section.offset + SECTION_BYTES as u64 != file.total {
            return Err(wrong("a section of 118 bytes"));
        }
        let Some((HEAD, behind)) = file.trailer.split_first_chunk() else {
            return Err(wrong("00 74 09, the name `signature`, and 00"));
        };
        let (length, room) = behind.split_first().unwrap_or((&0, &[]));
        let (der, zeros) = room.split_at(usize::from(*length).min(ROOM));
        if zeros.iter().any(|byte| *byte != 0) {
            return Err(wrong("zeros behind the signature"));
        }
        let signature = EcdsaSignature::from_der(der)
            .filter(|_| der.len() == usize::from(*length))
            .ok_or_else(|| wrong("an ECDSA signature in the shortest form of DER"))?;
        Ok(vec![FileClaim {
            format: Format::WasmSign,
            key_id: Vec::new(),
            names: Named::Nobody,
            message: file.digest.to_vec(),
            is_about_this_file: true,
            signature: FileSignature::Ecdsa(signature),
            comment: None,
        }])
    }
}
