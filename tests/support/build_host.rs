//! Hosts whose build scripts use `wasmsign-build`: small packages, and the tool of this checkout in their `PATH`.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::once::{kept, once, projects};
use crate::project::{CDYLIB, LIBRARY, SIGNED, package};
use crate::{Said, cargo, copy_tree, key_pair, program, repository, run, write};

/// A host's program: it says what a verifier with the guest's key says of the embedded module.
pub const VERIFYING: &str = r#"
static MODULE: &[u8] = include_bytes!(env!("GUEST_WASM"));
fn main() {
    let key = include_bytes!("../guest/release.pub");
    let key = wasmsign_core::PublicKey::decode(key).unwrap();
    match wasmsign_core::Verifier::builder([key]).with_identity().build().unwrap().verify(MODULE) {
        Ok(verified) => println!("verified {}", verified.identity().unwrap()),
        Err(error) => println!("refused: {error}"),
    }
}
"#;

/// A host package in a directory of its own, which is the same in each run, because cargo tells packages apart by it. It
/// is compiled in this thread's [`target`].
pub struct Host {
    name: String,
    directory: PathBuf,
}

impl Host {
    /// A host that builds its `guest`, which is signed by `release`, with this line of code in its build script.
    pub fn new(name: &str, call: &str) -> Self {
        let host = Self::bare(name, call, VERIFYING);
        host.write("guest/Cargo.toml", guest_manifest(""));
        host.write("guest/src/lib.rs", LIBRARY);
        key_pair(&host.join("guest"), "release");
        host
    }

    /// A host without a guest: this line of code in its build script, and this program.
    pub fn bare(name: &str, call: &str, program: &str) -> Self {
        let host = Self { name: name.into(), directory: place().join(name) };
        host.forget();
        let manifest = format!("{}[workspace]\nexclude = [\"guest\"]\n{PROFILE}", manifest(name));
        host.write("Cargo.toml", manifest);
        host.script(call);
        host.write("src/main.rs", program);
        host.write("Cargo.lock", versions());
        host
    }

    /// A workspace of these hosts, each of which builds the guest beside them with this line.
    pub fn workspace(name: &str, members: &[&str], call: &str) -> Self {
        let host = Self::new(name, call);
        let root = format!(
            "[workspace]\nresolver = \"3\"\nmembers = {members:?}\nexclude = [\"guest\"]\n{PROFILE}"
        );
        host.write("Cargo.toml", root);
        std::fs::remove_file(host.join("build.rs")).expect("it was just written");
        std::fs::remove_dir_all(host.join("src")).expect("it was just written");
        for member in members {
            host.write(&format!("{member}/Cargo.toml"), manifest(member));
            host.write(&format!("{member}/build.rs"), build_script(call));
            let program = VERIFYING.replace("../guest", "../../guest");
            host.write(&format!("{member}/src/main.rs"), program);
        }
        host
    }

    /// Gives it a build script with this line of code.
    pub fn script(&self, call: &str) {
        self.write("build.rs", build_script(call));
    }

    /// What an earlier run has left.
    fn forget(&self) {
        let _ = std::fs::remove_dir_all(&self.directory);
        let scripts = target().join("debug/build");
        for entry in std::fs::read_dir(scripts).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(&format!("{}-", self.name)) {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    }

    /// A path in its directory.
    pub fn join(&self, path: &str) -> PathBuf {
        self.directory.join(path)
    }

    /// Writes a file of it.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        write(&self.join(path), content);
    }

    /// Replaces a text that a file of it has.
    #[track_caller]
    pub fn replace(&self, path: &str, old: &str, new: &str) {
        let text = std::fs::read_to_string(self.join(path)).expect("the file can be read");
        assert!(text.contains(old), "no `{old}` in {text}");
        self.write(path, text.replace(old, new));
    }

    /// `cargo` in its directory, which finds our tool.
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        cargo_in(&self.directory, &target(), arguments)
    }

    /// Runs its program.
    pub fn runs(&self) -> Said {
        run(&mut self.cargo(&["run"])).exits(0)
    }

    /// What building it says on standard error.
    #[track_caller]
    pub fn fails(&self, texts: &[&str]) -> Said {
        run(&mut self.cargo(&["build"])).exits(101).says(texts)
    }

    /// Whether cargo has something to do.
    #[track_caller]
    pub fn is_fresh(&self) -> bool {
        let said = run(&mut self.cargo(&["build"])).exits(0);
        !said.err.contains("Compiling")
    }
}

/// `PATH` with a directory before all others.
pub fn path_with(directory: &Path) -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(directory.to_owned()).chain(std::env::split_paths(&path));
    std::env::join_paths(all).expect("the directories were in PATH before")
}

/// Where hosts and guests with a build script have their directories.
pub fn place() -> PathBuf {
    kept().join("hosts")
}

/// `cargo` in a directory, without a network and without this process's own settings, which finds our tool.
fn cargo_in(directory: &Path, target: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(cargo());
    command.args(arguments).arg("--offline").current_dir(directory);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let ours = text.starts_with("CARGO_") && text != "CARGO_HOME";
        if ours || text.starts_with("RUSTFLAGS") || text.starts_with("RUSTC") || text == "DOCS_RS" {
            command.env_remove(name);
        }
    }
    let tool = program().parent().expect("a program is in a directory");
    command
        .env("CARGO_TARGET_DIR", target)
        .env("CARGO_NET_OFFLINE", "true")
        .env("CARGO_TERM_COLOR", "never")
        .env("PATH", path_with(tool));
    command
}

/// The target directory of this thread's hosts, with all in it that they link.
///
/// cargo lets nobody else into a target directory while it builds, so each test that runs has one for itself. They stay
/// for the next run.
pub fn target() -> PathBuf {
    thread_local! { static TARGET: Target = Target::free(); }
    TARGET.with(|target| target.directory.clone())
}

/// A target directory, and the lock that keeps others away.
struct Target {
    directory: PathBuf,
    _lock: File,
}

impl Target {
    /// The first that nobody has.
    fn free() -> Self {
        let (compiled, made) = compiled();
        let (number, lock) = (0..)
            .find_map(|number| {
                let lock = File::create(place().join(format!("{number}.lock")));
                let lock = lock.expect("a file can be made");
                lock.try_lock().is_ok().then_some((number, lock))
            })
            .expect("there are numbers enough");
        let directory = place().join(format!("{number}.target"));
        let copied = place().join(format!("{number}.copied"));
        if std::fs::read_to_string(&copied).ok().as_ref() != Some(&made) {
            let _ = std::fs::remove_dir_all(&directory);
            copy_tree(&compiled, &directory);
            write(&copied, made);
        }
        Self { directory, _lock: lock }
    }
}

/// The target directory that small projects share, in which a host is compiled with all that hosts link, and when that
/// was.
fn compiled() -> (PathBuf, String) {
    let target = once("hosts", || {
        let (directory, target) = (place().join("first"), projects());
        let manifest = format!("{}[workspace]\n{PROFILE}", manifest("first"));
        write(&directory.join("Cargo.toml"), manifest);
        write(&directory.join("Cargo.lock"), versions());
        write(&directory.join("build.rs"), build_script(""));
        write(&directory.join("src/main.rs"), "fn main() {}\n");
        run(&mut cargo_in(&directory, &target, &["build"])).exits(0);
        target
    });
    let program = target.join("debug").join(format!("first{}", std::env::consts::EXE_SUFFIX));
    let made = std::fs::metadata(program).and_then(|program| program.modified());
    (target, format!("{:?}", made.expect("it was just built")))
}

/// Makes this a build directory with all in it that hosts link.
pub fn copy_compiled(to: &Path) {
    copy_tree(&compiled().0, to);
}

/// The versions of this repository, which are at hand without a network.
fn versions() -> Vec<u8> {
    std::fs::read(repository().join("Cargo.lock")).expect("it can be read")
}

/// The manifest of a guest `guest`; `rest` begins in its `[package.metadata.wasmsign]`.
pub fn guest_manifest(rest: &str) -> String {
    package("guest", &format!("{CDYLIB}[package.metadata.wasmsign]\n{rest}\n[workspace]\n{SIGNED}"))
}

/// As small as it gets, and for the first host the same as for all others.
const PROFILE: &str = "[profile.dev]\ndebug = false\nincremental = false\n";

fn manifest(name: &str) -> String {
    let support = |name: &str| repository().join("build-support").join(name);
    let (build, core) = (support("wasmsign-build"), support("wasmsign-core"));
    let links = format!(
        "[build-dependencies]\nwasmsign-build = {{ path = {build:?} }}\n[dependencies]\nwasmsign-core = {{ path = {core:?} }}\n"
    );
    package(name, &links)
}

fn build_script(call: &str) -> String {
    format!(
        "#[allow(unused_imports)]\nuse wasmsign_build::{{BuildInfo, Guest, Import, Require}};\n\
         fn main() -> wasmsign_build::Result<()> {{\n    {call}\n    Ok(())\n}}\n"
    )
}
