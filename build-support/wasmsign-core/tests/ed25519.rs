//! Signatures that lax verifiers take: ours must not, so that all verifiers agree.

mod common;

use common::*;
use wasmsign_core::PublicKey;
use wasmsign_core::verify::Reason;

const PART: &[u8] = b"\x01\x05types";

/// The order of the base point, little-endian (RFC 8032, section 5.1).
const L: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// Points of small order, and other spellings of the same.
fn small_order() -> Vec<[u8; 32]> {
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut minus_one = [0xff; 32];
    (minus_one[0], minus_one[31]) = (0xec, 0x7f);
    let mut p = minus_one;
    p[0] = 0xed;
    let mut p_plus_one = minus_one;
    p_plus_one[0] = 0xee;
    let mut signed_identity = identity;
    signed_identity[31] = 0x80;
    let order_8 = [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ];
    vec![identity, [0; 32], minus_one, p, p_plus_one, signed_identity, order_8]
}

fn signature() -> [u8; 64] {
    secret(1).sign(&message(&rolling(&[PART])))
}

#[track_caller]
fn refuses(signature: &[u8; 64]) {
    let file = with_sets(&[set(&rolling(&[PART]), &[entry(b"", signature)])], &[PART]);
    assert_eq!(reason(verify(&file)), Reason::NoTrustedSignature);
}

fn add_order(signature: &mut [u8; 64]) {
    let mut carry = 0;
    for (byte, add) in signature[32..].iter_mut().zip(L) {
        let sum = u16::from(*byte) + u16::from(add) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
}

#[test]
fn a_scalar_of_l_or_more_is_refused() {
    let mut malleated = signature();
    for _ in 0..15 {
        add_order(&mut malleated);
        refuses(&malleated);
    }
    let mut high = signature();
    high[63] |= 0x80;
    refuses(&high);
}

#[test]
fn a_nonce_point_of_small_order_is_refused() {
    for point in small_order() {
        let mut signature = signature();
        signature[..32].copy_from_slice(&point);
        refuses(&signature);
        refuses(&[&point[..], &[0; 32]].concat().try_into().expect("64 bytes"));
    }
}

#[test]
fn every_single_bit_of_the_signature_counts() {
    let valid = signature();
    for bit in 0..512 {
        let mut changed = valid;
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(!public(1).verify(&message(&rolling(&[PART])), &changed), "bit {bit}");
    }
    assert!(public(1).verify(&message(&rolling(&[PART])), &valid));
}

#[test]
fn a_public_key_of_small_order_is_no_key() {
    for point in small_order() {
        assert!(PublicKey::from_bytes(&point).is_err(), "{point:02x?}");
    }
}

#[test]
fn nothing_but_the_message_of_the_format_is_signed() {
    let hashes = rolling(&[PART]);
    let mut messages = vec![hashes.concat(), PART.to_vec()];
    for at in 0..10 {
        let mut other = message(&hashes);
        other[at] ^= 1;
        messages.push(other);
    }
    messages.iter().for_each(|message| refuses(&secret(1).sign(message)));
}
