//! Masks payment card numbers in a text, all digits but the last four.
//!
//! The caller asks `alloc` for a buffer, writes the text there, calls `process`,
//! and reads the masked text from the same place: it is as long as before.

use std::cell::RefCell;

thread_local! {
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes a zeroed buffer of `len` bytes and returns its address.
/// The buffer stays valid until the next call of `alloc`.
// The attribute is unsafe because a second symbol of this name would clash with it;
// nothing else in this module defines one.
#[unsafe(no_mangle)]
pub extern "C" fn alloc(len: usize) -> *mut u8 {
    BUFFER.with_borrow_mut(|buffer| {
        *buffer = vec![0; len];
        buffer.as_mut_ptr()
    })
}

/// Masks the card numbers in the buffer and returns how many there were.
// Unsafe for the same reason as above.
#[unsafe(no_mangle)]
pub extern "C" fn process() -> u32 {
    BUFFER.with_borrow_mut(|buffer| mask_cards(buffer))
}

/// Masks every card number in `text`: 13 to 19 digits, single spaces or hyphens
/// between them allowed, whose Luhn checksum holds.
fn mask_cards(text: &mut [u8]) -> u32 {
    let mut masked = 0;
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let digits = digits_from(text, at);
        at = digits[digits.len() - 1] + 1;
        if (13..=19).contains(&digits.len()) && luhn_holds(text, &digits) {
            for &position in &digits[..digits.len() - 4] {
                text[position] = b'*';
            }
            masked += 1;
        }
    }
    masked
}

/// The positions of the digits of the number that begins at `start`, itself a digit.
fn digits_from(text: &[u8], start: usize) -> Vec<usize> {
    let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    let mut digits = vec![start];
    let mut at = start + 1;
    loop {
        let separated = matches!(text.get(at), Some(b' ' | b'-'));
        let next = if separated { at + 1 } else { at };
        if !is_digit(next) {
            return digits;
        }
        digits.push(next);
        at = next + 1;
    }
}

fn luhn_holds(text: &[u8], digits: &[usize]) -> bool {
    let sum: u32 = (digits.iter().rev().enumerate())
        .map(|(place, &position)| {
            let digit = u32::from(text[position] - b'0');
            match (place % 2, digit) {
                (0, _) => digit,
                (_, 0..=4) => digit * 2,
                _ => digit * 2 - 9,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::mask_cards;

    fn masked(text: &str) -> (String, u32) {
        let mut bytes = text.as_bytes().to_vec();
        let count = mask_cards(&mut bytes);
        (String::from_utf8(bytes).expect("masking replaces ASCII by ASCII"), count)
    }

    #[test]
    fn card_numbers_keep_their_last_four_digits() {
        let text = "paid with 4111 1111 1111 1111, then 5500-0000-0000-0004.";
        let expected = "paid with **** **** **** 1111, then ****-****-****-0004.";
        assert_eq!(masked(text), (expected.to_owned(), 2));
    }

    #[test]
    fn other_numbers_stay() {
        for text in ["", "4111 1111 1111 1112", "order 1234", "4111  1111  1111  1111", "é 42"] {
            assert_eq!(masked(text), (text.to_owned(), 0));
        }
    }
}
