//! The WebAssembly features under the names of rustc, LLVM and Binaryen.

use serde::{Deserialize, Serialize};
use wasmparser::WasmFeatures;

/// A feature beyond the first release of WebAssembly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Feature {
    /// Shared memory and atomic operations.
    Atomics,
    /// Operations on ranges of memories and tables.
    BulkMemory,
    /// Exceptions with `try_table`, and what all exceptions share.
    Exceptions,
    /// Exceptions with `try` and `catch`, as they were before they were standardized.
    LegacyExceptions,
    /// Arithmetic in constant expressions.
    ExtendedConst,
    /// Garbage-collected types and typed function references.
    Gc,
    /// Memories and tables with 64-bit addresses.
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
    /// Atomic operations with acquire and release ordering.
    AcquireReleaseAtomics,
    /// Imports that share the name of their module.
    CompactImports,
    /// Types with descriptors.
    CustomDescriptors,
    /// Memories whose pages have another size than 64 KiB.
    CustomPageSizes,
    /// Floats of 16 bits.
    Fp16,
    /// Pages that can be given back.
    MemoryControl,
    /// Loads and stores of several bytes in arrays.
    Multibyte,
    /// Everything shared between threads.
    SharedEverything,
    /// Continuations.
    StackSwitching,
    /// Sums and products of 128 bits.
    WideArithmetic,
}

/// One feature under all its names.
pub(crate) struct Row {
    pub(crate) feature: Feature,
    /// As messages call it.
    pub(crate) name: &'static str,
    /// Behind `--enable-` of `wasm-opt`, the newest spelling first; none where it has no such flag.
    pub(crate) flags: &'static [&'static str],
    /// In `target_features`, as Rust and LLVM write it, and elsewhere.
    pub(crate) aliases: &'static [&'static str],
    /// For validation by wasmparser. Where it cuts finer than Binaryen does, all the pieces.
    pub(crate) validation: WasmFeatures,
    /// The first Binaryen that reads it in the form that became the standard. Found by trying: those up to 108 count
    /// as one.
    pub(crate) since: u32,
}

impl Row {
    /// Whether `target_features` calls it so where Binaryen has read and written that.
    pub(crate) fn is_declared_as(&self, name: &str) -> bool {
        match self.feature {
            Feature::Atomics => name == "atomics",
            Feature::Simd => name == "simd128",
            Feature::TruncSat => name == "nontrapping-fptoint",
            _ => self.flags.contains(&name),
        }
    }
}

const fn row(
    feature: Feature,
    names: &'static [&'static str],
    aliases: &'static [&'static str],
    validation: WasmFeatures,
    since: u32,
) -> Row {
    Row { feature, name: names[0], flags: names, aliases, validation, since }
}

const fn exceptions(feature: Feature, name: &'static str, validation: WasmFeatures) -> Row {
    Row { name, ..row(feature, &["exception-handling"], &[], validation, 0) }
}

/// No version of Binaryen.
pub(crate) const NEVER: u32 = u32::MAX;

pub(crate) const TABLE: [Row; 27] = [
    row(Feature::Atomics, &["threads"], &["atomics", "shared-mem"], WasmFeatures::THREADS, 0),
    // LLVM's `bulk-memory-opt` is memory.copy and memory.fill alone. Older Binaryens have no name for it;
    // what they add for the whole is a data count section, which every engine with a memory.copy
    // of its own reads, too.
    row(Feature::BulkMemory, &["bulk-memory"], &["bulk-memory-opt"], WasmFeatures::BULK_MEMORY, 0),
    // Binaryen and LLVM have one name for both kinds of exceptions.
    exceptions(Feature::Exceptions, "exceptions", WasmFeatures::EXCEPTIONS),
    exceptions(Feature::LegacyExceptions, "legacy-exceptions", WasmFeatures::LEGACY_EXCEPTIONS),
    row(Feature::ExtendedConst, &["extended-const"], &[], WasmFeatures::EXTENDED_CONST, 0),
    row(Feature::Gc, &["gc"], &[], WasmFeatures::GC.union(WasmFeatures::FUNCTION_REFERENCES), 116),
    row(Feature::Memory64, &["memory64"], &[], WasmFeatures::MEMORY64, 0),
    row(
        Feature::MultiMemory,
        &["multimemory", "multi-memories"],
        &["multi-memory"],
        WasmFeatures::MULTI_MEMORY,
        110,
    ),
    row(Feature::Multivalue, &["multivalue"], &["multi-value"], WasmFeatures::MULTI_VALUE, 0),
    row(Feature::MutableGlobals, &["mutable-globals"], &[], WasmFeatures::MUTABLE_GLOBAL, 0),
    row(Feature::ReferenceTypes, &["reference-types"], &[], WasmFeatures::REFERENCE_TYPES, 0),
    row(Feature::RelaxedSimd, &["relaxed-simd"], &[], WasmFeatures::RELAXED_SIMD, 109),
    row(Feature::SignExt, &["sign-ext"], &[], WasmFeatures::SIGN_EXTENSION, 0),
    row(Feature::Simd, &["simd"], &["simd128"], WasmFeatures::SIMD, 0),
    row(Feature::Strings, &["strings"], &[], WasmFeatures::empty(), 116),
    row(Feature::TailCall, &["tail-call"], &[], WasmFeatures::TAIL_CALL, 0),
    row(
        Feature::TruncSat,
        &["nontrapping-float-to-int"],
        &["nontrapping-fptoint"],
        WasmFeatures::SATURATING_FLOAT_TO_INT,
        0,
    ),
    row(
        Feature::AcquireReleaseAtomics,
        &["acquire-release-atomics", "relaxed-atomics"],
        &[],
        WasmFeatures::ACQUIRE_RELEASE_ATOMICS,
        129,
    ),
    row(Feature::CompactImports, &["compact-imports"], &[], WasmFeatures::COMPACT_IMPORTS, 131),
    row(
        Feature::CustomDescriptors,
        &["custom-descriptors"],
        &[],
        WasmFeatures::CUSTOM_DESCRIPTORS,
        123,
    ),
    row(
        Feature::CustomPageSizes,
        &["custom-page-sizes"],
        &[],
        WasmFeatures::CUSTOM_PAGE_SIZES,
        127,
    ),
    row(Feature::Fp16, &["fp16"], &[], WasmFeatures::empty(), 119),
    row(Feature::MemoryControl, &["memory-control"], &[], WasmFeatures::MEMORY_CONTROL, NEVER),
    row(Feature::Multibyte, &["multibyte"], &[], WasmFeatures::MULTIBYTE_ARRAY_ACCESS, 129),
    row(
        Feature::SharedEverything,
        &["shared-everything"],
        &[],
        WasmFeatures::SHARED_EVERYTHING_THREADS,
        118,
    ),
    row(Feature::StackSwitching, &["stack-switching"], &[], WasmFeatures::STACK_SWITCHING, 122),
    row(Feature::WideArithmetic, &["wide-arithmetic"], &[], WasmFeatures::WIDE_ARITHMETIC, 130),
];

/// Names that Binaryen reads and writes since 121, of features that it has always had in some way.
pub(crate) const NAMED_LATER: [&str; 2] = ["bulk-memory-opt", "call-indirect-overlong"];

/// Names of features that need nothing of Binaryen. `call-indirect-overlong` allows padded table
/// indices in `call_indirect`: Binaryen reads them in any module and writes short ones.
const NEEDS_NOTHING: [&str; 1] = ["call-indirect-overlong"];

/// A name that [`lookup`] does not find.
pub(crate) struct Unknown;

/// The features of this name; none where the name asks nothing of Binaryen.
pub(crate) fn lookup(name: &str) -> Result<Vec<Feature>, Unknown> {
    let is_named = |row: &&Row| row.name == name || names_of(row).any(|other| other == name);
    let found: Vec<_> = TABLE.iter().filter(is_named).map(|row| row.feature).collect();
    match found.is_empty() && !NEEDS_NOTHING.contains(&name) {
        true => Err(Unknown),
        false => Ok(found),
    }
}

/// The names of a row but for the first.
fn names_of(row: &Row) -> impl Iterator<Item = &'static str> {
    row.flags.iter().chain(row.aliases).copied()
}

/// Every name that there is.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    TABLE.iter().flat_map(|row| std::iter::once(row.name).chain(names_of(row)))
}
