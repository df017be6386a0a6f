//! The section of wasm-sign: it counts where a plain reader finds it in its only form, and nothing verifies but what was
//! signed; what is signed anew verifies, and comes apart again.

use std::io::Cursor;
use std::sync::LazyLock;

use wasmsign_core::formats::FileSignatures;
use wasmsign_core::wasm::Kind;
use wasmsign_core::{edit, sign};

use crate::endorsed::{EC, MODULE, VERIFIER, with_header, word};
use crate::model::{self, Frame};
use crate::secp256k1::plain_signature;

/// What was signed.
pub static SIGNED: LazyLock<Vec<u8>> = LazyLock::new(|| signed(MODULE).expect("it can be signed"));

const HEAD: &[u8] = b"\0\x74\x09signature\0";
const LENGTH: usize = 118;

/// Takes the input for a module, or for its sections.
pub fn check_wasm_sign(data: &[u8]) {
    let file = with_header(data);
    let verdict = VERIFIER.verify_with(&file[..], &FileSignatures::wasm_sign());
    if let Some(frames) = model::frames(&file).filter(|_| model::kind(&file) == Some(Kind::Module))
    {
        let is_its = |(index, frame): &(usize, &Frame<'_>)| {
            frame.is_named("signature") && (*index > 0 || frame.end - frame.start == LENGTH)
        };
        let its: Vec<_> = frames.iter().enumerate().filter(is_its).collect();
        let expected = match its[..] {
            [] => &["no-signature"][..],
            [(_, one)] if one.end == file.len() && is_exact(&file[one.start..]) => {
                &["verified", "no-trusted-signature"]
            }
            _ => &["signature-form"],
        };
        assert!(expected.contains(&word(&verdict)), "{} for {expected:?}", word(&verdict));
    }
    if verdict.is_ok() {
        // The other S of a signature is as good, and the fuzzer knows the secret key.
        let body = &file[..file.len() - LENGTH];
        let again = signed(body).expect("what verifies can be signed");
        let low = |file: &[u8]| plain_signature(der(&file[body.len()..])).expect("it verifies");
        assert_eq!(low(&again), low(&file), "nobody has signed this");
    }
    signs(&file);
}

fn is_exact(section: &[u8]) -> bool {
    let is_framed = section.len() == LENGTH && section.starts_with(HEAD) && section[13] <= 104;
    is_framed && {
        let zeros = &section[14 + usize::from(section[13])..];
        plain_signature(der(section)).is_some() && zeros.iter().all(|byte| *byte == 0)
    }
}

fn der(section: &[u8]) -> &[u8] {
    &section[14..14 + usize::from(section[13])]
}

fn signed(module: &[u8]) -> Option<Vec<u8>> {
    let mut signed = Vec::new();
    sign::wasm_sign(Cursor::new(module), &mut signed, &EC).ok()?;
    Some(signed)
}

fn signs(file: &[u8]) {
    let Some(signed) = signed(file) else { return };
    let (body, section) = signed.split_at(signed.len() - LENGTH);
    assert!(is_exact(section));
    assert!(file == body || file.starts_with(body) && file.len() == signed.len());
    let verdict = VERIFIER.verify_with(&signed[..], &FileSignatures::wasm_sign());
    assert!(matches!(word(&verdict), "verified" | "kind-mismatch"), "{}", word(&verdict));
    let mut bare = Vec::new();
    edit::take_away_wasm_sign(Cursor::new(&signed), &mut bare).expect("it was just put there");
    assert_eq!(bare, body);
}
