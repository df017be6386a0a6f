//! `SHA256SUMS`: the sums of all files, as sha256sum writes and reads them.

use std::collections::BTreeMap;

use super::names::{SUMS, is_plain};
use crate::error::{Error, Result};

/// The sums of a release: by file, in hexadecimal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sums(BTreeMap<String, String>);

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It names a file outside of the directory, or below it.
    UnsafePath,
    /// It names a file that an earlier line has named.
    Twice,
}

impl Sums {
    /// Adds the sum of a file.
    pub(super) fn insert(&mut self, file: &str, sum: String) {
        self.0.insert(file.to_owned(), sum);
    }

    /// The sum of a file.
    pub(super) fn get(&self, file: &str) -> Option<&str> {
        self.0.get(file).map(String::as_str)
    }

    /// All files with their sums, sorted.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(file, sum)| (file.as_str(), sum.as_str()))
    }

    /// The file.
    pub(super) fn to_text(&self) -> Vec<u8> {
        self.iter().map(|(file, sum)| format!("{sum}  {file}\n")).collect::<String>().into_bytes()
    }

    /// Reads the file: the sums that can be used, and the names that cannot.
    ///
    /// # Errors
    ///
    /// Exit code 3 where a line is no sum with a name.
    pub(super) fn read(text: &[u8]) -> Result<(Self, Vec<(String, Fault)>)> {
        let malformed = |line: usize| {
            Error::malformed(format!(
                "`{SUMS}`, line {line}: expected 64 hexadecimal digits, two spaces and a name"
            ))
            .advice("get the release again from where it was published")
        };
        let text = str::from_utf8(text).map_err(|error| {
            Error::malformed(format!("`{SUMS}` is not text in UTF-8")).because(error)
        })?;
        let (mut sums, mut faults) = (Self::default(), Vec::new());
        for (at, line) in text.lines().enumerate() {
            let (sum, file) = parse(line).ok_or_else(|| malformed(at + 1))?;
            if !is_plain(file) {
                faults.push((file.to_owned(), Fault::UnsafePath));
            } else if sums.0.insert(file.to_owned(), sum).is_some() {
                faults.push((file.to_owned(), Fault::Twice));
            }
        }
        Ok((sums, faults))
    }
}

/// A sum and a name; sha256sum has a star for a space where it reads binary files.
fn parse(line: &str) -> Option<(String, &str)> {
    let (sum, file) = line.split_at_checked(64)?;
    let file = file.strip_prefix("  ").or_else(|| file.strip_prefix(" *"))?;
    sum.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| (sum.to_ascii_lowercase(), file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read_as_they_are_written() {
        let mut sums = Sums::default();
        sums.insert("b.wasm", "ab".repeat(32));
        sums.insert("a.wasm", "cd".repeat(32));
        let (read, faults) = Sums::read(&sums.to_text()).expect("they are sums");
        assert_eq!((read, faults), (sums, Vec::new()));
    }

    #[test]
    fn names_that_leave_the_directory_are_found() {
        let line = |name: &str| format!("{}  {name}\n", "0".repeat(64));
        for name in ["../a", "/etc/passwd", "a/b", "..", ""] {
            let (sums, faults) = Sums::read(line(name).as_bytes()).expect("it is a line");
            assert_eq!((sums, faults), (Sums::default(), vec![(name.into(), Fault::UnsafePath)]));
        }
        let (_, faults) =
            Sums::read([line("a"), line("a")].concat().as_bytes()).expect("as before");
        assert_eq!(faults, [("a".into(), Fault::Twice)]);
    }

    #[test]
    fn anything_else_is_malformed() {
        for text in [
            "\n",
            "00  a\n",
            &format!("{} a\n", "0".repeat(64)),
            &format!("\\{}  a\n", "0".repeat(64)),
        ] {
            assert!(Sums::read(text.as_bytes()).is_err(), "{text:?}");
        }
    }
}
