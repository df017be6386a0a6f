//! What RFC 8032 leaves to the verifier, decided on the bytes: features of `ed25519-dalek`, which any crate of a program
//! can switch on, have no part in it.
//!
//! Numbers are compared in little-endian order, as they stand in keys and signatures.

/// L, the order of the base point: 2²⁵² + 27742317777372353535851937790883648493.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// p = 2²⁵⁵ − 19.
const PRIME: [u8; 32] = {
    let mut p = [0xff; 32];
    (p[0], p[31]) = (0xed, 0x7f);
    p
};

/// The y of every point of order 1, 2, 4 or 8. Of the first two points x is 0, which has one sign: a second one, "−0", is
/// among what this excludes.
const SMALL_ORDER: [[u8; 32]; 5] = [
    {
        let mut one = [0; 32];
        one[0] = 1;
        one
    },
    {
        let mut minus_one = PRIME;
        minus_one[0] -= 1;
        minus_one
    },
    [0; 32],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67,
        0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac,
        0x03, 0x7a,
    ],
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98,
        0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53,
        0xfc, 0x05,
    ],
];

/// Whether a scalar is below L.
pub(super) fn is_reduced(scalar: &[u8; 32]) -> bool {
    is_less(scalar, &ORDER)
}

/// Whether these bytes are the only spelling of their point, if they are one, and it is not of small order.
pub(super) fn is_strict_point(bytes: &[u8; 32]) -> bool {
    let mut y = *bytes;
    y[31] &= 0x7f;
    is_less(&y, &PRIME) && !SMALL_ORDER.contains(&y)
}

fn is_less(number: &[u8; 32], limit: &[u8; 32]) -> bool {
    number.iter().rev().lt(limit.iter().rev())
}
