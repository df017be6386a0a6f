//! The forms in which a program may give a signature.

use ssh_key::encoding::base64::{Base64, Base64Unpadded, Encoding};

/// The signature that `output` is: 64 bytes, or text of them in hexadecimal or base64, which may be broken
/// into lines.
pub(super) fn signature(output: &[u8]) -> Option<[u8; 64]> {
    // No text of 64 characters stands for as many bytes, so there is nothing to guess.
    if let Ok(raw) = output.try_into() {
        return Some(raw);
    }
    let text: String = std::str::from_utf8(output).ok()?.split_ascii_whitespace().collect();
    let bytes = match text.len() {
        128 => from_hex(&text)?,
        88 => Base64::decode_vec(&text).ok()?,
        _ => Base64Unpadded::decode_vec(&text).ok()?,
    };
    bytes.try_into().ok()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |digit: &u8| char::from(*digit).to_digit(16);
    let byte = |pair: &[u8; 2]| u8::try_from(digit(&pair[0])? << 4 | digit(&pair[1])?).ok();
    text.as_bytes().as_chunks().0.iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hex::hex;

    const SIGNATURE: [u8; 64] = [0xa5; 64];

    #[test]
    fn every_form_is_read() {
        let hex = hex(&SIGNATURE);
        let base64 = Base64::encode_string(&SIGNATURE);
        let wrapped = format!("{}\r\n{}\n", &base64[..64], &base64[64..]);
        let forms = [
            hex.clone(),
            hex.to_uppercase() + "\n",
            format!("{}\n{}\n", &hex[..60], &hex[60..]),
            base64.clone(),
            base64.clone() + "\n",
            base64.trim_end_matches('=').to_owned(),
            wrapped,
        ];
        assert_eq!(signature(&SIGNATURE), Some(SIGNATURE));
        for form in forms {
            assert_eq!(signature(form.as_bytes()), Some(SIGNATURE), "{form}");
        }
        // Bytes that look like text are bytes all the same.
        assert_eq!(signature(&[b'\n'; 64]), Some([b'\n'; 64]));
    }

    #[test]
    fn nothing_else_is() {
        let hex = hex(&SIGNATURE);
        let base64 = Base64::encode_string(&SIGNATURE);
        let wrong = [
            "",
            "\n",
            "no",
            &hex[1..],
            &(hex.clone() + "aa"),
            &base64[4..],
            &hex.replace('5', "g"),
        ];
        for text in wrong {
            assert_eq!(signature(text.as_bytes()), None, "{text}");
        }
        assert_eq!(signature(&[0xa5; 63]), None);
        assert_eq!(signature(&[0xa5; 65]), None);
        assert_eq!(signature(&[&SIGNATURE[..], b"\n"].concat()), None);
    }
}
