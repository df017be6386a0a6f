//! Modules are made side by side, within `-j`, while cargo still compiles others.

#![cfg(unix)]

use end_to_end::project::{CDYLIB, LIBRARY, Project, SIGNED, of_reason, script, verifies};
use end_to_end::{run, strays};
use serde_json::{Value, json};

/// A wasm-opt that writes down when it begins and ends, does what a file `do-NAME` says in between, and copies the
/// module. `meet N` waits until so many have begun.
const TOOL: &str = r#"
if [ "$1" = --version ]; then echo "wasm-opt version 999"; exit 0; fi
while [ "$1" != -o ]; do shift; done
output=$2 input=$3
cd "$(dirname "$0")"
name=${input##*/}; name=${name#.}; name=${name%%.*}
meet() {
    rounds=0
    while [ "$(grep -c begin log)" -lt "$1" ]; do
        rounds=$((rounds + 1))
        if [ $rounds -gt 1500 ]; then echo "nobody came" >&2; exit 9; fi
        sleep 0.02
    done
}
echo "begin $name" >> log
if [ -e "do-$name" ]; then . "./do-$name"; fi
cat "$input" > "$output"
echo "end $name" >> log
"#;

/// A workspace of guests that cargo has compiled already, so that their modules come all at once.
fn compiled(names: &[&str]) -> Project {
    let project = guests(names);
    run(&mut project.build(&["--no-optimize", "--no-sign"])).exits(0);
    std::fs::remove_dir_all(project.output()).expect("it can be removed");
    project
}

fn guests(names: &[&str]) -> Project {
    let guest = format!("{CDYLIB}[package.metadata.wasmsign]\n");
    let root = format!("{SIGNED}[workspace.metadata.wasmsign.optimize]\ntool = \"./wasm-opt\"\n");
    let members: Vec<_> = names.iter().map(|name| (*name, &*guest, LIBRARY)).collect();
    let project = Project::workspace(&root, &members);
    script(&project.join("wasm-opt"), TOOL);
    project
}

/// What the optimizers have written down.
fn log(project: &Project) -> Vec<String> {
    let text = std::fs::read_to_string(project.join("log")).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

fn begun(project: &Project) -> usize {
    log(project).iter().filter(|line| line.starts_with("begin")).count()
}

/// The names of what is published.
fn published(project: &Project) -> Vec<String> {
    let file = |path: String| path.rsplit('/').next().map(str::to_owned).unwrap_or_default();
    project.published().into_iter().map(file).collect()
}

#[test]
fn two_jobs_are_two_optimizers_at_once() {
    let project = compiled(&["alpha", "beta"]);
    project.write("do-alpha", "meet 2");
    project.write("do-beta", "meet 2");
    run(&mut project.build(&["-j", "2"])).exits(0);
    let log = log(&project);
    assert!(log[..2].iter().all(|line| line.starts_with("begin")), "{log:?}");
    for name in ["alpha.wasm", "beta.wasm"] {
        verifies(&project.module(name), None, &[&project.join("release.pub")]);
    }
}

#[test]
fn one_job_is_one_optimizer_at_a_time() {
    let project = compiled(&["alpha", "beta", "gamma"]);
    for name in ["do-alpha", "do-beta", "do-gamma"] {
        project.write(name, "sleep 0.1");
    }
    run(&mut project.build(&["-j", "1"])).exits(0);
    let log = log(&project);
    assert_eq!(log.len(), 6, "{log:?}");
    for pair in log.chunks(2) {
        assert_eq!(pair[0].strip_prefix("begin "), pair[1].strip_prefix("end "), "{log:?}");
    }
}

#[test]
fn a_module_is_made_while_cargo_compiles_others() {
    let project = guests(&["alpha", "beta"]);
    // The second package cannot be compiled until the first one is optimized.
    project.write(
        "beta/build.rs",
        "fn main() {\n    let end = std::time::Instant::now() + std::time::Duration::from_secs(60);\n    \
         while !std::path::Path::new(\"../optimized\").exists() {\n        \
         assert!(std::time::Instant::now() < end, \"nobody optimizes\");\n        \
         std::thread::sleep(std::time::Duration::from_millis(5));\n    }\n}\n",
    );
    project.write("do-alpha", "touch optimized");
    run(&mut project.build(&["-j", "2"])).exits(0);
    assert_eq!(published(&project), ["alpha.wasm", "beta.wasm"]);
}

#[test]
fn every_module_on_its_way_ends_and_every_error_is_told() {
    let project = compiled(&["alpha", "beta", "gamma"]);
    project.write("do-alpha", "meet 3; echo 'alpha is bad' >&2; exit 1");
    // Long after the first error.
    project.write("do-beta", "meet 3; sleep 0.3; echo 'beta is bad' >&2; exit 2");
    project.write("do-gamma", "meet 3; sleep 0.3");
    let said = run(&mut project.build(&["-j", "3"])).exits(5);
    let said = said.says(&["alpha.wasm", "alpha is bad", "beta.wasm", "beta is bad"]);
    assert_eq!(said.err.matches("error: ").count(), 2, "{}", said.err);
    assert_eq!(published(&project), ["gamma.wasm"]);
    verifies(&project.module("gamma.wasm"), None, &[&project.join("release.pub")]);
    assert!(said.out.contains("gamma.wasm"), "{}", said.out);
    assert!(strays(&project.join("target")).is_empty());
    for name in ["do-alpha", "do-beta"] {
        std::fs::remove_file(project.join(name)).expect("it can be removed");
    }
    let messages = run(&mut project.build(&["--format", "json"])).exits(0).json();
    let mut modules = of_reason(&messages, "wasmsign-artifact");
    modules.sort_by_key(|module| module["path"].as_str());
    let fresh: Vec<&Value> = modules.iter().map(|module| &module["fresh"]).collect();
    assert_eq!(fresh, [false, false, true], "what was published need not be made again");
}

#[test]
fn the_first_error_stops_new_work() {
    let project = compiled(&["alpha", "beta", "gamma", "delta"]);
    for name in ["do-alpha", "do-beta", "do-gamma", "do-delta"] {
        project.write(name, "exit 1");
    }
    let said = run(&mut project.build(&["-j", "1", "--format", "json"])).exits(5);
    assert_eq!(begun(&project), 1, "{:?}", log(&project));
    assert_eq!(said.err.matches("error: ").count(), 1, "{}", said.err);
    let messages = said.json();
    let end = json!({"reason": "wasmsign-finished", "success": false});
    assert_eq!(messages.last(), Some(&end));
    assert!(of_reason(&messages, "wasmsign-artifact").is_empty());
    assert!(published(&project).is_empty());
    assert!(strays(&project.join("target")).is_empty());
}

#[test]
fn nothing_is_published_when_cargo_fails_behind_it() {
    let project = guests(&["alpha", "beta"]);
    run(&mut project.build(&[])).exits(0);
    let old = std::fs::read(project.module("alpha.wasm")).expect("it is published");
    std::fs::remove_file(project.join("log")).expect("it can be removed");
    project.replace("alpha/src/lib.rs", "42", "43");
    project.write(
        "beta/build.rs",
        "fn main() {\n    let end = std::time::Instant::now() + std::time::Duration::from_secs(60);\n    \
         while !std::path::Path::new(\"../optimized\").exists() {\n        \
         assert!(std::time::Instant::now() < end, \"nobody optimizes\");\n        \
         std::thread::sleep(std::time::Duration::from_millis(5));\n    }\n    panic!(\"no beta\");\n}\n",
    );
    project.write("do-alpha", "touch optimized");
    run(&mut project.build(&["-j", "2"])).exits(101).says(&["no beta"]);
    assert_eq!(log(&project), ["begin alpha", "end alpha"], "it was made, and is not wanted");
    assert!(std::fs::read(project.module("alpha.wasm")).is_ok_and(|module| module == old));
    assert!(strays(&project.join("target")).is_empty());
}

#[test]
fn lines_stay_whole() {
    let names = ["one", "two", "three", "four", "five", "six", "seven", "eight"];
    let project = compiled(&names);
    let said = run(&mut project.build(&["-j", "8", "-v"])).exits(0);
    // cargo is "Blocking" while another one has its cache.
    let verbs = ["Blocking", "Fresh", "Finished", "Optimizing", "Optimized", "Shaped", "Signed"];
    for line in said.err.lines() {
        let verb = line.split_whitespace().next().unwrap_or_default();
        assert!(verbs.contains(&verb), "{line:?}");
    }
    for verb in ["Optimized", "Signed"] {
        for name in names {
            let start = format!("{verb:>12} {name} ");
            let lines = said.err.lines().filter(|line| line.starts_with(&start));
            assert_eq!(lines.count(), 1, "{start:?} in {}", said.err);
        }
    }
    let is_whole =
        |line: &str| line.starts_with("   Published ") && line.ends_with(", signed by release");
    assert_eq!(said.out.lines().filter(|line| is_whole(line)).count(), names.len(), "{}", said.out);
    assert_eq!(said.out.lines().count(), names.len());
    std::fs::remove_dir_all(project.output()).expect("it can be removed");
    // Each line is read as JSON here.
    let messages = run(&mut project.build(&["-j", "8", "--format", "json"])).exits(0).json();
    assert_eq!(of_reason(&messages, "wasmsign-artifact").len(), names.len());
}
