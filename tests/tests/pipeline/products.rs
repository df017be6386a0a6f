//! `transform`: what programs make besides the module, what they read besides, and where they leave the module.

#![cfg(unix)]

use std::process::Stdio;

use end_to_end::project::{LIBRARY, Project, custom_sections, of_reason, script, verifies};
use end_to_end::run;
use serde_json::Value;

/// A program as wasm-bindgen is one: the module and its glue go to a directory.
const GLUE: &str = "mkdir -p \"$2\"; cat \"$1\" > \"$2/out.wasm\"; cksum < \"$1\" > \"$2/glue.js\"";

fn project(table: &str, lines: &str) -> Project {
    let project = Project::tiny(&format!("optimize = false\n{table}"));
    script(&project.join("tool"), lines);
    project
}

/// Whether each module of a build was fresh.
#[track_caller]
fn all_fresh(project: &Project, arguments: &[&str]) -> Vec<bool> {
    let messages = run(project.build(arguments).args(["--format", "json"])).exits(0).json();
    let fresh = |message: &&Value| message["fresh"] == Value::Bool(true);
    of_reason(&messages, "wasmsign-artifact").iter().map(fresh).collect()
}

#[track_caller]
fn is_fresh(project: &Project, arguments: &[&str]) -> bool {
    all_fresh(project, arguments) == [true]
}

const TO_PKG: &str =
    "transform = { command = [\"./tool\", \"{input}\", \"pkg\"], output = \"pkg/out.wasm\" }";

#[test]
fn what_is_gone_or_anothers_is_made_again() {
    for table in [TO_PKG.to_owned(), TO_PKG.replace(" }", ", produces = [\"pkg/**\"] }")] {
        let project = project(&table, GLUE);
        let glue =
            |project: &Project| std::fs::read(project.join("pkg/glue.js")).expect("it is there");
        assert!(!is_fresh(&project, &[]));
        let of_dev = glue(&project);
        assert!(is_fresh(&project, &[]));
        std::fs::remove_dir_all(project.join("pkg")).expect("it can be removed");
        assert!(!is_fresh(&project, &[]), "{table}");
        assert!(glue(&project) == of_dev && project.join("pkg/out.wasm").is_file());
        project.write("pkg/glue.js", "another's");
        assert!(!is_fresh(&project, &[]), "{table}");
        std::fs::remove_file(project.join("pkg/out.wasm")).expect("it can be removed");
        assert!(!is_fresh(&project, &[]), "{table}");
        // What somebody else puts beside it is not of the record.
        project.write("pkg/readme", "mine");
        assert!(is_fresh(&project, &[]));
        assert!(!is_fresh(&project, &["-r"]));
        assert!(glue(&project) != of_dev, "two profiles make two modules");
        assert!(!is_fresh(&project, &[]), "{table}");
        assert!(glue(&project) == of_dev);
    }
}

#[test]
fn products_are_told_from_all_else() {
    let table = "transform = { command = [\"./tool\", \"{input}\", \"{output}\"], produces = [\"*.js\", \"made\"] }";
    let lines =
        "cat \"$1\" > \"$2\"; mkdir -p made/deep; touch a.js b.ts; cksum < \"$1\" > made/deep/c";
    let project = project(table, lines);
    assert!(!is_fresh(&project, &[]));
    std::fs::remove_file(project.join("b.ts")).expect("it is there");
    assert!(is_fresh(&project, &[]), "it is not named");
    for product in ["a.js", "made/deep/c"] {
        std::fs::remove_file(project.join(product)).expect("it is there");
        assert!(!is_fresh(&project, &[]), "{product}");
        assert!(project.join(product).is_file());
        assert!(is_fresh(&project, &[]));
    }
}

#[test]
fn each_profile_can_have_its_own() {
    let table = "transform = { command = [\"./tool\", \"{input}\", \"pkg/{profile}/{name}\"], \
                 output = \"pkg/{profile}/{name}/out.wasm\" }";
    let project = project(table, GLUE);
    assert!(!is_fresh(&project, &[]));
    assert!(!is_fresh(&project, &["-r"]));
    assert!(project.join("pkg/dev/tiny/glue.js").is_file());
    assert!(project.join("pkg/release/tiny/glue.js").is_file());
    assert!(is_fresh(&project, &[]));
    assert!(is_fresh(&project, &["-r"]));
}

#[test]
fn modules_that_share_a_directory_are_fresh_together() {
    let table = "transform = { command = [\"./tool\", \"{input}\", \"pkg\", \"{name}\"], \
                 output = \"pkg/{name}.wasm\" }";
    let lines =
        "mkdir -p pkg; cat \"$1\" > pkg/\"$3\".wasm; sleep 0.1; echo \"$3\" > pkg/\"$3\".js";
    let project = project(table, lines);
    for name in ["one", "two", "three"] {
        project.write(&format!("src/bin/{name}.rs"), "fn main() {}\n");
    }
    assert_eq!(all_fresh(&project, &["-j", "4"]), [false; 4]);
    assert_eq!(all_fresh(&project, &["-j", "4"]), [true; 4]);
}

#[test]
fn a_changed_input_is_read_again() {
    let table = "transform = { command = [\"./tool\"], inputs = [\"{name}.toml\", \"rules/*.txt\", \"plain\"] }";
    let project = project(table, "cat");
    let words = ["`transform.inputs`", "plain", "does not exist"];
    run(&mut project.build(&[])).exits(2).says(&words);
    run(&mut project.build(&["--dry-run"])).exits(2).says(&words);
    project.is_untouched();
    project.write("plain", "");
    assert!(!is_fresh(&project, &[]));
    for (path, counts) in [
        ("tiny.toml", true),
        ("rules/a.txt", true),
        ("rules/b/c.txt", false),
        ("other.toml", false),
    ] {
        for content in ["one", "two"] {
            project.write(path, content);
            assert_eq!(is_fresh(&project, &[]), !counts, "{path}");
            assert!(is_fresh(&project, &[]), "{path}");
        }
    }
    std::fs::remove_file(project.join("rules/a.txt")).expect("it is there");
    assert!(!is_fresh(&project, &[]), "one that is gone counts");
}

#[test]
fn an_input_may_be_what_a_program_makes() {
    let project = project(
        "transform = [{ command = [\"./tool\"], produces = [\"made\"] }, \
         { command = [\"./tool\"], inputs = [\"made\"] }]\nsections.embed.made.file = \"made\"",
        "echo made > made; cat",
    );
    run(&mut project.build(&[])).exits(0);
    assert!(custom_sections(&project.module("tiny.wasm")).contains(&"made".to_owned()));
}

#[test]
fn a_word_may_name_what_the_program_makes() {
    let named = |output: &str, produces: &str| {
        format!(
            "transform = {{ command = [\"./tool\", \"{{input}}\", \"{output}\", \"rules\"], \
             output = \"{output}\"{produces} }}"
        )
    };
    for table in [
        named("pkg/out.wasm", ""),
        named("pkg/{profile}.wasm", ""),
        named("out.wasm", ""),
        named("pkg/out.wasm", ", produces = [\"pkg/glue\"]"),
    ] {
        let project = project(&table, "mkdir -p pkg; cat \"$1\" > \"$2\"; echo > pkg/glue");
        project.write("rules", "one");
        for arguments in [&[][..], &["-r"], &[]] {
            is_fresh(&project, arguments);
            assert!(is_fresh(&project, arguments), "{table} {arguments:?}");
        }
        // What it only reads counts as ever.
        project.write("rules", "two");
        assert!(!is_fresh(&project, &[]), "{table}");
    }
}

#[test]
fn a_module_that_is_not_new_is_an_error() {
    let table = "transform = { command = [\"./tool\", \"{input}\"], output = \"left.wasm\" }";
    let project = project(table, "cat \"$1\" > left.wasm");
    assert!(!is_fresh(&project, &[]));
    let old = std::fs::read(project.join("left.wasm")).expect("it is there");
    let time = || {
        let file = std::fs::metadata(project.join("left.wasm")).expect("it is there");
        file.modified().expect("the system tells times")
    };
    let before = time();
    script(&project.join("tool"), "exit 0");
    let words = ["tiny.wasm", "`./tool`", "the old file", "left.wasm", "help: "];
    run(&mut project.build(&[])).exits(5).says(&words);
    script(&project.join("tool"), "exit 1");
    run(&mut project.build(&[])).exits(5).says(&["exit code 1"]);
    assert_eq!(time(), before, "the file is left as it was");
    for lines in [
        "cat \"$1\" > ./left.wasm",
        "cat left.wasm > new; mv new left.wasm",
        "cp -p \"$1\" left.wasm",
        "rm left.wasm; cp \"$1\" left.wasm",
    ] {
        script(&project.join("tool"), lines);
        assert!(!is_fresh(&project, &[]), "{lines}");
        assert!(std::fs::read(project.join("left.wasm")).expect("it is there") == old);
    }
}

#[test]
fn places_in_paths_are_filled_once() {
    let table = "transform = { command = [\"./tool\", \"{input}\", \"{output}\", \"{name}\"] }";
    for directory in ["{name}", "{input}", "{output}/{name}", "[a]*{profile}"] {
        let outer = Project::tiny(&format!("optimize = false\n{table}"));
        let files = end_to_end::files(outer.path());
        for (path, content) in files {
            let path = path.strip_prefix(outer.path()).expect("it is in there").to_owned();
            end_to_end::write(&outer.join(directory).join(path), content);
        }
        script(&outer.join(directory).join("tool"), "cat \"$1\" > \"$2\"; [ \"$3\" = tiny ]");
        let module =
            outer.join(directory).join("target/wasmsign/wasm32-unknown-unknown/debug/tiny.wasm");
        run(&mut outer.build_in(directory, &[])).exits(0);
        verifies(&module, None, &[&outer.join("release.pub")]);
        let left = "transform = { command = [\"./tool\", \"{input}\", \"made/{name}.wasm\", \"{name}\"], \
                    output = \"made/{name}.wasm\" }";
        outer.replace(&format!("{directory}/Cargo.toml"), table, left);
        std::fs::create_dir(outer.join(directory).join("made")).expect("it can be made");
        run(&mut outer.build_in(directory, &[])).exits(0).says(&["Transforming"]);
        assert!(outer.join(directory).join("made/tiny.wasm").is_file());
    }
}

#[test]
fn places_that_are_none_are_told_before_anything_is_built() {
    for (table, words) in [
        ("command = [\"./tool\", \"{nmae}\"]", ["`transform.command`", "`{nmae}`", "`{name}`"]),
        (
            "command = [\"./tool\"]\noutput = \"a/{nmae}.wasm\"",
            ["`transform.output`", "`{nmae}`", "`{profile}`"],
        ),
        (
            "command = [\"./tool\"]\nproduces = [\"{output}.js\"]",
            ["`transform.produces`", "`{output}`", "`{name}`"],
        ),
    ] {
        let project = project(&format!("[package.metadata.wasmsign.transform]\n{table}"), "cat");
        run(&mut project.build(&[])).exits(2).says(&words);
        run(&mut project.build(&["--dry-run"])).exits(2).says(&words);
        project.is_untouched();
    }
}

#[test]
fn processes_that_meet_at_one_place_do_not_get_each_others_module() {
    let table = "transform = { command = [\"./tool\", \"{input}\"], output = \"left.wasm\" }";
    let source = format!(
        "{LIBRARY}#[cfg(debug_assertions)]\n#[used]\n#[unsafe(link_section = \"of-dev\")]\npub static DEV: [u8; 1] = *b\"d\";\n\
         #[cfg(not(debug_assertions))]\n#[used]\n#[unsafe(link_section = \"of-release\")]\npub static RELEASE: [u8; 1] = *b\"r\";\n"
    );
    let project = Project::library(&source, &format!("optimize = false\n{table}"));
    script(&project.join("tool"), "cat \"$1\" > left.wasm; sleep 0.5");
    let start = |flags: &[&str]| {
        let mut command = project.build(flags);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts")
    };
    let builds = [start(&[]), start(&["-r"]), start(&["--target-dir", "elsewhere"])];
    for build in builds {
        let output = build.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    for (path, section) in [
        ("target/wasmsign/wasm32-unknown-unknown/debug", "of-dev"),
        ("elsewhere/wasmsign/wasm32-unknown-unknown/debug", "of-dev"),
        ("target/wasmsign/wasm32-unknown-unknown/release", "of-release"),
    ] {
        let sections = custom_sections(&project.join(path).join("tiny.wasm"));
        assert!(sections.contains(&section.to_owned()), "{path}: {sections:?}");
    }
}
