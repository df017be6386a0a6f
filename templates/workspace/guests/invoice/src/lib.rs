//! Adds up an order: JSON in, JSON out, amounts in cents.
//!
//! The caller asks `alloc` for a buffer, writes the order there, calls `process`, which
//! gives the length of the answer, and reads the answer at `output`.

use std::cell::RefCell;

use serde::{Deserialize, Serialize};

thread_local! {
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static OUTPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes a zeroed buffer of `len` bytes for the order and returns its address.
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

/// Answers the order in the buffer and returns the answer's length in bytes.
// Unsafe for the same reason as above.
#[unsafe(no_mangle)]
pub extern "C" fn process() -> usize {
    let answer = INPUT.with_borrow(|input| answer(input));
    let len = answer.len();
    OUTPUT.set(answer);
    len
}

/// The address of the last answer, which stays valid until the next call of `process`.
// Unsafe for the same reason as above.
#[unsafe(no_mangle)]
pub extern "C" fn output() -> *const u8 {
    OUTPUT.with_borrow(|output| output.as_ptr())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    currency: String,
    vat_percent: u64,
    lines: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    item: String,
    quantity: u64,
    price: u64,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Invoice { currency: String, lines: Vec<Amount>, net: u64, vat: u64, gross: u64 },
    Error { error: String },
}

#[derive(Serialize)]
struct Amount {
    item: String,
    amount: u64,
}

fn answer(order: &[u8]) -> Vec<u8> {
    let answer = match serde_json::from_slice(order) {
        Ok(order) => invoice(order)
            .unwrap_or_else(|| Answer::Error { error: "an amount is too large".to_owned() }),
        Err(error) => Answer::Error { error: error.to_string() },
    };
    serde_json::to_vec(&answer).expect("strings and integers always become JSON")
}

/// The invoice of `order`, or `None` where an amount does not fit into 64 bits.
fn invoice(order: Order) -> Option<Answer> {
    let mut net = 0_u64;
    let mut lines = Vec::with_capacity(order.lines.len());
    for line in order.lines {
        let amount = line.quantity.checked_mul(line.price)?;
        net = net.checked_add(amount)?;
        lines.push(Amount { item: line.item, amount });
    }
    let vat = net.checked_mul(order.vat_percent)?.checked_add(50)? / 100;
    Some(Answer::Invoice {
        currency: order.currency,
        lines,
        net,
        vat,
        gross: net.checked_add(vat)?,
    })
}

#[cfg(test)]
mod tests {
    fn answer(order: &str) -> String {
        String::from_utf8(super::answer(order.as_bytes())).expect("JSON is UTF-8")
    }

    #[test]
    fn an_order_is_added_up() {
        let order = r#"{"currency":"EUR","vat_percent":19,"lines":[
            {"item":"tea","quantity":3,"price":450},{"item":"cup","quantity":1,"price":1299}]}"#;
        assert_eq!(
            answer(order),
            r#"{"currency":"EUR","lines":[{"item":"tea","amount":1350},{"item":"cup","amount":1299}],"net":2649,"vat":503,"gross":3152}"#
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        let order = r#"{"currency":"EUR","vat_percent":0,"lines":[
            {"item":"sea","quantity":18446744073709551615,"price":2}]}"#;
        assert_eq!(answer(order), r#"{"error":"an amount is too large"}"#);
        assert_eq!(answer("{}"), r#"{"error":"missing field `currency` at line 1 column 2"}"#);
    }
}
