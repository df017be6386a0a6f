//! What is on the screen: colours, help, names that try to forge lines, standard output that is gone.
#![cfg(unix)]

use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

use end_to_end::fixtures::{call, custom, module, vector, workdir};
use end_to_end::{Said, cargo, program, run, wasmsign};

/// A name that moves the cursor, turns the text around, and begins another line.
const EVIL: &str = "x\u{1b}[2K\r\n    Verified\u{202e}\u{9b}31m\u{7f}";

/// Asserts that no character of a name has reached the screen.
#[track_caller]
fn is_tame(said: &Said) {
    for text in [&said.out, &said.err] {
        let wild =
            |c: char| (c.is_control() && c != '\n') || ('\u{200b}'..='\u{202e}').contains(&c);
        assert!(!text.contains(wild), "{text:?}");
        let forged = |line: &str| line.starts_with("    Verified") && !line.contains(r"\u{1b}[2K");
        assert!(!text.lines().any(forged), "{text:?}");
    }
}

fn evil_call(directory: &Path, arguments: &[&str]) -> Said {
    run(wasmsign(directory).args(arguments))
}

#[test]
fn section_names_cannot_forge_lines() {
    let workdir = workdir(&[]);
    std::fs::write(workdir.path().join("m.wasm"), module(&[custom(EVIL, b"")])).unwrap();
    let said = call(workdir.path(), "inspect m.wasm").exits(0);
    is_tame(&said);
    let escaped = r"custom `x\u{1b}[2K\u{d}\u{a}    Verified\u{202e}\u{9b}31m\u{7f}`";
    assert!(said.out.contains(escaped), "{}", said.out);
    let said = call(workdir.path(), "inspect m.wasm --format json").exits(0);
    is_tame(&said);
    assert_eq!(said.out.lines().count(), 1);
    assert_eq!(said.json()[0]["sections"][0]["name"], EVIL);
}

#[test]
fn file_names_cannot_forge_lines() {
    let workdir = workdir(&["add.one.wasm", "add.wasm"]);
    std::fs::copy(workdir.path().join("add.one.wasm"), workdir.path().join(EVIL)).unwrap();
    let key = format!("key{EVIL}");
    std::fs::write(workdir.path().join(&key), vector("one.secret")).unwrap();
    for (arguments, code) in [
        (&["verify", EVIL, "-K", "one.public"][..], 0),
        (&["verify", EVIL, "-K", "two.public"], 1),
        (&["verify", &key, "-K", "two.public"], 3),
        (&["verify", &format!("gone{EVIL}"), "-K", "one.public"], 4),
        (&["verify", EVIL, "-K", &format!("gone{EVIL}")], 2),
        (&["verify", "add.wasm", "-S", &format!("gone{EVIL}"), "-K", "one.public"], 4),
        (&["inspect", EVIL], 0),
        (&["inspect", &key], 3),
        (&["sign", EVIL, "-k", "two.secret"], 0),
        (&["sign", "add.wasm", "-k", &key], 0),
        (&["sign", "add.wasm", "-k", "two.secret", "-S", &format!("sig{EVIL}")], 0),
        (&["sign", "add.wasm", "-k", "two.secret", "-o", &format!("gone/{EVIL}")], 4),
        (&["sign", &key, "-k", "two.secret"], 3),
        (&["sign", "add.wasm", "-k", EVIL], 3),
        (&["sign", "add.wasm", "-k", &format!("env:{EVIL}")], 2),
        (&["keygen", "-k", EVIL, "-K", "k.pub"], 2),
        (&["keygen", "-k", &format!("new{EVIL}"), "-K", &format!("pub{EVIL}")], 0),
    ] {
        is_tame(&evil_call(workdir.path(), arguments).exits(code));
    }
}

#[test]
fn names_that_are_not_utf_8_are_told_in_json_too() {
    let workdir = workdir(&["add.wasm"]);
    let name = OsStr::from_bytes(b"\xff.wasm");
    std::fs::rename(workdir.path().join("add.wasm"), workdir.path().join(name)).unwrap();
    for (command, flags) in
        [("sign", &["-k", "one.secret"][..]), ("verify", &["-K", "one.public"]), ("inspect", &[])]
    {
        for format in ["human", "json"] {
            let mut call = wasmsign(workdir.path());
            let said =
                run(call.arg(command).arg(name).args(flags).args(["--format", format])).exits(0);
            assert!(said.out.contains("\u{fffd}.wasm"), "{}", said.out);
        }
    }
}

#[test]
fn colours_as_in_cargo() {
    let workdir = workdir(&["add.one.wasm", "add.wasm"]);
    let verify = |flags: &[&str], variables: &[(&str, &str)]| {
        let mut command = wasmsign(workdir.path());
        command.args(["verify", "add.one.wasm", "-K", "one.public"]).args(flags);
        command.env_remove("CARGO_TERM_COLOR").envs(variables.iter().copied());
        run(&mut command).exits(0).out.contains('\u{1b}')
    };
    let force = ("CLICOLOR_FORCE", "1");
    for (flags, variables, coloured) in [
        (&[][..], &[][..], false),
        (&["--color", "auto"], &[], false),
        (&["--color", "always"], &[], true),
        (&["--color", "always"], &[("NO_COLOR", "1"), ("CARGO_TERM_COLOR", "never")], true),
        (&["--color", "never"], &[force, ("CARGO_TERM_COLOR", "always")], false),
        (&[], &[("CARGO_TERM_COLOR", "always")], true),
        (&[], &[force], true),
        (&[], &[force, ("NO_COLOR", "1")], false),
        (&[], &[force, ("CARGO_TERM_COLOR", "never")], false),
        (&["--color", "always", "--format", "json"], &[], false),
    ] {
        assert_eq!(verify(flags, variables), coloured, "{flags:?} {variables:?}");
    }
    call(workdir.path(), "verify add.wasm -K one.public --color sometimes")
        .exits(2)
        .says(&["--color"]);
    let said = call(workdir.path(), "sign add.wasm --color always").exits(2);
    assert!(said.err.starts_with("\u{1b}["), "{}", said.err);
}

#[test]
fn quiet_says_nothing_on_success() {
    let workdir = workdir(&["add.wasm"]);
    for line in [
        "keygen -k k.key -K k.pub",
        "sign add.wasm -k k.key -k one.secret",
        "sign add.wasm -k k.key -S add.sig",
        "verify add.wasm -K k.pub",
        "verify add.wasm -S add.sig -K k.pub --coverage prefix",
        "inspect add.wasm",
    ] {
        let said = call(workdir.path(), &format!("{line} -q")).exits(0);
        assert_eq!((said.out, said.err), (String::new(), String::new()), "{line}");
    }
    call(workdir.path(), "sign gone.wasm -k k.key -q")
        .exits(4)
        .says(&["error: failed to read `gone.wasm`"]);
    let said = call(workdir.path(), "verify add.wasm -K two.public -q").exits(1);
    assert!(said.out.contains("Refused add.wasm: "), "-q hides a refusal");
    call(workdir.path(), "verify add.wasm -K k.pub -q -v").exits(2).says(&["cannot be used with"]);
    call(workdir.path(), "verify add.wasm -K k.pub -vv").exits(0);
}

#[test]
fn help_names_every_flag() {
    let workdir = workdir(&[]);
    let shared = ["--quiet", "--verbose", "--color <WHEN>", "--format <FORMAT>", "--help"];
    for (command, flags) in [
        (
            "sign",
            &["-k, --key", "-K, --public-key", "-o, --output", "-S, --signature", "--key-id"][..],
        ),
        ("verify", &["-K, --public-key", "-S, --signature", "--require", "--coverage", "--expect"]),
        ("inspect", &["<MODULE>"]),
        ("keygen", &["-k, --key", "-K, --public-key", "--encoding", "--force"]),
        ("clean", &["--manifest-path", "--target-dir"]),
    ] {
        let said = call(workdir.path(), &format!("{command} --help")).exits(0);
        assert!(said.out.contains(&format!("Usage: cargo wasmsign {command}")), "{}", said.out);
        for flag in flags.iter().chain(&shared) {
            assert!(said.out.contains(flag), "no `{flag}` in\n{}", said.out);
        }
        assert_eq!(said.err, "");
    }
    let said = call(workdir.path(), "--help").exits(0);
    for command in ["build", "sign", "verify", "inspect", "keygen", "clean"] {
        assert!(said.out.contains(&format!("\n  {command} ")), "{}", said.out);
    }
    run(&mut wasmsign(workdir.path())).exits(2).says(&["Usage: cargo wasmsign"]);
    call(workdir.path(), "verfy").exits(2).says(&["'verfy'", "'verify'"]);
    assert!(call(workdir.path(), "--version").exits(0).out.starts_with("cargo-wasmsign 0."));
}

#[test]
fn cargo_calls_us_and_so_does_anybody() {
    let workdir = workdir(&["add.one.wasm"]);
    let old = std::env::var_os("PATH").unwrap_or_default();
    let ours = program().parent().unwrap().to_owned();
    let path = std::env::join_paths([ours].into_iter().chain(std::env::split_paths(&old))).unwrap();
    let arguments = ["verify", "add.one.wasm", "-K", "one.public", "--color", "never"];
    let mut through_cargo = Command::new(cargo());
    through_cargo.arg("wasmsign").args(arguments).env("PATH", path).current_dir(workdir.path());
    let mut alone = Command::new(program());
    alone.args(arguments).current_dir(workdir.path());
    let said = [run(&mut through_cargo).exits(0), run(&mut alone).exits(0)];
    assert!(said[0].out.starts_with("    Verified add.one.wasm sha256:"), "{}", said[0].out);
    assert_eq!(said[0].out, said[1].out);
    through_cargo.args(["--expect", "component"]);
    run(&mut through_cargo).exits(1).prints(&["(kind-mismatch)"]);
}

#[test]
fn standard_output_that_is_full_or_gone() {
    let workdir = workdir(&["add.one.wasm", "add.wasm"]);
    for line in [
        "verify add.one.wasm -K one.public",
        "verify add.one.wasm add.wasm -K one.public --format json",
        "inspect add.one.wasm",
        "sign add.wasm -k one.secret",
        "keygen -k k.key -K k.pub",
    ] {
        let mut command = wasmsign(workdir.path());
        command.args(line.split(' ')).stdout(File::create("/dev/full").unwrap());
        let output = command.stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(4), "{line}: {err}");
        assert!(
            err.contains("failed to write to standard output") && err.contains("No space"),
            "{err}"
        );
    }
    // `| head -1`: nobody reads any more, and the result is still the exit code.
    for (line, code) in [("add.one.wasm add.one.wasm", 0), ("add.one.wasm gone.wasm", 4)] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = wasmsign(workdir.path());
        command.args(["verify", "-K", "one.public"]).args(line.split(' ')).stdout(writer);
        let output = command.stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{err}");
        assert_eq!(err.contains("error: failed to read `gone.wasm`"), code == 4, "{err}");
        assert!(!err.contains("standard output"), "{err}");
    }
}
