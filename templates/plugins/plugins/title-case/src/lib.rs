//! Begins each word with a capital letter.
//!
//! The host asks `alloc` for a buffer, writes the text there, calls `process`, which gives the length of the answer, and
//! reads the answer at `output`.

use std::cell::RefCell;

thread_local! {
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static OUTPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes a zeroed buffer of `len` bytes for the text and returns its address.
/// The buffer stays valid until the next call of `alloc`.
// The attribute is unsafe because a second symbol of this name would clash with it;
// nothing else in this module defines one.
#[unsafe(no_mangle)]
pub extern "C" fn alloc(len: usize) -> *mut u8 {
    INPUT.with_borrow_mut(|input| {
        *input = vec![0; len];
        input.as_mut_ptr()
    })
}

/// Answers the text in the buffer and returns the answer's length in bytes.
// Unsafe for the same reason as above.
#[unsafe(no_mangle)]
pub extern "C" fn process() -> usize {
    let answer = INPUT.with_borrow(|input| title_case(&String::from_utf8_lossy(input)));
    let len = answer.len();
    OUTPUT.set(answer.into_bytes());
    len
}

/// The address of the last answer, which stays valid until the next call of `process`.
// Unsafe for the same reason as above.
#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const u8 {
    OUTPUT.with_borrow(|output| output.as_ptr())
}

/// The text with a capital letter at the beginning of each word.
fn title_case(text: &str) -> String {
    let mut is_first = true;
    let letters = text.chars().flat_map(|letter| {
        let begins = std::mem::replace(&mut is_first, letter.is_whitespace());
        let capital = begins.then(|| letter.to_uppercase().collect::<Vec<_>>());
        capital.unwrap_or_else(|| vec![letter])
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use super::title_case;

    #[test]
    fn each_word_begins_with_a_capital_letter() {
        assert_eq!(title_case("write to ***@example.com"), "Write To ***@example.com");
        assert_eq!(title_case("élan  vital"), "Élan  Vital");
        assert_eq!(title_case(""), "");
    }
}
