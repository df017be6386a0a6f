//! minisign's own files.

use std::format;
use std::string::{String, ToString};

use super::{KeyError, PublicKey, SecretKey, base64, testdata};

fn lines(name: &[u8]) -> (&str, &str) {
    let text = core::str::from_utf8(name).expect("it is text");
    text.trim_end().split_once('\n').expect("it has two lines")
}

fn reason(bytes: &[u8]) -> String {
    match PublicKey::decode(bytes).map_err(|error| (error.code(), error.to_string())) {
        Err(("malformed-minisign", text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn public_keys_are_read_with_their_comment_and_without() {
    let (comment, line) = lines(testdata!("minisign.pub"));
    let key = PublicKey::decode(testdata!("minisign.pub")).expect("it is a public key");
    for text in [
        line.to_string(),
        format!(" {line}\r\n"),
        format!("{comment}\r\n{line}\r\n"),
        format!("\u{feff}{comment}\n{line}"),
        format!("{comment}\\n{line}\\n"),
        format!("{comment} {line}"),
    ] {
        assert_eq!(PublicKey::decode(text.as_bytes()).as_ref(), Ok(&key), "{text}");
        assert_eq!(SecretKey::decode(text.as_bytes()).err(), Some(KeyError::PublicGiven));
        assert!(super::super::is_key_text(&text) && !super::super::may_be_secret(&text), "{text}");
    }
}

#[test]
fn what_is_no_key_of_minisign_is_named() {
    let (comment, line) = lines(testdata!("minisign.pub"));
    for (text, found) in [
        (format!("{comment}\n{line}\n{line}\n"), "expected two lines"),
        (comment[..18].to_string(), "nothing after the comment"),
        (format!("{comment}\n{}", &line[..50]), "not base64, or is truncated"),
        (format!("{comment}\n{}", &line[..52]), "expected 42 bytes of a public"),
        (format!("{comment}\n{}", base64(&[b'E'; 42])), "its algorithm"),
        (format!("{comment}\n{}", base64(&[b"ED", &[0; 72][..]].concat())), "a signature"),
        (format!("{comment}\n{}", base64(&[b"EdBK", &[0; 100][..]].concat())), "signify"),
    ] {
        let said = reason(text.as_bytes());
        assert!(said.contains(found), "{said}");
    }
}

#[cfg(feature = "minisign")]
mod written {
    use super::super::{KeyEncoding, one};
    use super::*;

    #[test]
    fn files_of_minisign_are_read_and_keep_their_number() {
        let key = SecretKey::decode(testdata!("minisign.key")).expect("it is a secret key");
        let public = PublicKey::decode(testdata!("minisign.pub")).expect("it is a public key");
        assert_eq!(key.public_key(), &public);
        let number = key.minisign_number().expect("it has one");
        assert_eq!(public.encode_minisign(&number), testdata!("minisign.pub"));
        let written = key.encode(KeyEncoding::Minisign);
        let again = SecretKey::decode(&written).expect("it can be read again");
        assert_eq!(again.minisign_number(), Some(number));
    }

    #[test]
    fn a_key_without_a_number_has_one_made_from_it() {
        let key = one();
        let written = SecretKey::decode(&key.encode(KeyEncoding::Minisign)).expect("it is one");
        let id = key.public_key().default_key_id();
        assert_eq!(written.minisign_number().as_ref(), id.first_chunk());
        let public = key.public_key().encode(KeyEncoding::Minisign);
        assert_eq!(public, key.public_key().encode_minisign(id.first_chunk().expect("12 bytes")));
    }

    #[test]
    fn a_changed_byte_is_noticed() {
        let written = one().encode(KeyEncoding::Minisign);
        let text = core::str::from_utf8(&written).expect("it is text");
        // A digit of the seed.
        let at = text.len() - 100;
        let other = if text.as_bytes()[at] == b'A' { "B" } else { "A" };
        let changed = format!("{}{other}{}", &text[..at], &text[at + 1..]);
        let error = SecretKey::decode(changed.as_bytes()).expect_err("it is damaged");
        assert!(error.to_string().contains("its checksum"), "{error}");
    }

    #[test]
    fn halves_that_minisign_has_no_checksum_of_belong_together() {
        let (comment, line) = lines(testdata!("minisign.key"));
        let digits = line.replace("LWu8", "LWu9");
        let at = line.len() - 60;
        let changed = format!("{comment}\n{}B{}", &digits[..at], &digits[at + 1..]);
        assert!(SecretKey::decode(changed.as_bytes()).is_err());
    }
}
