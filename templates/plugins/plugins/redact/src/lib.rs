//! Hides the names in mail addresses.
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
    let answer = INPUT.with_borrow(|input| redact(&String::from_utf8_lossy(input)));
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

/// The text with `***` for what stands before the `@` of a mail address.
fn redact(text: &str) -> String {
    let words = text.split(' ').map(|word| match word.split_once('@') {
        Some((name, place)) if !name.is_empty() && place.contains('.') => format!("***@{place}"),
        _ => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn names_are_hidden_and_all_else_stays() {
        assert_eq!(redact("write to ann@example.com, soon"), "write to ***@example.com, soon");
        for text in ["", "two  spaces", "@home", "ann@", "3 @ 4.50"] {
            assert_eq!(redact(text), text);
        }
    }
}
