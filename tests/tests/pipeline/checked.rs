//! What transforms and optimizers leave is validated in full, and compared with what they were given, before anybody
//! signs, publishes or keeps it.

#![cfg(unix)]

use std::path::PathBuf;

use end_to_end::modules::{
    TYPES, answer, code, custom, function, importer, list, module, section, text,
};
use end_to_end::project::{Project, custom_sections, of_reason, script, verifies};
use end_to_end::{Said, files, run, strays};

/// A wasm-opt that leaves the file `left` where there is one, and else what it was given.
const TOOL: &str = r#"
if [ "$1" = --version ]; then echo "wasm-opt version 130"; exit 0; fi
[ "$1" = --help ] && exit 1
echo call >> calls
while [ "$1" != -o ]; do shift; done
if [ -e left ]; then cat left > "$2"; else cat "$3" > "$2"; fi
"#;

/// A project whose transform leaves `module` and whose optimizer is [`TOOL`].
fn project(module: &[u8], table: &str) -> Project {
    let transform = "transform.command = [\"cat\", \"module\"]\n";
    let project = Project::tiny(&format!("{transform}{table}"));
    script(&project.join("wasm-opt"), TOOL);
    project.write("module", module);
    project
}

const FAKE: &str = "optimize.tool = \"./wasm-opt\"\n";

fn build(project: &Project) -> Said {
    // The tool finds its files beside it, wherever the build runs it.
    run(&mut project.build(&[]))
}

#[track_caller]
fn published_nothing(project: &Project) {
    assert!(project.published().is_empty(), "{:?}", project.published());
    assert!(kept(project).is_empty(), "something was cached");
    assert!(strays(&project.output()).is_empty());
}

fn kept(project: &Project) -> Vec<PathBuf> {
    files(&project.output().join(".cache")).into_iter().map(|(path, _)| path).collect()
}

/// A module whose function gives nothing though its type says so.
fn bad_body() -> Vec<u8> {
    function("f", &[], &[])
}

/// A memory, exported as `memory`, of so many pages.
fn memory(pages: u8) -> Vec<u8> {
    module(&[
        section(5, &[1, 0, pages]),
        section(7, &list(&[[text("memory"), vec![2, 0]].concat()])),
    ])
}

#[test]
fn what_an_optimizer_leaves_is_believed_if_it_is_valid_and_looks_the_same() {
    let (unexported, twice) = (
        module(&[section(1, TYPES), section(3, &[1, 0]), code(&[&[0x41, 42]])]),
        module(&[
            section(1, TYPES),
            section(3, &[1, 0]),
            section(
                7,
                &list(&[[text("f"), vec![0, 0]].concat(), [text("g"), vec![0, 0]].concat()]),
            ),
            code(&[&[0x41, 42]]),
        ]),
    );
    let wide = module(&[
        section(1, &[1, 0x60, 0, 1, 0x7e]),
        section(3, &[1, 0]),
        section(7, &list(&[[text("f"), vec![0, 0]].concat()])),
        code(&[&[0x42, 42]]),
    ]);
    let global = module(&[
        section(6, &[1, 0x7f, 0, 0x41, 42, 0x0b]),
        section(7, &list(&[[text("f"), vec![3, 0]].concat()])),
    ]);
    let extending = function("f", &[0x41, 42, 0xc0], &[]);
    for (built, left, words) in [
        (answer(), bad_body(), "invalid module"),
        (answer(), answer()[..20].to_vec(), "no complete module"),
        (answer(), unexported, "without its export `f`"),
        (answer(), twice, "with a new export `g`"),
        (answer(), wide, "a function () -> (i32) and is now a function () -> (i64)"),
        (answer(), global, "a function () -> (i32) and is now a global i32"),
        (answer(), extending, "needs more features than its input"),
        (answer(), importer(0), "with a new import `g` of `env`"),
        (importer(0), importer(1), "was a function () -> (i32) and is now a function () -> ()"),
        (importer(0), answer(), "without its import `g` of `env`"),
        (memory(1), memory(2), "a memory 1 and is now a memory 2"),
    ] {
        let project = project(&built, FAKE);
        project.write("left", left);
        let said = build(&project).exits(5);
        said.says(&["tiny.wasm", "wasm-opt version 130", words, "help: "]);
        published_nothing(&project);
        std::fs::remove_file(project.join("left")).expect("it is there");
        build(&project).exits(0);
        verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
        assert_eq!(kept(&project).len(), 1, "what is good is kept");
    }
}

#[test]
fn an_import_that_nothing_calls_may_go() {
    let unused = module(&[
        section(1, TYPES),
        section(2, &list(&[[text("env"), text("g"), vec![0, 0]].concat()])),
        section(3, &[1, 0]),
        section(7, &list(&[[text("f"), vec![0, 1]].concat()])),
        code(&[&[0x41, 42]]),
    ]);
    let project = project(&unused, FAKE);
    project.write("left", answer());
    build(&project).exits(0);
    // Binaryen takes it out.
    project.replace("Cargo.toml", FAKE, "optimize = true\n");
    build(&project).exits(0);
    let left = std::fs::read(project.module("tiny.wasm")).expect("it is published");
    assert!(!left.windows(3).any(|bytes| bytes == b"env"));
}

#[test]
fn exports_that_were_to_go_are_not_missed() {
    let two = module(&[
        section(1, TYPES),
        section(3, &[2, 0, 0]),
        section(7, &list(&[[text("f"), vec![0, 0]].concat(), [text("g"), vec![0, 1]].concat()])),
        code(&[&[0x41, 42], &[0x41, 43]]),
    ]);
    let project = project(&two, &format!("{FAKE}optimize.exports = [\"f\"]\n"));
    build(&project).exits(0);
    project.write("left", &two);
    project.replace("wasm-opt", "echo call", "echo again");
    build(&project).exits(5).says(&["a new export `g`"]);
}

#[test]
fn a_pass_that_is_to_change_the_interface_may() {
    let project = project(&importer(1), "optimize.passes = [\"remove-imports\"]\n");
    build(&project).exits(0);
    let left = std::fs::read(project.module("tiny.wasm")).expect("it is published");
    assert!(!left.windows(3).any(|bytes| bytes == b"env"));
}

#[test]
fn what_a_transform_leaves_is_validated_with_and_without_an_optimizer() {
    for table in ["optimize = false\n", ""] {
        let project = project(&bad_body(), table);
        let words = ["tiny.wasm", "`cat`", "`transform`", "not valid", "offset 0x"];
        build(&project).exits(5).says(&words);
        published_nothing(&project);
        project.write("module", answer());
        build(&project).exits(0);
    }
}

#[test]
fn an_entry_of_the_cache_is_looked_at_when_it_is_taken() {
    let project = project(&answer(), FAKE);
    build(&project).exits(0);
    let entry = kept(&project).remove(0);
    let good = std::fs::read(&entry).expect("it can be read");
    let calls =
        || std::fs::read_to_string(project.join("calls")).expect("it was called").lines().count();
    let again = || {
        std::fs::remove_dir_all(project.output().join(".state")).expect("it can be removed");
        let messages = run(&mut project.build(&["--format", "json"])).exits(0).json();
        assert_eq!(of_reason(&messages, "wasmsign-artifact")[0]["fresh"], false);
        calls()
    };
    assert_eq!((calls(), again()), (1, 1));
    // The number that it answers, and the end of its code.
    for change in [good.len() - 2, good.len() - 1] {
        let mut torn = good.clone();
        torn[change] ^= 1;
        project.write(entry.strip_prefix(project.path()).unwrap().to_str().unwrap(), torn);
        let before = calls();
        assert_eq!(again(), before + 1);
        assert!(std::fs::read(&entry).is_ok_and(|entry| entry == good));
    }
}

#[test]
fn sections_that_name_places_in_the_code_go_with_the_code() {
    let hint = custom("metadata.code.branch_hint", &[1, 0, 1, 5, 1, 1]);
    let hinted = module(&[
        section(1, TYPES),
        section(3, &[2, 0, 0]),
        section(7, &list(&[[text("f"), vec![0, 0]].concat(), [text("g"), vec![0, 1]].concat()])),
        hint,
        code(&[&[0x41, 1, 0x04, 0x7f, 0x41, 1, 0x05, 0x41, 2, 0x0b], &[0x41, 3]]),
        custom("reloc.CODE", &[3, 0]),
    ]);
    let sections = |project: &Project| {
        let mut names = custom_sections(&project.module("tiny.wasm"));
        names.retain(|name| name != "signature");
        names
    };
    let project = project(&hinted, "optimize = {}\n");
    build(&project).exits(0).says(&["dropped", "`metadata.code.branch_hint`", "`reloc.CODE`"]);
    assert!(sections(&project).is_empty(), "{:?}", sections(&project));
    // 130 reads and writes hints, as this one makes believe.
    project.replace("Cargo.toml", "optimize = {}\n", FAKE);
    let said = build(&project).exits(0).says(&["`reloc.CODE`"]);
    assert!(!said.err.contains("branch_hint"), "{}", said.err);
    assert_eq!(sections(&project), ["metadata.code.branch_hint"]);
    project.replace("wasm-opt", "version 130", "version 123");
    build(&project).exits(0).says(&["`metadata.code.branch_hint`"]);
    assert!(sections(&project).is_empty());
    // Without an optimizer the code is the same, unless the loss of an export leaves dead code.
    project.replace("Cargo.toml", FAKE, "optimize = false\n");
    build(&project).exits(0);
    assert_eq!(sections(&project), ["metadata.code.branch_hint", "reloc.CODE"]);
    project.replace(
        "Cargo.toml",
        "optimize = false\n",
        "optimize = { exports = [\"f\", \"g\"] }\n",
    );
    run(&mut project.build(&["--no-optimize"])).exits(0);
    assert_eq!(sections(&project)[..2], ["metadata.code.branch_hint", "reloc.CODE"]);
    project.replace("Cargo.toml", "[\"f\", \"g\"]", "[\"f\"]");
    run(&mut project.build(&["--no-optimize"])).exits(0).says(&["`metadata.code.branch_hint`"]);
    assert!(!sections(&project).contains(&"metadata.code.branch_hint".to_owned()));
}
