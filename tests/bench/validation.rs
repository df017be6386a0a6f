//! What looking at an optimizer's work adds to that work: the tasks of one module, each by the child that does it in a build,
//! in turns.
//!
//!     TOOL=target/release/cargo-wasmsign RUNS=5 cargo run --locked -p end-to-end --bin validation-speed
//!
//! TOOL names a program of the release profile; CHECKER another one that looks, where that is not the same.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use end_to_end::project::{CDYLIB, Project, package};
use end_to_end::{program, run};
use serde_json::{Value, json};

/// A module of some 2 MB: std, regex with all of Unicode, and a parser of Rust.
const SOURCE: &str = r#"
#[unsafe(no_mangle)]
pub extern "C" fn words(count: u32) -> u32 {
    let source: String = (0..count).map(|at| format!("fn f{at}(x: u8) -> Vec<u8> {{ g(x) }}\n")).collect();
    let tree = format!("{:?}", syn::parse_file(&source));
    let word = regex::Regex::new(r"\b[\p{Alphabetic}--\p{Greek}]\w+\b");
    word.map_or(0, |word| word.find_iter(&tree).count() as u32)
}
"#;
const DEPENDENCIES: &str = "[dependencies]\nregex = \"=1.13.2\"\n\
    syn = { version = \"=2.0.119\", features = [\"full\", \"extra-traits\"] }\n[profile.release]\nopt-level = 3\n[workspace]\n";

fn main() {
    let runs = std::env::var("RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(5);
    let manifest = package("tiny", &format!("{CDYLIB}{DEPENDENCIES}"));
    let project = Project::new(&[("Cargo.toml", &manifest), ("src/lib.rs", SOURCE)]);
    run(&mut project.build(&["-r", "--no-sign", "--no-optimize"])).exits(0);
    let module = project.output().join("wasm32-unknown-unknown/release/tiny.wasm");
    let size = std::fs::metadata(&module).expect("it was published").len();
    println!("a module of {:.2} MB, medians of {runs} rounds", size as f64 / 1e6);
    for level in ["Oz", "O1"] {
        let mut rounds: Vec<_> = (0..runs).map(|_| round(project.path(), &module, level)).collect();
        let median = |rounds: &mut Vec<[Duration; 3]>, at: usize| {
            rounds.sort_by_key(|round| round[at]);
            rounds[rounds.len() / 2][at].as_secs_f64()
        };
        let [prepare, optimize, check] = [0, 1, 2].map(|at| median(&mut rounds, at));
        println!(
            "-{level}: prepare {:.3} s, optimize {optimize:.3} s, check {check:.3} s: {:.2} % added",
            prepare,
            100.0 * check / optimize
        );
    }
}

/// How long each task took.
fn round(directory: &Path, module: &Path, level: &str) -> [Duration; 3] {
    let output = directory.join("optimized.wasm");
    let job = json!({
        "name": bytes(module), "input": bytes(module), "digest": "", "output": bytes(&output),
        "level": level, "passes": [], "keep_names": false, "keep_debug": false, "features": "Auto",
        "exports": null, "producers": false, "jobs": null, "timeout": null,
    });
    let abilities = json!({ "number": 116, "is_between": false, "options": null });
    let edited = bytes(&directory.join("edited.wasm"));
    let prepare = json!({ "Prepare": { "job": job, "edited": edited, "abilities": abilities } });
    let (answer, prepared) = timed(&prepare);
    let ready = &answer["Ok"]["Ready"];
    assert!(ready.is_object(), "{answer}");
    let optimized = optimize(level, module, &output, &ready["features"]);
    let work = json!({ "job": job, "features": ready["features"], "is_known": true });
    let (answer, checked) = timed(&json!({ "Check": { "work": work, "names": ready["names"] } }));
    assert_eq!(answer, json!({ "Ok": "Module" }));
    [prepared, optimized, checked]
}

fn bytes(path: &Path) -> Vec<u8> {
    path.as_os_str().as_encoded_bytes().to_vec()
}

fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from)
}

fn tool() -> PathBuf {
    named("TOOL").unwrap_or_else(|| program().to_owned())
}

/// Has the optimizer beside the tool do its part.
fn optimize(level: &str, input: &Path, output: &Path, features: &Value) -> Duration {
    let order = json!({
        "input": bytes(input), "output": bytes(output), "features": features, "first_passes": ["strip-dwarf"],
        "level": level, "last_passes": [], "debug_info": false, "keep_debug": false,
    });
    let name = format!("cargo-wasmsign-optimizer{}", std::env::consts::EXE_SUFFIX);
    timed_by(&tool().with_file_name(name), "__optimize", &order).1
}

/// Has a child of the tool do a task: its answer, and how long it took.
fn timed(task: &Value) -> (Value, Duration) {
    timed_by(&named("CHECKER").unwrap_or_else(tool), "__task", task)
}

fn timed_by(program: &Path, argument: &str, task: &Value) -> (Value, Duration) {
    let begun = Instant::now();
    let mut child = Command::new(program)
        .arg(argument)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let text = serde_json::to_vec(task).expect("it is JSON");
    child.stdin.take().expect("it is piped").write_all(&text).expect("it reads its task");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{task:#}");
    (serde_json::from_slice(&output.stdout).unwrap_or_default(), begun.elapsed())
}
