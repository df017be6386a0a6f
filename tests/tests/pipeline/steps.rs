//! `transform`: several programs, before and after the optimizer, and what is told of each one's share.

#![cfg(unix)]

use end_to_end::project::{LIBRARY, Project, custom_sections, of_reason, script};
use end_to_end::{run, wasmsign};
use serde_json::Value;

/// Writes standard input with a section of this name behind it.
fn marking(name: &str) -> String {
    let (section, name_length) = (name.len() + 1, name.len());
    format!("cat; printf '\\000\\{section:03o}\\{name_length:03o}{name}'")
}

/// Writes a component around the module on standard input.
const COMPONENT: &str = r"cat > core.wasm
size=$(wc -c < core.wasm)
printf '\000asm\015\000\001\000\001'
for shift in 0 7 14 21; do printf '\'$(printf %03o $(( size >> shift & 127 | 128 ))); done
printf '\'$(printf %03o $(( size >> 28 )))
cat core.wasm";

fn project(table: &str, programs: &[(&str, &str)]) -> Project {
    let project = Project::tiny(table);
    programs.iter().for_each(|(name, lines)| script(&project.join(name), lines));
    project
}

fn artifact(project: &Project) -> Value {
    let messages = run(&mut project.build(&["--format", "json"])).exits(0).json();
    of_reason(&messages, "wasmsign-artifact")[0].clone()
}

#[test]
fn programs_run_in_their_order_around_the_optimizer() {
    let table = "optimize = { level = 1, passes = [\"strip-producers\"] }\ntransform = [\
                 { command = [\"./last\"], after = \"optimize\" }, { command = [\"./one\"] }, \
                 { command = [\"./two\"], after = \"build\" }, { command = [\"./end\"], after = \"optimize\" }]";
    let programs = ["one", "two", "last", "end"].map(|name| (name, marking(name)));
    let programs: Vec<_> = programs.iter().map(|(name, lines)| (*name, lines.as_str())).collect();
    let project = project(table, &programs);
    let said = run(&mut project.build(&["-v"])).exits(0);
    let lines = said.err.lines().filter_map(|line| line.trim().split_once(' '));
    let verbs = ["Transforming", "Transformed", "Optimizing", "Optimized", "Signed"];
    let steps: Vec<_> = lines.filter(|(verb, _)| verbs.contains(verb)).collect();
    let order: Vec<_> = steps.iter().map(|(verb, _)| *verb).collect();
    let transform = ["Transforming", "Transformed"];
    let expected =
        [&transform[..], &transform, &["Optimizing", "Optimized"], &transform, &transform];
    assert_eq!(order[..order.len() - 1], expected.concat(), "{}", said.err);
    let tools: Vec<_> = steps.iter().filter(|(verb, _)| *verb == "Transforming").collect();
    let tools: Vec<_> = tools.iter().filter_map(|(_, text)| text.rsplit(' ').next()).collect();
    assert_eq!(tools, ["./one", "./two", "./last", "./end"]);
    let sections = custom_sections(&project.module("tiny.wasm"));
    let is_mark = |name: &&String| programs.iter().any(|(mark, _)| name == mark);
    let marks: Vec<_> = sections.iter().filter(is_mark).collect();
    assert_eq!(marks, ["one", "two", "last", "end"], "{sections:?}");
    assert_eq!(artifact(&project)["fresh"], true);
}

#[test]
fn a_component_can_be_made_of_an_optimized_module() {
    let table =
        "optimize = \"z\"\ntransform = { command = [\"./componentize\"], after = \"optimize\" }";
    let project = project(table, &[("componentize", COMPONENT)]);
    let artifact = artifact(&project);
    let size = |step: &str| artifact["sizes"][step].as_u64().expect("a number");
    assert!(
        size("optimized") < size("built") && size("optimized") < size("finished"),
        "{artifact}"
    );
    assert_eq!(
        std::fs::metadata(project.join("core.wasm")).expect("it is there").len(),
        size("optimized")
    );
    let module = project.module("tiny.wasm");
    let verify = |kind: &str| {
        let mut verify = wasmsign(project.path());
        verify.args(["verify", "-K", "release.pub", "--expect", kind]).arg(&module);
        run(&mut verify)
    };
    verify("component").exits(0);
    verify("module").exits(1);
}

#[test]
fn what_a_later_program_finishes_may_be_optimized_before() {
    let section = "component-type:tiny";
    let source = format!(
        "{LIBRARY}#[used]\n#[unsafe(link_section = \"{section}\")]\npub static DATA: [u8; 4] = *b\"data\";\n"
    );
    let table = "optimize = \"z\"\ntransform = { command = [\"./tool\"], after = \"optimize\" }";
    let project = Project::library(&source, table);
    script(&project.join("tool"), "cat");
    let words = ["tiny.wasm", section, "not finished"];
    run(&mut project.build(&[])).exits(2).says(&words);
    assert!(project.published().is_empty());
    script(&project.join("tool"), "LC_ALL=C sed s/component-type:tiny/component-done:tiny/");
    run(&mut project.build(&[])).exits(0);
    assert!(
        custom_sections(&project.module("tiny.wasm")).contains(&"component-done:tiny".to_owned())
    );
    project.replace("Cargo.toml", "after = \"optimize\"", "after = \"build\"");
    run(&mut project.build(&[])).exits(0);
}

#[test]
fn each_share_is_told_apart() {
    let table = "optimize = false\ntransform.command = [\"./tool\"]";
    let project = project(table, &[("tool", &format!("{}; head -c 0", marking("mark")))]);
    let said = run(&mut project.build(&[])).exits(0).says(&["Transformed", " → "]);
    let line = said.out.lines().next().expect("a line");
    assert!(line.contains(" built, ") && line.contains(" transformed ("), "{line}");
    assert!(!line.contains("optimized"), "nothing was: {line}");
    let artifact = artifact(&project);
    let sizes = &artifact["sizes"];
    assert_eq!(sizes["transformed"], sizes["built"].as_u64().expect("a number") + 7);
    assert_eq!(sizes["optimized"], sizes["transformed"]);
    assert_eq!(sizes["finished"], Value::Null);
}

#[test]
fn a_list_in_one_profile_takes_the_programs_away() {
    let table =
        "optimize = false\ntransform.command = [\"./tool\"]\nprofile.release.transform = []";
    let project = project(table, &[("tool", "exit 1")]);
    run(&mut project.build(&[])).exits(5);
    run(&mut project.build(&["-r"])).exits(0);
}
