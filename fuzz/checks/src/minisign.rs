//! minisign's signatures: what is read is what a plain reader reads, and nothing verifies but what was signed.

use std::io::Cursor;
use std::sync::LazyLock;

use wasmsign_core::formats::FileSignatures;
use wasmsign_core::formats::minisign::{Algorithm, Signature};
use wasmsign_core::sign;

use crate::endorsed::{MODULE, VERIFIER};
use crate::originals;
use crate::text::of_base64;

/// What was signed: by default, and over the file itself.
pub static SIGNED: LazyLock<[String; 2]> = LazyLock::new(|| {
    let secret = originals::secret(1);
    let hashed = sign::minisign(MODULE, &secret, "a", "b");
    let pure = sign::minisign_pure(Cursor::new(MODULE), &secret, "a", "b");
    [hashed, pure].map(|text| text.expect("the module can be signed"))
});

/// Takes the input for a `.minisig` file.
pub fn check_minisign(data: &[u8]) {
    let read = Signature::decode(data).ok();
    assert_eq!(read, plain(data));
    let given = FileSignatures::minisign(data).ok();
    assert_eq!(given.is_some(), read.is_some());
    let (Some(read), Some(given)) = (read, given) else { return };
    assert_eq!(Signature::decode(read.encode("a").as_bytes()).as_ref(), Ok(&read));
    if VERIFIER.verify_file(MODULE, &given).is_ok() {
        let but_for_its_number = |text: &String| {
            let signed = plain(text.as_bytes()).expect("it was signed");
            Signature { number: read.number, ..signed } == read
        };
        assert!(SIGNED.iter().any(but_for_its_number), "nobody has signed this");
    }
}

fn plain(data: &[u8]) -> Option<Signature> {
    let text = str::from_utf8(data).ok()?;
    let lines: Vec<_> =
        text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let (&[untrusted, first, trusted, last], rest) = lines.split_first_chunk()?;
    let comment = trusted.strip_prefix("trusted comment: ")?;
    let is_right = untrusted.starts_with("untrusted comment: ")
        && !comment.contains(['\r', '\0'])
        && rest.iter().all(|line| line.chars().all(|character| character == '\r'));
    let first = of_base64(first).filter(|first| is_right && first.len() == 74)?;
    let algorithm = match &first[..2] {
        b"Ed" => Algorithm::Pure,
        b"ED" => Algorithm::Prehashed,
        _ => return None,
    };
    Some(Signature {
        algorithm,
        number: first[2..10].try_into().ok()?,
        signature: first[10..].try_into().ok()?,
        trusted_comment: comment.into(),
        global_signature: of_base64(last)?.try_into().ok()?,
    })
}
