//! Names for the algorithms that are not Ed25519, for error messages.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};

use pkcs8::{AlgorithmIdentifierRef, ObjectIdentifier};

const EC: &str = "1.2.840.10045.2.1";

const NAMES: [(&str, &str); 14] = [
    ("1.2.840.113549.1.1.1", "RSA"),
    ("1.2.840.113549.1.1.10", "RSA-PSS"),
    ("1.2.840.10040.4.1", "DSA"),
    (EC, "EC (ECDSA)"),
    ("1.2.840.10045.3.1.7", "EC P-256 (ECDSA)"),
    ("1.3.132.0.34", "EC P-384 (ECDSA)"),
    ("1.3.132.0.35", "EC P-521 (ECDSA)"),
    ("1.3.132.0.10", "EC secp256k1 (ECDSA)"),
    ("1.3.101.110", "X25519"),
    ("1.3.101.111", "X448"),
    ("1.3.101.113", "Ed448"),
    ("2.16.840.1.101.3.4.3.17", "ML-DSA-44"),
    ("2.16.840.1.101.3.4.3.18", "ML-DSA-65"),
    ("2.16.840.1.101.3.4.3.19", "ML-DSA-87"),
];

/// The name of an algorithm; of the curve, where it is EC over a named one.
pub(super) fn of_identifier(algorithm: &AlgorithmIdentifierRef<'_>) -> String {
    let dotted = algorithm.oid.to_string();
    match algorithm.parameters_oid() {
        Ok(curve) if dotted == EC => of_curve(&curve),
        _ => name(&dotted).map_or(dotted, str::to_owned),
    }
}

fn of_curve(curve: &ObjectIdentifier) -> String {
    let dotted = curve.to_string();
    name(&dotted).map_or_else(|| format!("EC {dotted} (ECDSA)"), str::to_owned)
}

fn name(dotted: &str) -> Option<&'static str> {
    NAMES.iter().find(|(oid, _)| *oid == dotted).map(|(_, name)| *name)
}

/// The name of an algorithm of OpenSSH, or of its own where it has no better one.
pub(super) fn of_ssh(found: &str) -> String {
    match found {
        "ssh-rsa" => "RSA".into(),
        "ssh-dss" => "DSA".into(),
        "ecdsa-sha2-nistp256" => "EC P-256 (ECDSA)".into(),
        "ecdsa-sha2-nistp384" => "EC P-384 (ECDSA)".into(),
        "ecdsa-sha2-nistp521" => "EC P-521 (ECDSA)".into(),
        other => other.into(),
    }
}

/// The encryptions that key files are met with and that are not read.
#[cfg(feature = "encrypted-keys")]
const CIPHERS: [(&str, &str); 13] = [
    ("1.2.840.113549.1.5.3", "PBES1 with MD5 and DES"),
    ("1.2.840.113549.1.5.6", "PBES1 with MD5 and RC2"),
    ("1.2.840.113549.1.5.10", "PBES1 with SHA-1 and DES"),
    ("1.2.840.113549.1.5.11", "PBES1 with SHA-1 and RC2"),
    ("1.2.840.113549.1.12.1.3", "PKCS#12 with SHA-1 and 3DES"),
    ("1.2.840.113549.1.12.1.6", "PKCS#12 with SHA-1 and RC2"),
    ("1.3.14.3.2.7", "DES-CBC"),
    ("1.2.840.113549.3.2", "RC2-CBC"),
    ("1.2.840.113549.3.7", "3DES-CBC"),
    ("2.16.840.1.101.3.4.1.6", "AES-128-GCM"),
    ("2.16.840.1.101.3.4.1.46", "AES-256-GCM"),
    ("1.2.392.200011.61.1.1.1.4", "Camellia-256-CBC"),
    ("1.2.156.10197.1.104.2", "SM4-CBC"),
];

/// The name of an encryption, or of a part of one.
#[cfg(feature = "encrypted-keys")]
pub(super) fn of_cipher(oid: &ObjectIdentifier) -> String {
    let dotted = oid.to_string();
    let known = CIPHERS.iter().find(|(oid, _)| *oid == dotted);
    known.map_or(dotted, |(_, name)| (*name).to_owned())
}
