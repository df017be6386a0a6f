//! Which custom sections came and went while a module was optimized.

use std::collections::BTreeMap;

use super::Job;

/// The difference between two modules, in names of custom sections.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Those that the first one has, or has more of, in order.
    pub dropped: Vec<String>,
    /// Those that the second one has, or has more of, in order.
    pub added: Vec<String>,
}

impl Changes {
    /// From the names of each module's custom sections, in order.
    pub fn between<'a>(
        before: impl IntoIterator<Item = &'a str>,
        after: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let before: Vec<_> = before.into_iter().collect();
        let after: Vec<_> = after.into_iter().collect();
        Self { dropped: surplus(&before, &after), added: surplus(&after, &before) }
    }

    /// What went though the job had not asked for it.
    pub fn unasked(&self, job: &Job) -> Vec<&str> {
        let strips = job.passes.iter().any(|pass| pass.starts_with("strip"));
        let asked = |name: &str| match name {
            "name" => !job.keep_names,
            _ if name.starts_with(".debug") => !job.keep_debug,
            // A map of the old code, which is of no use with the new one.
            "sourceMappingURL" => true,
            // There are passes for these, and for what belongs to DWARF.
            _ => strips,
        };
        self.dropped.iter().map(String::as_str).filter(|name| !asked(name)).collect()
    }
}

/// What `these` have more of than `those`.
fn surplus(these: &[&str], those: &[&str]) -> Vec<String> {
    let mut left = BTreeMap::<_, usize>::new();
    those.iter().for_each(|name| *left.entry(*name).or_default() += 1);
    let mut found = Vec::new();
    for name in these {
        match left.get_mut(name) {
            Some(count @ 1..) => *count -= 1,
            _ => found.push((*name).to_owned()),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::optimize::testing::job;

    #[test]
    fn sections_are_counted() {
        let changes = Changes::between(["a", "twin", "twin", "b"], ["twin", "c", "b"]);
        assert_eq!(changes.dropped, ["a", "twin"]);
        assert_eq!(changes.added, ["c"]);
        assert_eq!(Changes::between(["a"], ["a"]), Changes::default());
    }

    #[test]
    fn what_was_asked_for_is_told_from_what_was_not() {
        let changes = Changes::between([".dep-v0", "name", ".debug_info", "mine"], []);
        let keeps_debug = Job { keep_debug: true, ..job("in", "out") };
        assert_eq!(changes.unasked(&keeps_debug), [".dep-v0", ".debug_info", "mine"]);
        assert_eq!(changes.unasked(&job("in", "out")), [".dep-v0", "mine"]);
        let strips = Job { passes: vec!["strip-producers".into()], ..keeps_debug };
        assert_eq!(changes.unasked(&strips), [".debug_info"]);
    }
}
