//! Edits of small modules, and of what rustc makes.

use std::path::PathBuf;
use std::process::Command;

use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ExportKind, ExportSection, Function, FunctionSection,
    MemorySection, MemoryType, Module, RawSection, TypeSection, ValType,
};
use wasmparser::{Parser, Payload, Validator, WasmFeatures};

use super::*;
use crate::exit::Exit;

fn name() -> PathBuf {
    "m.wasm".into()
}

fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    frames::custom(name, content)
}

/// Two functions, of which each returns its number, and a memory with data; all exported.
fn two_functions() -> Vec<u8> {
    let mut module = Module::new();
    let mut types = TypeSection::new();
    types.ty().function([], [ValType::I32]);
    let mut functions = FunctionSection::new();
    let mut code = CodeSection::new();
    for number in [1111, 2222] {
        functions.function(0);
        let mut function = Function::new([]);
        function.instructions().i32_const(number).end();
        code.function(&function);
    }
    let memory_type = MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    let mut memories = MemorySection::new();
    memories.memory(memory_type);
    let mut exports = ExportSection::new();
    exports.export("one", ExportKind::Func, 0).export("two", ExportKind::Func, 1);
    exports.export("memory", ExportKind::Memory, 0);
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(8), *b"text");
    let whole = module.section(&types).section(&functions).section(&memories);
    whole.section(&exports).section(&code).section(&data);
    module.finish()
}

fn exports(module: &[u8]) -> Vec<String> {
    let payloads = Parser::new(0).parse_all(module).map(Result::unwrap);
    let exports = payloads.filter_map(|payload| match payload {
        Payload::ExportSection(section) => Some(section),
        _ => None,
    });
    exports.flatten().map(|export| export.unwrap().name.to_owned()).collect()
}

/// The custom sections with their contents, in order.
fn customs(module: &[u8]) -> Vec<(String, Vec<u8>)> {
    let sections = frames::sections(&name(), module).unwrap();
    let customs = sections.iter().filter_map(|section| section.custom);
    customs.map(|(name, content)| (name.to_owned(), content.to_owned())).collect()
}

fn names(module: &[u8]) -> Vec<String> {
    customs(module).into_iter().map(|(name, _)| name).collect()
}

fn assert_valid(module: &[u8]) {
    Validator::new_with_features(WasmFeatures::all()).validate_all(module).unwrap();
}

fn kept(module: &[u8], wanted: &[&str]) -> Result<Vec<u8>> {
    let wanted: Vec<_> = wanted.iter().map(ToString::to_string).collect();
    keep_exports(&name(), module, &wanted, false)
}

#[test]
fn the_frames_of_a_module_are_the_module() {
    let module = [two_functions(), custom("a", b""), custom("b", b"1")].concat();
    let sections = frames::sections(&name(), &module).unwrap();
    assert_eq!(frames::module(sections.iter().map(|section| section.frame)), module);
    assert_eq!(names(&module), ["a", "b"]);
    let error = frames::sections(&name(), &module[..module.len() - 1]).unwrap_err();
    assert_eq!(error.exit(), Exit::Malformed);
}

/// Whether an instruction of the module pushes this number.
fn has(module: &[u8], number: i32) -> bool {
    let mut constant = vec![0x41];
    wasm_encoder::Encode::encode(&number, &mut constant);
    module.windows(constant.len()).any(|bytes| bytes == constant)
}

#[test]
fn only_listed_exports_stay_and_dead_code_goes() {
    let module = two_functions();
    assert!(has(&module, 1111) && has(&module, 2222));
    let edited = kept(&module, &["two", "memory"]).unwrap();
    assert_valid(&edited);
    assert_eq!(exports(&edited), ["two", "memory"]);
    assert!(!has(&edited, 1111) && has(&edited, 2222));
    assert_eq!(exports(&kept(&module, &["one"]).unwrap()), ["one"], "a memory is an export too");
    assert_eq!(exports(&kept(&module, &[]).unwrap()), Vec::<String>::new());
    assert_eq!(kept(&module, &["one"]).unwrap(), kept(&module, &["one"]).unwrap());
}

#[test]
fn an_unknown_export_gets_the_nearest_and_all_others() {
    let error = kept(&two_functions(), &["one", "memroy"]).unwrap_err();
    assert_eq!(error.exit(), Exit::Usage);
    assert!(error.to_string().contains("`m.wasm` has no export `memroy`"), "{error}");
    let advice = "did you mean `memory`? the module exports `memory`, `one`, `two`";
    assert_eq!(error.what_to_do(), Some(advice));
    let bare = Module::new().finish();
    let error = kept(&bare, &["x\u{1b}"]).unwrap_err();
    assert!(error.to_string().contains("`x\\u{1b}`"), "{error}");
    assert_eq!(error.what_to_do(), Some("the module has no exports"));
}

#[test]
fn custom_sections_survive_the_loss_of_exports() {
    let first = [custom("dylink.0", b""), custom("between", b"2")].concat();
    let last = [
        custom(".dep-v0", b"\x78\x9c"),
        custom("twin", b"1"),
        custom("twin", b"2"),
        custom("producers", b"\x01\x05other\x00"),
        custom("target_features", b"\x01+\x08sign-ext"),
        custom(".debug_info", b"no DWARF at all"),
        custom("build-info", b"{}"),
    ];
    let module = [&two_functions()[..8], &first, &two_functions()[8..], &last.concat()].concat();
    let edited = kept(&module, &["one"]).unwrap();
    let mut expected = customs(&module);
    expected.retain(|(name, _)| name != ".debug_info");
    assert_eq!(customs(&edited), expected);
    assert!(edited[8..].starts_with(&custom("dylink.0", b"")));
    assert_valid(&edited);
}

#[test]
fn the_program_is_recorded_once_and_everything_else_stays() {
    let tail = [custom("target_features", b"\0"), custom("last", b"")].concat();
    let module = [two_functions(), tail.clone()].concat();
    let once = record(&name(), &module).unwrap();
    assert_eq!(names(&once), ["producers", "target_features", "last"]);
    assert!(once.starts_with(&two_functions()) && once.ends_with(&tail));
    assert_eq!(record(&name(), &once).unwrap(), once);
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!("\u{1}\u{c}processed-by\u{1}\u{e}cargo-wasmsign\u{5}{version}");
    assert_eq!(version.len(), 5, "or the line above counts wrongly");
    assert_eq!(customs(&once)[0].1, expected.as_bytes());
}

#[test]
fn what_others_have_recorded_stays() {
    let old =
        b"\x02\x05other\x01\x01a\x01b\x0cprocessed-by\x02\x05rustc\x011\x0ecargo-wasmsign\x030.0";
    let module = [two_functions(), custom("producers", old)].concat();
    let recorded = record(&name(), &module).unwrap();
    let content = String::from_utf8(customs(&recorded)[0].1.clone()).unwrap();
    let rustc = "\u{2}\u{5}other\u{1}\u{1}a\u{1}b\u{c}processed-by\u{2}\u{5}rustc\u{1}1";
    assert!(content.starts_with(rustc), "{content:?}");
    assert!(!content.contains("0.0\u{0}") && content.contains(env!("CARGO_PKG_VERSION")));
    let broken = [two_functions(), custom("producers", b"\x05")].concat();
    assert_eq!(record(&name(), &broken).unwrap_err().exit(), Exit::Malformed);
}

/// A real module with names and DWARF.
fn rustc(dwarf: u8) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    let (source, output) = (directory.path().join("real.rs"), directory.path().join("real.wasm"));
    let text = "#[unsafe(no_mangle)] pub extern \"C\" fn sum(n: u32) -> u32 { (0..n).map(|i| i * i).sum() }\n\
        #[unsafe(no_mangle)] pub extern \"C\" fn text(n: u32) -> usize { format!(\"{n:?}\").len() }\n";
    std::fs::write(&source, text).unwrap();
    let mut command = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    command.args(["--edition=2024", "--crate-type=cdylib", "--target=wasm32-unknown-unknown"]);
    command.args(["-g", "-O", &format!("-Cdwarf-version={dwarf}"), "-o"]).arg(&output).arg(source);
    assert!(command.status().unwrap().success());
    std::fs::read(output).unwrap()
}

#[test]
fn a_real_module_keeps_its_names_and_loses_dwarf_unless_it_is_kept() {
    let module = rustc(4);
    let wanted = ["sum".to_owned()];
    for keep_debug in [false, true] {
        let edited = keep_exports(&name(), &module, &wanted, keep_debug).unwrap();
        assert_valid(&edited);
        assert_eq!(exports(&edited), ["sum"]);
        assert!(keep_debug || edited.len() < module.len() / 4, "{}", edited.len());
        let left = names(&edited);
        assert!(left.contains(&"name".into()) && left.contains(&"target_features".into()));
        assert_eq!(left.contains(&".debug_info".into()), keep_debug, "{left:?}");
    }
    let section = |module: &[u8], wanted: &str| {
        customs(module).into_iter().find(|(name, _)| name == wanted).unwrap()
    };
    let edited = keep_exports(&name(), &module, &wanted, false).unwrap();
    for same in ["producers", "target_features"] {
        assert_eq!(section(&module, same), section(&edited, same));
    }
}

#[test]
fn what_cannot_be_read_is_told() {
    let mut module = Module::new();
    module.section(&RawSection { id: 7, data: b"\x01\x01" });
    let error = kept(&module.finish(), &[]).unwrap_err();
    assert_eq!(error.exit(), Exit::Malformed);
    assert!(error.to_string().contains("`m.wasm` is not a valid WebAssembly module"), "{error}");
}

/// A function whose reference is taken has to be declared, and its export may have been what did it.
#[test]
fn references_to_functions_stay_valid() {
    let segments = ["", "(elem func $other)"];
    for segment in segments {
        let text = format!(
            "(module (func $f (export \"f\")) (func $other (export \"other\")) {segment}
                (func (export \"g\") (result funcref) ref.func $f))"
        );
        let module = wat::parse_str(text).unwrap();
        let edited = kept(&module, &["g"]).unwrap();
        assert_valid(&edited);
        assert_eq!(exports(&edited), ["g"]);
        let dead = kept(&module, &["other"]).unwrap();
        assert_valid(&dead);
        assert_eq!(exports(&dead), ["other"]);
    }
}

/// Whatever leads to a function keeps it: a call, a reference, a table, a global, the start of the module.
#[test]
fn only_what_nothing_leads_to_is_dead() {
    let module = wat::parse_str(
        "(module (import \"env\" \"f\" (func $imported))
            (func $called i32.const 1001 drop) (func $tail i32.const 1002 drop)
            (func $in_table i32.const 1003 drop) (func $in_global i32.const 1004 drop)
            (func $started i32.const 1005 drop call $called)
            (func $dead (export \"dead\") i32.const 1006 drop call $deader)
            (func $deader i32.const 1007 drop call $dead)
            (func (export \"g\") call $imported return_call $tail)
            (table 1 funcref) (elem (i32.const 0) $in_table) (start $started)
            (global funcref (ref.func $in_global)))",
    )
    .unwrap();
    let edited = kept(&module, &["g"]).unwrap();
    assert_valid(&edited);
    for number in 1001..=1007 {
        assert_eq!(has(&edited, number), number < 1006, "{number}");
    }
    let keep_debug =
        |module: &[u8]| keep_exports(&name(), module, &["g".to_owned()], true).unwrap();
    assert!(!has(&keep_debug(&module), 1006));
    let debug = keep_debug(&[module, custom(".debug_info", b"")].concat());
    assert!(has(&debug, 1006), "code stays where DWARF says that it is");
}
