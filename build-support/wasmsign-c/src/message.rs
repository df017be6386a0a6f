//! The message of a verifier.

use std::ffi::c_char;

/// Bytes of a message, with its zero byte.
const ROOM: usize = 4096;

/// A line of UTF-8 with a zero byte behind it, at one place for as long as the verifier lives: C may hold on to it from one
/// call to the next, and gives it to calls in whatever order it evaluates their arguments.
pub(crate) struct Message(Box<[u8; ROOM]>);

impl Default for Message {
    fn default() -> Self {
        Self(Box::new([0; ROOM]))
    }
}

impl Message {
    /// Where it begins.
    pub(crate) fn start(&self) -> *const c_char {
        self.0.as_ptr().cast()
    }

    /// Writes another text over it, as much of it as there is room for.
    pub(crate) fn set(&mut self, text: &str) {
        // A zero byte in a path or a name would end the message early.
        let text = text.replace('\0', "\\0");
        let mut end = text.len().min(ROOM - 1);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.0.fill(0);
        self.0[..end].copy_from_slice(&text.as_bytes()[..end]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        let mut message = Message::default();
        let place = message.start();
        message.set(&format!("a{}", "é".repeat(ROOM)));
        assert_eq!(message.start(), place);
        let text = std::ffi::CStr::from_bytes_until_nul(&message.0[..]).expect("it ends");
        assert_eq!(text.to_str().expect("it is UTF-8").len(), ROOM - 1);
        message.set("short \0");
        assert!(message.0.starts_with(b"short \\0\0\0"));
    }
}
