//! Points, signatures, and RFC 8032.

use std::vec::Vec;

use super::super::strict;
use super::{KeyError, PublicKey, SecretKey, one, two, unhex};

/// Secret seed, public key, message, signature: RFC 8032, section 7.1, tests 1 to 3.
const RFC_8032: [[&str; 4]; 3] = [
    [
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ],
    [
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ],
    [
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ],
];

/// Orders 1, 2, 4, 4, 8, 8, 8, 8.
const SMALL_ORDER: [&str; 8] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
];

/// "−0" for y = 1 and y = −1; y = p and y = p + 1 with both signs.
const NON_CANONICAL: [&str; 6] = [
    "0100000000000000000000000000000000000000000000000000000000000080",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

/// The order L of the base point, little-endian.
const L: &str = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

fn message(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| unhex::<1>(std::str::from_utf8(pair).expect("hex"))[0])
        .collect()
}

#[test]
fn rfc_8032_is_met() {
    for [seed, public, text, signature] in RFC_8032 {
        let key = SecretKey::from_seed(&unhex(seed));
        assert_eq!(key.public_key(), &PublicKey::from_bytes(&unhex(public)).expect("a key"));
        assert_eq!(key.sign(&message(text)), unhex(signature));
        assert!(key.public_key().verify(&message(text), &unhex(signature)));
    }
}

#[test]
fn other_keys_messages_and_signatures_are_refused() {
    let signature = one().sign(b"message");
    assert!(one().public_key().verify(b"message", &signature));
    assert!(!two().public_key().verify(b"message", &signature));
    assert!(!one().public_key().verify(b"massage", &signature));
    for at in 0..64 {
        let mut changed = signature;
        changed[at] ^= 1;
        assert!(!one().public_key().verify(b"message", &changed), "byte {at}");
    }
}

#[test]
fn a_scalar_of_l_or_more_is_refused() {
    let mut signature = one().sign(b"message");
    let mut carry = 0;
    for (byte, add) in signature[32..].iter_mut().zip(unhex::<32>(L)) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = carry.to_le_bytes()[0];
        carry >>= 8;
    }
    assert!(!one().public_key().verify(b"message", &signature));
}

fn increased(number: &[u8; 32], by: i16) -> [u8; 32] {
    let mut number = *number;
    let mut carry = by;
    for byte in &mut number {
        carry += i16::from(*byte);
        *byte = carry.to_le_bytes()[0];
        carry >>= 8;
    }
    number
}

/// Our own checks, without the curve.
#[test]
fn bytes_alone_tell_what_is_strict() {
    let l = unhex(L);
    assert!(strict::is_reduced(&increased(&l, -1)) && strict::is_reduced(&[0; 32]));
    let (mut more, mut most) = (l, l);
    (more[1], most[31]) = (0xff, 0x1f);
    for scalar in [l, increased(&l, 1), more, most, [0xff; 32]] {
        assert!(!strict::is_reduced(&scalar), "{scalar:02x?}");
    }
    for text in SMALL_ORDER.iter().chain(&NON_CANONICAL) {
        let point = unhex::<32>(text);
        assert!(!strict::is_strict_point(&point), "{text}");
        let mut other_sign = point;
        other_sign[31] ^= 0x80;
        assert!(!strict::is_strict_point(&other_sign), "{text}");
    }
    let p = unhex(NON_CANONICAL[2]);
    assert!((2..20).all(|less| strict::is_strict_point(&increased(&p, -less))));
    assert!((0..19).all(|more| !strict::is_strict_point(&increased(&p, more))));
    for key in [one(), two()] {
        assert!(strict::is_strict_point(key.public_key().ed25519_bytes().unwrap()));
    }
}

#[test]
fn points_of_small_order_are_refused() {
    for text in SMALL_ORDER {
        assert_eq!(PublicKey::from_bytes(&unhex(text)), Err(KeyError::SmallOrder), "{text}");
        let compact = [&[1], &unhex::<32>(text)[..]].concat();
        assert_eq!(PublicKey::decode(&compact), Err(KeyError::SmallOrder), "{text}");
    }
}

#[test]
fn non_canonical_points_are_refused() {
    for text in NON_CANONICAL {
        assert_eq!(PublicKey::from_bytes(&unhex(text)), Err(KeyError::NonCanonical), "{text}");
    }
}

#[test]
fn every_y_of_p_or_more_is_refused() {
    for (low, high) in (0xed..=0xff).flat_map(|low| [(low, 0x7f), (low, 0xff)]) {
        let mut bytes = [0xff; 32];
        (bytes[0], bytes[31]) = (low, high);
        let error = PublicKey::from_bytes(&bytes).expect_err("y is not below p");
        assert!(matches!(error, KeyError::NonCanonical | KeyError::NotAPoint), "{low:02x}");
    }
}

#[test]
fn half_of_all_values_are_no_points() {
    let mut bytes = [0; 32];
    bytes[0] = 2;
    assert_eq!(PublicKey::from_bytes(&bytes), Err(KeyError::NotAPoint));
}

#[test]
fn a_constant_that_is_no_point_verifies_nothing() {
    const JUNK: PublicKey = PublicKey::from_checked([0xff; 32]);
    assert!(!JUNK.verify(b"", &[0; 64]));
}
