//! What stands around a key: PEM borders, white space, lengths, and things that are no keys.

use std::format;
use std::string::{String, ToString};

use super::{KeyEncoding, KeyError, PublicKey, SecretKey, base64, one, testdata, unpem};

fn refusal(bytes: &[u8]) -> KeyError {
    let error = PublicKey::decode(bytes).expect_err("no public key");
    assert_eq!(SecretKey::decode(bytes).expect_err("no secret key"), error);
    error
}

fn public_pem() -> String {
    String::from_utf8(one().public_key().encode(KeyEncoding::Pem)).expect("PEM is ASCII")
}

#[test]
fn nothing_is_empty() {
    for bytes in [&b""[..], b"\n", b" \t\r\n"] {
        assert_eq!(refusal(bytes), KeyError::Empty);
    }
}

#[test]
fn white_space_around_text_is_ignored() {
    let key = one();
    let encodings = [KeyEncoding::Pem, KeyEncoding::OpenSsh].map(|e| key.public_key().encode(e));
    let texts = encodings.into_iter().chain([base64(testdata!("one.public")).into_bytes()]);
    for text in texts {
        let wrapped = [b"\r\n \t", &text[..], b"\n\r\n "].concat();
        assert_eq!(PublicKey::decode(&wrapped).as_ref(), Ok(key.public_key()));
    }
}

#[test]
fn other_line_ends_and_widths_are_read() {
    let (key, pem) = (one(), public_pem());
    assert_eq!(
        PublicKey::decode(pem.replace('\n', "\r\n").as_bytes()).as_ref(),
        Ok(key.public_key())
    );
    assert_eq!(PublicKey::decode(pem.trim().as_bytes()).as_ref(), Ok(key.public_key()));
    let ssh = key.encode(KeyEncoding::OpenSsh).to_vec();
    let ssh = String::from_utf8(ssh).expect("PEM is ASCII").replace('\n', "\r\n");
    let read = SecretKey::decode(ssh.as_bytes()).expect("CRLF");
    assert_eq!(read.public_key(), key.public_key());
}

/// As variables of build services and careless copies make them.
#[test]
fn pem_without_its_line_breaks_is_read() {
    let key = one();
    for encoding in [KeyEncoding::Pem, KeyEncoding::OpenSsh] {
        let pem = String::from_utf8(key.encode(encoding).to_vec()).expect("PEM is ASCII");
        let indented: String = pem.lines().map(|line| format!("    {line}\n")).collect();
        for text in [
            pem.replace('\n', "\\n"),
            pem.replace('\n', "\\r\\n"),
            pem.replace('\n', "\\n\n"),
            pem.replace('\n', " "),
            pem.replace('\n', ""),
            pem.replace('\n', "\r"),
            pem.replace('\n', "\n\n"),
            pem.replace('\n', "\t\n"),
            pem.replace('\n', "\r\n"),
            format!("\u{feff}{pem}"),
            format!("\u{feff}{}", pem.replace('\n', "\r\n")),
            indented,
        ] {
            let read = SecretKey::decode(text.as_bytes());
            let read = read.unwrap_or_else(|error| panic!("{error}: {text}"));
            assert_eq!(read.public_key(), key.public_key());
        }
    }
    let public = public_pem().replace('\n', "\\n");
    assert_eq!(PublicKey::decode(public.as_bytes()).as_ref(), Ok(key.public_key()));
}

#[test]
fn a_byte_order_mark_before_any_text_is_skipped() {
    let key = one();
    for text in [base64(testdata!("one.public")), hex::encode(testdata!("one.public"))] {
        let marked = format!("\u{feff}{text}\r\n");
        assert_eq!(PublicKey::decode(marked.as_bytes()).as_ref(), Ok(key.public_key()));
    }
}

#[test]
fn text_beside_the_block_is_refused_with_its_place() {
    let pem = public_pem();
    let at = |text: &str| match refusal(text.as_bytes()) {
        KeyError::Pem { offset: Some(offset), .. } => offset,
        other => panic!("expected a PEM error with an offset, found {other:?}"),
    };
    assert_eq!(at(&format!(" key:\n{pem}")), 1);
    assert_eq!(at(&format!("\n{pem}rest")), pem.len() + 1);
    assert_eq!(at(&format!("{pem}{pem}")), pem.len());
    assert_eq!(at(&pem.replace("-----END", "-----AND")), pem.len() - 1);
    assert_eq!(at(&pem.replace("\nMC", "\nM*")), "-----BEGIN PUBLIC KEY-----\nM".len());
    assert_eq!(at(&pem.replace("KEY-----\nM", "KEY\u{202e}-----\nM")), "-----BEGIN ".len());
}

#[test]
fn both_labels_must_agree() {
    let pem = public_pem().replace("END PUBLIC", "END PRIVATE");
    assert!(matches!(refusal(pem.as_bytes()), KeyError::Pem { .. }));
    let relabelled = public_pem().replace("PUBLIC", "PRIVATE");
    let error = SecretKey::decode(relabelled.as_bytes()).expect_err("SPKI under another label");
    assert!(matches!(error, KeyError::Der { .. }), "{error}");
}

#[test]
fn secret_keys_without_their_type_are_told_what_they_lack() {
    let public = *one().public_key().ed25519_bytes().unwrap();
    let both = &testdata!("one.secret")[1..];
    for bytes in [&public[..], both] {
        let untyped = KeyError::Untyped { length: bytes.len() };
        assert_eq!(refusal(bytes), untyped);
        for text in [hex::encode(bytes), base64(bytes)] {
            assert_eq!(SecretKey::decode(text.as_bytes()).err(), Some(untyped.clone()));
        }
        assert!(untyped.to_string().contains("put 01 before"));
    }
    assert_eq!(refusal(hex::encode(both).as_bytes()), KeyError::Untyped { length: 64 });
}

#[test]
fn a_public_key_may_be_32_bytes_of_text() {
    let key = one().public_key().clone();
    let text = hex::encode(key.as_bytes());
    for text in [text.clone(), text.to_uppercase(), base64(key.as_bytes()), format!(" {text}\r\n")]
    {
        assert_eq!(PublicKey::decode(text.as_bytes()).as_ref(), Ok(&key), "{text}");
        assert!(super::super::may_be_secret(&text) && !super::super::is_plainly_public(&text));
    }
}

#[test]
fn a_stray_newline_after_a_compact_key_is_refused_with_its_length() {
    let key = [testdata!("one.public"), b"\n"].concat();
    assert_eq!(refusal(&key), KeyError::CompactLength { tag: 0x01, expected: 33, found: 34 });
    let key = [testdata!("one.secret"), b"\n"].concat();
    assert_eq!(refusal(&key), KeyError::CompactLength { tag: 0x81, expected: 65, found: 66 });
}

#[test]
fn bytes_after_der_are_refused_with_their_place() {
    let der = [&unpem(public_pem().as_bytes())[..], b"\0"].concat();
    let error = PublicKey::decode(&der).expect_err("45 bytes");
    assert!(matches!(error, KeyError::Der { offset: Some(44), .. }), "{error:?}");
}

#[test]
fn several_keys_on_several_lines_are_refused() {
    let lines = one().public_key().encode(KeyEncoding::OpenSsh).repeat(2);
    let error = PublicKey::decode(&lines).expect_err("two keys");
    assert!(error.to_string().contains("several lines"), "{error}");
}

#[test]
fn a_stray_character_is_refused_with_its_place() {
    let text = base64(testdata!("one.public")).replacen(['/', '+'], "_", 1);
    let offset = text.find('_').expect("the key's base64 has one") + 1;
    assert_eq!(refusal(format!(" {text}").as_bytes()), KeyError::Text { offset });
}

#[test]
fn what_is_no_key_is_named() {
    let strangers = [
        (&b"\0asm\x01\0\0\0"[..], "WebAssembly module"),
        (b"PuTTY-User-Key-File-3: ssh-ed25519", "puttygen"),
        (b"---- BEGIN SSH2 PUBLIC KEY ----", "ssh-keygen -i"),
        (b"untrusted comment: minisign public key\nRWQ=", "minisign"),
        (b"\xff\xfe-\0-\0-\0", "UTF-16"),
        (b"openssh-key-v1\0\0\0\0\x04none", "PEM frame"),
        (b"\xde\xad\xbe\xef", "binary data of 4 bytes"),
        (b"deadbeef", "hex or base64 of 4 bytes"),
        (b"hunter2", "text of 7 bytes"),
    ];
    for (bytes, name) in strangers {
        let error = refusal(bytes).to_string();
        assert!(error.contains(name), "{error}");
    }
}
