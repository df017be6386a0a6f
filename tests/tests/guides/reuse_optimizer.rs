//! The script that has cargo link an optimizer that is compiled already.

#![cfg(unix)]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use end_to_end::project::package;
use end_to_end::{Said, cargo, repository, run, scratch, write};

/// A library with the name that the optimizer's has for cargo. What is not reused is compiled, which fails here.
const COMPILES: &str = "fn main() { panic!(\"compiled once more\") }";

/// A package that asks for it, and for what the optimizer tells the packages that use it.
const USES: &str = "fn main() { println!(\"cargo:warning={}\", std::env::var(\"DEP_BINARYEN_CXXBRIDGE_DIR0\").unwrap()) }";

/// What the optimizer's build script leaves in a directory of this name.
fn compiled(target: &Path, name: &str, version: &str, age: u64) {
    let place = target.join("debug/build").join(name);
    let out = place.join("out");
    // An archive of nothing.
    write(&out.join("libwasm-opt-cc.a"), "!<arch>\n");
    let said = format!(
        "CXX = None\ncargo:rerun-if-env-changed=CXX\ncargo:CXXBRIDGE_PREFIX=wasm-opt-sys\n\
         cargo:CXXBRIDGE_DIR0={out}/include\ncargo:CXXBRIDGE_DIR1=/registry/wasm-opt-sys-{version}/src\n\
         cargo:rustc-link-lib=static=wasm-opt-cc\ncargo:rustc-link-search=native={out}\n",
        out = out.display()
    );
    write(&place.join("output"), said);
    let library = std::fs::File::options().write(true).open(out.join("libwasm-opt-cc.a"));
    let then = SystemTime::now() - Duration::from_secs(age);
    library.and_then(|library| library.set_modified(then)).expect("it has a time");
}

/// Prints the configuration's path.
fn reuse(target: &Path) -> Said {
    let script = repository().join("cargo-wasmsign/reuse-optimizer.sh");
    run(Command::new("sh").arg(script).arg(target)).exits(0)
}

fn version() -> String {
    let lock = std::fs::read_to_string(repository().join("Cargo.lock")).expect("it is there");
    let (_, rest) = lock.split_once("name = \"wasm-opt-sys\"\nversion = \"").expect("it is used");
    rest.split('"').next().expect("it has a version").to_owned()
}

#[test]
fn what_is_compiled_is_linked_whatever_the_profile() {
    let directory = scratch();
    let place = |name: &str| directory.path().join(name);
    let binaryen = package("binaryen-sys", "links = \"binaryen\"\n");
    let user = package("user", "[dependencies]\nbinaryen-sys.path = \"sys\"\n[workspace]\n");
    write(&place("sys/Cargo.toml"), binaryen);
    write(&place("sys/build.rs"), COMPILES);
    write(&place("sys/src/lib.rs"), "");
    write(&place("Cargo.toml"), user);
    write(&place("build.rs"), USES);
    write(&place("src/lib.rs"), "");
    let target = place("compiled");
    compiled(&target, "wasm-opt-sys-1", &version(), 60);
    compiled(&target, "wasm-opt-sys-2", &version(), 10);
    compiled(&target, "wasm-opt-sys-3", "0.0.1", 1);
    let build = |target: &Path| {
        let said = reuse(target);
        let mut build = Command::new(cargo());
        build.args(["build", "--release", "--offline", "--config", said.out.trim()]);
        build.current_dir(directory.path()).env_remove("CARGO_TARGET_DIR");
        (said, run(&mut build))
    };
    let (said, built) = build(&target);
    said.says(&["taken from", "wasm-opt-sys-2/out"]);
    built.exits(0).says(&["wasm-opt-sys-2/out/include"]);
    // Where there is none, cargo compiles.
    let (said, built) = build(&place("sys"));
    said.says(&["cargo compiles it"]);
    built.exits(101).says(&["compiled once more"]);
}
