//! A key's own text in a place where its path could stand.

use super::encoding;
use super::error::KeyError;
use super::public::PublicKey;
use super::redaction::{PEM_BEGIN, is_key_digit, may_hold_secret};

/// Whether `text` is meant as a key rather than as the path of one: PEM, an OpenSSH line of any algorithm, minisign's
/// lines, or forty and more digits of hex or base64.
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
    let text = text.trim_start_matches('\u{feff}').trim();
    text.contains(PEM_BEGIN)
        || text.starts_with(MINISIGN_COMMENT)
        || is_openssh_line(text)
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

/// Whether `text` is a public key and can be nothing else. 32 bytes without a word of what they are could be a seed.
pub fn is_plainly_public(text: &str) -> bool {
    PublicKey::decode(text.as_bytes()).is_ok() && !encoding::is_untyped(text.as_bytes())
}

/// Whether `text` may hold a secret key, or the greater part of one: in any encoding or in none, cut, quoted or in pieces.
///
/// What is plainly public is not meant, and no path or name of the usual kind. A message that cannot say whose text it has
/// (a missing file, an unknown name) repeats it only where this is `false`.
///
/// ```
/// use wasmsign_core::keys::may_be_secret;
///
/// assert!(may_be_secret("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
/// assert!(!may_be_secret("keys/production/servers/europe/release/ed25519/secret"));
/// ```
pub fn may_be_secret(text: &str) -> bool {
    if is_plainly_public(text) || is_fingerprint(text) {
        return false;
    }
    may_hold_secret(text)
}

/// As `ssh-add -l` shows it: a hash of a public key.
fn is_fingerprint(text: &str) -> bool {
    let digits = text.trim().strip_prefix("SHA256:").unwrap_or_default();
    digits.len() == 43 && digits.chars().all(|c| c.is_ascii_alphanumeric() || "+/".contains(c))
}

/// With these digits of base64 begin, whatever the key: SPKI, PKCS#8 v1 and v2, OpenSSH's form of a secret key, and
/// minisign's, with a passphrase and without.
const BEGINNINGS: [&str; 6] = [
    "MCowBQYDK2VwAyEA",
    "MC4CAQAwBQYDK2VwBCIEI",
    "MFECAQEwBQYDK2VwBCIEI",
    "b3BlbnNzaC1rZXktdjEA",
    "RWRTY0Iy",
    "RWQAAEIy",
];

const MINISIGN_COMMENT: &str = "untrusted comment:";

/// The name of an algorithm, a space, and what no path has so soon.
fn is_openssh_line(text: &str) -> bool {
    let starts = ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"];
    let is_name = |name: &str| starts.iter().any(|start| name.starts_with(start));
    text.split_once(' ').is_some_and(|(name, key)| is_name(name) && key.starts_with("AAAA"))
        || text.starts_with("ssh-ed25519 ")
}

fn is_encoded(text: &str) -> bool {
    // A slash is a digit of base64 as well as part of a path: with one, only what ends as base64 does, or is 33 bytes of
    // which the first is 1 (a compact key), is no path.
    // Or what is as long as minisign's public keys, and begins like them.
    let no_path = !text.contains('/')
        || text.ends_with('=')
        || text.len() == 44 && text.starts_with('A')
        || text.len() == 56 && (text.starts_with("RWQ") || text.starts_with("RWR"));
    text.len() >= 40 && no_path && text.chars().all(is_key_digit)
}

#[cfg(all(test, feature = "key-files"))]
mod tests {
    use alloc::borrow::ToOwned;
    use alloc::format;
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;

    use sha2::Digest;

    use super::*;

    #[test]
    fn secrets_are_told_from_paths_and_public_keys() {
        let secret = crate::SecretKey::from_seed(&[7; 32]);
        let compact = hex::encode(secret.encode(crate::KeyEncoding::Compact));
        let pem = secret.encode(crate::KeyEncoding::Pem);
        let pem = core::str::from_utf8(&pem).expect("PEM is text");
        let content = pem.lines().nth(1).expect("the content of the frame");
        for text in [&*compact, pem, content, &pem[..40]] {
            assert!(is_secret_key_text(text), "{text}");
        }
        let public = hex::encode(secret.public_key().encode(crate::KeyEncoding::Compact));
        for text in [&*public, "keys/release.key", "release", ""] {
            assert!(!is_secret_key_text(text), "{text}");
        }
    }

    fn base64(bytes: &[u8]) -> String {
        let mut buffer = vec![0; bytes.len() * 2 + 4];
        let mut encoder = pkcs8::der::pem::Base64Encoder::new(&mut buffer).expect("room");
        encoder.encode(bytes).expect("room");
        encoder.finish().expect("room").to_owned()
    }

    /// Every way in which people write these bytes down.
    fn spellings(bytes: &[u8]) -> Vec<String> {
        let hex = ::hex::encode(bytes);
        let base64 = base64(bytes);
        let each = |between: &str, before: &str| {
            let byte = |byte: &u8| format!("{before}{byte:02x}");
            bytes.iter().map(byte).collect::<Vec<_>>().join(between)
        };
        vec![
            hex.to_uppercase(),
            format!("0x{hex}"),
            format!("env:{hex}"),
            format!("key={hex}"),
            format!("'{hex}'"),
            format!("keys/{hex}"),
            each(" ", ""),
            each(":", ""),
            each(", ", "0x"),
            each("", "\\x"),
            each(",\n", ""),
            hex,
            base64.trim_end_matches('=').to_owned(),
            base64.replace('+', "-").replace('/', "_"),
            format!("{{\"d\":\"{base64}\"}}"),
            format!("  {base64}\n"),
            base64,
        ]
    }

    #[test]
    fn whatever_holds_a_seed_may_be_secret() {
        for number in 0..50 {
            let secret = crate::SecretKey::from_seed(&sha2::Sha256::digest([number]).into());
            let compact = secret.encode(crate::KeyEncoding::Compact);
            let (seed, halves) = (&compact[1..33], &compact[1..]);
            for bytes in [seed, &seed[..31], halves, &compact[..64], &compact[..]] {
                for text in spellings(bytes) {
                    assert!(may_be_secret(&text), "{text}");
                }
            }
            let pem = secret.encode(crate::KeyEncoding::Pem);
            let pem = core::str::from_utf8(&pem).expect("PEM is text");
            for text in [pem, &pem.replace('\n', "\\n"), &pem.replace('\n', " "), &pem[30..70]] {
                assert!(may_be_secret(text), "{text}");
            }
        }
    }

    #[test]
    fn what_is_public_and_what_are_names_may_be_repeated() {
        let key = crate::SecretKey::from_seed(&[7; 32]).public_key().clone();
        for encoding in [crate::KeyEncoding::Pem, crate::KeyEncoding::OpenSsh] {
            let text = String::from_utf8(key.encode(encoding)).expect("it is text");
            assert!(!may_be_secret(&text), "{text}");
        }
        for text in [
            "",
            "release",
            "keys/production/servers/europe/release/ed25519/secret",
            "/home/JohnSmith/Projects/MyCompany2024/keys/ReleaseKey.pem",
            "COMPANY_RELEASE_SIGNING_KEY_FOR_PRODUCTION",
            "a-very-long-name-of-a-file-with-a-secret-key.key",
            "C:\\Users\\me\\Documents\\keys\\release.key",
            "SHA256:1rcmPGRLXnWJeFv7LOhpgSFmRTZ9UcMwYRFDSFnVPp8",
            "env:WASMSIGN_RELEASE_KEY",
        ] {
            assert!(!may_be_secret(text), "{text}");
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
