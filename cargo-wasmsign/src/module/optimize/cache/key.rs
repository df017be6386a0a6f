//! What an optimizer's result depends on.

use std::fmt;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::module::optimize::job::Allowed;
use crate::module::optimize::{Job, Level};

/// Goes up whenever the steps around Binaryen begin to do otherwise with the same job.
const STEPS: u32 = 2;

/// The name of a result: equal jobs for equal tools have equal ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

#[derive(Serialize)]
struct Ingredients<'a> {
    steps: u32,
    program: &'a str,
    tool: &'a str,
    module: &'a str,
    level: Level,
    passes: &'a [String],
    keep_names: bool,
    keep_debug: bool,
    features: &'a Allowed,
    exports: Option<&'a [String]>,
    producers: bool,
}

impl Key {
    /// The key of a job for a tool of this identity.
    pub fn new(job: &Job, tool: &str) -> Self {
        // Field by field, so that a new one is not forgotten here. Where files lie, and how many threads do
        // the work, and how long they may, decides nothing.
        let Job {
            name: _,
            input: _,
            digest,
            output: _,
            level,
            passes,
            keep_names,
            keep_debug,
            features,
            exports,
            producers,
            jobs: _,
            timeout: _,
        } = job;
        let ingredients = Ingredients {
            steps: STEPS,
            program: env!("CARGO_PKG_VERSION"),
            tool,
            module: digest,
            level: *level,
            passes,
            keep_names: *keep_names,
            keep_debug: *keep_debug,
            features,
            exports: exports.as_deref(),
            producers: *producers,
        };
        let text = serde_json::to_vec(&ingredients).expect("these types are all known to JSON");
        Self(Sha256::digest(text).into())
    }

    /// The digest itself.
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Key {
    /// The name of the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Whether a file name is that of a key.
pub(super) fn is_key(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::optimize::Features;
    use crate::module::optimize::testing::job;

    #[test]
    fn everything_that_decides_changes_the_key() {
        let base = job("in", "out");
        let texts = |text: &str| vec![text.to_owned()];
        let listed = |names: &[&str]| Allowed::Only(Features::from_names(names).unwrap());
        let jobs = [
            base.clone(),
            Job { digest: "other".into(), ..base.clone() },
            Job { level: Level::Oz, ..base.clone() },
            Job { passes: texts("vacuum"), ..base.clone() },
            Job { passes: vec!["vacuum".into(), "vacuum".into()], ..base.clone() },
            Job { keep_names: true, ..base.clone() },
            Job { keep_debug: true, ..base.clone() },
            Job { features: listed(&[]), ..base.clone() },
            Job { features: listed(&["simd"]), ..base.clone() },
            Job { exports: Some(vec![]), ..base.clone() },
            Job { exports: Some(texts("vacuum")), ..base.clone() },
            Job { producers: true, ..base.clone() },
        ];
        let mut keys: Vec<_> = jobs.iter().map(|job| Key::new(job, "tool").to_string()).collect();
        keys.push(Key::new(&base, "another tool").to_string());
        let count = keys.len();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count);
        assert!(keys.iter().all(|key| is_key(key)));
    }

    #[test]
    fn places_and_threads_do_not() {
        let base = job("in", "out");
        let other = Job { jobs: Some(3), name: "n".into(), ..job("elsewhere", "there") };
        assert_eq!(Key::new(&base, "tool"), Key::new(&other, "tool"));
    }
}
