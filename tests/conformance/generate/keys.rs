//! The signers of the vectors, and signatures that no honest signer makes.

use curve25519_dalek::{EdwardsPoint, Scalar, constants::EIGHT_TORSION, traits::IsIdentity};
use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha512};

use crate::bytes::{Hash, data, entry, message, module, rolling, set, sha256};

pub const ALICE: &str = "alice";
pub const BOB: &str = "bob";
pub const CAROL: &str = "carol";

/// The order of the base point, little-endian (RFC 8032, section 5.1).
const L: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

pub fn key(name: &str) -> SigningKey {
    SigningKey::from_bytes(&sha256(format!("cargo-wasmsign conformance: {name}").as_bytes()))
}

pub fn public(name: &str) -> [u8; 32] {
    key(name).verifying_key().to_bytes()
}

pub fn sign(name: &str, message: &[u8]) -> [u8; 64] {
    key(name).sign(message).to_bytes()
}

/// An entry without key id in which somebody signs these hashes.
pub fn signed_entry(name: &str, hashes: &[Hash]) -> Vec<u8> {
    entry(b"", &sign(name, &message(hashes)))
}

/// A set in which each of these people signs these hashes.
pub fn signed_set(names: &[&str], hashes: &[Hash]) -> Vec<u8> {
    let entries: Vec<_> = names.iter().map(|name| signed_entry(name, hashes)).collect();
    set(hashes, &entries)
}

/// Signature data in which alice signs these parts.
pub fn signed_data(parts: &[Vec<u8>]) -> Vec<u8> {
    data(&[signed_set(&[ALICE], &rolling(parts))])
}

/// A module of these parts that alice has signed.
pub fn signed(parts: &[Vec<u8>]) -> Vec<u8> {
    module(&signed_data(parts), &parts.concat())
}

/// The default key id: the first 12 bytes of HMAC-SHA256, keyed with the public key, of `key_id`.
pub fn key_id(name: &str) -> Vec<u8> {
    let pad = |with: u8| -> Vec<u8> {
        let key = public(name);
        (0..64).map(|at| key.get(at).unwrap_or(&0) ^ with).collect()
    };
    let inner = sha256(&[pad(0x36), b"key_id".to_vec()].concat());
    sha256(&[pad(0x5c), inner.to_vec()].concat())[..12].to_vec()
}

/// The same signature with `times` the group's order added to S.
pub fn malleated(mut signature: [u8; 64], times: usize) -> [u8; 64] {
    for _ in 0..times {
        let mut carry = 0;
        for (byte, add) in signature[32..].iter_mut().zip(L) {
            let sum = u16::from(*byte) + u16::from(add) + carry;
            (*byte, carry) = (sum as u8, sum >> 8);
        }
    }
    signature
}

/// What Ed25519 hashes between R and S.
fn challenge(domain: &[u8], r: &[u8; 32], a: &[u8; 32], message: &[u8]) -> Scalar {
    let digest = Sha512::digest([domain, r, a, message].concat());
    Scalar::from_bytes_mod_order_wide(&digest.into())
}

/// A signature whose R is spelled as `r`, where `nonce` is the scalar that S contains.
pub fn with_nonce(name: &str, message: &[u8], r: [u8; 32], nonce: Scalar) -> [u8; 64] {
    let s = nonce + challenge(b"", &r, &public(name), message) * key(name).to_scalar();
    joined(r, s)
}

/// A signature in another context: Ed25519ctx or Ed25519ph of RFC 8032, section 5.1.
pub fn in_context(name: &str, prehash: bool, context: &[u8], message: &[u8]) -> [u8; 64] {
    let head = [u8::from(prehash), context.len() as u8];
    let domain = [b"SigEd25519 no Ed25519 collisions", &head[..], context].concat();
    let hashed = Sha512::digest(message);
    let message = if prehash { &hashed[..] } else { message };
    let nonce = Scalar::from(0x5157_u64);
    let r = EdwardsPoint::mul_base(&nonce).compress().to_bytes();
    let s = nonce + challenge(&domain, &r, &public(name), message) * key(name).to_scalar();
    joined(r, s)
}

/// A signature that only a verifier that multiplies by the cofactor takes: R has a part of small order.
pub fn nonce_with_torsion(name: &str, message: &[u8], part: EdwardsPoint) -> [u8; 64] {
    let nonce = Scalar::from(0x7031_u64);
    let point = EdwardsPoint::mul_base(&nonce) + part;
    with_nonce(name, message, point.compress().to_bytes(), nonce)
}

/// A key with a part of order 8, and a signature under it. Without multiplying by the cofactor, the two sides of
/// the equation differ by a point of this order: 2, 4 or 8.
pub fn key_with_torsion(name: &str, message: &[u8], order: u64) -> ([u8; 32], [u8; 64]) {
    let secret = key(name).to_scalar();
    let public = EdwardsPoint::mul_base(&secret) + EIGHT_TORSION[1];
    let a = public.compress().to_bytes();
    let signature = (1_u64..).map(Scalar::from).find_map(|nonce| {
        let r = EdwardsPoint::mul_base(&nonce).compress().to_bytes();
        let k = challenge(b"", &r, &a, message);
        let rest = EIGHT_TORSION[1] * k;
        let times = |count: u64| (rest * Scalar::from(count)).is_identity();
        (times(order) && !times(order / 2)).then(|| joined(r, nonce + k * secret))
    });
    (a, signature.expect("one nonce in eight will do"))
}

/// A signature under a public key of small order, which has no secret half: anybody makes it.
pub fn forged(a: &[u8; 32], point: EdwardsPoint, message: &[u8]) -> [u8; 64] {
    let signature = (1_u64..).map(Scalar::from).find_map(|nonce| {
        let r = EdwardsPoint::mul_base(&nonce).compress().to_bytes();
        (point * challenge(b"", &r, a, message)).is_identity().then(|| joined(r, nonce))
    });
    signature.expect("one nonce in eight will do")
}

/// The point of small order at this place; 0 is the neutral one, odd places have order 8.
pub fn torsion(place: usize) -> EdwardsPoint {
    EIGHT_TORSION[place]
}

/// y = p + 1, which a lenient decoder takes for the neutral point (y = 1).
pub fn neutral_beyond_p() -> [u8; 32] {
    let mut bytes = [0xff; 32];
    (bytes[0], bytes[31]) = (0xee, 0x7f);
    bytes
}

fn joined(r: [u8; 32], s: Scalar) -> [u8; 64] {
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&r);
    signature[32..].copy_from_slice(s.as_bytes());
    signature
}
