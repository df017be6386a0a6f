//! Bytes as text: base64, PEM, and the strings of SSH.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Standard base64, padded, on one line.
pub fn base64(bytes: &[u8]) -> String {
    let group = |group: &[u8]| {
        let at = |place: usize| u32::from(group.get(place).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        let digit = |place: usize| match place <= group.len() {
            true => char::from(ALPHABET[(bits >> (18 - 6 * place) & 63) as usize]),
            false => '=',
        };
        (0..4).map(digit).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

/// A PEM block with lines of so many digits.
pub fn pem(label: &str, width: usize, bytes: &[u8]) -> String {
    let digits = base64(bytes);
    let lines = digits.as_bytes().chunks(width).map(String::from_utf8_lossy);
    let lines: Vec<_> = lines.map(|line| line + "\n").collect();
    format!("-----BEGIN {label}-----\n{}-----END {label}-----\n", lines.concat())
}

/// Bytes behind their length, as SSH has them.
pub fn ssh_string(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes(), bytes].concat()
}
