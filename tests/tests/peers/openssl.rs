//! openssl, for the formats that it can check and make: the ECDSA of wasm-sign, and the signatures of Oak.
#![cfg(unix)]

use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use end_to_end::{Said, run, scratch, write};
use sha2::{Digest, Sha256};
use wasmsign_core::formats::{FileSignatures, oak::Endorsement};
use wasmsign_core::keys::Secp256k1SecretKey;
use wasmsign_core::{PublicKey, SecretKey, Verifier, edit, sign};

const MODULE: &[u8] =
    &[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 3, 2, 1, 0, 0x0a, 4, 1, 2, 0, 0x0b];

fn openssl(directory: &Path, arguments: &str) -> Said {
    run(Command::new("openssl").args(arguments.split_whitespace()).current_dir(directory))
}

fn read(directory: &Path, name: &str) -> Vec<u8> {
    std::fs::read(directory.join(name)).unwrap()
}

/// The DER of the signature in the last 118 bytes.
fn der(signed: &[u8]) -> Vec<u8> {
    let (_, section) = signed.split_at(signed.len() - 118);
    assert_eq!(&section[..13], b"\x00\x74\x09signature\x00");
    let (der, zeros) = section[14..].split_at(section[13].into());
    assert!(zeros.iter().all(|byte| *byte == 0));
    der.to_vec()
}

/// The section around a signature in DER.
fn section(der: &[u8]) -> Vec<u8> {
    let mut section = [b"\x00\x74\x09signature\x00", &[der.len() as u8][..], der].concat();
    section.resize(118, 0);
    section
}

/// Whether the S of a signature is in the upper half of its range, near enough.
fn has_high_s(der: &[u8]) -> bool {
    let r_length = usize::from(der[3]);
    let s = &der[4 + r_length + 2..];
    // A first byte of zero keeps the next one from being a sign.
    s.len() == 33
}

/// A key pair of openssl's: `EC PARAMETERS` and the key, and the public half.
fn secp256k1(directory: &Path) -> (Secp256k1SecretKey, PublicKey) {
    openssl(directory, "ecparam -name secp256k1 -genkey -out ec.pem").exits(0);
    openssl(directory, "ec -in ec.pem -pubout -out ec.pub").exits(0);
    let secret = Secp256k1SecretKey::decode(&read(directory, "ec.pem")).unwrap();
    let public = PublicKey::decode_any(&read(directory, "ec.pub")).unwrap();
    assert_eq!(secret.public_key(), &public);
    (secret, public)
}

#[test]
fn openssl_verifies_our_signatures_of_wasm_sign() {
    let directory = scratch();
    let directory = directory.path();
    let (secret, _) = secp256k1(directory);
    for length in 0..8u8 {
        let module =
            [MODULE, b"\x00", &[length + 2, 1, b'x'], &vec![length; length.into()]].concat();
        let mut signed = Vec::new();
        sign::wasm_sign(Cursor::new(&module), &mut signed, &secret).unwrap();
        assert!(!has_high_s(&der(&signed)));
        write(&directory.join("body"), &signed[..signed.len() - 118]);
        write(&directory.join("der"), der(&signed));
        let verify = "dgst -sha256 -verify ec.pub -signature der";
        openssl(directory, &format!("{verify} body")).exits(0).prints(&["Verified OK"]);
        write(&directory.join("other"), [&signed[..signed.len() - 118], b"\0"].concat());
        openssl(directory, &format!("{verify} other")).exits(1);
        let mut bare = Vec::new();
        edit::take_away_wasm_sign(Cursor::new(&signed), &mut bare).unwrap();
        assert_eq!(bare, module);
    }
}

#[test]
fn we_verify_what_openssl_signs_for_wasm_sign() {
    let directory = scratch();
    let directory = directory.path();
    let (_, public) = secp256k1(directory);
    let verifier = Verifier::new([public]).unwrap();
    write(&directory.join("module"), MODULE);
    // Every second one has a high S, so both were seen after some.
    let (mut high, mut low) = (false, false);
    for _ in 0..64 {
        openssl(directory, "dgst -sha256 -sign ec.pem -out der module").exits(0);
        let der = read(directory, "der");
        (high, low) = (high || has_high_s(&der), low || !has_high_s(&der));
        let signed = [MODULE, &section(&der)].concat();
        assert!(verifier.verify_with(&signed[..], &FileSignatures::wasm_sign()).is_ok());
        let mut changed = signed;
        changed[12] ^= 1;
        assert!(verifier.verify_with(&changed[..], &FileSignatures::wasm_sign()).is_err());
        if high && low {
            return;
        }
    }
    panic!("openssl makes one kind of signature only");
}

#[test]
fn keys_of_secp256k1_as_openssl_writes_them() {
    let directory = scratch();
    let directory = directory.path();
    let (secret, public) = secp256k1(directory);
    let same = |file: &str| {
        let read = Secp256k1SecretKey::decode(&read(directory, file));
        assert_eq!(read.unwrap().public_key(), secret.public_key(), "{file}");
    };
    openssl(directory, "ec -in ec.pem -out bare.pem").exits(0);
    same("bare.pem");
    openssl(directory, "pkey -in ec.pem -out pkcs8.pem").exits(0);
    same("pkcs8.pem");
    openssl(directory, "ec -in ec.pub -pubin -conv_form compressed -out compressed.pub").exits(0);
    assert_eq!(PublicKey::decode_any(&read(directory, "compressed.pub")).unwrap(), public);
    // Other curves, explicit parameters, a passphrase: another key, or none of this format.
    let refused = |file: &str| {
        let read = Secp256k1SecretKey::decode(&read(directory, file));
        assert!(read.is_err(), "{file}");
    };
    openssl(directory, "ecparam -name prime256v1 -genkey -out p256.pem").exits(0);
    refused("p256.pem");
    openssl(directory, "ecparam -name secp256k1 -genkey -param_enc explicit -out explicit.pem")
        .exits(0);
    refused("explicit.pem");
    openssl(directory, "ec -in ec.pem -aes128 -passout pass:word -out encrypted.pem").exits(0);
    refused("encrypted.pem");
    openssl(directory, "genpkey -algorithm ed25519 -out ed.pem").exits(0);
    refused("ed.pem");
    refused("ec.pub");
}

#[test]
fn openssl_verifies_our_endorsements() {
    let directory = scratch();
    let directory = directory.path();
    openssl(directory, "genpkey -algorithm ed25519 -out ed.pem").exits(0);
    openssl(directory, "pkey -in ed.pem -pubout -out ed.pub").exits(0);
    let secret = SecretKey::decode(&read(directory, "ed.pem")).unwrap();
    let text = sign::oak(MODULE, &[&secret]).unwrap();
    let [endorsement] = &Endorsement::decode_all(text.as_bytes()).unwrap()[..] else {
        panic!("one key, one endorsement")
    };
    assert_eq!(endorsement.hash[..], Sha256::digest(MODULE)[..]);
    write(&directory.join("hash"), endorsement.hash);
    write(&directory.join("signature"), endorsement.signature);
    let verify = "pkeyutl -verify -pubin -inkey ed.pub -rawin -sigfile signature -in";
    openssl(directory, &format!("{verify} hash")).exits(0);
    write(&directory.join("other"), Sha256::digest(b"another module"));
    openssl(directory, &format!("{verify} other")).exits(1);
}

#[test]
fn we_verify_what_openssl_endorses() {
    let directory = scratch();
    let directory = directory.path();
    openssl(directory, "genpkey -algorithm ed25519 -out ed.pem").exits(0);
    openssl(directory, "pkey -in ed.pem -pubout -out ed.pub").exits(0);
    write(&directory.join("module"), MODULE);
    openssl(directory, "dgst -sha256 -binary -out hash module").exits(0);
    openssl(directory, "pkeyutl -sign -inkey ed.pem -rawin -in hash -out signature").exits(0);
    // The public key as openssl writes it (SPKI), the two others around its base64.
    let block = |label: &str, file: &str| {
        openssl(directory, &format!("base64 -in {file} -out text")).exits(0);
        let text = String::from_utf8(read(directory, "text")).unwrap();
        format!("-----BEGIN {label}-----\n{text}-----END {label}-----\n")
    };
    let public = String::from_utf8(read(directory, "ed.pub")).unwrap();
    let (signature, hash) = (block("SIGNATURE", "signature"), block("HASH", "hash"));
    let verifier = Verifier::new([PublicKey::decode(public.as_bytes()).unwrap()]).unwrap();
    let verify = |module: &[u8], text: String| {
        let given = FileSignatures::oak(text.as_bytes()).unwrap();
        verifier.verify_with(module, &given).map_or_else(|error| error.code(), |_| "verified")
    };
    assert_eq!(verify(MODULE, format!("{public}{signature}{hash}")), "verified");
    assert_eq!(verify(MODULE, format!("{hash}\n{signature}\n{public}")), "verified");
    assert_eq!(verify(&MODULE[..8], format!("{public}{signature}{hash}")), "body-changed");
}
