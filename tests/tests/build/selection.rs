//! Which packages and which of their targets are built.

use end_to_end::project::{CDYLIB, LIBRARY, PROGRAM, Project, SIGNED, UNKNOWN, package};
use end_to_end::run;

/// A member's manifest: a cdylib with a table.
fn guest() -> String {
    format!("{CDYLIB}[package.metadata.wasmsign]\noptimize = false\n")
}

/// Two guests, a host program, and a library that is no module.
fn guests() -> Project {
    let guest = guest();
    Project::workspace(
        SIGNED,
        &[
            ("alpha", &guest, LIBRARY),
            ("beta", &guest, LIBRARY),
            ("host", "", "fn main() { compile_error!() }"),
            ("plain", "", "pub fn nothing() {}\n"),
        ],
    )
}

/// What is published after a build with these arguments, in a directory.
#[track_caller]
fn built(project: &Project, directory: &str, arguments: &[&str]) -> Vec<String> {
    let _ = std::fs::remove_dir_all(project.output());
    run(&mut project.build_in(directory, arguments)).exits(0);
    names(project)
}

fn names(project: &Project) -> Vec<String> {
    let file = |path: String| path.rsplit('/').next().map(str::to_owned).unwrap_or_default();
    project.published().into_iter().map(file).collect()
}

#[test]
fn packages_with_a_table_are_built_and_others_are_not() {
    let project = guests();
    let both = ["alpha.wasm", "beta.wasm"];
    assert_eq!(built(&project, "", &[]), both);
    assert_eq!(built(&project, "", &["--workspace"]), both);
    assert_eq!(built(&project, "", &["--all"]), both);
    assert_eq!(built(&project, "", &["-p", "alpha"]), ["alpha.wasm"]);
    assert_eq!(built(&project, "", &["-p", "alpha", "-p", "beta@0.1.0"]), both);
    assert_eq!(built(&project, "", &["-p", "b*"]), ["beta.wasm"]);
    assert_eq!(built(&project, "", &["--workspace", "--exclude", "alpha"]), ["beta.wasm"]);
    assert_eq!(built(&project, "", &["--lib"]), both);
}

#[test]
fn the_whole_workspace_stands_above_single_names_as_in_cargo() {
    let project = guests();
    let both = ["alpha.wasm", "beta.wasm"];
    // Others that have no table may be named then.
    for name in ["alpha", "plain", "a*"] {
        assert_eq!(built(&project, "", &["--workspace", "-p", name]), both, "{name}");
    }
    let excluded = ["--workspace", "-p", "gone", "--exclude", "alpha"];
    assert_eq!(built(&project, "", &excluded), ["beta.wasm"]);
    run(&mut project.build(&["--workspace", "-p", "gone"])).exits(2).says(&["no package `gone`"]);
}

#[test]
fn a_package_to_leave_out_that_is_not_there_is_a_warning_as_in_cargo() {
    let project = guests();
    let _ = std::fs::remove_dir_all(project.output());
    let flags = ["--workspace", "--exclude", "alpah", "--exclude", "beta", "--exclude", "x*"];
    let said = run(&mut project.build(&flags)).exits(0).says(&[
        "warning: the workspace has no package `alpah`, which `--exclude` names; did you mean `alpha`?",
        "warning: the workspace has no package `x*`",
    ]);
    assert!(!said.err.contains("`beta`, which"), "{}", said.err);
    assert_eq!(names(&project), ["alpha.wasm"]);
    run(&mut project.build(&["--exclude", "beta"])).exits(2).says(&["--workspace"]);
    let all = ["--workspace", "--exclude", "*"];
    run(&mut project.build(&all)).exits(2).says(&["no wasm package is selected"]);
}

#[test]
fn a_package_may_be_named_by_its_address() {
    let project = guests();
    let path = std::fs::canonicalize(project.join("beta")).expect("it is there");
    let address = format!("file://{}", path.display());
    assert_eq!(built(&project, "", &["-p", &address]), ["beta.wasm"]);
    assert_eq!(built(&project, "", &["-p", &format!("path+{address}#0.1.0")]), ["beta.wasm"]);
}

#[test]
fn without_a_project_it_is_said_what_to_do() {
    let project = Project::new(&[]);
    for command in ["build", "config", "clean"] {
        let mut call = end_to_end::wasmsign(project.path());
        let said = run(call.arg(command).env("CARGO_TERM_COLOR", "always"));
        assert!(said.code != Some(0), "{}", said.out);
        let said = said.says(&["could not find `Cargo.toml`", "--manifest-path", "wasmsign sign"]);
        assert!(!said.err.contains(r"\u{1b}"), "{}", said.err);
    }
    let named = ["--manifest-path", "gone/Cargo.toml"];
    run(&mut project.build(&named)).exits(101).says(&["does not exist", "help: "]);
}

#[test]
fn the_directory_decides_as_in_cargo() {
    let project = guests();
    assert_eq!(built(&project, "alpha", &[]), ["alpha.wasm"]);
    assert_eq!(built(&project, "alpha/src", &[]), ["alpha.wasm"]);
    assert_eq!(built(&project, "alpha", &["-p", "beta"]), ["beta.wasm"]);
    assert_eq!(built(&project, "alpha", &["--workspace"]), ["alpha.wasm", "beta.wasm"]);
    let manifest = |path| ["--manifest-path", path];
    assert_eq!(built(&project, "", &manifest("beta/Cargo.toml")), ["beta.wasm"]);
    assert_eq!(built(&project, "", &manifest("./beta/Cargo.toml")), ["beta.wasm"]);
    assert_eq!(built(&project, "alpha", &manifest("../beta/Cargo.toml")), ["beta.wasm"]);
    assert_eq!(built(&project, "alpha", &manifest("../Cargo.toml")), ["alpha.wasm", "beta.wasm"]);
    let whole = project.join("beta/Cargo.toml");
    assert_eq!(built(&project, "alpha", &manifest(&whole.display().to_string())), ["beta.wasm"]);
}

#[test]
fn default_members_are_the_default() {
    let project = guests();
    project.replace("Cargo.toml", "resolver", "default-members = [\"beta\", \"host\"]\nresolver");
    assert_eq!(built(&project, "", &[]), ["beta.wasm"]);
    assert_eq!(built(&project, "", &["--workspace"]), ["alpha.wasm", "beta.wasm"]);
}

#[test]
fn a_package_without_a_table_is_refused_where_others_have_one() {
    let project = guests();
    run(&mut project.build(&["-p", "host"]))
        .exits(2)
        .says(&["`host`", "[package.metadata.wasmsign]"]);
    run(&mut project.build(&["-p", "alpha", "-p", "plain"])).exits(2).says(&["`plain`"]);
    run(&mut project.build_in("host", &[])).exits(2).says(&["no wasm package is selected"]);
    run(&mut project.build(&["--workspace", "--exclude", "alpha", "--exclude", "beta"]))
        .exits(2)
        .says(&["no wasm package is selected"]);
    project.is_untouched();
}

#[test]
fn an_unknown_package_gets_the_nearest() {
    let project = guests();
    run(&mut project.build(&["-p", "alpa"])).exits(2).says(&["`alpa`", "did you mean `alpha`?"]);
    run(&mut project.build(&["-p", "zzz"])).exits(2).says(&["`zzz`", "alpha, beta, host, plain"]);
    run(&mut project.build(&["-p", "beta@7.0.0"])).exits(2).says(&["`beta@7.0.0`"]);
    project.is_untouched();
}

#[test]
fn without_tables_every_cdylib_is_built() {
    let root = SIGNED.replace("sign-with", "optimize = false\nsign-with");
    let project = Project::workspace(
        &root,
        &[("alpha", CDYLIB, LIBRARY), ("plain", "", "pub fn nothing() {}\n"), ("p", "", PROGRAM)],
    );
    assert_eq!(built(&project, "", &[]), ["alpha.wasm"]);
    run(&mut project.build(&["-p", "p"])).exits(2).says(&["cdylib"]);
}

#[test]
fn disabled_packages_are_left_out() {
    let project = guests();
    project.replace("alpha/Cargo.toml", "optimize = false", "enabled = false");
    assert_eq!(built(&project, "", &[]), ["beta.wasm"]);
    let advice =
        "help: remove `-p alpha`, or change the line that `cargo wasmsign config -p alpha`";
    run(&mut project.build(&["-p", "alpha"])).exits(2).says(&["enabled = false", advice]);
    let mut config = end_to_end::wasmsign(project.path());
    let said = run(config.args(["config", "-p", "alpha"])).exits(0);
    assert!(said.out.contains("enabled = false"), "{}", said.out);
    assert!(said.out.contains("alpha/Cargo.toml:8 [package.metadata.wasmsign]"), "{}", said.out);
    project.replace("beta/Cargo.toml", "optimize = false", "enabled = false");
    run(&mut project.build(&[])).exits(2).says(&["enabled = false"]);
}

#[test]
fn a_cdylib_of_a_dependency_is_not_taken() {
    let project = guests();
    let library = "[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n";
    let source = "#[unsafe(no_mangle)]\npub extern \"C\" fn two() -> i32 {\n    2\n}\n";
    project.write("dependency/Cargo.toml", package("dependency", library));
    project.write("dependency/src/lib.rs", source);
    project.replace("Cargo.toml", "\"host\"", "\"host\", \"dependency\"");
    let beta = format!("{}[dependencies]\ndependency.path = \"../dependency\"\n", guest());
    project.write("beta/Cargo.toml", package("beta", &beta));
    project.write("beta/src/lib.rs", "pub use dependency::two;\n");
    assert_eq!(built(&project, "", &["-p", "beta"]), ["beta.wasm"]);
    let cargos = project.join("target").join(UNKNOWN).join("debug/deps/dependency.wasm");
    assert!(cargos.exists(), "cargo has built it");
    let said = run(&mut project.build(&["-p", "beta"])).exits(0);
    let told: Vec<_> = said.err.lines().filter(|line| line.contains("Skipped")).collect();
    assert_eq!(told.len(), 1, "{}", said.err);
    assert!(told[0].contains("debug/deps/dependency.wasm: its package"), "{}", told[0]);
    let quiet = run(&mut project.build(&["-p", "beta", "-q"])).exits(0);
    assert_eq!(quiet.err, "");
    assert_eq!(built(&project, "", &["--workspace"]), ["alpha.wasm", "beta.wasm"]);
}

/// A package with a library and two programs.
fn several() -> Project {
    let project =
        Project::library("#[unsafe(no_mangle)]\npub extern \"C\" fn f() {}\n", "optimize = false");
    project.write("src/bin/one-two.rs", PROGRAM);
    project.write("src/bin/three.rs", PROGRAM);
    project
}

#[test]
fn a_package_may_have_several_modules() {
    let project = several();
    assert_eq!(built(&project, "", &[]), ["one-two.wasm", "three.wasm", "tiny.wasm"]);
    assert_eq!(built(&project, "", &["--lib"]), ["tiny.wasm"]);
    assert_eq!(built(&project, "", &["--bins"]), ["one-two.wasm", "three.wasm"]);
    assert_eq!(built(&project, "", &["--bin", "three"]), ["three.wasm"]);
    assert_eq!(built(&project, "", &["--bin", "three", "--lib"]), ["three.wasm", "tiny.wasm"]);
    let said = run(&mut project.build(&["--bin", "four"])).exits(101);
    assert!(said.err.contains("four"), "cargo says why: {}", said.err);
}

#[test]
fn one_name_for_two_modules_is_refused_before_cargo_runs() {
    let project = Project::tiny("optimize = false");
    project.write("src/main.rs", PROGRAM);
    run(&mut project.build(&[])).exits(2).says(&[
        "library `tiny`",
        "program `tiny`",
        "`tiny.wasm`",
        "--lib",
    ]);
    project.is_untouched();
    assert_eq!(built(&project, "", &["--lib"]), ["tiny.wasm"]);
}

/// A library and a program of one name, which needs a feature.
fn with_needs(features: &str) -> Project {
    let project = Project::tiny("optimize = false");
    project.write("src/main.rs", PROGRAM);
    let program = "[[bin]]\nname = \"tiny\"\npath = \"src/main.rs\"\n";
    let text = format!("[features]\n{features}\n{program}required-features = [\"tool\"]\n[lib]");
    project.replace("Cargo.toml", "[lib]", &text);
    project
}

#[test]
fn a_program_whose_features_are_off_has_no_name() {
    let project = with_needs("tool = []\nmore = [\"tool\"]");
    assert_eq!(built(&project, "", &[]), ["tiny.wasm"]);
    for flags in [&["--features", "tool"][..], &["-F", "tiny/more"], &["--all-features"]] {
        run(&mut project.build(flags)).exits(2).says(&["program `tiny`", "`tiny.wasm`"]);
    }
    let program = ["--bin", "tiny", "--features", "more"];
    assert_eq!(built(&project, "", &program), ["tiny.wasm"]);
    let said = run(&mut project.build(&["--bin", "tiny"])).exits(101);
    assert!(said.err.contains("requires the features: `tool`"), "{}", said.err);

    let project = with_needs("default = [\"tool\"]\ntool = []");
    run(&mut project.build(&[])).exits(2).says(&["`tiny.wasm`"]);
    assert_eq!(built(&project, "", &["--no-default-features"]), ["tiny.wasm"]);
}

#[test]
fn a_feature_may_be_on_because_of_another_package() {
    let table = "[features]\nf = []\n[lib]\ncrate-type = [\"cdylib\", \"rlib\"]\n\
                 [[bin]]\nname = \"alpha\"\nrequired-features = [\"f\"]\n\
                 [package.metadata.wasmsign]\noptimize = false\n";
    let source = "#[unsafe(no_mangle)]\npub extern \"C\" fn one() -> i32 {\n    1\n}\n";
    let beta = format!(
        "{}[dependencies]\nalpha = {{ path = \"../alpha\", features = [\"f\"] }}\n",
        guest()
    );
    let project = Project::workspace(SIGNED, &[("alpha", table, source), ("beta", &beta, LIBRARY)]);
    project.write("alpha/src/main.rs", PROGRAM);
    assert_eq!(built(&project, "", &["-p", "alpha"]), ["alpha.wasm"]);
    run(&mut project.build(&[])).exits(2).says(&["`alpha.wasm`"]);
}

#[test]
fn one_name_in_two_packages_is_refused_too() {
    let project = guests();
    project.write("beta/src/bin/alpha.rs", PROGRAM);
    run(&mut project.build(&[])).exits(2).says(&["`alpha`", "`beta`", "`alpha.wasm`"]);
    project.is_untouched();
    assert_eq!(built(&project, "", &["-p", "alpha"]), ["alpha.wasm"]);
}

#[test]
fn a_program_of_one_package_does_not_disturb_the_others() {
    let project = guests();
    project.replace("beta/Cargo.toml", "optimize", "target = \"wasm32-wasip1\"\noptimize");
    project.write("beta/src/bin/gamma.rs", PROGRAM);
    assert_eq!(built(&project, "", &["--bin", "gamma"]), ["gamma.wasm"]);
    assert_eq!(built(&project, "", &["--bins"]), ["gamma.wasm"]);
}
