//! The forms in which a program may give a signature.

use serde_json::Value;
use ssh_key::encoding::base64::{Base64, Base64Unpadded, Encoding};

/// What stands around a signature in DER: the heads of an OCTET STRING and of a BIT STRING.
const DER: [&[u8]; 2] = [&[0x04, 0x40], &[0x03, 0x41, 0x00]];

/// What stands before a signature in SSH's encoding.
const SSH: &[u8] = b"\0\0\0\x0bssh-ed25519\0\0\0\x40";

/// How many texts of JSON are looked at.
const MAX_TEXTS: usize = 64;

/// Everything that `output` may mean: 64 bytes, these in DER or as SSH has them, as text in hexadecimal or base64, or
/// as such a text in JSON. Only one that verifies counts, so that nothing has to be guessed.
pub(super) fn signatures(output: &[u8]) -> Vec<[u8; 64]> {
    // A signature may itself end as a line does.
    let ends = [&b""[..], b"\n", b"\r\n"];
    let bare = ends.iter().filter_map(|end| output.strip_suffix(*end));
    let mut found: Vec<_> = bare.filter_map(bytes).collect();
    if let Ok(text) = std::str::from_utf8(output) {
        let json = serde_json::from_str(text).map(|json| texts(&json)).unwrap_or_default();
        let texts = json.iter().map(String::as_str).chain([text]).take(MAX_TEXTS);
        found.extend(texts.filter_map(decoded).filter_map(|decoded| bytes(&decoded)));
    }
    found.dedup();
    found
}

/// What `output` is where it is no signature, as far as that can be told.
pub(super) fn description(output: &[u8]) -> String {
    let text = std::str::from_utf8(output).ok().map(str::trim);
    let plain = text.and_then(decoded);
    let plain = plain.as_deref().unwrap_or(output);
    if let Some(label) = text.and_then(pem_label) {
        return format!("a PEM block of the kind `{label}`");
    }
    if text.is_some_and(|text| text.starts_with("untrusted comment:")) {
        return "a minisign signature".to_owned();
    }
    if text.is_some_and(|text| text.starts_with(['{', '[', '"'])) {
        return "JSON, in which no text is an Ed25519 signature".to_owned();
    }
    if is_der_sequence(plain) {
        return "a DER sequence, as keys for ECDSA give, and not keys for Ed25519".to_owned();
    }
    format!("{} bytes that are not a signature", output.len())
}

/// The signature that stands in these bytes, bare or in a frame.
fn bytes(bytes: &[u8]) -> Option<[u8; 64]> {
    let framed = || DER.iter().chain([&SSH]).find_map(|head| bytes.strip_prefix(*head));
    bytes.try_into().ok().or_else(|| framed()?.try_into().ok())
}

/// Every text in a document, in its order.
fn texts(json: &Value) -> Vec<String> {
    match json {
        Value::String(text) => vec![text.clone()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// The bytes that a text stands for, which may be broken into lines, and have a name with a colon before it.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_ascii_whitespace().collect();
    let text = text.rsplit_once(':').map_or(&*text, |(_, text)| text);
    if text.is_empty() {
        return None;
    }
    let hex = hex::decode(text.strip_prefix("0x").unwrap_or(text)).ok();
    // In addresses, two digits are others.
    let base64 = text.replace('-', "+").replace('_', "/");
    hex.or_else(|| Base64::decode_vec(&base64).ok())
        .or_else(|| Base64Unpadded::decode_vec(&base64).ok())
}

fn pem_label(text: &str) -> Option<&str> {
    let (label, _) = text.split_once("-----BEGIN ")?.1.split_once("-----")?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == ' ' || c == '#';
    label.chars().all(is_word).then_some(label)
}

/// Whether these bytes are one SEQUENCE of DER, as signatures of ECDSA are.
fn is_der_sequence(bytes: &[u8]) -> bool {
    matches!(bytes, [0x30, length @ ..0x80, content @ ..] if content.len() == usize::from(*length))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: [u8; 64] = [0xa5; 64];

    #[track_caller]
    fn is_read(output: impl AsRef<[u8]>) {
        let output = output.as_ref();
        let text = String::from_utf8_lossy(output);
        assert!(signatures(output).contains(&SIGNATURE), "{text}");
    }

    #[test]
    fn every_form_is_read() {
        let hex = hex::encode(SIGNATURE);
        let base64 = Base64::encode_string(&SIGNATURE);
        let wrapped = format!("{}\r\n{}\n", &base64[..64], &base64[64..]);
        let forms = [
            hex.clone(),
            hex.to_uppercase() + "\n",
            format!("0x{hex}"),
            format!("{}\n{}\n", &hex[..60], &hex[60..]),
            base64.clone(),
            base64.clone() + "\n",
            base64.trim_end_matches('=').to_owned(),
            wrapped,
            format!("vault:v1:{base64}"),
        ];
        is_read(SIGNATURE);
        forms.iter().for_each(is_read);
        let for_urls = Base64::encode_string(&[0xfb; 64]).replace('+', "-").replace('/', "_");
        assert!(for_urls.contains(['-', '_']));
        assert_eq!(signatures(for_urls.as_bytes()), [[0xfb; 64]]);
        // Bytes that look like text are bytes all the same.
        assert_eq!(signatures(&[b'\n'; 64]), [[b'\n'; 64]]);
    }

    #[test]
    fn frames_and_newlines_are_taken_off() {
        is_read([&SIGNATURE[..], b"\n"].concat());
        is_read([&SIGNATURE[..], b"\r\n"].concat());
        let ends_as_a_line = [&[0xa5; 63][..], b"\r"].concat();
        let found = signatures(&[&*ends_as_a_line, b"\n"].concat());
        assert!(found.iter().any(|found| found[..] == *ends_as_a_line));
        for head in DER.iter().chain([&SSH]) {
            let framed = [*head, &SIGNATURE].concat();
            is_read(&framed);
            is_read(hex::encode(&framed));
            is_read(Base64::encode_string(&framed) + "\n");
        }
    }

    #[test]
    fn json_is_looked_through() {
        let base64 = Base64::encode_string(&SIGNATURE);
        for json in [
            format!("\"{base64}\""),
            format!("{{\"KeyId\":\"arn:aws:kms:1\",\"Signature\":\"{base64}\"}}\n"),
            format!("{{\"data\":{{\"key_version\":1,\"signature\":\"vault:v1:{base64}\"}}}}"),
            format!("[1, [\"{}\"]]", hex::encode(SIGNATURE)),
        ] {
            is_read(json);
        }
    }

    #[test]
    fn nothing_else_is() {
        let hex = hex::encode(SIGNATURE);
        let base64 = Base64::encode_string(&SIGNATURE);
        let wrong = [
            "",
            "\n",
            "no",
            &hex[1..],
            &(hex.clone() + "aa"),
            &base64[4..],
            &hex.replace('5', "g"),
            "{\"signature\":\"\"}",
        ];
        for text in wrong {
            assert_eq!(signatures(text.as_bytes()), [[0; 64]; 0], "{text}");
        }
        for bytes in [&SIGNATURE[1..], &[0xa5; 65], &[&SIGNATURE[..], b"\n\n"].concat()] {
            assert_eq!(signatures(bytes), [[0; 64]; 0]);
        }
    }

    #[test]
    fn what_is_none_is_named() {
        let ecdsa = [&[0x30, 68, 2, 32][..], &[1; 32], &[2, 32], &[1; 32]].concat();
        for (output, word) in [
            (&b""[..], "0 bytes"),
            (b"signed\n", "7 bytes"),
            (&ecdsa, "ECDSA"),
            (hex::encode(&ecdsa).as_bytes(), "ECDSA"),
            (Base64::encode_string(&ecdsa).as_bytes(), "ECDSA"),
            (b"{\"error\":\"denied\"}", "JSON"),
            (
                b"-----BEGIN SSH SIGNATURE-----\nU1NI\n-----END SSH SIGNATURE-----",
                "`SSH SIGNATURE`",
            ),
            (b"untrusted comment: x\nRUQ\n", "minisign"),
        ] {
            let told = description(output);
            assert!(told.contains(word), "{told}");
        }
    }
}
