//! `optimize.timeout`: how long one module may take.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::error::Result;
use crate::manifest::kind::Kind;
use crate::manifest::node::Node;
use crate::text::words::Invalid;

/// The units, the longest first: none stands twice, and none before a longer one.
const UNITS: [(char, u64); 3] = [('h', 3600), ('m', 60), ('s', 1)];

/// A time of at least a second, as `90s`, `10m` or `1h30m` say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeout(Duration);

impl Timeout {
    /// The same as the standard library has it.
    pub fn duration(self) -> Duration {
        self.0
    }
}

impl FromStr for Timeout {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match seconds(text) {
            Some(seconds @ 1..) => Ok(Self(Duration::from_secs(seconds))),
            _ => Err(Invalid::new("a time, such as `90s`, `10m` or `1h30m`", text)),
        }
    }
}

impl Kind for Timeout {
    type Value = Self;

    fn read(node: &Node<'_>) -> Result<Self> {
        node.text()?.parse()
    }

    fn show(value: &Self) -> Value {
        json!(value.to_string())
    }

    fn describe(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 2, "pattern": "^([0-9]+h)?([0-9]+m)?([0-9]+s)?$" })
    }
}

fn seconds(text: &str) -> Option<u64> {
    let (mut total, mut rest) = (0_u64, text);
    for (unit, length) in UNITS {
        let Some((number, behind)) = rest.split_once(unit) else { continue };
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(length)?)?;
        rest = behind;
    }
    rest.is_empty().then_some(total)
}

impl fmt::Display for Timeout {
    /// As a manifest says it, in the fewest units.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = self.0.as_secs();
        for (unit, length) in UNITS {
            if left >= length {
                write!(f, "{}{unit}", left / length)?;
                left %= length;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_a_number_before_each_unit() {
        for (text, seconds, shown) in [
            ("1s", 1, "1s"),
            ("90s", 90, "1m30s"),
            ("10m", 600, "10m"),
            ("1h30m", 5400, "1h30m"),
            ("2h0m5s", 7205, "2h5s"),
        ] {
            let timeout: Timeout = text.parse().unwrap();
            assert_eq!(timeout.duration(), Duration::from_secs(seconds), "{text}");
            assert_eq!(timeout.to_string(), shown);
        }
        for text in ["", "0s", "10", "m", "1m1h", "1m1m", "-1s", "+1s", "1.5m", "1 m", "1d", "1m5"]
        {
            assert!(text.parse::<Timeout>().is_err(), "{text}");
        }
        assert!("99999999999999999999h".parse::<Timeout>().is_err());
        assert!("9999999999999999999h".parse::<Timeout>().is_err());
    }
}
