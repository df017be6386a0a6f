//! Names in `target_features` that the optimizer does not know, and drops: they come back.

use serde::{Deserialize, Serialize};

use super::Job;
use super::capabilities::Abilities;
use super::target_features::{self, Entry, SECTION};
use crate::error::Result;
use crate::module::edit;

/// What a module has declared before the optimizer saw it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Names {
    /// All names, in their order.
    declared: Vec<Entry>,
    /// Those that the optimizer has no word for.
    lost: Vec<String>,
}

impl Names {
    /// Those of a module for a tool of these abilities.
    pub(super) fn of(module: &[u8], abilities: &Abilities) -> Self {
        // A section that cannot be read was refused before.
        let declared = target_features::entries(module).ok().flatten().unwrap_or_default();
        let is_lost = |entry: &&Entry| entry.prefix == b'-' || !abilities.declares(&entry.name);
        let lost = declared.iter().filter(is_lost).map(|entry| entry.name.clone()).collect();
        Self { declared, lost }
    }

    /// Puts those that were lost into what the optimizer has left of a job, in the old order.
    ///
    /// # Errors
    ///
    /// Malformed or io.
    pub(super) fn bring_back(&self, job: &Job) -> Result<()> {
        let asked = job.passes.iter().any(|pass| pass == "strip-target-features");
        if self.lost.is_empty() || asked {
            return Ok(());
        }
        let module = edit::read(&job.name, &job.output)?;
        // What is no module is told of by whoever looks at it next.
        let Ok(left) = target_features::entries(&module) else { return Ok(()) };
        let content =
            target_features::content_of(&self.merged(left.as_deref().unwrap_or_default()));
        let whole = match left {
            Some(_) => edit::replaced(&job.name, &module, SECTION, |_| Ok(content.clone()))?,
            None => edit::with_section(module, SECTION, &content),
        };
        edit::write(&job.name, &job.output, &whole)
    }

    fn merged(&self, left: &[Entry]) -> Vec<Entry> {
        let has = |entries: &[Entry], name: &str| entries.iter().any(|entry| entry.name == name);
        let stays = |entry: &&Entry| has(left, &entry.name) || self.lost.contains(&entry.name);
        let is_new = |entry: &&Entry| !has(&self.declared, &entry.name);
        self.declared.iter().filter(stays).chain(left.iter().filter(is_new)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::optimize::testing::{TempDir, adder, job, target_features};

    /// What is left of the names that a module declares, after an optimizer of this version has made `left` of them.
    fn brought_back(
        version: &str,
        declared: &[&str],
        left: Option<&[&str]>,
        passes: &[&str],
    ) -> Vec<u8> {
        let module = |names: &[&str]| [adder(), target_features(names)].concat();
        let names = Names::of(&module(declared), &Abilities::new(version, None));
        let dir = TempDir::new();
        let output = dir.write("out.wasm", &left.map_or_else(adder, module));
        let passes = passes.iter().map(|pass| pass.to_string()).collect();
        names.bring_back(&Job { passes, ..job("in.wasm", &output) }).unwrap();
        std::fs::read(output).unwrap()[adder().len()..].to_vec()
    }

    #[test]
    fn what_the_optimizer_does_not_know_comes_back_in_its_place() {
        let declared = ["+bulk-memory", "+bulk-memory-opt", "+new", "+sign-ext", "-atomics"];
        let left =
            brought_back("116", &declared, Some(&["+sign-ext", "+bulk-memory", "+simd128"]), &[]);
        let expected =
            ["+bulk-memory", "+bulk-memory-opt", "+new", "+sign-ext", "-atomics", "+simd128"];
        assert_eq!(left, target_features(&expected));
    }

    #[test]
    fn what_it_knows_and_has_dropped_does_not() {
        let declared = ["+bulk-memory-opt", "+sign-ext", "+new"];
        let left = brought_back("121", &declared, Some(&[]), &[]);
        assert_eq!(left, target_features(&["+new"]));
    }

    #[test]
    fn a_section_that_is_gone_comes_back_unless_a_pass_strips_it() {
        assert_eq!(brought_back("116", &["+new"], None, &[]), target_features(&["+new"]));
        assert!(brought_back("116", &["+new"], None, &["strip-target-features"]).is_empty());
    }
}
