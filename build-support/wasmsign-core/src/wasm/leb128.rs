//! varuint32: unsigned LEB128 of at most 5 bytes and 32 bits, low-order group first.

use alloc::vec::Vec;

use crate::limits::MAX_VARUINT32_BYTES;

/// A value being put together byte by byte.
#[derive(Debug, Default)]
pub(crate) struct Varuint32 {
    value: u32,
    bytes: usize,
}

/// What a byte did to a [`Varuint32`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// More bytes follow.
    More,
    /// The value is complete.
    Done {
        /// The value.
        value: u32,
        /// Whether fewer bytes would have said the same.
        padded: bool,
    },
    /// More than 5 bytes or 32 bits.
    TooLong,
}

impl Varuint32 {
    /// Takes the next byte.
    pub(crate) fn push(&mut self, byte: u8) -> Step {
        let group = u32::from(byte & 0x7f);
        let last_allowed = self.bytes + 1 == MAX_VARUINT32_BYTES;
        if last_allowed && (byte & 0x80 != 0 || group > 0x0f) {
            return Step::TooLong;
        }
        self.value |= group << (7 * self.bytes);
        self.bytes += 1;
        if byte & 0x80 != 0 {
            Step::More
        } else {
            Step::Done { value: self.value, padded: byte == 0 && self.bytes > 1 }
        }
    }
}

/// Appends the shortest form of `value`.
pub(crate) fn encode(mut value: u32, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> Step {
        let mut number = Varuint32::default();
        for &byte in bytes {
            match number.push(byte) {
                Step::More => {}
                done => return done,
            }
        }
        Step::More
    }

    #[test]
    fn reads_back_what_it_writes_in_the_shortest_form() {
        for value in [0, 1, 0x7f, 0x80, 0x3fff, 0x4000, 0x1f_ffff, 0x20_0000, 0x0fff_ffff, u32::MAX]
        {
            let mut bytes = Vec::new();
            encode(value, &mut bytes);
            assert_eq!(decode(&bytes), Step::Done { value, padded: false });
        }
    }

    #[test]
    fn tells_padding() {
        assert_eq!(decode(&[0x80, 0x00]), Step::Done { value: 0, padded: true });
        assert_eq!(decode(&[0x81, 0x80, 0x80, 0x80, 0x00]), Step::Done { value: 1, padded: true });
        assert_eq!(decode(&[0x00]), Step::Done { value: 0, padded: false });
    }

    #[test]
    fn refuses_more_than_five_bytes_or_32_bits() {
        assert_eq!(decode(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x00]), Step::TooLong);
        assert_eq!(decode(&[0xff, 0xff, 0xff, 0xff, 0x1f]), Step::TooLong);
        assert_eq!(
            decode(&[0xff, 0xff, 0xff, 0xff, 0x0f]),
            Step::Done { value: u32::MAX, padded: false }
        );
    }

    #[test]
    fn wants_more_bytes_while_the_high_bit_is_set() {
        assert_eq!(decode(&[0x80, 0x80]), Step::More);
    }
}
