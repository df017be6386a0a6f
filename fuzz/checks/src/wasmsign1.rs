//! The section of wasmsign 0.1: it counts where a plain reader finds it in its only form, and nothing verifies but what was
//! signed; what is signed anew verifies, and comes apart again.

use std::io::Cursor;
use std::sync::LazyLock;

use wasmsign_core::formats::FileSignatures;
use wasmsign_core::wasm::Kind;
use wasmsign_core::{edit, sign};

use crate::endorsed::{MODULE, VERIFIER, with_header, word};
use crate::{model, originals};

/// What was signed.
pub static SIGNED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut signed = Vec::new();
    sign::wasmsign1(Cursor::new(MODULE), &mut signed, &originals::secret(1), b"")
        .expect("the module can be signed");
    signed
});

const NAME: &str = "signature_wasmsign";
const HEAD: &[u8] = b"\0\x57\x12signature_wasmsign\x02\0\0\0";
const LENGTH: usize = 89;

/// Takes the input for a module, or for its sections.
pub fn check_wasmsign1(data: &[u8]) {
    let file = with_header(data);
    let given = FileSignatures::wasmsign1(b"").expect("that is not too long");
    let verdict = VERIFIER.verify_with(&file[..], &given);
    if let Some(frames) = model::frames(&file).filter(|_| model::kind(&file) == Some(Kind::Module))
    {
        let its: Vec<_> = frames.iter().filter(|frame| frame.is_named(NAME)).collect();
        let expected = match its[..] {
            [] => &["no-signature"][..],
            [one] if one.end == file.len() && is_exact(&file[one.start..]) => {
                &["verified", "no-trusted-signature"]
            }
            _ => &["signature-form"],
        };
        assert!(expected.contains(&word(&verdict)), "{} for {expected:?}", word(&verdict));
    }
    if verdict.is_ok() {
        assert!(file == *SIGNED || is_signed_anew(&file), "nobody has signed this");
    }
    signs(&file);
}

fn is_exact(section: &[u8]) -> bool {
    section.len() == LENGTH && section.starts_with(HEAD)
}

/// The fuzzer knows the secret key, so it may have copied what [`signs`] makes of another module.
fn is_signed_anew(file: &[u8]) -> bool {
    let mut again = Vec::new();
    let body = &file[..file.len() - LENGTH];
    sign::wasmsign1(Cursor::new(body), &mut again, &originals::secret(1), b"").is_ok()
        && again == file
}

fn signs(file: &[u8]) {
    let mut signed = Vec::new();
    let key = originals::secret(1);
    if sign::wasmsign1(Cursor::new(file), &mut signed, &key, b"data").is_err() {
        return;
    }
    assert!(is_exact(&signed[signed.len() - LENGTH..]));
    let body = &signed[..signed.len() - LENGTH];
    assert!(file == body || file.starts_with(body) && file.len() == signed.len());
    let given = FileSignatures::wasmsign1(b"data").expect("that is not too long");
    let verdict = VERIFIER.verify_with(&signed[..], &given);
    assert!(matches!(word(&verdict), "verified" | "kind-mismatch"), "{}", word(&verdict));
    let mut bare = Vec::new();
    edit::take_away_wasmsign1(Cursor::new(&signed), &mut bare).expect("it was just put there");
    assert_eq!(bare, body);
}
