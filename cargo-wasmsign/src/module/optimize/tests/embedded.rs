//! Modules through the embedded optimizer.

use crate::module::optimize::Level;
use std::process::Command;

use wasmparser::{Parser, Payload, Validator, WasmFeatures};

use super::*;

/// The custom sections of a module with their contents, in order.
fn customs(module: &[u8]) -> Vec<(String, Vec<u8>)> {
    Parser::new(0)
        .parse_all(module)
        .filter_map(|payload| match payload.unwrap() {
            Payload::CustomSection(s) => Some((s.name().to_owned(), s.data().to_vec())),
            _ => None,
        })
        .collect()
}

/// Panics where `module` is not valid.
fn assert_valid(module: &[u8]) {
    Validator::new_with_features(WasmFeatures::all()).validate_all(module).unwrap();
}

/// Compiles a real module with names and DWARF.
fn rustc(dir: &TempDir) -> PathBuf {
    let source = br#"
        #[unsafe(no_mangle)]
        pub extern "C" fn sum(seed: f64) -> f64 {
            let list: Vec<f64> = (0..seed as i64).map(|n| (n as i8) as f64).collect();
            list.iter().sum()
        }"#;
    let input = dir.write("real.rs", source);
    let output = dir.0.join("real.wasm");
    assert!(compile(&input, &output).status().unwrap().success());
    output
}

fn compile(input: &Path, output: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    command.args(["--edition=2024", "--crate-type=cdylib", "--target=wasm32-unknown-unknown"]);
    command.args(["-g", "-O", "-o"]).arg(output).arg(input);
    command
}

/// Optimizes `module` with its own features and further settings.
fn optimize(module: &[u8], settings: impl Fn(&mut Job)) -> Result<Vec<u8>, String> {
    let dir = TempDir::new();
    let mut job = job(dir.write("in.wasm", module), dir.0.join("out.wasm"));
    settings(&mut job);
    let features = detect::detect(&job.input, module).unwrap_or_default();
    binaryen(Call { job: job.clone(), features, flags: Vec::new() })?;
    Ok(std::fs::read(&job.output).unwrap())
}

fn names(module: &[u8]) -> Vec<String> {
    customs(module).into_iter().map(|(name, _)| name).collect()
}

fn has_dwarf(module: &[u8]) -> bool {
    names(module).iter().any(|name| name.starts_with(".debug"))
}

fn real() -> Vec<u8> {
    std::fs::read(rustc(&TempDir::new())).unwrap()
}

#[test]
fn names_and_dwarf_stay_or_go_as_told() {
    let module = real();
    assert!(names(&module).contains(&"name".into()) && has_dwarf(&module));
    for (keep_names, keep_debug) in [(false, false), (false, true), (true, false), (true, true)] {
        let settings = |job: &mut Job| {
            (job.level, job.keep_names, job.keep_debug) = (Level::Oz, keep_names, keep_debug);
        };
        let result = optimize(&module, settings).unwrap();
        assert_valid(&result);
        // Where names go and DWARF stays, `name` is one of the leftovers.
        assert_eq!(names(&result).contains(&"name".into()), keep_names || keep_debug);
        assert_eq!(names(&result).contains(&".debug_info".into()), keep_debug);
        assert_eq!(has_dwarf(&result), keep_debug);
    }
}

#[test]
fn dwarf_that_goes_does_not_hold_back_the_optimizer() {
    let module = real();
    let with = |keep_names| {
        let settings = |job: &mut Job| (job.level, job.keep_names) = (Level::O2, keep_names);
        code_size(&optimize(&module, settings).unwrap())
    };
    assert_eq!(with(true), with(false));
}

fn code_size(module: &[u8]) -> u32 {
    let mut payloads = Parser::new(0).parse_all(module).map(Result::unwrap);
    payloads
        .find_map(|payload| match payload {
            Payload::CodeSectionStart { size, .. } => Some(size),
            _ => None,
        })
        .unwrap()
}

#[test]
fn every_level_makes_a_valid_module() {
    let module = real();
    for level in ["0", "1", "2", "3", "4", "s", "z"] {
        let result = optimize(&module, |job| job.level = level.parse().unwrap()).unwrap();
        assert_valid(&result);
    }
}

#[test]
fn other_custom_sections_survive() {
    let sections = [
        custom("build-info", b"{\"a\":1}"),
        custom("sourceMappingURL", b"\x01u"),
        custom("twin", b"1"),
        custom("twin", b"2"),
        custom("producers", b"\x00"),
    ];
    let module = [adder(), sections.concat()].concat();
    let result = optimize(&module, |job| job.level = Level::Oz).unwrap();
    assert_eq!(customs(&result), customs(&module));
}

#[test]
fn target_features_are_written_anew() {
    let features = target_features(&["+sign-ext", "+call-indirect-overlong", "+bulk-memory"]);
    let module = [adder(), features].concat();
    let result = optimize(&module, |_| ()).unwrap();
    let expected = target_features(&["+bulk-memory", "+sign-ext"]);
    assert_eq!(customs(&result), customs(&[adder(), expected].concat()));
}

#[test]
fn a_cut_module_is_an_error() {
    let module = adder();
    for end in [0, 5, 8 + 4, 30, module.len() - 1] {
        let reason = optimize(&module[..end], |_| ()).unwrap_err();
        assert!(reason.contains("failed to read the module"), "{end}: {reason}");
    }
}

#[test]
fn further_passes_run_and_are_known() {
    let tool = Tool::embedded(embedded(), Some(116)).unwrap();
    tool.check_passes(&["vacuum".into(), "strip-producers".into()]).unwrap();
    let error = tool.check_passes(&["strip-producer".into()]).unwrap_err();
    assert_eq!(error.exit(), Exit::Usage);
    assert_eq!(error.what_to_do(), Some("did you mean `strip-producers`?"));
    let module = [adder(), custom("producers", b"\0")].concat();
    let result = optimize(&module, |job| job.passes = vec!["strip-producers".into()]).unwrap();
    assert!(customs(&result).is_empty());
}

#[test]
fn the_embedded_one_may_be_too_old_too() {
    let error = Tool::embedded(embedded(), Some(117)).unwrap_err();
    assert_eq!(error.exit(), Exit::Tool);
    assert!(error.to_string().contains("too old"), "{error}");
}

#[test]
fn what_cargo_auditable_and_others_leave_survives_at_every_level() {
    let customs = [custom(".dep-v0", b"\x78\x9c"), custom("producers", b"\0")].concat();
    let module = [adder(), customs, target_features(&["+sign-ext"])].concat();
    for level in [Level::O0, Level::O3, Level::Oz] {
        let result = optimize(&module, |job| job.level = level).unwrap();
        assert_eq!(names(&result), [".dep-v0", "producers", "target_features"]);
    }
}
