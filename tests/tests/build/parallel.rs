//! Modules are made side by side, within `-j`, while cargo still compiles others.

#![cfg(unix)]

use std::process::Command;

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
    let project = slow();
    run(&mut project.build(&["-j", "1"])).exits(0);
    assert_one_by_one(&project);
}

/// That no optimizer has begun before another ended.
fn assert_one_by_one(project: &Project) {
    let log = log(project);
    assert_eq!(log.len(), 6, "{log:?}");
    for pair in log.chunks(2) {
        assert_eq!(pair[0].strip_prefix("begin "), pair[1].strip_prefix("end "), "{log:?}");
    }
}

/// Three guests whose optimizers take a moment.
fn slow() -> Project {
    let project = compiled(&["alpha", "beta", "gamma"]);
    for name in ["do-alpha", "do-beta", "do-gamma"] {
        project.write(name, "sleep 0.1");
    }
    project
}

#[test]
fn jobs_of_cargos_configuration_hold_for_us_too() {
    for (file, flags, variable) in [
        ("build.jobs = 1", &[][..], None),
        ("include = [\"jobs.toml\"]", &[], None),
        ("build.jobs = 8", &["--config", "build.jobs=-100000"], Some("8")),
        ("build.jobs = 8", &[], Some("1")),
        ("build.jobs = 8", &["-j", "1"], None),
    ] {
        let project = slow();
        project.write(".cargo/config.toml", file);
        project.write(".cargo/jobs.toml", "build.jobs = 1");
        let mut build = project.build(flags);
        build.envs(variable.map(|jobs| ("CARGO_BUILD_JOBS", jobs)));
        run(&mut build).exits(0);
        assert_one_by_one(&project);
    }
    let project = compiled(&["alpha", "beta"]);
    for name in ["do-alpha", "do-beta"] {
        project.write(name, "meet 2");
    }
    project.write(".cargo/config.toml", "build.jobs = 2");
    run(&mut project.build(&[])).exits(0);
    project.write(".cargo/config.toml", "build.jobs = 0");
    run(&mut project.build(&[])).exits(101).says(&["jobs"]);
    project.write(".cargo/config.toml", "build.jobs = \"default\"");
    run(&mut project.build(&[])).exits(0);
}

/// A fifo with the tokens of a make, held open so that they stay in it, and the variable that tells of it.
fn jobserver(project: &Project, tokens: usize) -> (std::fs::File, String) {
    use std::io::Write;
    let fifo = project.join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo runs").success());
    let mut file = std::fs::File::options().read(true).write(true).open(&fifo).expect("it opens");
    file.write_all(&b"+".repeat(tokens)).expect("there is room");
    (file, format!("-j{} --jobserver-auth=fifo:{}", tokens + 1, fifo.display()))
}

/// How many tokens are in the fifo.
fn tokens(mut file: std::fs::File) -> usize {
    use std::io::{Read, Write};
    file.write_all(b"!").expect("there is room");
    let mut byte = [0];
    let mut next = || file.read_exact(&mut byte).map(|()| byte[0]).expect("there is one");
    std::iter::from_fn(|| Some(next())).take_while(|byte| *byte == b'+').count()
}

#[test]
fn tokens_of_make_hold_for_us_and_come_back() {
    let project = slow();
    let (file, flags) = jobserver(&project, 0);
    run(project.build(&[]).env("MAKEFLAGS", flags)).exits(0);
    assert_one_by_one(&project);
    assert_eq!(tokens(file), 0);
    for jobs in [&[][..], &["-j", "2"]] {
        let project = compiled(&["alpha", "beta"]);
        for name in ["do-alpha", "do-beta"] {
            project.write(name, "meet 2");
        }
        let (file, flags) = jobserver(&project, 3);
        run(project.build(jobs).env("MAKEFLAGS", flags)).exits(0);
        assert_eq!(tokens(file), 3, "{jobs:?}");
    }
    // Both hold: what make gives, and what was said.
    let project = slow();
    let (file, flags) = jobserver(&project, 3);
    run(project.build(&["-j1"]).env("MAKEFLAGS", flags)).exits(0);
    assert_one_by_one(&project);
    assert_eq!(tokens(file), 3);
}

#[test]
fn a_recipe_of_make_builds_side_by_side() {
    let project = slow();
    let (build, path) = (project.build(&["-v"]), project.join("Makefile"));
    let words = std::iter::once(build.get_program()).chain(build.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    end_to_end::write(&path, format!("all:\n\t+{}\n", words.join(" ")));
    let mut make = Command::new("make");
    make.current_dir(project.path())
        .env("CARGO", end_to_end::cargo())
        .env_remove("CARGO_TARGET_DIR");
    for name in ["MAKEFLAGS", "MFLAGS", "CARGO_MAKEFLAGS", "MAKELEVEL"] {
        make.env_remove(name);
    }
    for name in ["do-alpha", "do-beta", "do-gamma"] {
        project.write(name, "meet 2");
    }
    run(make.args(["-j", "2"])).exits(0);
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
