//! The steps of `wasm-opt.cpp` on top of wasm-opt's `base` interface.
//!
//! Its documented interface runs further passes after the level's only. DWARF must go before:
//! while a module has it, Binaryen leaves out most of its passes.

use std::path::{Path, PathBuf};

use wasm_opt::base::{
    Feature as BaseFeature, FeatureSet, Module, ModuleReader, ModuleWriter, PassOptions,
    PassRunner, pass_registry, validate_wasm,
};

use cargo_wasmsign::optimizer::{Feature, Features, INVALID, Level, Order, UNREAD};

/// The passes that there are.
pub(crate) fn pass_names() -> Vec<String> {
    pass_registry::get_registered_names()
}

/// Does an order in this process, which Binaryen may abort.
///
/// # Errors
///
/// Binaryen's reason.
pub(crate) fn optimize(order: &Order) -> Result<(), String> {
    let mut module = read(order)?;
    check(&mut module, INVALID)?;
    run_passes(order, &mut module);
    check(&mut module, "the optimized module is not valid")?;
    write(order, &mut module)
}

fn read(order: &Order) -> Result<Module, String> {
    let mut module = Module::new();
    apply_features(&order.features, &mut module);
    let mut reader = ModuleReader::new();
    reader.set_dwarf(order.keep_debug);
    reader
        .read_binary(&openable(&order.input)?, &mut module, None)
        .map_err(|error| format!("{UNREAD}: {}", error.what()))?;
    Ok(module)
}

fn check(module: &mut Module, complaint: &str) -> Result<(), String> {
    if validate_wasm(module) { Ok(()) } else { Err(complaint.to_owned()) }
}

fn run_passes(order: &Order, module: &mut Module) {
    let mut runner = PassRunner::new_with_options(module, pass_options(order));
    order.first_passes.iter().for_each(|name| runner.add(name));
    if order.level != Level::O0 {
        runner.add_default_optimization_passes();
    }
    order.last_passes.iter().for_each(|name| runner.add(name));
    runner.run();
}

fn write(order: &Order, module: &mut Module) -> Result<(), String> {
    let mut writer = ModuleWriter::new();
    writer.set_debug_info(order.debug_info);
    writer
        .write_binary(module, &openable(&order.output)?)
        .map_err(|error| format!("failed to write the module: {}", error.what()))
}

fn pass_options(order: &Order) -> PassOptions {
    let (optimize, shrink) = numbers(order.level);
    let mut options = PassOptions::new();
    options.set_validate(true);
    options.set_validate_globally(true);
    options.set_optimize_level(optimize);
    options.set_shrink_level(shrink);
    options.set_debug_info(order.debug_info);
    options
}

/// Binaryen's levels of optimizing and shrinking, from `optimization-options.h`.
fn numbers(level: Level) -> (i32, i32) {
    match level {
        Level::O0 => (0, 0),
        Level::O1 => (1, 0),
        Level::O2 => (2, 0),
        Level::O3 => (3, 0),
        Level::O4 => (4, 0),
        Level::Os => (2, 1),
        Level::Oz => (2, 2),
    }
}

/// Exactly `features`, and what the module's `target_features` adds while it is read.
fn apply_features(features: &Features, module: &mut Module) {
    let (mut enabled, mut disabled) = (FeatureSet::new(), FeatureSet::new());
    enabled.set_mvp();
    disabled.set_all();
    for feature in features.iter().filter_map(base_feature) {
        enabled.set(feature, true);
        disabled.set(feature, false);
    }
    module.apply_features(enabled, disabled);
}

/// The same for Binaryen; none where this one does not know it.
fn base_feature(feature: Feature) -> Option<BaseFeature> {
    Some(match feature {
        Feature::Atomics => BaseFeature::Atomics,
        Feature::BulkMemory => BaseFeature::BulkMemory,
        Feature::Exceptions | Feature::LegacyExceptions => BaseFeature::ExceptionHandling,
        Feature::ExtendedConst => BaseFeature::ExtendedConst,
        Feature::Gc => BaseFeature::Gc,
        Feature::Memory64 => BaseFeature::Memory64,
        Feature::MultiMemory => BaseFeature::MultiMemory,
        Feature::Multivalue => BaseFeature::Multivalue,
        Feature::MutableGlobals => BaseFeature::MutableGlobals,
        Feature::ReferenceTypes => BaseFeature::ReferenceTypes,
        Feature::RelaxedSimd => BaseFeature::RelaxedSimd,
        Feature::SignExt => BaseFeature::SignExt,
        Feature::Simd => BaseFeature::Simd,
        Feature::Strings => BaseFeature::Strings,
        Feature::TailCall => BaseFeature::TailCall,
        Feature::TruncSat => BaseFeature::TruncSat,
        _ => return None,
    })
}

/// A path that Binaryen can open. On Windows it hands bytes to an interface that takes them for
/// the system's code page; the file is then named from within its directory, because the name of
/// an artifact is a crate's and ASCII, while that of a home may be anything.
fn openable(path: &Path) -> Result<PathBuf, String> {
    let is_ascii = path.as_os_str().as_encoded_bytes().is_ascii();
    match (path.parent(), path.file_name()) {
        (Some(directory), Some(name)) if cfg!(windows) && !is_ascii => {
            std::env::set_current_dir(directory)
                .map_err(|error| format!("failed to enter the module's directory: {error}"))?;
            Ok(Path::new(".").join(name))
        }
        _ => Ok(path.to_owned()),
    }
}
