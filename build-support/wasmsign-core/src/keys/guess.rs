//! A key's own text in a place where its path could stand.

use super::{KeyError, PublicKey};

/// Whether `text` is meant as a key rather than as the path of one: PEM, an OpenSSH line, or forty and more digits of hex
/// or base64.
///
/// It does not say that the key can be read, or is a public one. A text that this takes for a key may be a secret: it does
/// not belong into messages, as the name of a missing file would.
///
/// ```
/// use wasmsign_core::keys::is_key_text;
///
/// assert!(is_key_text("01d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
/// assert!(!is_key_text("keys/release.pub"));
/// ```
pub fn is_key_text(text: &str) -> bool {
    let text = text.trim();
    text.contains("-----BEGIN ")
        || text.starts_with("ssh-ed25519 ")
        || BEGINNINGS.iter().any(|beginning| text.starts_with(beginning))
        || is_encoded(text)
}

/// Whether `text` is a secret key, in any encoding; also one that is encrypted, or framed by PEM and cut.
///
/// Where the path of a key stands, or a public one: whoever finds a secret there must not repeat it.
pub fn is_secret_key_text(text: &str) -> bool {
    text.contains("PRIVATE KEY")
        || matches!(PublicKey::decode(text.as_bytes()), Err(KeyError::SecretGiven))
}

/// With these digits of base64 begin, whatever the key: SPKI, PKCS#8 v1 and v2, and OpenSSH's form of a secret key.
const BEGINNINGS: [&str; 4] =
    ["MCowBQYDK2VwAyEA", "MC4CAQAwBQYDK2VwBCIEI", "MFECAQEwBQYDK2VwBCIEI", "b3BlbnNzaC1rZXktdjEA"];

fn is_encoded(text: &str) -> bool {
    let digit = |c: char| c.is_ascii_alphanumeric() || "+-_=/".contains(c);
    // A slash is a digit of base64 as well as part of a path: with one, only what ends as base64 does, or is 33 bytes of
    // which the first is 1 (a compact key), is no path.
    let no_path =
        !text.contains('/') || text.ends_with('=') || text.len() == 44 && text.starts_with('A');
    text.len() >= 40 && no_path && text.chars().all(digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_from_paths_and_public_keys() {
        let secret = crate::SecretKey::from_seed(&[7; 32]);
        let compact = super::super::text::hex(&secret.encode(crate::KeyEncoding::Compact));
        let pem = secret.encode(crate::KeyEncoding::Pem);
        let pem = std::str::from_utf8(&pem).expect("PEM is text");
        let content = pem.lines().nth(1).expect("the content of the frame");
        for text in [&*compact, pem, content, &pem[..40]] {
            assert!(is_secret_key_text(text), "{text}");
        }
        let public =
            super::super::text::hex(&secret.public_key().encode(crate::KeyEncoding::Compact));
        for text in [&*public, "keys/release.key", "release", ""] {
            assert!(!is_secret_key_text(text), "{text}");
        }
    }

    #[test]
    fn keys_are_told_from_paths() {
        for text in [
            "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n",
            "ssh-ed25519 AAAA me@example.com",
            "01d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
            "Addam/GCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea",
            "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g",
            " MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMRE\nScVpezJpGXA7rAMcrn9g\n",
        ] {
            assert!(is_key_text(text), "{text}");
        }
        for path in [
            "release",
            "keys/release.pub",
            "keys/production/servers/europe/release/ed25519/public",
            "a-very-long-name-of-a-file-with-a-public-key.pub",
            "ssh-ed25519.pub",
        ] {
            assert!(!is_key_text(path), "{path}");
        }
    }
}
