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
    (EC, "EC"),
    ("1.2.840.10045.3.1.7", "EC P-256"),
    ("1.3.132.0.34", "EC P-384"),
    ("1.3.132.0.35", "EC P-521"),
    ("1.3.132.0.10", "EC secp256k1"),
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
    name(&dotted).map_or_else(|| format!("EC {dotted}"), str::to_owned)
}

fn name(dotted: &str) -> Option<&'static str> {
    NAMES.iter().find(|(oid, _)| *oid == dotted).map(|(_, name)| *name)
}

/// The name of an algorithm of OpenSSH, or of its own where it has no better one.
pub(super) fn of_ssh(found: &str) -> String {
    match found {
        "ssh-rsa" => "RSA".into(),
        "ssh-dss" => "DSA".into(),
        "ecdsa-sha2-nistp256" => "EC P-256".into(),
        "ecdsa-sha2-nistp384" => "EC P-384".into(),
        "ecdsa-sha2-nistp521" => "EC P-521".into(),
        other => other.into(),
    }
}
