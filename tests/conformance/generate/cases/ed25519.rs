//! Signatures and keys that lax verifiers take.

use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::{EdwardsPoint, Scalar};

use super::one;
use crate::bytes::{data, entry, message, module, rolling, set};
use crate::draft::{Draft, malformed, refused};
use crate::keys::{
    ALICE, forged, key_with_torsion, malleated, neutral_beyond_p, nonce_with_torsion, sign,
    torsion, with_nonce,
};

pub fn cases() -> Vec<Draft> {
    [scalars(), nonces(), torsions(), small_keys()].into_iter().flatten().collect()
}

fn signed_message() -> Vec<u8> {
    message(&rolling(&one()))
}

fn right() -> [u8; 64] {
    sign(ALICE, &signed_message())
}

fn of(signature: &[u8; 64]) -> Vec<u8> {
    module(&data(&[set(&rolling(&one()), &[entry(b"", signature)])]), &one().concat())
}

fn invalid(name: &str, about: &str, signature: &[u8; 64]) -> Draft {
    refused(name, "no-trusted-signature", about, of(signature))
}

fn flipped(at: usize, bits: u8) -> [u8; 64] {
    let mut signature = right();
    signature[at] ^= bits;
    signature
}

fn scalars() -> Vec<Draft> {
    let mut l = right();
    l[32..].copy_from_slice(&malleated([0; 64], 1)[32..]);
    let mut ones = right();
    ones[32..].fill(0xff);
    let mut zero = right();
    zero[32..].fill(0);
    vec![
        invalid("s-plus-l", "S + L in the place of S.", &malleated(right(), 1)),
        invalid("s-plus-2l", "S + 2 L in the place of S.", &malleated(right(), 2)),
        invalid(
            "s-plus-8l",
            "S + 8 L in the place of S: the highest bit is set.",
            &malleated(right(), 8),
        ),
        invalid(
            "s-plus-14l",
            "S + 14 L in the place of S, near the end of 256 bits.",
            &malleated(right(), 14),
        ),
        invalid("s-is-l", "S = L.", &l),
        invalid("s-all-ones", "Every bit of S is set.", &ones),
        invalid("s-zero", "S = 0.", &zero),
        invalid("s-high-bit", "The highest bit of S is set.", &flipped(63, 0x80)),
        invalid("s-changed", "One bit of S is another one.", &flipped(32, 1)),
        invalid("r-changed", "One bit of R is another one.", &flipped(0, 1)),
        invalid("r-negated", "The sign of R is the other one.", &flipped(31, 0x80)),
        invalid("zero", "64 bytes of zero.", &[0; 64]),
        invalid("halves-swapped", "S before R.", &{
            let mut swapped = right();
            swapped.rotate_left(32);
            swapped
        }),
    ]
}

/// An R of no nonce at all: the equation holds.
fn without_nonce(r: [u8; 32]) -> [u8; 64] {
    with_nonce(ALICE, &signed_message(), r, Scalar::ZERO)
}

fn nonces() -> Vec<Draft> {
    let neutral = torsion(0).compress().to_bytes();
    let mut neutral_signed = neutral;
    neutral_signed[31] |= 0x80;
    let of_order = |place: usize| without_nonce(torsion(place).compress().to_bytes());
    let mut beyond = neutral_beyond_p();
    beyond[31] |= 0x80;
    let mut not_a_point = [0; 32];
    not_a_point[0] = 2;
    vec![
        invalid(
            "r-neutral",
            "R is the neutral point, and the equation holds.",
            &without_nonce(neutral),
        ),
        invalid(
            "r-neutral-beyond-p",
            "R is the neutral point, spelled y = p + 1.",
            &without_nonce(neutral_beyond_p()),
        ),
        invalid(
            "r-neutral-signed",
            "R is the neutral point, spelled with x = -0.",
            &without_nonce(neutral_signed),
        ),
        invalid(
            "r-neutral-beyond-p-signed",
            "R is the neutral point, spelled y = p + 1 and x = -0.",
            &without_nonce(beyond),
        ),
        invalid(
            "r-of-order-2",
            "R is of order 2; the equation holds after the cofactor.",
            &of_order(4),
        ),
        invalid(
            "r-of-order-4",
            "R is of order 4; the equation holds after the cofactor.",
            &of_order(2),
        ),
        invalid(
            "r-of-order-8",
            "R is of order 8; the equation holds after the cofactor.",
            &of_order(1),
        ),
        invalid("r-not-a-point", "R is not a point of the curve.", &without_nonce(not_a_point)),
    ]
}

/// What a verifier takes that multiplies by the cofactor, and another does not.
fn torsions() -> Vec<Draft> {
    let nonce = |order: u64, place| {
        let signature = nonce_with_torsion(ALICE, &signed_message(), torsion(place));
        let about =
            format!("R has a part of order {order}; the equation holds after the cofactor.");
        invalid(&format!("r-with-part-of-order-{order}"), &about, &signature)
    };
    let key = |order: u64| {
        let (key, signature) = key_with_torsion(ALICE, &signed_message(), order);
        let about = format!(
            "The key has a part of order 8; the equation is off by a point of order {order}."
        );
        invalid(&format!("key-with-torsion-off-by-{order}"), &about, &signature)
            .key_file(&[&[1], &key[..]].concat())
    };
    vec![nonce(2, 4), nonce(4, 2), nonce(8, 1), key(2), key(4), key(8)]
}

/// A key of small order, under which anybody signs.
fn small(name: &str, about: &str, spelled: [u8; 32], point: EdwardsPoint) -> Draft {
    let signature = forged(&spelled, point, &signed_message());
    malformed(name, "key", about, of(&signature)).key_file(&[&[1], &spelled[..]].concat())
}

/// The first y from p + 2 on that is on the curve: not of small order, so that nobody knows a secret for it.
fn beyond_p() -> [u8; 32] {
    let spelled = |low: u8| {
        let mut bytes = neutral_beyond_p();
        bytes[0] = low;
        bytes
    };
    let is_point = |bytes: &[u8; 32]| CompressedEdwardsY(*bytes).decompress().is_some();
    (0xef..=0xff).map(spelled).find(is_point).expect("every second y is on the curve")
}

fn small_keys() -> Vec<Draft> {
    let of_order = |name, about, place: usize| {
        small(name, about, torsion(place).compress().to_bytes(), torsion(place))
    };
    let mut signed = torsion(0).compress().to_bytes();
    signed[31] |= 0x80;
    // y = p, which a lenient decoder takes for y = 0: order 4.
    let mut p = neutral_beyond_p();
    p[0] = 0xed;
    vec![
        of_order(
            "key-neutral",
            "The key is the neutral point; the signature was made without any secret.",
            0,
        ),
        of_order(
            "key-of-order-2",
            "The key is of order 2; the signature was made without any secret.",
            4,
        ),
        of_order(
            "key-of-order-4",
            "The key is of order 4; the signature was made without any secret.",
            2,
        ),
        of_order(
            "key-of-order-8",
            "The key is of order 8; the signature was made without any secret.",
            1,
        ),
        of_order("key-of-order-8-other", "The key is another one of order 8.", 3),
        small(
            "key-neutral-beyond-p",
            "The key is the neutral point, spelled y = p + 1.",
            neutral_beyond_p(),
            torsion(0),
        ),
        small(
            "key-neutral-signed",
            "The key is the neutral point, spelled with x = -0.",
            signed,
            torsion(0),
        ),
        small("key-beyond-p", "The key is of order 4, spelled y = p.", p, {
            let two = torsion(2);
            if two.compress().as_bytes()[31] & 0x80 == 0 { two } else { -two }
        }),
        malformed(
            "key-beyond-p-of-large-order",
            "key",
            "The key is not of small order, but its y is spelled beyond p.",
            of(&right()),
        )
        .key_file(&[&[1], &beyond_p()[..]].concat()),
    ]
}
