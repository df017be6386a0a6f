//! What is told of keys before anybody gives a passphrase.

use std::string::String;
use std::vec::Vec;

use super::super::{KeyDescription, KeyForm};
use super::{KeyEncoding, KeyError, PublicKey, base64, one, testdata, unpem};

fn described(bytes: &[u8]) -> (&'static str, bool, bool, Option<PublicKey>) {
    let KeyDescription { form, is_secret, is_encrypted, public_key, .. } =
        KeyDescription::of(bytes).expect("it is a key");
    (form.word(), is_secret, is_encrypted, public_key)
}

#[test]
fn every_form_of_both_halves() {
    let (key, public) = (one(), one().public_key().clone());
    let der = unpem(&key.encode(KeyEncoding::Pem));
    let mut all: Vec<(&str, Vec<u8>)> = Vec::from([
        ("pem", key.encode(KeyEncoding::Pem).to_vec()),
        ("compact", key.encode(KeyEncoding::Compact).to_vec()),
        ("openssh", key.encode(KeyEncoding::OpenSsh).to_vec()),
        ("hex", hex::encode(&der).into_bytes()),
        ("base64", base64(&der).into_bytes()),
        ("der", der),
    ]);
    #[cfg(feature = "minisign")]
    all.push(("minisign", key.encode(KeyEncoding::Minisign).to_vec()));
    for (form, bytes) in all {
        assert_eq!(described(&bytes), (form, true, false, Some(public.clone())));
    }
    let hex = hex::encode(public.as_bytes());
    let all: [(&str, Vec<u8>); 7] = [
        ("pem", public.encode(KeyEncoding::Pem)),
        ("der", unpem(&public.encode(KeyEncoding::Pem))),
        ("compact", public.encode(KeyEncoding::Compact)),
        ("openssh", public.encode(KeyEncoding::OpenSsh)),
        ("base64", base64(&public.encode(KeyEncoding::Compact)).into_bytes()),
        ("hex", hex.to_uppercase().into_bytes()),
        ("hex", hex.into_bytes()),
    ];
    for (form, bytes) in all {
        assert_eq!(described(&bytes), (form, false, false, Some(public.clone())));
    }
    let minisign = PublicKey::decode(testdata!("minisign.pub")).ok();
    assert_eq!(described(testdata!("minisign.pub")), ("minisign", false, false, minisign));
}

#[test]
fn encrypted_keys_show_what_they_can() {
    let public = PublicKey::decode(testdata!("ssh-encrypted.pub")).ok();
    assert_eq!(described(testdata!("ssh-encrypted")), ("openssh", true, true, public));
    for (form, bytes) in [
        ("pem", testdata!("openssl-encrypted.pem")),
        ("pem", testdata!("openssl-scrypt.pem")),
        ("der", testdata!("openssl-encrypted.der")),
        ("minisign", testdata!("minisign-encrypted.key")),
    ] {
        assert_eq!(described(bytes), (form, true, true, None));
    }
    let hex = hex::encode(testdata!("openssl-encrypted.der"));
    assert_eq!(described(hex.as_bytes()), ("hex", true, true, None));
}

#[test]
fn a_minisign_number_is_that_of_its_comment() {
    let text = core::str::from_utf8(testdata!("minisign.pub")).expect("it is text");
    let shown = text.lines().next().and_then(|line| line.rsplit(' ').next()).expect("the number");
    let number = KeyDescription::of(text.as_bytes()).expect("a key").minisign_number;
    let number: String = number.expect("it has one").iter().rev().map(hex_of).collect();
    assert_eq!(number, shown);
}

fn hex_of(byte: &u8) -> String {
    std::format!("{byte:02X}")
}

#[test]
fn what_is_no_key_has_no_description() {
    let error = KeyDescription::of(testdata!("ssh-encrypted-rsa")).expect_err("it is RSA");
    assert_eq!(error, KeyError::WrongAlgorithm { found: "RSA".into() });
    assert_eq!(KeyDescription::of(b" "), Err(KeyError::Empty));
    assert_eq!(KeyForm::Hex.word(), "hex");
}
