//! `wasmsign-build` in the build scripts of real hosts: guests.

use std::path::{Path, PathBuf};
use std::process::Command;

use end_to_end::build_host::{Host, copy_compiled, guest_manifest, path_with};
use end_to_end::project::{CDYLIB, LIBRARY, SIGNED, package, verifies};
use end_to_end::{run, scratch};

const BUILD: &str = r#"Guest::new("guest").build()?;"#;

/// A module is embedded that verifies; then nothing happens until something changes that it is made of.
#[test]
fn a_guest_is_built_signed_and_embedded_when_it_changes() {
    let host = Host::new("host-changes", BUILD);
    host.write("guest/Cargo.toml", guest_manifest("[package.metadata.wasmsign.sections.embed.info]\nfile = \"info.txt\"\n[dependencies]\npart = { path = \"../part\" }"));
    host.write("guest/info.txt", "first");
    host.write("guest/src/lib.rs", LIBRARY.replace("42", "part::answer()"));
    host.write("part/Cargo.toml", package("part", ""));
    host.write("part/src/lib.rs", "#![no_std]\npub fn answer() -> i32 {\n    42\n}\n");
    let mut seen = vec![host.runs().out];
    assert!(seen[0].starts_with("verified sha256:"), "{seen:?}");
    // The guest's lock file was written by this very build.
    assert!(host.join("guest/Cargo.lock").is_file());
    assert!(host.is_fresh());
    for unrelated in ["guest/README.md", "guest/src/unused.rs", "notes.txt"] {
        host.write(unrelated, "fn");
    }
    assert!(host.is_fresh());
    for (file, content) in [
        ("guest/src/lib.rs", LIBRARY.replace("42", "part::answer() + 1")),
        ("part/src/lib.rs", "#![no_std]\npub fn answer() -> i32 {\n    7\n}\n".into()),
        ("guest/info.txt", "second".into()),
    ] {
        host.write(file, content);
        let now = host.runs().out;
        assert!(now.starts_with("verified") && !seen.contains(&now), "{file}: {now} {seen:?}");
        assert!(host.is_fresh(), "{file}");
        seen.push(now);
    }
    for input in [
        "guest/Cargo.toml",
        "part/Cargo.toml",
        "guest/Cargo.lock",
        "guest/release.key",
        "guest/release.pub",
    ] {
        let content = std::fs::read(host.join(input)).expect("it can be read");
        host.write(input, content);
        assert!(!host.is_fresh(), "{input}");
        assert!(host.is_fresh(), "{input}");
    }
}

#[test]
fn the_hosts_flags_stay_out_of_the_guest() {
    let host = Host::new("host-flags", BUILD);
    let leak = "#[cfg(leak)]\ncompile_error!(\"leaked\");\n";
    host.write(
        "guest/src/lib.rs",
        LIBRARY.replacen("#![no_std]\n", &format!("#![no_std]\n{leak}"), 1),
    );
    // Whatever the flags hold for is compiled anew: so this host links nothing, and its guest is verified here.
    let manifest = std::fs::read_to_string(host.join("Cargo.toml")).expect("it can be read");
    let linked = manifest.lines().find(|line| line.starts_with("wasmsign-core = "));
    host.replace("Cargo.toml", linked.expect("hosts link it"), "");
    let write = "fn main() { std::fs::write(\"guest.wasm\", include_bytes!(env!(\"GUEST_WASM\"))).unwrap(); }";
    host.write("src/main.rs", write);
    let tuple = run(Command::new("rustc").args(["--print", "host-tuple"])).exits(0).out;
    let mut cargo = host.cargo(&["run", "--target", tuple.trim_end()]);
    cargo
        .env("RUSTFLAGS", "--cfg leak")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", "--cfg leak")
        // The host's compiler is named outright, so that only a leak would ask rustup for this.
        .env("RUSTUP_TOOLCHAIN", "nowhere")
        .env("RUSTC", compiler());
    run(&mut cargo).exits(0);
    verifies(&host.join("guest.wasm"), None, &[&host.join("guest/release.pub")]);
}

#[cfg(unix)]
#[test]
fn wrappers_and_targets_of_the_host_stay_out_of_the_guest() {
    let host = Host::new("host-wrapped", BUILD);
    host.runs();
    let wrapper = host.join("wrapper");
    end_to_end::project::script(
        &wrapper,
        "case \"$*\" in *wasm32*|*\"name guest\"*) echo wrapped >&2; exit 9;; esac\nexec \"$@\"",
    );
    host.write("guest/src/lib.rs", LIBRARY.replace("42", "43"));
    let mut cargo = host.cargo(&["build"]);
    cargo
        .env("RUSTC_WORKSPACE_WRAPPER", &wrapper)
        .env("RUSTC_WRAPPER", &wrapper)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "/none");
    run(&mut cargo).exits(0);
}

#[test]
fn a_guest_that_fails_to_compile_shows_why() {
    let host = Host::new("host-broken", r#"Guest::new("guest").build_or_exit();"#);
    host.write("guest/src/lib.rs", LIBRARY.replace("42", "forty_two"));
    host.fails(&[
        "cannot find value `forty_two`",
        "failed to build the guest",
        "host-broken/guest",
    ]);
    host.write("guest/src/lib.rs", LIBRARY);
    assert!(host.runs().out.starts_with("verified"));
}

#[test]
fn no_module_and_several_are_told_apart() {
    let host = Host::new("host-several", BUILD);
    host.write("guest/src/bin/one.rs", "fn main() {}\n");
    host.write("guest/src/bin/two.rs", "fn main() {}\n");
    host.fails(&["several modules", "`one.wasm`", "`package` and `bin`"]);
    host.script(r#"Guest::new("guest").bin("one").profile("release").build()?;"#);
    assert!(host.runs().out.starts_with("verified"));
}

#[test]
fn a_missing_key_is_told_by_the_tool() {
    let host = Host::new("host-keyless", BUILD);
    std::fs::remove_file(host.join("guest/release.key")).expect("it was just made");
    let said = host.fails(&[
        "release.key",
        "failed to build the guest",
        "without signatures: `Guest::unsigned`",
    ]);
    assert!(!said.err.contains("--no-sign"), "{}", said.err);
}

#[test]
fn keys_of_the_script_sign_and_verify() {
    let call = r#"Guest::new("guest").key("ours.key").public_key("ours.pub").build()?;"#;
    let host = Host::new("host-keys", call);
    end_to_end::key_pair(&host.join(""), "ours");
    host.write(
        "src/main.rs",
        end_to_end::build_host::VERIFYING.replace("guest/release.pub", "ours.pub"),
    );
    assert!(host.runs().out.starts_with("verified"));
    std::fs::copy(host.join("guest/release.pub"), host.join("ours.pub")).expect("it can be copied");
    host.fails(&[
        "guest.wasm",
        "no-trusted-signature",
        "no valid signature by a trusted key",
        "each `public_key` must belong to one of them",
    ]);
}

/// Its files are as old as the first guest's, and cargo calls both by the same name.
#[test]
fn a_guest_of_the_same_name_elsewhere_is_another_one() {
    let host = Host::new("host-moved", BUILD);
    host.write("Cargo.toml", {
        let manifest = std::fs::read_to_string(host.join("Cargo.toml")).expect("it can be read");
        manifest.replace("[\"guest\"]", "[\"guest\", \"other\"]")
    });
    for file in ["Cargo.toml", "release.key", "release.pub"] {
        let content = std::fs::read(host.join("guest").join(file)).expect("it can be read");
        host.write(&format!("other/guest/{file}"), content);
    }
    host.write("other/guest/src/lib.rs", LIBRARY.replace("42", "43"));
    let first = host.runs().out;
    host.script(r#"Guest::new("other/guest").build()?;"#);
    let second = host.runs().out;
    assert!(second.starts_with("verified") && second != first, "{first} {second}");
}

/// What it writes is newer than the host's build script, and still no input.
#[test]
fn a_guest_with_a_build_script_is_fresh() {
    let host = Host::new("host-generated", BUILD);
    let write = "std::fs::write(out.join(\"answer.rs\"), \"42\").unwrap();";
    host.write("guest/build.rs", generator(write));
    host.write("guest/src/lib.rs", generated());
    assert!(host.runs().out.starts_with("verified"));
    assert!(host.is_fresh());
}

/// As cargo does: such a script runs again when anything in its package changes.
#[test]
fn a_build_script_that_asks_for_nothing_has_its_package_watched() {
    let host = Host::new("host-asking", BUILD);
    host.write("guest/answer.txt", "42");
    host.write(
        "guest/build.rs",
        generator("std::fs::copy(\"answer.txt\", out.join(\"answer.rs\")).unwrap();"),
    );
    host.write("guest/src/lib.rs", generated());
    let first = host.runs().out;
    assert!(host.is_fresh());
    host.write("guest/answer.txt", "43");
    let second = host.runs().out;
    assert!(second.starts_with("verified") && second != first, "{first} {second}");
    assert!(host.is_fresh());
}

#[test]
fn variables_that_went_into_a_guest_are_watched() {
    let host = Host::new("host-variables", BUILD);
    host.write(
        "guest/build.rs",
        generator("let _ = out; println!(\"cargo::rerun-if-env-changed=ASKED_FOR\");"),
    );
    host.write(
        "guest/src/lib.rs",
        LIBRARY.replace("42", "option_env!(\"LOOKED_AT\").is_some() as i32"),
    );
    host.runs();
    assert!(host.is_fresh());
    let compiles = |name: &str, value: &str| {
        run(host.cargo(&["build"]).env(name, value)).exits(0).err.contains("Compiling")
    };
    for (name, value) in [("LOOKED_AT", "1"), ("ASKED_FOR", "1"), ("CARGO_WASMSIGN_KEY_ID", "none")]
    {
        assert!(compiles(name, value), "{name}");
        assert!(!compiles(name, value), "{name}");
        assert!(!host.is_fresh(), "{name} is gone");
    }
    assert!(!compiles("UNRELATED", "1"));
}

/// The guest is below a link, and what decides its build is above the place where it really is.
#[cfg(unix)]
#[test]
fn settings_above_a_linked_guest_are_watched() {
    let host = Host::new("host-linked", BUILD);
    std::fs::create_dir(host.join("elsewhere")).expect("it can be made");
    std::fs::rename(host.join("guest"), host.join("elsewhere/guest")).expect("it can be moved");
    std::os::unix::fs::symlink("elsewhere/guest", host.join("guest")).expect("it can be linked");
    host.write("elsewhere/.cargo/config.toml", "");
    host.runs();
    assert!(host.is_fresh());
    host.write("elsewhere/.cargo/config.toml", "[build]\nrustflags = [\"--cfg\", \"changed\"]\n");
    assert!(!host.is_fresh());
}

#[test]
fn hosts_side_by_side_build_the_same_guest() {
    let call = r#"Guest::new("../guest").build()?;"#;
    let hosts = Host::workspace("host-pair", &["host-left", "host-right"], call);
    run(&mut hosts.cargo(&["build", "-j", "2"])).exits(0);
    for name in ["host-left", "host-right"] {
        let said = run(&mut hosts.cargo(&["run", "-p", name])).exits(0);
        assert!(said.out.starts_with("verified"), "{}", said.out);
    }
}

/// The outer cargo waits for the inner one in the same workspace.
#[test]
fn a_guest_may_be_a_member_of_its_hosts_workspace() {
    let call = r#"Guest::new("../guest").profile("release").build()?;"#;
    let host = Host::workspace("host-family", &["host-mother"], call);
    host.replace("Cargo.toml", "[\"host-mother\"]", "[\"host-mother\", \"guest\"]");
    host.replace("Cargo.toml", "exclude = [\"guest\"]\n", SIGNED);
    host.write(
        "guest/Cargo.toml",
        package("guest", &format!("{CDYLIB}[package.metadata.wasmsign]\n")),
    );
    for key in ["release.key", "release.pub"] {
        std::fs::copy(host.join("guest").join(key), host.join(key)).expect("it can be copied");
    }
    let build = |word| run(&mut host.cargo(&[word, "-p", "host-mother"])).exits(0);
    assert!(build("run").out.starts_with("verified"));
    assert!(!build("build").err.contains("Compiling"));
}

/// In a build directory that both share, the guest's cargo would wait for the host's, and the host's for the guest's.
#[test]
fn settings_of_a_shared_workspace_do_not_move_the_guests_build() {
    let host = Host::new("host-settings", r#"Guest::new("member").build()?;"#);
    let manifest = std::fs::read_to_string(host.join("Cargo.toml")).expect("it can be read");
    let manifest = manifest.replace("exclude = [\"guest\"]", "members = [\"member\"]");
    host.write("Cargo.toml", format!("{manifest}{SIGNED}"));
    host.write("member/Cargo.toml", package("member", CDYLIB));
    host.write("member/src/lib.rs", LIBRARY);
    for key in ["release.key", "release.pub"] {
        std::fs::copy(host.join("guest").join(key), host.join(key)).expect("it can be copied");
    }
    host.replace("src/main.rs", "GUEST_WASM", "MEMBER_WASM");
    let settings = "[build]\nbuild-dir = \"{workspace-root}/made\"\ndep-info-basedir = \".\"\n";
    host.write(".cargo/config.toml", settings);
    // The test is not about compiling what the host links.
    copy_compiled(&host.join("made"));
    assert!(host.runs().out.starts_with("verified"));
    assert!(host.is_fresh());
    host.write("member/src/lib.rs", LIBRARY.replace("42", "43"));
    assert!(!host.is_fresh());
}

#[test]
fn hosted_documentation_gets_a_stub_without_any_tool() {
    let host = Host::new("host-docs", BUILD);
    std::fs::remove_dir_all(host.join("guest/src")).expect("it was just made");
    let mut cargo = host.cargo(&["run"]);
    cargo.env("DOCS_RS", "1").env("PATH", without_tool());
    let said = run(&mut cargo).exits(0).says(&["GUEST_WASM is a stub"]);
    assert_eq!(said.out, "refused: there is no signature\n");
    host.write("guest/src/lib.rs", LIBRARY);
    assert!(host.runs().out.starts_with("verified"));
}

#[test]
fn a_stub_is_taken_where_the_host_says_so() {
    let host = Host::new(
        "host-stub",
        r#"Guest::new("guest").or_stub(cfg!(unix) || cfg!(windows)).build()?;"#,
    );
    assert_eq!(host.runs().out, "refused: there is no signature\n");
    assert!(host.is_fresh());
}

#[test]
fn an_unsigned_guest_is_refused_at_run_time() {
    let host = Host::new("host-unsigned", r#"Guest::new("guest").unsigned().build()?;"#);
    std::fs::remove_file(host.join("guest/release.key")).expect("it was just made");
    assert_eq!(host.runs().out, "refused: there is no signature\n");
}

/// A cargo without the tool, also where that is installed for whoever runs the tests.
#[cfg(unix)]
#[test]
fn a_tool_that_is_missing_is_told_with_the_way_to_get_it() {
    let host = Host::new("host-toolless", BUILD);
    let bare = scratch();
    let real = end_to_end::cargo().display().to_string();
    let text = format!(
        "if [ \"$1\" = wasmsign ]; then echo 'error: no such command: `wasmsign`' >&2; exit 101; fi\n\
         exec '{real}' \"$@\""
    );
    end_to_end::project::script(&bare.path().join("cargo"), &text);
    let mut cargo = host.cargo(&["build"]);
    let said = run(cargo.env("PATH", path_with(bare.path()))).exits(101);
    said.says(&["`cargo wasmsign` is not installed", "cargo install cargo-wasmsign"]);
}

#[cfg(unix)]
#[test]
fn a_tool_that_is_too_old_is_told_with_the_version_wanted() {
    let host = Host::new("host-old", BUILD);
    let old = scratch();
    end_to_end::project::script(&old.path().join("cargo-wasmsign"), "echo cargo-wasmsign 0.0.9");
    let mut cargo = host.cargo(&["build"]);
    let said = run(cargo.env("PATH", path_with(old.path()))).exits(101);
    said.says(&["too old", "\"0.0.9\"", env!("CARGO_PKG_VERSION"), "cargo install cargo-wasmsign"]);
}

/// A build script with this line of code.
fn generator(line: &str) -> String {
    format!(
        "fn main() {{\n    let out = std::path::PathBuf::from(std::env::var_os(\"OUT_DIR\").unwrap());\n    {line}\n}}\n"
    )
}

/// A guest whose answer is what its build script has written.
fn generated() -> String {
    LIBRARY.replace("42", "include!(concat!(env!(\"OUT_DIR\"), \"/answer.rs\"))")
}

/// The compiler itself, where `rustc` may be rustup's.
fn compiler() -> PathBuf {
    let said = run(Command::new("rustc").args(["--print", "sysroot"])).exits(0);
    Path::new(said.out.trim_end()).join("bin/rustc").with_extension(std::env::consts::EXE_EXTENSION)
}

/// `PATH` as it is, without the tool of this checkout.
fn without_tool() -> std::ffi::OsString {
    path_with(Path::new("/nowhere"))
}
