//! Sets of WebAssembly features.

mod table;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use wasmparser::WasmFeatures;

pub use table::Feature;
pub(super) use table::{NAMED_LATER, NEVER, Row, TABLE, Unknown, lookup};

use crate::error::{Error, Result};
use crate::text::nearest::nearest;

/// What is no feature to switch on: there from the start, or a matter of encoding that Binaryen
/// reads in any module.
const ALWAYS: WasmFeatures =
    WasmFeatures::FLOATS.union(WasmFeatures::GC_TYPES).union(WasmFeatures::CALL_INDIRECT_OVERLONG);

/// A set of features.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Features(BTreeSet<Feature>);

impl Features {
    /// All that there are.
    pub(super) fn all() -> Self {
        TABLE.iter().map(|row| row.feature).collect()
    }

    /// Reads a list of names, as `target_features` or as the flags of `wasm-opt` have them.
    ///
    /// # Errors
    ///
    /// Usage, with the nearest name, for an unknown one.
    pub fn from_names<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Result<Self> {
        let mut found = BTreeSet::new();
        for name in names {
            let name = name.as_ref();
            found.extend(lookup(name).map_err(|Unknown| unknown_feature(name))?);
        }
        Ok(found.into_iter().collect())
    }

    /// What is known of each.
    pub(super) fn rows(&self) -> impl Iterator<Item = &'static Row> {
        TABLE.iter().filter(|row| self.contains(row.feature))
    }

    /// As messages call them, sorted by feature.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.rows().map(|row| row.name)
    }

    /// The names of those that `others` lacks.
    pub(super) fn names_beyond(&self, others: &Self) -> Vec<&'static str> {
        self.0.difference(&others.0).copied().collect::<Self>().names().collect()
    }

    /// Whether `feature` is one of them.
    pub fn contains(&self, feature: Feature) -> bool {
        self.0.contains(&feature)
    }

    /// Puts `feature` in or takes it out.
    pub(super) fn set(&mut self, feature: Feature, on: bool) {
        if on {
            self.0.insert(feature)
        } else {
            self.0.remove(&feature)
        };
    }

    /// Puts in all those that any of `missing` belongs to; whether any was new.
    pub(super) fn add_validation(&mut self, missing: WasmFeatures) -> bool {
        let count = self.0.len();
        self.0.extend(
            TABLE.iter().filter(|r| r.validation.intersects(missing)).map(|row| row.feature),
        );
        self.0.len() > count
    }

    /// The same for wasmparser.
    pub(super) fn validation(&self) -> WasmFeatures {
        // For wasmparser tags and `throw` are a part of the new ones alone.
        let tags = match self.contains(Feature::LegacyExceptions) {
            true => WasmFeatures::EXCEPTIONS,
            false => WasmFeatures::empty(),
        };
        self.rows().fold(ALWAYS | tags, |all, row| all | row.validation)
    }

    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = Feature> {
        self.0.iter().copied()
    }
}

impl FromIterator<Feature> for Features {
    /// A set with what its members stand on: Binaryen does not accept the one without the other.
    fn from_iter<I: IntoIterator<Item = Feature>>(features: I) -> Self {
        let mut set: BTreeSet<_> = features.into_iter().collect();
        if set.contains(&Feature::Gc) {
            set.insert(Feature::ReferenceTypes);
        }
        if set.contains(&Feature::RelaxedSimd) {
            set.insert(Feature::Simd);
        }
        Self(set)
    }
}

fn unknown_feature(name: &str) -> Error {
    let error = Error::usage(format!("unknown WebAssembly feature `{}`", name.escape_debug()));
    match nearest(name, table::names()) {
        Some(near) => error.advice(format!("did you mean `{near}`?")),
        None => {
            let names: BTreeSet<_> = table::names().collect();
            error.advice(format!(
                "the known features are {}",
                names.into_iter().collect::<Vec<_>>().join(", ")
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn names_of_rust_and_of_wasm_opt_are_the_same_features() {
        let rust = ["simd128", "nontrapping-fptoint", "atomics", "bulk-memory-opt"];
        let tool = ["simd", "nontrapping-float-to-int", "threads", "bulk-memory"];
        assert_eq!(Features::from_names(rust).unwrap(), Features::from_names(tool).unwrap());
    }

    #[test]
    fn overlong_indices_need_nothing() {
        assert_eq!(Features::from_names(["call-indirect-overlong"]).unwrap(), Features::default());
    }

    #[test]
    fn an_unknown_name_gets_the_nearest() {
        let error = Features::from_names(["sign-ext", "bulk-memroy"]).unwrap_err();
        assert_eq!(error.exit(), Exit::Usage);
        assert_eq!(error.what_to_do(), Some("did you mean `bulk-memory`?"));
        let error = Features::from_names(["☃"]).unwrap_err();
        assert!(error.what_to_do().unwrap().contains("tail-call"));
    }

    #[test]
    fn a_feature_brings_what_it_stands_on() {
        assert!(Features::from_names(["gc"]).unwrap().contains(Feature::ReferenceTypes));
        assert!(Features::from_names(["relaxed-simd"]).unwrap().contains(Feature::Simd));
    }

    #[test]
    fn exceptions_are_two_features_under_one_name_of_llvm() {
        let names = |name| Features::from_names([name]).unwrap().names().collect::<Vec<_>>();
        assert_eq!(names("exception-handling"), ["exceptions", "legacy-exceptions"]);
        assert_eq!(names("exceptions"), ["exceptions"]);
        assert_eq!(names("legacy-exceptions"), ["legacy-exceptions"]);
    }

    #[test]
    fn every_feature_has_one_row() {
        let features: BTreeSet<_> = TABLE.iter().map(|row| row.feature).collect();
        assert_eq!(features.len(), TABLE.len());
        let names: BTreeSet<_> = TABLE.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), TABLE.len());
    }
}
