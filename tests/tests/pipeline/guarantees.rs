//! What holds of a module with and without the optimizer: its exports, its features, that it is finished, and the list of
//! its dependencies.

#![cfg(unix)]

use end_to_end::modules::{TYPES, answer, code, custom, function, list, module, section, text};
use end_to_end::project::{LIBRARY, Project, custom_sections, script, verifies};
use end_to_end::{run, strays};

/// Two functions, one of which extends a sign.
const TWO: &str = r#"#![no_std]
#[unsafe(no_mangle)]
pub extern "C" fn extend(n: i32) -> i32 {
    n as i8 as i32
}
#[unsafe(no_mangle)]
pub extern "C" fn plain(n: i32) -> i32 {
    n
}
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}
"#;

/// A project whose transform leaves `module`.
fn leaving(module: &[u8], table: &str) -> Project {
    let project = Project::tiny(&format!("transform.command = [\"cat\", \"module\"]\n{table}"));
    project.write("module", module);
    project
}

#[track_caller]
fn published_nothing(project: &Project) {
    assert!(project.published().is_empty(), "{:?}", project.published());
    assert!(strays(&project.output()).is_empty());
}

fn exports(project: &Project) -> Vec<String> {
    let bytes = std::fs::read(project.module("tiny.wasm")).expect("it is published");
    let mut names = Vec::new();
    for payload in wasmparser::Parser::new(0).parse_all(&bytes) {
        if let wasmparser::Payload::ExportSection(exports) = payload.expect("it is valid") {
            names.extend(exports.into_iter().map(|one| one.expect("it is valid").name.to_owned()));
        }
    }
    names
}

#[test]
fn exports_are_kept_alone_without_the_optimizer_too() {
    let table = "optimize.exports = [\"plain\"]\nprofile.dev.optimize = false\n";
    for arguments in [&[][..], &["--no-optimize", "-r"]] {
        let project = Project::library(TWO, table);
        run(&mut project.build(arguments)).exits(0);
        if arguments.is_empty() {
            assert_eq!(exports(&project), ["plain"]);
            let left = custom_sections(&project.module("tiny.wasm"));
            assert!(
                left.contains(&".debug_info".to_owned()) && left.contains(&"name".to_owned()),
                "{left:?}"
            );
            verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
        }
        project.replace("Cargo.toml", "\"plain\"", "\"plian\"");
        run(&mut project.build(arguments)).exits(2).says(&["`plian`", "did you mean `plain`?"]);
    }
}

#[test]
fn features_are_looked_at_without_the_optimizer_too() {
    let project = Project::library(TWO, "optimize.features = [\"mutable-globals\"]\n");
    let words = ["tiny.wasm", "`sign-ext`", "`optimize.features`", "`extend`", "signext-lowering"];
    run(&mut project.build(&["-r", "--no-optimize"])).exits(2).says(&words);
    published_nothing(&project);
    project.replace("Cargo.toml", "mutable-globals", "sign-ext");
    run(&mut project.build(&["-r", "--no-optimize"])).exits(0);
    project.replace("Cargo.toml", "sign-ext", "sing-ext");
    run(&mut project.build(&["--no-optimize"])).exits(2).says(&["`sing-ext`", "`sign-ext`?"]);
    // A preview shows what holds.
    project.replace("Cargo.toml", "sing-ext", "sign-ext");
    let said = run(&mut project.build(&["--no-optimize", "--dry-run"])).exits(0);
    assert!(said.out.contains("check that only sign-ext is needed"), "{}", said.out);
}

/// A module with one import and one export of these names, and with these sections at the end.
fn named(import: (&str, &str), export: &str, customs: &[Vec<u8>]) -> Vec<u8> {
    module(&[
        section(1, TYPES),
        section(2, &list(&[[text(import.0), text(import.1), vec![0, 1]].concat()])),
        section(3, &[1, 0]),
        section(7, &list(&[[text(export), vec![0, 1]].concat()])),
        code(&[&[0x10, 0, 0x41, 42]]),
        customs.concat(),
    ])
}

#[test]
fn an_unfinished_module_is_told_by_sections_imports_and_exports() {
    let env = ("env", "g");
    for (module, sign) in [
        (
            named(env, "f", &[custom("__wasm_bindgen_unstable", b"x")]),
            "section `__wasm_bindgen_unstable`",
        ),
        (named(env, "f", &[custom("component-type:wit", b"x")]), "section `component-type:wit`"),
        (named(("__wbindgen_placeholder__", "__wbg_a_1"), "f", &[]), "import `__wbg_a_1`"),
        (named(("__wbindgen_externref_xform__", "__x"), "f", &[]), "import `__x`"),
        (named(("env", "__wbindgen_describe"), "f", &[]), "import `__wbindgen_describe`"),
        (named(env, "__wbindgen_describe_f", &[]), "export `__wbindgen_describe_f`"),
        (named(env, "cabi_realloc", &[]), "export `cabi_realloc`"),
        (named(env, "cabi_post_a:b/c@1.0.0#d", &[]), "export `cabi_post_a"),
        (named(env, "cm32p2_realloc", &[]), "export `cm32p2_realloc`"),
    ] {
        let project = leaving(&module, "");
        let words = [
            "tiny.wasm",
            "not finished",
            sign,
            "`transform`",
            "afterwards",
            "`unfinished = \"allow\"`",
        ];
        run(&mut project.build(&[])).exits(2).says(&words);
        published_nothing(&project);
        for optimize in ["optimize = \"z\"\n", "optimize = false\n"] {
            project.write("Cargo.toml", Project::manifest(&format!(
                "unfinished = \"allow\"\n{optimize}transform.command = [\"cat\", \"module\"]\n[workspace]\n"
            )));
            run(&mut project.build(&["-k", "release.key"])).exits(0);
            verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
        }
    }
}

#[test]
fn what_wasm_bindgen_has_finished_is_finished() {
    let project = leaving(&named(("./app_bg.js", "__wbg_log_1"), "__wbindgen_malloc", &[]), "");
    run(&mut project.build(&[])).exits(0);
}

/// A program `cargo-auditable` that goes on as cargo.
fn auditable(source: &str, table: &str) -> Project {
    let project = Project::library(source, &format!("auditable = true\n{table}"));
    project.write("bin/cargo-auditable", "");
    script(&project.join("bin/cargo-auditable"), "shift\nexec \"$CARGO\" \"$@\"");
    project
}

fn build_auditable(project: &Project, arguments: &[&str]) -> end_to_end::Said {
    let path = std::env::var("PATH").expect("there is a path");
    let mut build = project.build(arguments);
    run(build.env("PATH", format!("{}:{path}", project.join("bin").display())))
}

#[test]
fn a_list_of_dependencies_that_is_promised_is_there_in_the_end() {
    let list = "#[used]\n#[unsafe(link_section = \".dep-v0\")]\npub static LIST: [u8; 4] = *b\"\\x78\\x9c\\x03\\x00\";\n";
    let source = format!("{LIBRARY}{list}");
    let project = auditable(&source, "");
    build_auditable(&project, &[]).exits(0);
    assert!(custom_sections(&project.module("tiny.wasm")).contains(&".dep-v0".to_owned()));

    let project = auditable(LIBRARY, "");
    build_auditable(&project, &[]).exits(5).says(&["tiny.wasm", "`.dep-v0`", "`auditable = true`"]);
    published_nothing(&project);

    let project = auditable(&source, "transform.command = [\"cat\", \"module\"]\n");
    project.write("module", answer());
    build_auditable(&project, &[]).exits(5).says(&["`.dep-v0`", "`transform`"]);
    published_nothing(&project);

    let project = auditable(&source, "sections.remove = [\".dep*\"]\n");
    build_auditable(&project, &[]).exits(2).says(&["`sections.remove`", "`.dep-v0`"]);
    project.is_untouched();
    build_auditable(&project, &["--dry-run"]).exits(2).says(&["`sections.remove`"]);
}

#[test]
fn a_module_that_takes_too_long_is_told_of_and_ended_with_its_children() {
    // It does not answer to `--help` either, for which it has its own ten seconds.
    let tool = r#"
if [ "$1" = --version ]; then echo "wasm-opt version 130"; exit 0; fi
trap '' TERM
sh -c 'echo $$ > grandchild; exec sleep 300' &
wait
"#;
    let table = "optimize = { tool = \"./wasm-opt\", timeout = \"16s\" }\n";
    let project = leaving(&function("f", &[0x41, 42], &[]), table);
    script(&project.join("wasm-opt"), tool);
    let begun = std::time::Instant::now();
    let said = run(&mut project.build(&[])).exits(5);
    said.says(&[
        "Optimizing tiny with wasm-opt version 130, for ",
        "tiny.wasm",
        "16 s",
        "`optimize.timeout`",
    ]);
    assert!(begun.elapsed() < std::time::Duration::from_secs(60));
    published_nothing(&project);
    let id = std::fs::read_to_string(project.join("grandchild")).expect("it was started");
    let is_there = || std::path::Path::new("/proc").join(id.trim()).exists();
    end_to_end::project::eventually("the grandchild has ended", || !is_there());
}
