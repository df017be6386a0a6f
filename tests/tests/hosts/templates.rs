//! The templates, built for real with the embedded optimizer, and run.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::process::Command;

use end_to_end::project::{custom_sections, of_reason, published, verifies};
use end_to_end::{cargo, files, key_pair, run, strays, template, wasmsign};
use tempfile::TempDir;
use wasmi::{Engine, Instance, Linker, Module, Store};
use wasmi_wasi::WasiCtxBuilder;
use wasmi_wasi::wasi_common::pipe::{ReadPipe, WritePipe};

const ORDER: &[u8] =
    br#"{"currency":"EUR","vat_percent":19,"lines":[{"item":"tea","quantity":3,"price":450}]}"#;
const INVOICE: &str = r#"{"currency":"EUR","lines":[{"item":"tea","amount":1350}],"net":1350,"vat":257,"gross":1607}"#;
const LOG: &str = r#"10.0.0.1 - - [10/Oct/2025:13:55:36 +0000] "GET /b HTTP/1.1" 200 2326
10.0.0.1 - - [10/Oct/2025:13:55:37 +0000] "GET /a HTTP/1.1" 304 -
no log line
"#;

/// A build of a template.
fn build(project: &Path, arguments: &[&str]) -> Command {
    let mut command = wasmsign(project);
    command.arg("build").args(arguments);
    command
}

/// A copy of a template, with a key pair where it wants one.
fn with_keys(name: &str) -> TempDir {
    let project = template(name);
    let keys = project.path().join("keys");
    std::fs::create_dir(&keys).expect("a directory can be made");
    key_pair(&keys, "release");
    project
}

/// Runs a guest where there is stack for it: in builds with debug assertions, not every one of
/// wasmi's handlers leaves by a jump to the next one.
fn with_stack<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(1 << 30);
        let guest = thread.spawn_scoped(scope, run).expect("a thread can be started");
        guest.join().expect("the guest does not panic")
    })
}

/// A module that wants nothing from its host.
fn instantiate(module: &Path) -> (Store<()>, Instance) {
    let engine = Engine::default();
    let bytes = std::fs::read(module).expect("the module can be read");
    let module = Module::new(&engine, bytes).expect("wasmi takes the module");
    let mut store = Store::new(&engine, ());
    let linker = Linker::new(&engine);
    let instance = linker.instantiate_and_start(&mut store, &module).expect("it starts");
    (store, instance)
}

/// Calls a function without arguments.
fn call(store: &mut Store<()>, instance: &Instance, name: &str) -> u32 {
    let function = instance.get_typed_func::<(), u32>(&*store, name).expect("it is exported");
    function.call(store, ()).expect("it does not trap")
}

/// Gives a guest its input; tells where that is and what `process` answered.
fn process(store: &mut Store<()>, instance: &Instance, input: &[u8]) -> (usize, usize) {
    let alloc = instance.get_typed_func::<u32, u32>(&*store, "alloc").expect("it is exported");
    let at = alloc.call(&mut *store, input.len() as u32).expect("it does not trap") as usize;
    let memory = instance.get_memory(&*store, "memory").expect("it is exported");
    memory.write(&mut *store, at, input).expect("the buffer is in the memory");
    (at, call(store, instance, "process") as usize)
}

fn read(store: &Store<()>, instance: &Instance, at: usize, length: usize) -> String {
    let memory = instance.get_memory(store, "memory").expect("it is exported");
    let bytes = memory.data(store)[at..at + length].to_vec();
    String::from_utf8(bytes).expect("the guest writes UTF-8")
}

fn mask_cards(module: &Path, text: &str) -> (String, usize) {
    let (mut store, instance) = instantiate(module);
    let (at, count) = process(&mut store, &instance, text.as_bytes());
    (read(&store, &instance, at, text.len()), count)
}

fn invoice(module: &Path, order: &[u8]) -> String {
    let (mut store, instance) = instantiate(module);
    let (_, length) = process(&mut store, &instance, order);
    let at = call(&mut store, &instance, "output") as usize;
    read(&store, &instance, at, length)
}

/// Runs a WASI program with this standard input.
fn program(module: &Path, input: &str) -> String {
    let engine = Engine::default();
    let bytes = std::fs::read(module).expect("the module can be read");
    let module = Module::new(&engine, bytes).expect("wasmi takes the module");
    let output = WritePipe::new_in_memory();
    let context = WasiCtxBuilder::new()
        .stdin(Box::new(ReadPipe::from(input)))
        .stdout(Box::new(output.clone()))
        .build();
    let mut store = Store::new(&engine, context);
    let mut linker = Linker::new(&engine);
    wasmi_wasi::add_to_linker(&mut linker, |context| context).expect("the names are free");
    let instance = linker.instantiate_and_start(&mut store, &module).expect("it starts");
    let start = instance.get_typed_func::<(), ()>(&store, "_start").expect("it is a program");
    start.call(&mut store, ()).expect("it ends well");
    drop(store);
    let bytes = output.try_into_inner().expect("nobody else holds the pipe").into_inner();
    String::from_utf8(bytes).expect("the guest writes UTF-8")
}

/// cargo's own modules: path, content, and what the system knows of each.
fn cargos_own(target: &Path) -> Vec<(PathBuf, Vec<u8>, Metadata)> {
    let all = files(&target.join("wasm32-unknown-unknown/release")).into_iter();
    let modules = all.filter(|(path, _)| path.extension().is_some_and(|end| end == "wasm"));
    modules
        .map(|(path, bytes)| {
            let metadata = std::fs::metadata(&path).expect("the file is there");
            (path, bytes, metadata)
        })
        .collect()
}

#[test]
fn the_module_template() {
    let project = with_keys("module");
    let project = project.path();
    let public = project.join("keys/release.pub");

    let mut plain = Command::new(cargo());
    plain.args(["build", "--release", "--target", "wasm32-unknown-unknown"]);
    plain.env_remove("CARGO_TARGET_DIR");
    assert!(plain.current_dir(project).output().expect("cargo runs").status.success());
    let target = project.join("target");
    let before = cargos_own(&target);
    assert!(before.len() >= 2, "a hard link beside deps/");

    let said = run(&mut build(project, &["--release"])).exits(0);
    assert!(said.out.contains("signed by release") && said.out.contains("sha256:"), "{}", said.out);
    said.says(&["Optimized", "Signed"]);
    assert_eq!(published(&target), ["wasm32-unknown-unknown/release/card_mask.wasm"]);
    let module = target.join("wasmsign/wasm32-unknown-unknown/release/card_mask.wasm");
    verifies(&module, None, &[&public]);

    let after = cargos_own(&target);
    assert_eq!(before.len(), after.len());
    for ((path, old, was), (_, new, is)) in before.iter().zip(&after) {
        assert!(old == new, "{} is changed", path.display());
        let times = |file: &Metadata| file.modified().expect("the system tells times");
        assert_eq!(times(was), times(is), "{}", path.display());
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            assert_eq!((was.ino(), was.nlink()), (is.ino(), is.nlink()), "{}", path.display());
        }
    }

    let unsigned = target.join("wasm32-unknown-unknown/release/card_mask.wasm");
    let text = "paid with 4111 1111 1111 1111, order 1234";
    let masked = ("paid with **** **** **** 1111, order 1234".to_owned(), 1);
    assert_eq!(mask_cards(&unsigned, text), masked);
    assert_eq!(mask_cards(&module, text), masked);
    let size = |path: &Path| std::fs::metadata(path).expect("the file is there").len();
    assert!(size(&module) < size(&unsigned), "the optimizer made it smaller");
    assert_eq!(custom_sections(&module)[0], "signature");
    assert!(strays(&target).is_empty());
}

#[test]
fn the_workspace_template() {
    let project = with_keys("workspace");
    let project = project.path();
    let said = run(&mut build(project, &["--release", "--format", "json"])).exits(0);
    let messages = said.json();
    let artifacts = of_reason(&messages, "wasmsign-artifact");
    let mut names: Vec<_> = artifacts.iter().map(|artifact| &artifact["target"]["name"]).collect();
    names.sort_by_key(|name| name.to_string());
    assert_eq!(names, ["access-log", "invoice"]);

    let target = project.join("target");
    assert_eq!(
        published(&target),
        ["wasm32-unknown-unknown/release/invoice.wasm", "wasm32-wasip1/release/access-log.wasm"]
    );
    let host = |path: &Path| path.file_stem().is_some_and(|name| name == "module-list");
    assert!(!files(&target).iter().any(|(path, _)| host(path)), "the host program was built");

    let key = project.join("keys/release.pub");
    let module = target.join("wasmsign/wasm32-unknown-unknown/release/invoice.wasm");
    verifies(&module, None, &[&key]);
    let unsigned = target.join("wasm32-unknown-unknown/release/invoice.wasm");
    for order in [ORDER, b"{}", b"", b"{\"currency\":1"] {
        assert_eq!(
            with_stack(|| invoice(&module, order)),
            with_stack(|| invoice(&unsigned, order))
        );
    }
    assert_eq!(with_stack(|| invoice(&module, ORDER)), INVOICE);

    let module = target.join("wasmsign/wasm32-wasip1/release/access-log.wasm");
    verifies(&module, None, &[&key]);
    let unsigned = target.join("wasm32-wasip1/release/access-log.wasm");
    for log in [LOG, "", "é"] {
        assert_eq!(with_stack(|| program(&module, log)), with_stack(|| program(&unsigned, log)));
    }
    let summary = with_stack(|| program(&module, LOG));
    let summary: serde_json::Value = serde_json::from_str(&summary).expect("it prints JSON");
    assert_eq!((&summary["requests"], &summary["bytes"]), (&2.into(), &2326.into()));

    // Nothing to do now, from a member's directory for that member alone.
    let mut again = build(project, &["--release", "-v"]);
    again.current_dir(project.join("guests/invoice"));
    let said = run(&mut again).exits(0).says(&["Fresh invoice"]);
    assert!(!said.err.contains("access-log"), "{}", said.err);
    assert_eq!(said.out.lines().count(), 1, "{}", said.out);
}
