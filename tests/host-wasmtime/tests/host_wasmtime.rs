//! templates/host-wasmtime and its command line. This package compiles the template's source: see its `Cargo.toml`.

use std::collections::BTreeSet;
use std::process::Command;

use end_to_end::guests::{bad_modules, codec, guest, invalid, key, section, signed, with_import};
use end_to_end::{Said, cargo, repository, run, scratch};
use tempfile::TempDir;
use wasmsign_core::{KeyEncoding, SecretKey};

/// The template's program.
const PROGRAM: &str = env!("CARGO_BIN_EXE_host-wasmtime");

/// A directory with the guest, signed by the key of 7s, whose public half is `trusted.pub`.
fn workdir() -> TempDir {
    let workdir = scratch();
    write(&workdir, "trusted.pub", &public(&key(7), KeyEncoding::Pem));
    write(&workdir, "guest.wasm", &signed(&guest(), &[&key(7)]));
    workdir
}

fn write(workdir: &TempDir, name: &str, content: &[u8]) {
    std::fs::write(workdir.path().join(name), content).expect("a file can be written");
}

fn public(key: &SecretKey, encoding: KeyEncoding) -> Vec<u8> {
    key.public_key().encode(encoding)
}

fn text(key: &SecretKey) -> String {
    let text = String::from_utf8(public(key, KeyEncoding::OpenSsh)).expect("it is a text");
    text.trim_end().to_owned()
}

/// Runs the host with arguments that are separated by single spaces.
fn host(workdir: &TempDir, line: &str) -> Said {
    host_with(workdir, &line.split(' ').collect::<Vec<_>>())
}

fn host_with(workdir: &TempDir, arguments: &[&str]) -> Said {
    run(Command::new(PROGRAM).args(arguments).current_dir(workdir.path()))
}

/// Asserts that nothing is printed but a reason of one line.
#[track_caller]
fn is_refused(said: Said, code: i32, reason: &str) {
    let said = said.exits(code).says(&["error: ", reason]);
    assert_eq!((&*said.out, said.err.lines().count()), ("", 1), "{}", said.err);
}

/// A text file of this repository.
fn read(path: &str) -> String {
    std::fs::read_to_string(repository().join(path)).expect("the file can be read")
}

/// The packages of a lock file as `NAME VERSION`.
fn packages(lock: &str) -> BTreeSet<String> {
    let value =
        |line: &str, key: &str| line.strip_prefix(key)?.strip_suffix('"').map(str::to_owned);
    let lines: Vec<_> = lock.lines().collect();
    let named = lines.windows(2).filter_map(|pair| {
        let name = value(pair[0], "name = \"")?;
        Some(format!("{name} {}", value(pair[1], "version = \"")?))
    });
    named.collect()
}

/// The table of wasmtime in a manifest.
fn wasmtime(manifest: &str) -> &str {
    let (_, table) = manifest.split_once("[dependencies.wasmtime]\n").expect("it depends on it");
    table.split("\n\n").next().expect("there is a first part")
}

/// What is tested here is what the template gives to those who copy it: the same engine, and every crate in the version
/// of its own lock file.
#[test]
fn the_template_has_the_dependencies_that_are_tested() {
    let template = "templates/host-wasmtime/Cargo.toml";
    assert_eq!(wasmtime(&read(template)), wasmtime(&read("tests/host-wasmtime/Cargo.toml")));
    let (ours, its) = (read("Cargo.lock"), read("templates/host-wasmtime/Cargo.lock"));
    let (ours, mut its) = (packages(&ours), packages(&its));
    assert!(its.remove("host-wasmtime 0.1.0") && its.len() > 100, "{its:?}");
    let others: Vec<_> = its.difference(&ours).collect();
    assert!(others.is_empty(), "other versions than in Cargo.lock: {others:?}");
    let mut metadata = Command::new(cargo());
    metadata.args(["metadata", "--locked", "--offline", "--format-version", "1"]);
    let directory = repository().join(template);
    metadata.current_dir(directory.parent().expect("it is in a directory"));
    run(&mut metadata).exits(0);
}

#[test]
fn results_are_printed() {
    let workdir = workdir();
    for (call, result) in [
        ("add 40 2", "42\n"),
        ("add -40 -2", "-42\n"),
        ("add 4294967295 2147483647", "2147483646\n"),
        ("both -1", "-1 -1\n"),
        ("both 4294967298", "4294967298 2\n"),
        ("both -9223372036854775808", "-9223372036854775808 0\n"),
    ] {
        let said =
            host(&workdir, &format!("--key trusted.pub guest.wasm --invoke {call}")).exits(0);
        assert_eq!((&*said.out, &*said.err), (result, ""), "{call}");
    }
}

#[test]
fn a_package_and_a_version_may_be_asked_for() {
    let workdir = workdir();
    write(&workdir, "codec.wasm", &signed(&codec().0, &[&key(7)]));
    let call = |options: &str, module: &str| {
        host(&workdir, &format!("--key trusted.pub {options} {module} --invoke add 40 2"))
    };
    assert_eq!(call("--package codec --version >=1.4", "codec.wasm").exits(0).out, "42\n");
    is_refused(call("--package other", "codec.wasm"), 1, "expected the package");
    is_refused(call("--version 1.5", "codec.wasm"), 1, "expected the version ^1.5, found 1.4.2");
    is_refused(call("--package codec", "guest.wasm"), 1, "no module manifest");
    is_refused(call("--version one", "codec.wasm"), 2, "not a version requirement");
}

#[test]
fn no_bad_module_is_compiled() {
    let workdir = workdir();
    for bad in bad_modules(&key(7)) {
        write(&workdir, "bad.wasm", &bad.file);
        let said = host(&workdir, "--timings --key trusted.pub bad.wasm --invoke add 1 2").exits(1);
        assert!(said.err.contains(bad.reason), "{}: {}", bad.what, said.err);
        // With `--timings`, two more lines come from where the compiler is called.
        is_refused(said, 1, "refused: `bad.wasm`");
    }
}

/// So the test above has looked at the right place.
#[test]
fn a_signed_module_is_compiled() {
    let workdir = workdir();
    let said = host(&workdir, "--timings --key trusted.pub guest.wasm --invoke add 1 2").exits(0);
    said.says(&["verified_us ", "compiled_us ", "signed by "]);
    write(&workdir, "invalid.wasm", &signed(&invalid(), &[&key(7)]));
    let said = host(&workdir, "--key trusted.pub invalid.wasm --invoke add 1 2");
    is_refused(said, 1, "cannot be compiled");
}

/// The trust file of these tests: `plugins/*` by the key of 7s, `dev/*` by nobody.
const TRUST: &str = "version = 1\n\
                     keys.release.public = \"trusted.pub\"\n\
                     keys.gone = { public = \"gone.pub\", valid-until = 2020-01-01 }\n\
                     [[rules]]\nmodules = [\"plugins/*\", \"guest.wasm\"]\nrequire = [\"release\"]\n\
                     [[rules]]\nmodules = [\"old\"]\nrequire = [\"gone\"]\n\
                     [[rules]]\nmodules = [\"dev/*\"]\nunsigned = true\n";

#[test]
fn a_trust_file_decides_by_the_name() {
    let workdir = workdir();
    std::fs::create_dir(workdir.path().join("etc")).expect("there is room");
    write(&workdir, "etc/trust.toml", TRUST.as_bytes());
    write(&workdir, "etc/trusted.pub", &public(&key(7), KeyEncoding::Pem));
    write(&workdir, "etc/gone.pub", &public(&key(9), KeyEncoding::Compact));
    write(&workdir, "unsigned.wasm", &guest());
    write(&workdir, "gone.wasm", &signed(&guest(), &[&key(9)]));
    let call = |line: &str| {
        host(&workdir, &format!("--timings --policy etc/trust.toml {line} --invoke add 40 2"))
    };
    for line in ["guest.wasm", "--name plugins/m guest.wasm", "--name dev/m unsigned.wasm"] {
        assert_eq!(call(line).exits(0).out, "42\n", "{line}");
    }
    for (line, reason) in [
        ("unsigned.wasm", "no rule of the trust file matches"),
        ("--name plugins/a/b guest.wasm", "no rule of the trust file matches"),
        ("--name plugins/m unsigned.wasm", "there is no signature"),
        ("--name plugins/m gone.wasm", "no valid signature by a trusted key"),
        ("--name old gone.wasm", "not valid at this time"),
        ("--name dev/m gone.wasm", "not valid at this time"),
    ] {
        is_refused(call(line), 1, reason);
    }
}

#[test]
fn a_trust_file_with_faults_names_them_all() {
    let workdir = workdir();
    write(&workdir, "trust.toml", b"version = 1\n[keys.a]\npublik = 1\n");
    let said = host(&workdir, "--policy trust.toml guest.wasm --invoke add 1 2").exits(2);
    for words in ["line 2, column 1: missing key `public`; ", "did you mean `public`?"] {
        assert!(said.err.contains(words), "{}", said.err);
    }
    host(&workdir, "--policy none.toml guest.wasm --invoke add 1 2").exits(2).says(&["none.toml"]);
    let both = "--policy trust.toml --key trusted.pub guest.wasm --invoke add 1 2";
    host(&workdir, both).exits(2).says(&["--policy names the trusted keys"]);
}

#[test]
fn keys_come_as_paths_and_texts() {
    let workdir = workdir();
    write(&workdir, "stranger.pub", &public(&key(9), KeyEncoding::Compact));
    let (trusted, stranger) = (text(&key(7)), text(&key(9)));
    let pem = String::from_utf8(public(&key(7), KeyEncoding::Pem)).expect("it is a text");
    let call = ["guest.wasm", "--invoke", "add", "1", "2"];
    for keys in [
        &["--key", &*trusted][..],
        &["--key", &pem],
        &["--key", "stranger.pub", "--key", "trusted.pub"],
        &["--key", &stranger, "--key", "trusted.pub"],
        &["--key", "trusted.pub", &stranger],
    ] {
        let said = host_with(&workdir, &[keys, &call].concat()).exits(0);
        assert_eq!(said.out, "3\n", "{keys:?}");
    }
    let said = host_with(&workdir, &[&["--key", &stranger, "stranger.pub"][..], &call].concat());
    is_refused(said, 1, "no valid signature");
}

#[test]
fn what_is_no_key_is_a_matter_of_usage() {
    let workdir = workdir();
    for keys in ["missing.pub", "guest.wasm", "ssh-ed25519", "trusted.pub --key missing.pub"] {
        let said = host(&workdir, &format!("--key {keys} guest.wasm --invoke add 1 2"));
        is_refused(said, 2, "the key ");
    }
    for line in ["guest.wasm --invoke add 1 2", "--key trusted.pub guest.wasm", "--key"] {
        is_refused(host(&workdir, line), 2, "try --help");
    }
    let said = host(&workdir, "--help").exits(0);
    assert!(said.out.contains("usage: host-wasmtime --key PUBLIC..."));
}

#[test]
fn a_call_that_does_not_fit_is_refused() {
    let workdir = workdir();
    write(&workdir, "import.wasm", &signed(&with_import(), &[&key(7)]));
    for (call, reason) in [
        ("missing.wasm --invoke add 1 2", "missing.wasm"),
        (". --invoke add 1 2", "failed to read"),
        ("guest.wasm --invoke subtract 1 2", "no export `subtract`"),
        ("guest.wasm --invoke memory", "not a function"),
        ("guest.wasm --invoke add 1", "takes 2 arguments, 1 were given"),
        ("guest.wasm --invoke add 1 2 3", "takes 2 arguments, 3 were given"),
        ("guest.wasm --invoke add 1 4294967296", "4294967296 cannot be given as i32"),
        ("guest.wasm --invoke both 18446744073709551616", "cannot be given as i64"),
        ("import.wasm --invoke add 1 2", "env.log"),
    ] {
        is_refused(host(&workdir, &format!("--key trusted.pub {call}")), 1, reason);
    }
}

/// A table of a thousand million references would take gigabytes, and seconds in which no clock is looked at.
#[test]
fn tables_have_a_limit() {
    let workdir = workdir();
    let grow = b"\x01\x0d\0\xd0\x70\x41\x80\x94\xeb\xdc\x03\xfc\x0f\0\x0b";
    let sections = [
        (1, &b"\x01\x60\0\x01\x7f"[..]),
        (3, b"\x01\0"),
        (4, b"\x01\x70\0\0"),
        (7, b"\x01\x04grow\0\0"),
        (10, grow),
    ];
    let sections = sections.map(|(id, payload)| section(id, payload)).concat();
    let module = [&b"\0asm\x01\0\0\0"[..], &sections].concat();
    write(&workdir, "grow.wasm", &signed(&module, &[&key(7)]));
    let said = host(&workdir, "--key trusted.pub grow.wasm --invoke grow").exits(0);
    assert_eq!(said.out, "-1\n");
}

#[test]
fn a_module_that_fails_is_told_from_one_that_is_refused() {
    let workdir = workdir();
    is_refused(host(&workdir, "--key trusted.pub guest.wasm --invoke trap"), 3, "unreachable");
    let said = host(&workdir, "--key trusted.pub guest.wasm --seconds 1 --invoke spin");
    is_refused(said, 3, "interrupt");
}

/// A stream can be read but once: nothing is verified here and opened again there.
#[cfg(unix)]
#[test]
fn the_file_is_read_once() {
    let workdir = workdir();
    let file = std::fs::File::open(workdir.path().join("guest.wasm")).expect("it is there");
    let (reading, mut writing) = std::io::pipe().expect("there are pipes");
    let mut command = Command::new(PROGRAM);
    command.args(["--key", "trusted.pub", "/dev/stdin", "--invoke", "add", "40", "2"]);
    command.current_dir(workdir.path()).stdin(reading);
    std::io::copy(&mut &file, &mut writing).expect("a pipe takes some hundred bytes");
    drop(writing);
    assert_eq!(run(&mut command).exits(0).out, "42\n");
}
