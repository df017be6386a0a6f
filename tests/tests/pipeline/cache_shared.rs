//! The cache of optimized modules between builds: what spares a run of the optimizer, and who may be in the way.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use end_to_end::project::{CDYLIB, LIBRARY, Project, SIGNED, eventually, script, verifies};
use end_to_end::{files, run, strays};

/// A wasm-opt that counts its calls, waits for a file `go` if there is one `wait`, and pads the module with a custom
/// section to a size that a file `size` gives, if there is one.
const TOOL: &str = r#"
if [ "$1" = --version ]; then echo "wasm-opt version 999"; exit 0; fi
here=$(dirname "$0")
echo call >> "$here/calls"
if [ -e "$here/wait" ]; then while [ ! -e "$here/go" ]; do sleep 0.02; done; fi
while [ "$1" != -o ]; do shift; done
cat "$3" > "$2"
if [ -e "$here/size" ]; then
    cat "$here/head" >> "$2"
    left=$(($(cat "$here/size") - $(wc -c < "$2")))
    head -c $left /dev/zero >> "$2"
fi
"#;

fn with_tool(project: Project) -> Project {
    script(&project.join("wasm-opt"), TOOL);
    project
}

/// A project whose modules are the same whatever their debug information would say.
fn project() -> Project {
    let project = Project::tiny("optimize.tool = \"./wasm-opt\"");
    let profiles = "[profile.dev]\nstrip = true\n[profile.quick]\ninherits = \"dev\"\n[workspace]";
    project.replace("Cargo.toml", "[workspace]", profiles);
    with_tool(project)
}

fn calls(project: &Project) -> usize {
    std::fs::read_to_string(project.join("calls")).map_or(0, |text| text.lines().count())
}

fn entries(project: &Project) -> Vec<PathBuf> {
    files(&project.output().join(".cache")).into_iter().map(|(path, _)| path).collect()
}

#[track_caller]
fn build(project: &Project, arguments: &[&str]) {
    run(&mut project.build(arguments)).exits(0);
    assert!(strays(&project.join("target")).is_empty());
}

/// Forgets what was published, and by whom.
fn forget(project: &Project) {
    std::fs::remove_dir_all(project.output().join(".state")).expect("it can be removed");
}

#[test]
fn profiles_share_what_is_the_same() {
    let project = project();
    build(&project, &[]);
    build(&project, &["--profile", "quick"]);
    let quick = project.output().join("wasm32-unknown-unknown/quick/tiny.wasm");
    verifies(&quick, None, &[&project.join("release.pub")]);
    assert_eq!((calls(&project), entries(&project).len()), (1, 1));
}

#[test]
fn packages_share_what_is_the_same() {
    let guest = format!("{CDYLIB}[package.metadata.wasmsign]\n");
    let root = format!(
        "{SIGNED}[workspace.metadata.wasmsign.optimize]\ntool = \"./wasm-opt\"\n[profile.dev]\nstrip = true\n"
    );
    let members = [("alpha", &*guest, LIBRARY), ("beta", &*guest, LIBRARY)];
    let project = with_tool(Project::workspace(&root, &members));
    build(&project, &["-j", "1"]);
    assert_eq!((calls(&project), entries(&project).len()), (1, 1));
    let module = |name: &str| std::fs::read(project.module(name)).expect("it is published");
    assert!(module("alpha.wasm") == module("beta.wasm"));
}

#[test]
fn a_touched_source_costs_nothing() {
    let project = project();
    build(&project, &[]);
    let source = format!("// Something else is said here.\n\n{LIBRARY}");
    project.write("src/lib.rs", source);
    let said = run(&mut project.build(&["-v"])).exits(0).says(&["Compiling tiny"]);
    assert!(said.out.contains(", fresh"), "{}", said.out);
    assert_eq!(calls(&project), 1);
}

#[test]
fn signing_and_shaping_otherwise_costs_no_optimizing() {
    let project = project();
    build(&project, &[]);
    for more in ["signature = \"both\"", "key-id = \"none\"", "sections.remove = [\"producers\"]"] {
        project.replace("Cargo.toml", "optimize.tool", &format!("{more}\noptimize.tool"));
        build(&project, &[]);
        assert_eq!(calls(&project), 1, "{more}");
    }
    build(&project, &["--no-sign"]);
    assert_eq!(calls(&project), 1);
}

#[test]
fn two_that_optimize_the_same_at_once_both_keep_it() {
    let project = project();
    project.write("wait", "");
    let start = |profile: &str| {
        let mut command = project.build(&["--profile", profile]);
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts")
    };
    let builds = [start("dev"), start("quick")];
    eventually("both optimize", || calls(&project) == 2);
    project.write("go", "");
    for build in builds {
        let output = build.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(entries(&project).len(), 1);
    assert!(strays(&project.join("target")).is_empty());
    forget(&project);
    build(&project, &[]);
    assert_eq!(calls(&project), 2, "whoever was last, the entry is whole");
}

/// The same call where no file may have more than so many blocks of 512 bytes.
fn limited(command: &Command, blocks: usize) -> Command {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let mut shell = Command::new("sh");
    shell.args(["-c", &script, "sh"]).arg(command.get_program()).args(command.get_args());
    command.get_current_dir().map(|directory| shell.current_dir(directory));
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

#[test]
fn no_room_for_the_cache_fails_no_build() {
    let project = project();
    // The module fills the room but for one byte, so that its entry, which is longer, does not fit.
    let (blocks, size) = (2048, 2048 * 512 - 1);
    project.write("size", size.to_string());
    project.write("head", padding_head(size - length(&cargos_own(&project))));
    let mut build = limited(&project.build(&["--no-sign"]), blocks);
    run(&mut build).exits(0).says(&["Optimized"]);
    assert_eq!(length(&project.module("tiny.wasm")), size);
    assert!(entries(&project).is_empty(), "{:?}", entries(&project));
    assert!(strays(&project.join("target")).is_empty());
    // Without the limit there is room.
    forget(&project);
    run(&mut project.build(&["--no-sign"])).exits(0);
    assert_eq!((calls(&project), entries(&project).len()), (2, 1));
}

/// cargo's module, built before there are limits.
fn cargos_own(project: &Project) -> PathBuf {
    run(&mut project.build(&["--no-sign", "--no-optimize"])).exits(0);
    project.join("target/wasm32-unknown-unknown/debug/tiny.wasm")
}

fn length(path: &Path) -> usize {
    let length = path.metadata().expect("the file is there").len();
    usize::try_from(length).expect("it is small")
}

/// The first bytes of a custom section `pad` that has so many bytes in all.
fn padding_head(total: usize) -> Vec<u8> {
    let body = total - 6;
    let size = (0..5).map(|index| {
        let more = if index < 4 { 0x80 } else { 0 };
        u8::try_from(body >> (7 * index) & 0x7f).expect("seven bits") | more
    });
    [0].into_iter().chain(size).chain(*b"\x03pad").collect()
}

#[test]
fn whatever_is_in_the_place_of_the_cache_fails_no_build() {
    let project = project();
    project.write("target/wasmsign/.cache", "a file");
    build(&project, &[]);
    assert_eq!(std::fs::read(project.output().join(".cache")).ok(), Some(b"a file".to_vec()));
    std::fs::remove_file(project.output().join(".cache")).expect("it can be removed");
    // A link to nowhere, and a directory in the place of an entry.
    std::os::unix::fs::symlink("/no/such/directory", project.output().join(".cache"))
        .expect("a link can be made");
    forget(&project);
    run(&mut project.build(&[])).exits(0);
    std::fs::remove_file(project.output().join(".cache")).expect("it can be removed");
    forget(&project);
    build(&project, &[]);
    let entry = entries(&project).remove(0);
    std::fs::remove_file(&entry).expect("it can be removed");
    std::fs::create_dir(&entry).expect("a directory can be made");
    forget(&project);
    build(&project, &[]);
    assert_eq!(calls(&project), 4);
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
}

#[test]
fn a_cache_that_cannot_be_written_fails_no_build() {
    use std::os::unix::fs::PermissionsExt;
    let project = project();
    build(&project, &[]);
    let directory = project.output().join(".cache/optimized");
    let mode = |mode| {
        std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(mode))
            .expect("it is ours");
    };
    // For an administrator this is no obstacle; nor is it then for the build.
    mode(0o555);
    project.replace("src/lib.rs", "42", "43");
    build(&project, &[]);
    mode(0o000);
    project.replace("src/lib.rs", "43", "44");
    build(&project, &[]);
    mode(0o755);
    assert_eq!(calls(&project), 3);
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
}
