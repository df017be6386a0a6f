//! The formats that sign a file as a whole: what is written is read, and nothing else is.

#![cfg(all(
    feature = "minisign",
    feature = "oak",
    feature = "sshsig",
    feature = "wasm-sign",
    feature = "wasmsign1"
))]

use std::io::Cursor;

use wasmsign_core::formats::minisign::Signature;
use wasmsign_core::formats::{FileSignatures, Format};
use wasmsign_core::keys::Secp256k1SecretKey;
use wasmsign_core::{SecretKey, Verified, Verifier, VerifyError, edit, sign};

/// Of the format's description.
const MODULE: &[u8] =
    &[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 0x0a, 4, 1, 2, 0, 0x0b];

fn secret() -> SecretKey {
    SecretKey::from_seed(&[7; 32])
}

fn verifier() -> Verifier {
    let keys = [secret().public_key().clone()];
    Verifier::builder(keys).with_identity().build().unwrap()
}

fn ec() -> Secp256k1SecretKey {
    Secp256k1SecretKey::decode(include_bytes!("vectors/secp256k1.pem")).unwrap()
}

fn code(result: Result<Verified, VerifyError>) -> &'static str {
    result.map_or_else(|error| error.code(), |_| "verified")
}

fn wasmsign1(module: &[u8], aad: &[u8]) -> Vec<u8> {
    let mut signed = Vec::new();
    sign::wasmsign1(Cursor::new(module), &mut signed, &secret(), aad).unwrap();
    signed
}

fn wasm_sign(module: &[u8]) -> Vec<u8> {
    let mut signed = Vec::new();
    sign::wasm_sign(Cursor::new(module), &mut signed, &ec()).unwrap();
    signed
}

fn identity_of(module: &[u8]) -> String {
    wasmsign_core::inspect::inspect(module).unwrap().identity.unwrap().to_string()
}

#[test]
fn wasmsign1_is_read_as_it_is_written() {
    let signed = wasmsign1(MODULE, b"");
    assert_eq!(signed.len(), MODULE.len() + 89);
    assert!(signed.starts_with(MODULE));
    let none = FileSignatures::wasmsign1(b"").unwrap();
    let verified = verifier().verify_with(&signed[..], &none).unwrap();
    assert_eq!(verified.signers()[0].format, Format::Wasmsign1);
    assert_eq!(verified.identity().unwrap().to_string(), identity_of(MODULE));
    assert!(verified.is_whole());
    let other = FileSignatures::wasmsign1(b"other").unwrap();
    assert_eq!(code(verifier().verify_with(&signed[..], &other)), "no-trusted-signature");
    assert_eq!(code(verifier().verify_with(MODULE, &none)), "no-signature");

    let with_data = wasmsign1(MODULE, b"other");
    assert_eq!(code(verifier().verify_with(&with_data[..], &other)), "verified");
    // Signing again replaces it.
    assert_eq!(wasmsign1(&with_data, b""), signed);
    let mut bare = Vec::new();
    edit::take_away_wasmsign1(Cursor::new(&signed), &mut bare).unwrap();
    assert_eq!(bare, MODULE);
}

#[test]
fn wasmsign1_takes_one_form_alone() {
    let signed = wasmsign1(MODULE, b"");
    let none = FileSignatures::wasmsign1(b"").unwrap();
    let result = |bytes: &[u8]| code(verifier().verify_with(bytes, &none));
    let section = &signed[MODULE.len()..];
    let behind = [&signed[..], &[0, 2, 1, b'x']].concat();
    assert_eq!(result(&behind), "signature-form");
    let twice = [&signed[..], section].concat();
    assert_eq!(result(&twice), "signature-form");
    let padded = [MODULE, &[0, 0xd7, 0x80, 0], &section[2..]].concat();
    assert_eq!(result(&padded), "signature-form");
    let longer = [MODULE, &[0, section[1] + 1], &section[2..], &[0]].concat();
    assert_eq!(result(&longer), "signature-form");
    let mut algorithm = signed.clone();
    algorithm[MODULE.len() + 21] = 1;
    assert_eq!(result(&algorithm), "signature-form");
    assert_eq!(result(&signed[..signed.len() - 1]), "section-leaves-file");
    for at in [9, signed.len() - 1] {
        let mut changed = signed.clone();
        changed[at] ^= 1;
        assert!(matches!(
            result(&changed),
            "no-trusted-signature" | "section-leaves-file" | "truncated"
        ));
    }
    let symbol = [MODULE, &[7, 16, 1, 12], b"___SIGNATURE", &[3, 0]].concat();
    let error = verifier().verify_with(&symbol[..], &none).unwrap_err();
    assert_eq!(error.code(), "no-signature");
    assert!(error.to_string().contains("symbol"));
}

#[test]
fn wasm_sign_is_read_as_it_is_written() {
    let signed = wasm_sign(MODULE);
    assert_eq!(signed.len(), MODULE.len() + 118);
    let keys = [ec().public_key().clone(), secret().public_key().clone()];
    let verifier = Verifier::builder(keys).with_identity().build().unwrap();
    let given = FileSignatures::wasm_sign();
    let verified = verifier.verify_with(&signed[..], &given).unwrap();
    assert_eq!(verified.signers()[0].public_key, *ec().public_key());
    assert_eq!(verified.identity().unwrap().to_string(), identity_of(MODULE));
    assert_eq!(wasm_sign(&signed), signed);
    // A module of a header alone: the section is the first as well as the last.
    let empty = wasm_sign(&MODULE[..8]);
    let verified = verifier.verify_with(&empty[..], &given).unwrap();
    assert_eq!(verified.identity().unwrap().to_string(), identity_of(&MODULE[..8]));

    let result = |bytes: &[u8]| code(verifier.verify_with(bytes, &given));
    assert_eq!(result(MODULE), "no-signature");
    let start = MODULE.len();
    let changed = |at: usize, byte: u8| {
        let mut changed = signed.clone();
        changed[at] = byte;
        changed
    };
    let length = signed[start + 13];
    assert_eq!(result(&changed(start + 13, length + 1)), "signature-form");
    assert_eq!(result(&changed(start + 13, length - 1)), "signature-form");
    assert_eq!(result(&changed(start + 13, 255)), "signature-form");
    assert_eq!(result(&changed(start + 12, 1)), "signature-form");
    assert_eq!(result(&changed(signed.len() - 1, 1)), "signature-form");
    assert_eq!(result(&changed(start - 2, 1)), "no-trusted-signature");
    assert_eq!(result(&[&signed[..], &[0, 2, 1, b'x']].concat()), "signature-form");
    let mut bare = Vec::new();
    edit::take_away_wasm_sign(Cursor::new(&signed), &mut bare).unwrap();
    assert_eq!(bare, MODULE);
}

#[test]
fn embedded_signatures_do_not_break_each_other() {
    let mut out = Vec::new();
    let error = sign::wasm_sign(Cursor::new(wasmsign1(MODULE, b"")), &mut out, &ec()).unwrap_err();
    assert_eq!(error.code(), "other-format");
    let error = sign::wasmsign1(Cursor::new(wasm_sign(MODULE)), &mut out, &secret(), b"");
    assert_eq!(error.unwrap_err().code(), "other-format");
    let mut signed = Cursor::new(Vec::new());
    let key = secret();
    sign::embed(Cursor::new(MODULE), &mut signed, &[sign::NewSignature::by(&key)]).unwrap();
    signed.set_position(0);
    let error = sign::wasmsign1(signed, &mut out, &secret(), b"").unwrap_err();
    assert_eq!(error.code(), "other-format");
    assert!(out.is_empty());
}

#[test]
fn minisign_signs_any_file() {
    let archive = b"no module".repeat(100_000);
    let hashed = sign::minisign(&archive[..], &secret(), "signature", "file:a").unwrap();
    let pure =
        sign::minisign_pure(Cursor::new(&archive), &secret(), "signature", "file:a").unwrap();
    for text in [&hashed, &pure] {
        let given = FileSignatures::minisign(text.as_bytes()).unwrap();
        let verified = verifier().verify_file(&archive[..], &given).unwrap();
        assert_eq!(verified.signers()[0].format, Format::Minisign);
        assert_eq!(verified.total(), archive.len() as u64);
        let crlf = text.replace('\n', "\r\n");
        let given = FileSignatures::minisign(crlf.as_bytes()).unwrap();
        assert!(verifier().verify_file(&archive[..], &given).is_ok());
        let error = verifier().verify_file(&archive[1..], &given).unwrap_err();
        assert_eq!(error.code(), "no-trusted-signature");
        let changed = text.replace("file:a", "file:b");
        let given = FileSignatures::minisign(changed.as_bytes()).unwrap();
        let error = verifier().verify_file(&archive[..], &given).unwrap_err();
        assert_eq!(error.code(), "no-trusted-signature");
    }
}

#[test]
fn a_key_with_a_number_answers_to_that_alone() {
    use wasmsign_core::PublicKey;
    let text = sign::minisign(MODULE, &secret(), "s", "t").unwrap();
    let given = FileSignatures::minisign(text.as_bytes()).unwrap();
    let read = |number: [u8; 8]| {
        let file = secret().public_key().encode_minisign(&number);
        PublicKey::decode(&file).unwrap()
    };
    let own: [u8; 8] = secret().public_key().default_key_id()[..8].try_into().unwrap();
    let with = |key| Verifier::new([key]).unwrap();
    assert_eq!(code(with(read(own)).verify_with(MODULE, &given)), "verified");
    assert_eq!(code(with(read([1; 8])).verify_with(MODULE, &given)), "no-trusted-signature");
    let changed = [MODULE, &[0, 2, 1, b'x']].concat();
    assert_eq!(code(with(read(own)).verify_with(&changed[..], &given)), "body-changed");
    let comment = text.replace("trusted comment: t", "trusted comment: u");
    let given = FileSignatures::minisign(comment.as_bytes()).unwrap();
    assert_eq!(code(with(read(own)).verify_with(MODULE, &given)), "comment-changed");
}

#[test]
fn a_hash_is_no_file() {
    use blake2::{Blake2b512, Digest};
    let hashed = sign::minisign(MODULE, &secret(), "s", "t").unwrap();
    let mut signature = Signature::decode(hashed.as_bytes()).unwrap();
    signature.algorithm = wasmsign_core::formats::minisign::Algorithm::Pure;
    let confused = signature.encode("s");
    let given = FileSignatures::minisign(confused.as_bytes()).unwrap();
    let hash = Blake2b512::digest(MODULE);
    let error = verifier().verify_file(&hash[..], &given).unwrap_err();
    assert_eq!(error.code(), "body-changed");
    assert_eq!(code(verifier().verify_with(MODULE, &given)), "no-trusted-signature");
}

#[test]
fn minisign_takes_four_lines_alone() {
    let text = sign::minisign(MODULE, &secret(), "s", "t").unwrap();
    let lines: Vec<_> = text.lines().collect();
    let is_read = |text: &str| FileSignatures::minisign(text.as_bytes()).is_ok();
    assert!(is_read(&text));
    assert!(is_read(text.trim_end()));
    assert!(is_read(&format!("{text}\n\r\n")));
    assert!(!is_read(""));
    assert!(!is_read(&lines[..3].join("\n")));
    assert!(!is_read(&lines[1..].join("\n")));
    assert!(!is_read(&format!("{text}more\n")));
    assert!(!is_read(&format!("\n{text}")));
    for cut in 0..text.trim_end().len() {
        assert!(!is_read(&text[..cut]), "{cut}");
    }
    assert!(!is_read(&text.replace("trusted comment: t", "comment: t")));
    assert!(!is_read(&text.replacen("RU", "RV", 1)));
    let error = FileSignatures::minisign(&vec![b'u'; 5 << 20]).unwrap_err();
    assert_eq!(error.code(), "signature-form");
}

#[test]
fn sshsig_is_for_its_namespace() {
    let text = sign::sshsig(MODULE, &secret(), "wasm").unwrap();
    let given = |text: &str, namespace| FileSignatures::sshsig(text.as_bytes(), namespace);
    let result = |text: &str, namespace| {
        code(verifier().verify_with(MODULE, &given(text, namespace).unwrap()))
    };
    assert_eq!(result(&text, "wasm"), "verified");
    assert_eq!(result(&text.replace('\n', "\r\n"), "wasm"), "verified");
    assert_eq!(result(&format!("{text}what follows is ignored"), "wasm"), "verified");
    assert_eq!(result(&text, "file"), "body-changed");
    assert!(given(&format!("\n{text}"), "wasm").is_err());
    let other = SecretKey::from_seed(&[8; 32]);
    let text = sign::sshsig(MODULE, &other, "wasm").unwrap();
    assert_eq!(result(&text, "wasm"), "no-trusted-signature");
    for cut in 0..text.trim_end().len() {
        assert!(given(&text[..cut], "wasm").is_err(), "{cut}");
    }
}

#[test]
fn oak_compares_the_hash() {
    let (one, two) = (secret(), SecretKey::from_seed(&[8; 32]));
    let text = sign::oak(MODULE, &[&one, &two]).unwrap();
    let given = FileSignatures::oak(text.as_bytes()).unwrap();
    let both = [one.public_key().clone(), two.public_key().clone()];
    let verified = Verifier::new(both).unwrap().verify_with(MODULE, &given).unwrap();
    assert_eq!(verified.signers().len(), 2);
    let changed = [MODULE, &[0, 2, 1, b'x']].concat();
    assert_eq!(code(verifier().verify_with(&changed[..], &given)), "body-changed");
    let blocks: Vec<_> = text.split_inclusive("-----\n").collect();
    let pair = |at: usize| blocks[2 * at..2 * at + 2].concat();
    let is_read = |text: &str| FileSignatures::oak(text.as_bytes()).is_ok();
    assert!(is_read(&(pair(2) + &pair(0) + "\r\n" + &pair(1).replace('\n', "\r\n"))));
    assert!(!is_read(&(pair(0) + &pair(1))));
    assert!(!is_read(&(pair(0) + &pair(0) + &pair(1) + &pair(2))));
    assert!(!is_read(&(text.clone() + "more")));
    assert!(!is_read(""));
}

#[test]
fn formats_count_together() {
    use wasmsign_core::Policy;
    let (one, two) = (secret(), SecretKey::from_seed(&[8; 32]));
    let mut signed = Cursor::new(Vec::new());
    sign::embed(Cursor::new(MODULE), &mut signed, &[sign::NewSignature::by(&one)]).unwrap();
    let signed = signed.into_inner();
    let minisig = sign::minisign(&signed[..], &two, "s", "t").unwrap();
    let minisig = FileSignatures::minisign(minisig.as_bytes()).unwrap();
    let keys = [one.public_key().clone(), two.public_key().clone()];
    let both =
        Verifier::builder(keys).policy(Policy::default().require(wasmsign_core::Require::All));
    let both = both.build().unwrap();
    let verified = both.verify_with(&signed[..], &FileSignatures::embedded().and(minisig.clone()));
    let formats: Vec<_> = verified.unwrap().signers().iter().map(|signer| signer.format).collect();
    assert_eq!(formats, [Format::Wasmsign2, Format::Minisign]);
    assert_eq!(code(both.verify_with(&signed[..], &minisig)), "policy-not-met");
    assert_eq!(code(both.verify(&signed[..])), "policy-not-met");
}
