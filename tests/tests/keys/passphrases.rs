//! Passphrases: where they come from, who is asked, and that nobody sees them.
#![cfg(unix)]

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};

use end_to_end::fixtures::{call, names, shell, workdir};
use end_to_end::project::{Project, eventually, script, verifies};
use end_to_end::{Said, files, program, run, wasmsign};
use rustix::process::{Pid, Signal, kill_process};

const PASSPHRASE: &str = "Troubadour3hush";
const VARIABLE: &str = "E2E_PASSPHRASE";

/// A directory with a module and an encrypted key pair.
fn locked(encoding: &str) -> tempfile::TempDir {
    let workdir = workdir(&["add.wasm"]);
    let line =
        format!("keygen -k k -K k.pub --encrypt --passphrase-env {VARIABLE} --encoding {encoding}");
    run(wasmsign(workdir.path()).args(line.split(' ')).env(VARIABLE, PASSPHRASE)).exits(0);
    workdir
}

const SIGN: &str = "sign add.wasm -k k -o signed.wasm";

fn is_signed(directory: &Path) -> bool {
    call(directory, "verify signed.wasm -K k.pub").code == Some(0)
}

/// A command on a terminal of its own, on which somebody types.
struct Terminal {
    child: Child,
    keys: Option<ChildStdin>,
    screen: Arc<Mutex<String>>,
}

impl Terminal {
    /// Runs a line of the shell, where `@` is the program.
    fn start(directory: &Path, line: &str, variables: &[(&str, &str)]) -> Self {
        let line = line.replace('@', &format!("'{}'", program().display()));
        let mut command = Command::new("script");
        command.args(["-qec", &line, "/dev/null"]).current_dir(directory).env("TERM", "xterm");
        command.env_remove("CI").envs(variables.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("util-linux's script starts");
        let (keys, mut output) = (child.stdin.take(), child.stdout.take().expect("it is piped"));
        let screen = Arc::new(Mutex::new(String::new()));
        let written = Arc::clone(&screen);
        std::thread::spawn(move || {
            let mut bytes = [0; 1024];
            while let Ok(length @ 1..) = output.read(&mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..length]);
                written.lock().expect("nobody panics").push_str(&text);
            }
        });
        Self { child, keys, screen }
    }

    fn screen(&self) -> String {
        self.screen.lock().expect("nobody panics").clone()
    }

    /// Waits until the screen has this text so often.
    fn sees(&self, text: &str, times: usize) {
        eventually(&format!("{times} × `{text}`"), || {
            self.screen().matches(text).count() >= times
        });
    }

    fn types(&mut self, text: &str) {
        let keys = self.keys.as_mut().expect("the terminal is open");
        keys.write_all(text.as_bytes()).expect("the terminal takes keys");
        keys.flush().expect("as before");
    }

    /// What is on the screen in the end, and the exit code.
    fn ends(mut self) -> Said {
        let code = self.child.wait().expect("it ends").code();
        drop(self.keys.take());
        let out = self.screen();
        assert!(!out.contains(PASSPHRASE), "it was shown: {out}");
        Said { code, out, err: String::new() }
    }
}

#[test]
fn a_passphrase_is_asked_for_and_not_shown() {
    for encoding in ["pem", "openssh", "minisign"] {
        let workdir = locked(encoding);
        let mut terminal = Terminal::start(workdir.path(), &format!("@ {SIGN}"), &[]);
        terminal.sees("Passphrase of the key in `k`: ", 1);
        terminal.types(&format!("{PASSPHRASE}\n"));
        terminal.ends().exits(0).prints(&["signed.wasm sha256:"]);
        assert!(is_signed(workdir.path()), "{encoding}");
    }
}

#[test]
fn there_are_three_tries() {
    let workdir = locked("openssh");
    let mut terminal = Terminal::start(workdir.path(), &format!("@ {SIGN}"), &[]);
    for time in 1..=3 {
        terminal.sees("Passphrase of the key in `k`: ", time);
        terminal.types(if time < 3 { "wrong\n" } else { "Troubadour3hush\n" });
    }
    terminal.ends().exits(0).prints(&["That is not the passphrase."]);
    assert!(is_signed(workdir.path()));
    std::fs::remove_file(workdir.path().join("signed.wasm")).expect("it is there");
    let mut terminal = Terminal::start(workdir.path(), &format!("@ {SIGN}"), &[]);
    for time in 1..=3 {
        terminal.sees("Passphrase of the key in `k`: ", time);
        terminal.types(if time == 2 { "\n" } else { "wrong\n" });
    }
    let said = terminal.ends().exits(2).prints(&["the passphrase for the key in `k` is wrong"]);
    assert_eq!(said.out.matches("Passphrase of").count(), 3, "{}", said.out);
    assert!(!workdir.path().join("signed.wasm").exists());
}

/// The terminal must have its echo again, whatever has ended the program.
#[test]
fn ctrl_c_at_the_prompt_is_exit_130_and_the_terminal_as_it_was() {
    let workdir = locked("openssh");
    let after = "echo code $?; stty -a";
    let mut terminal = Terminal::start(workdir.path(), &format!("@ {SIGN}; {after}"), &[]);
    terminal.sees("Passphrase of the key in `k`: ", 1);
    terminal.types("Troub\u{3}");
    let said = terminal.ends().prints(&["code 130"]);
    assert!(said.out.contains(" echo ") && !said.out.contains("-echo "), "{}", said.out);
    assert!(said.out.contains(" icanon ") && said.out.contains("isig "), "{}", said.out);
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 143)] {
        let line = format!("sh -c 'echo $$ > pid; exec \"$0\" {SIGN}' @; {after}");
        let terminal = Terminal::start(workdir.path(), &line, &[]);
        terminal.sees("Passphrase of the key in `k`: ", 1);
        let pid = std::fs::read_to_string(workdir.path().join("pid")).expect("the shell wrote it");
        let pid = Pid::from_raw(pid.trim().parse().expect("a number")).expect("not 0");
        kill_process(pid, signal).expect("it is our child's");
        let said = terminal.ends().prints(&[&format!("code {code}")]);
        assert!(said.out.contains(" echo ") && !said.out.contains("-echo "), "{}", said.out);
    }
    assert!(!workdir.path().join("signed.wasm").exists());
}

#[test]
fn a_new_passphrase_is_asked_for_twice() {
    let workdir = workdir(&["add.wasm"]);
    let keygen = "@ keygen -k k -K k.pub --encrypt --encoding openssh";
    let mut terminal = Terminal::start(workdir.path(), keygen, &[]);
    terminal.sees("New passphrase for `k`: ", 1);
    terminal.types(&format!("{PASSPHRASE}\n"));
    terminal.sees("The same passphrase again: ", 1);
    terminal.types("another\n");
    terminal.sees("two different passphrases", 1);
    terminal.sees("New passphrase for `k`: ", 2);
    terminal.types("\n");
    terminal.sees("at least one character", 1);
    terminal.sees("New passphrase for `k`: ", 3);
    terminal.types(&format!("{PASSPHRASE}\n"));
    terminal.sees("The same passphrase again: ", 2);
    terminal.types(&format!("{PASSPHRASE}\n"));
    terminal.ends().exits(0).prints(&["secret key k"]);
    let mut sign = wasmsign(workdir.path());
    run(sign.args(SIGN.split(' ')).args(["--passphrase-env", VARIABLE]).env(VARIABLE, PASSPHRASE))
        .exits(0);
    assert!(is_signed(workdir.path()));
    // Nothing is there where somebody has given up.
    let mut terminal = Terminal::start(
        workdir.path(),
        &keygen.replace("k.pub", "j.pub").replace("-k k", "-k j"),
        &[],
    );
    terminal.sees("New passphrase for `j`: ", 1);
    terminal.types("\u{3}");
    terminal.ends().exits(130);
    assert!(!workdir.path().join("j").exists() && !workdir.path().join("j.pub").exists());
}

#[test]
fn nobody_is_asked_where_ci_is_set_or_there_is_no_terminal() {
    let workdir = locked("openssh");
    let line = format!("@ {SIGN}");
    let said = Terminal::start(workdir.path(), &line, &[("CI", "true")]).ends().exits(2);
    said.prints(&["`CI` is set", "--passphrase-env"]);
    // Without a controlling terminal at all.
    let mut alone = Command::new("setsid");
    alone.arg("--wait").arg(program()).args(SIGN.split(' ')).current_dir(workdir.path());
    run(alone.stdin(Stdio::null()).env_remove("CI")).exits(2).says(&[
        "there is no terminal to ask for it on",
        "--passphrase-env NAME",
        "--passphrase-fd N",
    ]);
    // An empty one is none.
    let mut empty = Command::new("setsid");
    empty.arg("--wait").arg(program()).args(SIGN.split(' ')).current_dir(workdir.path());
    empty.args(["--passphrase-env", VARIABLE]).env(VARIABLE, "").env_remove("CI");
    run(empty.stdin(Stdio::null()))
        .exits(2)
        .says(&[&format!("set the environment variable `{VARIABLE}`")]);
    assert!(!workdir.path().join("signed.wasm").exists());
}

#[test]
fn a_file_descriptor_has_one_line() {
    let workdir = locked("openssh");
    let line = format!("{SIGN} --passphrase-fd 7");
    for text in [format!("{PASSPHRASE}\n"), PASSPHRASE.into(), format!("{PASSPHRASE}\r\nmore\n")] {
        std::fs::write(workdir.path().join("line"), text).expect("it can be written");
        run(&mut shell(workdir.path(), "exec \"$@\" 7< line", &line)).exits(0);
        let piped = "cat line | (exec 7<&0 < /dev/null; exec \"$@\")";
        run(&mut shell(workdir.path(), piped, &line)).exits(0);
        assert!(is_signed(workdir.path()));
    }
    let mut stdin = wasmsign(workdir.path());
    stdin.args(SIGN.split(' ')).args(["--passphrase-fd", "0"]);
    stdin.stdin(std::fs::File::open(workdir.path().join("line")).expect("it is there"));
    run(&mut stdin).exits(0);
    // One descriptor for two keys.
    std::fs::copy(workdir.path().join("k"), workdir.path().join("j")).expect("it is there");
    let two = "sign add.wasm -k k -k j -o signed.wasm --passphrase-fd 7";
    run(&mut shell(workdir.path(), "exec \"$@\" 7< line", two)).exits(0);
    call(workdir.path(), &line)
        .exits(2)
        .says(&["failed to read a passphrase from file descriptor 7"]);
    for (text, said) in [("", "write the passphrase to file descriptor 7"), ("wrong", "is wrong")] {
        std::fs::write(workdir.path().join("line"), text).expect("it can be written");
        let mut empty = shell(workdir.path(), "exec setsid --wait \"$@\" 7< line", &line);
        run(empty.env_remove("CI")).exits(2).says(&[said]);
    }
    call(workdir.path(), "sign - -k k --passphrase-fd 0").exits(2).says(&["standard input"]);
}

/// A passphrase that somebody types where its variable belongs is not repeated.
#[test]
fn flags_for_a_passphrase_do_not_take_one() {
    let workdir = locked("openssh");
    let said = call(workdir.path(), &format!("{SIGN} --passphrase-env {PASSPHRASE}-!")).exits(2);
    assert!(!said.err.contains(PASSPHRASE), "{}", said.err);
    let said = call(workdir.path(), &format!("{SIGN} --passphrase-fd {PASSPHRASE}")).exits(2);
    assert!(!said.err.contains(PASSPHRASE), "{}", said.err);
    call(workdir.path(), &format!("{SIGN} --passphrase-env A --passphrase-fd 3")).exits(2);
    call(workdir.path(), "keygen -k j -K j.pub --passphrase-env A").exits(2).says(&["--encrypt"]);
}

/// A project whose release key is encrypted, with its passphrase in a variable that the manifest names.
fn project(key: &str) -> Project {
    let project = Project::tiny("optimize = false");
    let table = "{ file = \"release.key\" }";
    project.replace("Cargo.toml", table, &key.replace("$V", VARIABLE));
    let mut convert = wasmsign(project.path());
    convert.args(["key", "convert", "release.key", "-o", "release.key", "--force", "--encrypt"]);
    convert.args(["--passphrase-env", VARIABLE, "--encoding", "openssh"]);
    run(convert.env(VARIABLE, PASSPHRASE)).exits(0);
    project
}

#[test]
fn a_build_finds_the_passphrase_where_the_manifest_says() {
    for key in [
        "{ file = \"release.key\", passphrase-env = \"$V\" }",
        "{ env-file = \"E2E_FILE\", passphrase-env = \"$V\" }",
        "{ env = \"E2E_KEY\", passphrase-env = \"$V\" }",
        "{ file = \"release.key\" }",
    ] {
        let project = project(key);
        let secret = std::fs::read_to_string(project.join("release.key")).expect("it is text");
        let build = |arguments: &[&str], passphrase: &str| {
            let mut build = project.build(arguments);
            build.env("E2E_FILE", project.join("release.key")).env("E2E_KEY", &secret);
            run(build.env(VARIABLE, passphrase).env("OTHER", PASSPHRASE))
        };
        let named = key.contains("passphrase-env");
        build(&[], "wrong").exits(2).says(&[if named { "is wrong" } else { "no passphrase" }]);
        build(&[], "").exits(2).says(&["there is no passphrase"]);
        project.is_untouched();
        // The flag counts more.
        build(&["--passphrase-env", "OTHER"], "wrong").exits(0);
        verifies(&project.module("tiny.wasm"), None, &[&project.join("release.pub")]);
        if named {
            build(&["--release"], PASSPHRASE).exits(0);
        }
    }
}

/// The 32 bytes of the seed, as people and programs write them.
fn spellings(seed: &[u8]) -> Vec<Vec<u8>> {
    let hex: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
    let list = format!("{seed:?}");
    vec![
        seed.to_vec(),
        hex.to_uppercase().into_bytes(),
        hex.into_bytes(),
        list.trim_matches(['[', ']']).into(),
        PASSPHRASE.into(),
    ]
}

#[track_caller]
fn has_none(secrets: &[Vec<u8>], bytes: &[u8], what: &str) {
    for secret in secrets {
        let found = bytes.windows(secret.len()).any(|part| part == secret);
        assert!(!found, "{what} has a secret: {}", String::from_utf8_lossy(bytes));
    }
}

/// Everything that is printed and written, and what our children get, has neither the passphrase nor the seed.
#[test]
fn no_passphrase_and_no_seed_is_anywhere() {
    let project = project("{ file = \"release.key\", passphrase-env = \"$V\" }");
    let elsewhere = end_to_end::scratch();
    let plain = elsewhere.path().join("plain");
    let call = |words: &[&str], passphrase: &str| {
        let mut command = wasmsign(project.path());
        command.args(words).args(["--passphrase-env", VARIABLE]);
        run(command.env(VARIABLE, passphrase))
    };
    let path = plain.to_str().expect("temporary directories have plain names");
    call(&["key", "convert", "release.key", "-o", path, "--encoding", "compact"], PASSPHRASE)
        .exits(0);
    let compact = std::fs::read(&plain).expect("it was written");
    let secrets = spellings(&compact[1..33]);
    std::fs::write(project.join("add.wasm"), end_to_end::fixtures::vector("add.wasm"))
        .expect("it is ours");
    let mut said = Vec::new();
    for passphrase in [PASSPHRASE, "Troubadour3hush2"] {
        for format in ["human", "json"] {
            for words in [
                &["key", "show", "release.key", "release.pub"][..],
                &["key", "convert", "release.key", "-o", "a", "--force", "--encrypt"],
                &[
                    "key",
                    "convert",
                    "a",
                    "-o",
                    "b",
                    "--force",
                    "--encrypt",
                    "--encoding",
                    "minisign",
                ],
                &["key", "convert", "b", "-o", "c", "--force", "--public"],
                &["keygen", "-k", "d", "-K", "d.pub", "--force", "--encrypt"],
                &["sign", "add.wasm", "-k", "release.key", "-o", "signed.wasm"],
                &["sign", "add.wasm", "-k", "b", "-o", "signed.wasm", "-v"],
            ] {
                said.push(call(&[words, &["--format", format]].concat(), passphrase));
            }
        }
    }
    assert!(said.iter().filter(|said| said.code == Some(0)).count() >= 14);
    assert!(said.iter().any(|said| said.code == Some(2)));
    // Whatever our children are called with, and have in their environment.
    script(&project.join("transform"), "env > seen; cat /proc/$PPID/cmdline >> seen; cat");
    project.replace(
        "Cargo.toml",
        "optimize = false",
        "optimize = false\ntransform.command = [\"./transform\"]",
    );
    let build = project.build(&[]);
    let mut traced = Command::new("strace");
    traced.args(["-f", "-qq", "-v", "-s", "100000", "-e", "trace=execve", "-o"]);
    traced.arg(elsewhere.path().join("trace")).arg(build.get_program()).args(build.get_args());
    traced.current_dir(project.path());
    for (name, value) in build.get_envs() {
        match value {
            Some(value) => traced.env(name, value),
            None => traced.env_remove(name),
        };
    }
    said.push(run(traced.env(VARIABLE, PASSPHRASE)).exits(0));
    for said in &said {
        has_none(&secrets, said.out.as_bytes(), "standard output");
        has_none(&secrets, said.err.as_bytes(), "standard error");
    }
    for (file, content) in files(project.path()) {
        has_none(&secrets, &content, &file.display().to_string());
    }
    let trace =
        std::fs::read_to_string(elsewhere.path().join("trace")).expect("strace has written it");
    assert!(trace.lines().count() > 3, "{trace}");
    // The first is our own program, whose environment has what its caller has put there. `cargo metadata` tells where the
    // manifest is that names the variable.
    for line in trace.lines().skip(1).filter(|line| !line.contains("\"metadata\"")) {
        has_none(&secrets, line.as_bytes(), "an argument list or an environment");
    }
    assert!(names(project.path()).contains(&"seen".to_owned()));
}
