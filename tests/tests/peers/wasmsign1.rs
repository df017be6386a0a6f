//! wasmsign 0.1: the one section whose bytes are known, and the check of hosts that load such modules.

use ed25519_dalek::{Signature, Signer, SigningKey, Verifier as _, VerifyingKey};
use sha2::{Digest, Sha512};
use std::io::Cursor;
use wasmsign_core::formats::FileSignatures;
use wasmsign_core::{SecretKey, Verifier, edit, sign};

/// Of the format's description.
const MODULE: &[u8] =
    &[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 0x0a, 4, 1, 2, 0, 0x0b];

/// What Python's hashlib and `openssl pkeyutl -sign -rawin` make of the module, with 32 bytes of 07 as the seed.
const SECTION: &str = "0057127369676e61747572655f7761736d7369676e02000000\
    07c0bcbd5604c56da1629c6c4b7b30578f52e64e1ef7f09cbbf11319b30ec3b1\
    0e6d18070f4a36939077cec0f9e01fdb95ac4ebb85165365dacb2a6064fb570c";

fn secret() -> SecretKey {
    SecretKey::from_seed(&[7; 32])
}

fn signed(module: &[u8], additional_data: &[u8]) -> Vec<u8> {
    let mut signed = Vec::new();
    sign::wasmsign1(Cursor::new(module), &mut signed, &secret(), additional_data).unwrap();
    signed
}

fn verifies(module: &[u8], additional_data: &[u8]) -> bool {
    let verifier = Verifier::new([secret().public_key().clone()]).unwrap();
    let given = FileSignatures::wasmsign1(additional_data).unwrap();
    verifier.verify_with(module, &given).is_ok()
}

/// The digest that is signed.
fn digest(module: &[u8], additional_data: &[u8]) -> [u8; 64] {
    let mut hash = Sha512::new();
    hash.update("WasmSignature");
    hash.update(u32::try_from(additional_data.len()).unwrap().to_le_bytes());
    hash.update(additional_data);
    hash.update(module);
    hash.finalize().into()
}

/// The section, by other people's Ed25519.
fn section(module: &[u8], additional_data: &[u8]) -> Vec<u8> {
    let key = SigningKey::from_bytes(&[7; 32]);
    let signature = key.sign(&digest(module, additional_data)).to_bytes();
    let head = b"\x00\x57\x12signature_wasmsign\x02\x00\x00\x00";
    [&head[..], &signature].concat()
}

/// What proxy-wasm hosts do with a module and their one key: they walk through its sections to the one of this name, and
/// take 89 bytes from the end for granted.
fn host_loads(module: &[u8], public: &[u8; 32]) -> bool {
    let Some(payload) = custom_section(module, b"signature_wasmsign") else { return false };
    let Some(rest) = payload.strip_prefix(&[2, 0, 0, 0]) else { return false };
    let Ok(signature) = rest.try_into() else { return false };
    let Some(body) = module.len().checked_sub(3 + 18 + 4 + 64) else { return false };
    let key = VerifyingKey::from_bytes(public).unwrap();
    key.verify(&digest(&module[..body], b""), &Signature::from_bytes(signature)).is_ok()
}

/// The payload of the first custom section of a name.
fn custom_section<'a>(module: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut rest = module.strip_prefix(b"\0asm\x01\0\0\0")?;
    while let Some((&id, behind)) = rest.split_first() {
        let (length, behind) = number(behind)?;
        let (content, next) = behind.split_at_checked(length)?;
        rest = next;
        if id == 0 {
            let (length, behind) = number(content)?;
            let (found, payload) = behind.split_at_checked(length)?;
            if found == name {
                return Some(payload);
            }
        }
    }
    None
}

fn number(mut bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (mut number, mut shift) = (0, 0);
    loop {
        let (&byte, rest) = bytes.split_first()?;
        bytes = rest;
        number |= usize::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
        if byte < 0x80 {
            return Some((number, bytes));
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_section_has_the_bytes_that_everybody_makes() {
    let section = section(MODULE, b"");
    assert_eq!(section.len(), 89);
    assert_eq!(hex(&section), SECTION);
    assert_eq!(hex(&signed(MODULE, b"")), hex(&[MODULE, &section].concat()));
    let with_data = [MODULE, &self::section(MODULE, b"module.wasm 1.0")].concat();
    assert_eq!(signed(MODULE, b"module.wasm 1.0"), with_data);
    assert!(verifies(&with_data, b"module.wasm 1.0"));
    assert!(!verifies(&with_data, b""));
}

#[test]
fn hosts_load_what_we_sign_and_we_verify_what_they_load() {
    let key = SigningKey::from_bytes(&[7; 32]).verifying_key().to_bytes();
    let named = [MODULE, b"\x00\x09\x04nameabcd"].concat();
    for module in [MODULE, &MODULE[..8], &named] {
        let signed = signed(module, b"");
        assert!(host_loads(&signed, &key) && verifies(&signed, b""));
        assert!(!host_loads(&signed, &SigningKey::from_bytes(&[8; 32]).verifying_key().to_bytes()));
        for at in 8..signed.len() {
            let mut changed = signed.clone();
            changed[at] ^= 1;
            assert!(!verifies(&changed, b""), "{at}");
        }
        let behind = [&signed[..], b"\x00\x02\x01x"].concat();
        assert!(!host_loads(&behind, &key) && !verifies(&behind, b""));
        assert!(!host_loads(module, &key) && !verifies(module, b""));
        // They take no additional data.
        assert!(!host_loads(&self::signed(module, b"data"), &key));
        let mut bare = Vec::new();
        edit::take_away_wasmsign1(Cursor::new(&signed), &mut bare).unwrap();
        assert_eq!(bare, module);
    }
}

#[test]
fn its_keys_are_read() {
    use wasmsign_core::PublicKey;
    let public = SigningKey::from_bytes(&[7; 32]).verifying_key().to_bytes();
    let public_file = [&[2, 0, 0, 0][..], &public].concat();
    assert_eq!(PublicKey::decode(&public_file).unwrap(), *secret().public_key());
    let secret_file = [&[2, 0, 0, 0][..], &[7; 32], &public].concat();
    let read = SecretKey::decode(&secret_file).unwrap();
    assert_eq!(read.public_key(), secret().public_key());
    let mismatched = [&[2, 0, 0, 0][..], &[8; 32], &public].concat();
    assert!(SecretKey::decode(&mismatched).is_err());
    assert!(PublicKey::decode(&secret_file).is_err());
    assert!(SecretKey::decode(&public_file).is_err());
}
