//! Parts of a selection of packages, for machines that build side by side.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// One of several parts of a selection: `hash:K/N`.
///
/// A package belongs to the part that the hash of its name says, whatever else is selected. The hash is the first 8 bytes
/// of SHA-256 of the name, as a big-endian number: the same on every machine and in every release of this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Partition {
    part: u64,
    parts: u64,
}

/// More than anybody has machines.
const MAX_PARTS: u64 = 1_000_000;

impl Partition {
    /// Whether a package of this name belongs to this part.
    pub(crate) fn contains(self, package: &str) -> bool {
        let digest = Sha256::digest(package);
        let number = digest[..8].iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        number % self.parts == self.part - 1
    }

    /// `K`, from 1.
    pub(crate) fn part(self) -> u64 {
        self.part
    }

    /// `N`.
    pub(crate) fn parts(self) -> u64 {
        self.parts
    }

    /// Reads `K/N`.
    pub(crate) fn of_numbers(text: &str) -> Option<Self> {
        let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
            true => text.parse().ok().filter(|number| (1..=MAX_PARTS).contains(number)),
            false => None,
        };
        let (part, parts) = text.split_once('/')?;
        let (part, parts) = (number(part)?, number(parts)?);
        (part <= parts).then_some(Self { part, parts })
    }
}

impl FromStr for Partition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.strip_prefix("hash:").and_then(Self::of_numbers).ok_or_else(|| {
            "expected `hash:K/N` with 1 ≤ K ≤ N, such as `hash:1/3` for the first of three parts".into()
        })
    }
}

/// `K/N`.
impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.part, self.parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_is_in_one_part() {
        for parts in 1..9 {
            let parts: Vec<Partition> =
                (1..=parts).map(|part| format!("hash:{part}/{parts}").parse().unwrap()).collect();
            for package in ["alpha", "beta", "a-b", "a_b", ""] {
                let of = parts.iter().filter(|part| part.contains(package)).count();
                assert_eq!(of, 1, "{package} of {}", parts.len());
            }
        }
    }

    #[test]
    fn the_parts_stay_what_they_are() {
        // SHA-256 of these names begins with 8ed3f6ad685b959e and f44e64e75f3948e9: printf alpha | sha256sum
        let is_first = |name: &str| Partition { part: 1, parts: 2 }.contains(name);
        assert!(is_first("alpha") && !is_first("beta"));
    }

    #[test]
    fn anything_else_is_no_part() {
        for text in [
            "",
            "1/2",
            "hash:",
            "hash:0/2",
            "hash:3/2",
            "hash:1/0",
            "hash:1",
            "hash:+1/2",
            "count:1/2",
            "hash:1/2/3",
            "hash:1/1000001",
        ] {
            assert!(text.parse::<Partition>().is_err(), "{text}");
        }
    }
}
