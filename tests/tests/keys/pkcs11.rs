//! `-k pkcs11:URI`: keys in tokens.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use end_to_end::fixtures::{snapshot, temporary, vector, workdir};
use end_to_end::project::{Project, eventually, verifies};
use end_to_end::{Said, key_pair, run, wasmsign, write};
use rustix::process::{Pid, Signal, kill_process};

use crate::softhsm::{PIN, SoftHsm, faulty_module, module, without_pin};

/// A directory with the module `add.wasm`, key pairs `release` and `other`, and a token with the first.
struct Place {
    directory: tempfile::TempDir,
    hsm: SoftHsm,
}

impl Place {
    fn new() -> Self {
        let directory = workdir(&["add.wasm"]);
        key_pair(directory.path(), "release");
        key_pair(directory.path(), "other");
        let hsm = SoftHsm::with_key(&directory.path().join("release.key"));
        Self { directory, hsm }
    }

    fn join(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// `sign add.wasm` with this key.
    fn sign(&self, key: &str) -> Command {
        let mut command = wasmsign(self.directory.path());
        self.hsm.known_to(command.args(["sign", "add.wasm", "-k", key]));
        command
    }

    /// Refused as it should be, with advice, and nothing is written.
    #[track_caller]
    fn refuses(&self, key: &str, code: i32, texts: &[&str]) {
        self.refuses_call(&mut self.sign(key), code, texts);
    }

    #[track_caller]
    fn refuses_call(&self, call: &mut Command, code: i32, texts: &[&str]) {
        let before = snapshot(&self.join("add.wasm"));
        keeps_pin(run(call)).exits(code).says(texts).says(&["help:"]);
        assert_eq!(snapshot(&self.join("add.wasm")), before);
        assert_eq!(temporary(self.directory.path()), Vec::<String>::new());
    }
}

/// The PIN, and no greater part of it, is said.
#[track_caller]
fn keeps_pin(said: Said) -> Said {
    for piece in [&PIN[..5], &PIN[6..12]] {
        assert!(!said.out.contains(piece) && !said.err.contains(piece), "{}{}", said.out, said.err);
    }
    said
}

#[test]
fn a_key_in_a_token_signs() {
    let place = Place::new();
    let id = std::fs::read_dir(place.hsm.pin_file().with_file_name("tokens"));
    assert_eq!(id.expect("there are tokens").count(), 1);
    for path in [
        "token=main;object=release",
        "token=main;id=%01",
        "token=m%61in",
        "object=release;type=private",
        "manufacturer=SoftHSM%20project;model=SoftHSM%20v2",
        "",
    ] {
        write(&place.join("add.wasm"), vector("add.wasm"));
        let said = keeps_pin(run(place.sign(&place.hsm.uri(path)).args(["-K", "release.pub"])));
        said.exits(0).prints(&["Signed add.wasm"]);
        verifies(&place.join("add.wasm"), None, &[&place.join("release.pub")]);
    }
    let mut other = place.sign(&place.hsm.uri("token=main"));
    place.refuses_call(other.args(["-K", "other.pub"]), 2, &["does not belong"]);
}

#[test]
fn two_keys_of_one_token_sign_one_module() {
    let place = Place::new();
    place.hsm.import("main", &place.join("other.key"), "other", "02");
    let mut both = place.sign(&place.hsm.uri("token=main;id=%01"));
    both.args(["-k", &place.hsm.uri("token=main;object=other")]);
    keeps_pin(run(&mut both)).exits(0);
    verifies(
        &place.join("add.wasm"),
        None,
        &[&place.join("release.pub"), &place.join("other.pub")],
    );
}

#[test]
fn what_can_mean_several_tokens_or_keys_is_told() {
    let place = Place::new();
    place.hsm.import("main", &place.join("other.key"), "other", "02");
    let keys = ["several keys", "object=release;id=%01 (Ed25519)", "object=other;id=%02 (Ed25519)"];
    place.refuses(&place.hsm.uri("token=main"), 2, &keys);
    place.hsm.add_token("spare");
    let tokens = ["several tokens", "token=main;serial=", "token=spare;serial=", ";slot-id="];
    place.refuses(&place.hsm.uri("object=release"), 2, &tokens);
    // What the message lists is what names one of them.
    let said = run(&mut place.sign(&place.hsm.uri("object=release")));
    let line = said.err.lines().find(|line| line.contains("token=main;")).expect("it is listed");
    let line = line.trim().trim_start_matches("caused by: ");
    for part in line.split(';').skip(1) {
        write(&place.join("add.wasm"), vector("add.wasm"));
        run(&mut place.sign(&place.hsm.uri(&format!("{part};object=release")))).exits(0);
    }
}

#[test]
fn tokens_and_keys_that_are_not_there_are_told_with_those_that_are() {
    let place = Place::new();
    place.refuses(&place.hsm.uri("token=mian"), 2, &["no such token", "token=main;serial="]);
    place.refuses(
        &place.hsm.uri("token=main;object=relaese"),
        2,
        &["no such key", "object=release;id=%01"],
    );
    place.refuses(&place.hsm.uri("token=main;id=%02"), 2, &["no such key", "object=release"]);
    place.refuses(&place.hsm.uri("slot-id=99999"), 2, &["no such token"]);
    let empty = SoftHsm::new();
    let mut call = place.sign(&place.hsm.uri("token=main"));
    place.refuses_call(empty.known_to(&mut call), 2, &["no such token", "none at all"]);
    empty.add_token("main");
    let mut call = place.sign(&empty.uri("token=main"));
    place.refuses_call(empty.known_to(&mut call), 2, &["no such key", "no secret keys at all"]);
}

#[test]
fn keys_of_other_algorithms_are_named() {
    let place = Place::new();
    for (id, name, arguments) in [
        ("11", "RSA", &["RSA"][..]),
        ("12", "ECDSA", &["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
        ("13", "Ed448", &["ED448"]),
    ] {
        let mut make = Command::new("openssl");
        make.current_dir(place.directory.path()).args(["genpkey", "-out", "key.pem", "-algorithm"]);
        run(make.args(arguments)).exits(0);
        place.hsm.import("main", &place.join("key.pem"), name, id);
        let uri = place.hsm.uri(&format!("token=main;object={name}"));
        place.refuses(&uri, 2, &["is not an Ed25519 key", &format!("id=%{id} ({name})")]);
    }
    // Beside them, the one that fits is meant.
    run(&mut place.sign(&place.hsm.uri("token=main"))).exits(0);
}

#[test]
fn uris_that_cannot_be_meant_are_told_without_their_values() {
    let place = Place::new();
    let module = module();
    for (uri, text) in [
        ("pkcs11:", "`?module-path=PATH`"),
        ("pkcs11:token=main", "`?module-path=PATH`"),
        (&format!("pkcs11:tokn=main?module-path={module}"), "did you mean `token`?"),
        (
            &format!("pkcs11:token=main?module-path={module}&pin-value={PIN}"),
            "`pin-value` is not read",
        ),
        (
            &format!("pkcs11:token=main;pin-value={PIN}?module-path={module}"),
            "`pin-value` is not read",
        ),
        (&format!("pkcs11:token=main?module-path={module}&pin-source={PIN}"), "`file:PATH`"),
        (&format!("pkcs11:token=main?module-path={module}&pin-source=|cat%20pin"), "`file:PATH`"),
    ] {
        place.refuses(uri, 2, &[text, "`pkcs11` does not name a key"]);
    }
}

#[test]
fn what_is_no_module_is_told() {
    let place = Place::new();
    let gone = format!("pkcs11:token=main?module-path={}", place.join("gone.so").display());
    place.refuses(&gone, 2, &["there is no PKCS#11 module", "gone.so"]);
    write(&place.join("text.so"), "no library");
    // From the current directory, and never looked for elsewhere.
    place.refuses(
        "pkcs11:token=main?module-path=text.so",
        5,
        &["`text.so` is not a PKCS#11 module"],
    );
    place.refuses("pkcs11:token=main?module-path=libc.so.6", 2, &["there is no PKCS#11 module"]);
}

#[test]
fn a_pin_is_found_or_it_is_told_where_to_put_it() {
    let place = Place::new();
    let mut unasked = place.sign(&without_pin("token=main"));
    let texts = ["wants a PIN", "`CI` is set", "pin-source=file:PATH", "pin-env"];
    place.refuses_call(unasked.env("CI", "true"), 2, &texts);
    let pin = place.hsm.pin_file();
    std::fs::remove_file(&pin).expect("it is there");
    place.refuses(&place.hsm.uri("token=main"), 2, &["there is no file", "with the PIN"]);
    let right = &place.hsm.pin;
    write(&pin, format!("\n{right}\n"));
    place.refuses(&place.hsm.uri("token=main"), 2, &["the first line"]);
    for content in [right.clone(), format!("{right}\r\n"), format!("{right}\nx")] {
        write(&pin, content);
        write(&place.join("add.wasm"), vector("add.wasm"));
        keeps_pin(run(&mut place.sign(&place.hsm.uri("token=main")))).exits(0);
    }
}

/// Runs a call on a terminal of its own, types a line once it is asked for the PIN, and gives what was on the screen.
fn typed(call: &Command, line: &str) -> Said {
    let words = std::iter::once(call.get_program()).chain(call.get_args());
    let words: Vec<_> = words.map(|word| format!("'{}'", word.to_string_lossy())).collect();
    let mut terminal = Command::new("script");
    terminal.args(["-qec", &words.join(" "), "/dev/null"]).env("TERM", "xterm").env_remove("CI");
    call.get_current_dir().map(|directory| terminal.current_dir(directory));
    terminal.envs(call.get_envs().filter_map(|(name, value)| Some((name, value?))));
    terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = terminal.spawn().expect("util-linux's script starts");
    let (mut keys, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut shown = Vec::new();
    while !String::from_utf8_lossy(&shown).contains("PIN of the token `main`: ") {
        let mut byte = [0];
        screen.read_exact(&mut byte).expect("the PIN is asked for");
        shown.push(byte[0]);
    }
    // The terminal hides what is typed shortly after the question is there, and no person types as fast.
    std::thread::sleep(Duration::from_millis(300));
    keys.write_all(line.as_bytes()).expect("the terminal takes keys");
    screen.read_to_end(&mut shown).expect("the screen can be read");
    let code = child.wait().expect("it ends").code();
    Said { code, out: String::from_utf8_lossy(&shown).into_owned(), err: String::new() }
}

#[test]
fn a_pin_is_asked_for_once_and_not_shown() {
    let place = Place::new();
    let sign = place.sign(&without_pin("token=main"));
    let before = snapshot(&place.join("add.wasm"));
    for (line, code, text) in [
        (format!("{PIN}-wrong\r"), 2, "refuses the PIN"),
        ("\r".to_owned(), 2, "no PIN was typed"),
        ("\x03".to_owned(), 130, ""),
    ] {
        let said = keeps_pin(typed(&sign, &line)).exits(code).prints(&[text]);
        assert_eq!(said.out.matches("PIN of the token").count(), 1, "{}", said.out);
        assert_eq!(snapshot(&place.join("add.wasm")), before);
    }
    keeps_pin(typed(&sign, &format!("{}\r", place.hsm.pin))).exits(0).prints(&["Signed add.wasm"]);
}

/// Calls through a module that goes wrong, and how often it was asked what.
struct Faulty {
    place: Place,
    module: PathBuf,
}

impl Faulty {
    fn new() -> Self {
        let place = Place::new();
        let module = faulty_module(place.directory.path());
        Self { place, module }
    }

    fn sign(&self, fault: &str) -> Command {
        let pin = self.place.hsm.pin_file();
        let uri = format!(
            "pkcs11:?module-path={}&pin-source=file:{}",
            self.module.display(),
            pin.display()
        );
        let mut command = self.place.sign(&uri);
        command
            .env("TOKEN_MODULE", module())
            .env("TOKEN_FAULT", fault)
            .env("TOKEN_LOG", self.log());
        command
    }

    fn log(&self) -> PathBuf {
        self.place.join("log")
    }

    fn logins(&self) -> usize {
        let log = std::fs::read_to_string(self.log()).unwrap_or_default();
        log.lines().filter(|line| *line == "login").count()
    }
}

#[test]
fn a_token_that_goes_wrong_is_told() {
    let faulty = Faulty::new();
    for (fault, texts) in [
        ("removed", &["failed to sign", "unplugged"][..]),
        ("removed-at-login", &["failed to log in", "unplugged"]),
        ("wrong", &["`main` returned a signature that does not verify"]),
        ("short", &["`main` gave 63 bytes, and a signature has 64"]),
    ] {
        faulty.place.refuses_call(&mut faulty.sign(fault), 5, texts);
    }
    run(&mut faulty.sign("none")).exits(0);
}

#[test]
fn a_wrong_pin_is_tried_once() {
    let faulty = Faulty::new();
    write(&faulty.place.hsm.pin_file(), format!("{PIN}\n"));
    write(&faulty.place.join("more.wasm"), vector("add.wasm"));
    let texts = ["the token `main` refuses the PIN", "tried once"];
    faulty.place.refuses_call(faulty.sign("none").arg("more.wasm"), 2, &texts);
    assert_eq!(faulty.logins(), 1);
    assert_eq!(
        std::fs::read(faulty.place.join("more.wasm")).expect("it stays"),
        vector("add.wasm")
    );
    // Two signers that want the same token are one try, too.
    let mut both = faulty.sign("none");
    let again: Vec<_> = both.get_args().skip(3).map(ToOwned::to_owned).collect();
    faulty.place.refuses_call(both.args(again), 2, &texts);
    assert_eq!(faulty.logins(), 2);
    write(&faulty.place.hsm.pin_file(), &faulty.place.hsm.pin);
    run(&mut faulty.sign("none")).exits(0);
}

#[test]
fn a_token_that_hangs_is_left_by_a_signal() {
    let faulty = Faulty::new();
    let before = snapshot(&faulty.place.join("add.wasm"));
    let mut child =
        faulty.sign("hang").stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let asked = || std::fs::read_to_string(faulty.log()).is_ok_and(|log| log.contains("sign"));
    eventually("the token is asked", asked);
    kill_process(Pid::from_child(&child), Signal::TERM).expect("it is our child");
    assert_eq!(child.wait().expect("it is our child").code(), Some(143));
    assert_eq!(snapshot(&faulty.place.join("add.wasm")), before);
    assert_eq!(temporary(faulty.place.directory.path()), Vec::<String>::new());
}

/// A project that signs with a token whose PIN is in `E2E_PIN`; its build script tells what it sees of others.
fn project() -> (Project, SoftHsm) {
    let project = Project::tiny("optimize = false");
    let hsm = SoftHsm::with_key(&project.join("release.key"));
    let uri = without_pin("token=main;object=release");
    let secret = format!("{{ pkcs11 = \"{uri}\", pin-env = \"E2E_PIN\" }}");
    project.replace("Cargo.toml", "{ file = \"release.key\" }", &secret);
    project.write(
        "build.rs",
        r#"fn main() {
            let mut seen = format!("{:?}\n", std::env::vars().collect::<Vec<_>>());
            for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
                let words = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
                seen += &String::from_utf8_lossy(&words).replace('\0', " ");
            }
            std::fs::write("seen", seen).unwrap();
        }"#,
    );
    (project, hsm)
}

fn build(project: &Project, hsm: &SoftHsm, pin: &str) -> Command {
    let mut build = project.build(&[]);
    hsm.known_to(&mut build).env("E2E_PIN", pin);
    build
}

#[test]
fn a_manifest_names_a_key_in_a_token() {
    let (project, hsm) = project();
    keeps_pin(run(&mut build(&project, &hsm, &hsm.pin))).exits(0).prints(&["signed by release"]);
    verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
    let seen = std::fs::read_to_string(project.join("seen")).expect("the build script has run");
    assert!(seen.contains("cargo") && !seen.contains(&hsm.pin), "{seen}");
    let mut config = wasmsign(project.path());
    hsm.known_to(config.arg("config").env("E2E_PIN", &hsm.pin));
    keeps_pin(run(&mut config)).exits(0).prints(&["pin-env", "E2E_PIN", "pkcs11:token=main"]);
    let mut sign = wasmsign(project.path());
    write(&project.join("add.wasm"), vector("add.wasm"));
    hsm.known_to(sign.args(["sign", "add.wasm", "--with", "release"]).env("E2E_PIN", &hsm.pin));
    keeps_pin(run(&mut sign)).exits(0);
}

#[test]
fn faults_of_a_token_are_found_before_anything_is_built() {
    let (project, hsm) = project();
    let refused = |pin: &str, texts: &[&str]| {
        keeps_pin(run(&mut build(&project, &hsm, pin))).exits(2).says(texts);
        project.is_untouched();
    };
    refused("", &["`E2E_PIN` is empty", "the token's PIN", "--no-sign"]);
    refused(PIN, &["refuses the PIN"]);
    key_pair(project.path(), "release2");
    project.replace("Cargo.toml", "release.pub", "release2.pub");
    refused(&hsm.pin, &["`release`", "does not belong"]);
    project.replace("Cargo.toml", "release2.pub", "release.pub");
    project.replace("Cargo.toml", "pin-env = \"E2E_PIN\"", "pin-env = \"E2E PIN\"");
    refused(PIN, &["Cargo.toml:", "the name of an environment variable"]);
    project.replace("Cargo.toml", "pin-env = \"E2E PIN\"", "pin-env = \"E2E_PIN\", file = \"a\"");
    refused(PIN, &["Cargo.toml:", "exactly one of"]);
    project.replace("Cargo.toml", "pkcs11 =", "ssh-agent =");
    project.replace("Cargo.toml", ", file = \"a\"", "");
    refused(PIN, &["Cargo.toml:", "a key with `ssh-agent` has no `pin-env`"]);
}

#[test]
fn paths_of_a_manifest_begin_in_its_directory() {
    let (project, hsm) = project();
    std::os::unix::fs::symlink(module(), project.join("token.so")).expect("a link can be made");
    std::fs::copy(hsm.pin_file(), project.join("pin")).expect("it is there");
    let manifest = std::fs::read_to_string(project.join("Cargo.toml")).expect("it is there");
    let uri = "pkcs11:token=main?module-path=token.so&pin-source=file:pin";
    let manifest = manifest
        .replace(&without_pin("token=main;object=release"), uri)
        .replace(", pin-env = \"E2E_PIN\"", "");
    project.write("Cargo.toml", &manifest);
    let mut build = project.build_in("src", &[]);
    keeps_pin(run(hsm.known_to(&mut build))).exits(0);
    verifies(&project.module("tiny.wasm"), None, &[Path::new(&project.join("release.pub"))]);
    project
        .write("Cargo.toml", manifest.replace("file:pin\"", "file:pin\", pin-env = \"E2E_PIN\""));
    let mut build = project.build(&[]);
    run(hsm.known_to(&mut build)).exits(2).says(&["Cargo.toml:", "`pin-source` and `pin-env`"]);
}
