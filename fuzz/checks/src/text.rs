//! Bytes as the texts in which keys are kept.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Standard base64, padded, on one line.
pub fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let at = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let digit = ALPHABET[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= group.len() { digit.into() } else { '=' });
        }
    }
    text
}

/// What standard base64 stands for; `None` where it is not padded, or has bits that mean nothing.
pub fn of_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let mut bits = 0_u32;
    let mut bytes = Vec::new();
    for (count, digit) in digits.bytes().enumerate() {
        let value = ALPHABET.iter().position(|known| *known == digit)?;
        bits = bits << 6 | value as u32;
        if count % 4 != 0 {
            bytes.push((bits >> (6 - 2 * (count % 4))) as u8);
        }
    }
    (base64(&bytes) == text).then_some(bytes)
}

/// Lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A PEM block.
pub fn pem(label: &str, bytes: &[u8]) -> String {
    let text = base64(bytes);
    let mut lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    lines.push("".into());
    format!("-----BEGIN {label}-----\n{}-----END {label}-----\n", lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_has_one_form() {
        for length in 0..9 {
            let bytes = vec![0xa5; length];
            assert_eq!(of_base64(&base64(&bytes)), Some(bytes));
        }
        for text in ["A", "AA", "AAA", "AB==", "AAB=", "AA=", "=AAA", "AA==AA==", "A-==", "AA\n=="]
        {
            assert_eq!(of_base64(text), None, "{text}");
        }
    }
}
