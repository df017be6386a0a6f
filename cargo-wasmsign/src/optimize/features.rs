//! The WebAssembly features that Binaryen 116 knows, under the names of its neighbours.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use wasmparser::WasmFeatures;

use super::passes::nearest;
use crate::error::{Error, Result};

/// A feature that Binaryen can be told to use, beyond the first release of WebAssembly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// Shared memory and atomic operations.
    Atomics,
    /// Operations on ranges of memories and tables.
    BulkMemory,
    /// Exceptions.
    ExceptionHandling,
    /// Arithmetic in constant expressions.
    ExtendedConst,
    /// Garbage-collected types and typed function references.
    Gc,
    /// Memories with 64-bit addresses.
    Memory64,
    /// Several memories.
    MultiMemory,
    /// Several results and block parameters.
    Multivalue,
    /// Import and export of mutable globals.
    MutableGlobals,
    /// References as values, and several tables.
    ReferenceTypes,
    /// SIMD whose results depend on the machine.
    RelaxedSimd,
    /// Sign extension operators.
    SignExt,
    /// 128-bit SIMD.
    Simd,
    /// String references.
    Strings,
    /// Tail calls.
    TailCall,
    /// Conversions of floats to integers that do not trap.
    TruncSat,
}

/// One feature under all its names.
struct Row {
    feature: Feature,
    /// Behind `--enable-` of `wasm-opt`.
    flag: &'static str,
    /// In `target_features`, as Rust and LLVM write it, where this is not `flag`.
    aliases: &'static [&'static str],
    /// For validation by wasmparser. Where it cuts finer than Binaryen does, all the pieces.
    validation: WasmFeatures,
}

const fn row(
    feature: Feature,
    flag: &'static str,
    aliases: &'static [&'static str],
    validation: WasmFeatures,
) -> Row {
    Row { feature, flag, aliases, validation }
}

const TABLE: [Row; 16] = [
    row(Feature::Atomics, "threads", &["atomics", "shared-mem"], WasmFeatures::THREADS),
    // LLVM's `bulk-memory-opt` is memory.copy and memory.fill alone. Binaryen has no name for it;
    // what it adds for the whole is a data count section, which every engine with a memory.copy
    // of its own reads, too.
    row(Feature::BulkMemory, "bulk-memory", &["bulk-memory-opt"], WasmFeatures::BULK_MEMORY),
    row(
        Feature::ExceptionHandling,
        "exception-handling",
        &[],
        WasmFeatures::EXCEPTIONS.union(WasmFeatures::LEGACY_EXCEPTIONS),
    ),
    row(Feature::ExtendedConst, "extended-const", &[], WasmFeatures::EXTENDED_CONST),
    row(Feature::Gc, "gc", &[], WasmFeatures::GC.union(WasmFeatures::FUNCTION_REFERENCES)),
    row(Feature::Memory64, "memory64", &[], WasmFeatures::MEMORY64),
    row(Feature::MultiMemory, "multimemory", &["multi-memory"], WasmFeatures::MULTI_MEMORY),
    row(Feature::Multivalue, "multivalue", &["multi-value"], WasmFeatures::MULTI_VALUE),
    row(Feature::MutableGlobals, "mutable-globals", &[], WasmFeatures::MUTABLE_GLOBAL),
    row(Feature::ReferenceTypes, "reference-types", &[], WasmFeatures::REFERENCE_TYPES),
    row(Feature::RelaxedSimd, "relaxed-simd", &[], WasmFeatures::RELAXED_SIMD),
    row(Feature::SignExt, "sign-ext", &[], WasmFeatures::SIGN_EXTENSION),
    row(Feature::Simd, "simd", &["simd128"], WasmFeatures::SIMD),
    row(Feature::Strings, "strings", &[], WasmFeatures::empty()),
    row(Feature::TailCall, "tail-call", &[], WasmFeatures::TAIL_CALL),
    row(
        Feature::TruncSat,
        "nontrapping-float-to-int",
        &["nontrapping-fptoint"],
        WasmFeatures::SATURATING_FLOAT_TO_INT,
    ),
];

/// Names of features that need nothing of Binaryen. `call-indirect-overlong` allows padded table
/// indices in `call_indirect`: Binaryen reads them in any module and writes short ones.
const NEEDS_NOTHING: [&str; 1] = ["call-indirect-overlong"];

/// What is no feature to switch on: there from the start, or a matter of encoding that Binaryen
/// reads in any module.
const ALWAYS: WasmFeatures =
    WasmFeatures::FLOATS.union(WasmFeatures::GC_TYPES).union(WasmFeatures::CALL_INDIRECT_OVERLONG);

/// A set of features.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Features(BTreeSet<Feature>);

impl Features {
    /// All that Binaryen knows.
    pub(super) fn all() -> Self {
        TABLE.iter().map(|row| row.feature).collect()
    }

    /// Reads a list of names, as `target_features` or as the flags of `wasm-opt` have them.
    ///
    /// # Errors
    ///
    /// Usage, with the nearest name, for an unknown one.
    pub fn from_names<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Result<Self> {
        let known = names
            .into_iter()
            .map(|name| lookup(name.as_ref()).map_err(|Unknown| unknown_feature(name.as_ref())));
        known.filter_map(Result::transpose).collect()
    }

    /// The names that `wasm-opt` has behind `--enable-`, sorted by feature.
    pub fn flags(&self) -> impl Iterator<Item = &'static str> {
        TABLE.iter().filter(|row| self.contains(row.feature)).map(|row| row.flag)
    }

    /// The names of those that `others` lacks.
    pub(super) fn names_beyond(&self, others: &Self) -> Vec<&'static str> {
        self.0.difference(&others.0).copied().collect::<Self>().flags().collect()
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
        TABLE
            .iter()
            .filter(|row| self.contains(row.feature))
            .fold(ALWAYS, |all, row| all | row.validation)
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

/// A name that [`lookup`] does not find.
pub(super) struct Unknown;

/// The feature of this name; none where the name asks nothing of Binaryen.
pub(super) fn lookup(name: &str) -> Result<Option<Feature>, Unknown> {
    let row = TABLE.iter().find(|row| row.flag == name || row.aliases.contains(&name));
    match row {
        Some(row) => Ok(Some(row.feature)),
        None if NEEDS_NOTHING.contains(&name) => Ok(None),
        None => Err(Unknown),
    }
}

fn unknown_feature(name: &str) -> Error {
    let names = || TABLE.iter().flat_map(|row| row.aliases.iter().copied().chain([row.flag]));
    let error = Error::usage(format!("unknown WebAssembly feature `{}`", name.escape_debug()));
    match nearest(name, names()) {
        Some(near) => error.advice(format!("did you mean `{near}`?")),
        None => error.advice(format!("known are {}", names().collect::<Vec<_>>().join(", "))),
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
    fn flags_are_those_of_wasm_opt() {
        let features = Features::from_names(["multimemory", "atomics"]).unwrap();
        assert_eq!(features.flags().collect::<Vec<_>>(), ["threads", "multimemory"]);
    }
}
