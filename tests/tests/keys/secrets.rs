//! Keys as people have them, and secrets where something else was to stand: nothing of them is repeated.
#![cfg(unix)]

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use end_to_end::fixtures::{call, workdir};
use end_to_end::project::Project;
use end_to_end::{Said, program, run, wasmsign};
use wasmsign_core::{KeyEncoding, SecretKey};

const SEED: [u8; 32] = *b"\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4\x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = bytes.chunks(3).flat_map(|chunk| {
        let number = chunk.iter().fold(0_usize, |number, &byte| number << 8 | usize::from(byte));
        let number = number << (8 * (3 - chunk.len()));
        (0..4).map(move |at| match at <= chunk.len() {
            true => char::from(DIGITS[number >> (18 - 6 * at) & 63]),
            false => '=',
        })
    });
    digits.collect()
}

fn key() -> SecretKey {
    SecretKey::from_seed(&SEED)
}

fn pem() -> String {
    String::from_utf8(key().encode(KeyEncoding::Pem).to_vec()).expect("it is text")
}

/// The seed, or it and more, as people write it.
fn spellings() -> Vec<String> {
    let compact = key().encode(KeyEncoding::Compact);
    let mut all = Vec::new();
    for bytes in [&SEED[..], &compact[1..], &compact[..64], &compact[..]] {
        all.extend([
            hex(bytes),
            hex(bytes).to_uppercase(),
            base64(bytes),
            base64(bytes).replace('=', ""),
        ]);
        all.push(format!("env:{}", hex(bytes)));
        all.push(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":"));
    }
    all.extend([pem(), pem().replace('\n', "\\n"), pem().replace('\n', " ")]);
    all.extend([pem().lines().nth(1).expect("there is a line").to_owned(), pem()[..70].to_owned()]);
    all
}

/// Refused, and of the secret no eight characters are said.
#[track_caller]
fn keeps(said: &Said, secret: &str) {
    assert_ne!(said.code, Some(0), "{secret}: {}", said.out);
    // A text that is quoted may be broken or escaped on its way.
    let secret = secret.strip_prefix("env:").unwrap_or(secret);
    let secret = secret.split(['\n', '\\', ' ']).max_by_key(|piece| piece.len()).unwrap_or(secret);
    for piece in [&secret[..10], &secret[secret.len() / 2..][..10]] {
        assert!(!said.out.contains(piece) && !said.err.contains(piece), "{secret}: {}", said.err);
    }
}

#[test]
fn a_secret_in_the_place_of_a_key_is_not_repeated() {
    let workdir = workdir(&["add.wasm"]);
    for secret in spellings() {
        for words in [
            &["sign", "add.wasm", "-k", &secret][..],
            &["verify", "add.wasm", "-K", &secret],
            &["sign", "add.wasm", "-k", "one.secret", "-K", &secret],
        ] {
            keeps(&run(wasmsign(workdir.path()).args(words)), &secret);
        }
    }
}

/// Whatever the place: a path, a name, a number, a command, a flag.
#[test]
fn a_secret_anywhere_on_the_command_line_is_not_repeated() {
    let workdir = workdir(&["add.wasm"]);
    call(workdir.path(), "sign add.wasm -k one.secret -S add.wasm.sig").exits(0);
    let verify = "verify add.wasm -K one.public";
    for secret in [hex(&SEED), base64(&SEED), pem(), spellings().swap_remove(5)] {
        for words in [
            "verify @ -K one.public",
            "verify @ -K one.public --format json",
            &format!("{verify} -S @"),
            &format!("{verify} --signature=nowhere/@"),
            &format!("{verify} --require @"),
            &format!("{verify} --expect=@"),
            &format!("{verify} @"),
            "sign @ -k one.secret",
            "sign add.wasm -k one.secret -o nowhere/@",
            "sign add.wasm -k one.secret -Snowhere/@",
            "sign add.wasm --with @",
            "sign add.wasm --with one --manifest-path @",
            "inspect @",
            "split @",
            "detach @ -S add.sig",
            "attach add.wasm -S @",
            "keygen @",
            "key show @",
            "key convert @ -o k",
            "key convert one.secret -o nowhere/@",
            "sign add.wasm -k one.secret --passphrase-env @",
            "config --manifest-path @",
            "@",
            "inspect add.wasm --color @",
            "inspect add.wasm --@",
        ] {
            let words = words.split(' ').map(|word| word.replace('@', &secret));
            keeps(&run(wasmsign(workdir.path()).args(words)), &secret);
        }
    }
}

/// Sixty-four digits may be a hash of a public key; they must not be the seed that signs.
#[test]
fn the_seed_is_no_key_id() {
    let workdir = workdir(&["add.wasm"]);
    std::fs::write(workdir.path().join("some.key"), pem()).expect("it can be written");
    let sign = "sign add.wasm -o signed.wasm --key-id hex:";
    let said = call(workdir.path(), &format!("{sign}{} -k some.key", hex(&SEED)));
    keeps(&said.exits(2), &hex(&SEED));
    for secret in [hex(&SEED), base64(&SEED), pem()] {
        let words = ["sign", "add.wasm", "-k", "one.secret", "--key-id", &secret];
        keeps(&run(wasmsign(workdir.path()).args(words)).exits(2), &secret);
    }
    call(workdir.path(), &format!("{sign}{} -k one.secret", "9d".repeat(32))).exits(0);
}

#[test]
fn a_secret_in_a_manifest_is_shown_by_no_command() {
    let project = Project::tiny("optimize = false");
    let manifest = std::fs::read_to_string(project.join("Cargo.toml")).expect("it is there");
    let places = [
        ("{ file = \"release.key\" }", "{ file = 'S' }"),
        ("{ file = \"release.key\" }", "{ env = 'S' }"),
        ("{ file = \"release.key\" }", "{ env-file = 'S' }"),
        ("{ file = \"release.key\" }", "{ ssh-agent = 'S' }"),
        ("keys.release]", "keys.'S']"),
        ("sign-with = [\"release\"]", "sign-with = ['S']"),
        ("sign-with = [\"release\"]", "sign-with = [\"release\"]\nsignature = 'S'"),
    ];
    for secret in [hex(&SEED), base64(&SEED), hex(&key().encode(KeyEncoding::Compact)[..64])] {
        for (old, new) in places {
            assert!(manifest.contains(old), "{old}: {manifest}");
            project.write("Cargo.toml", manifest.replace(old, &new.replace('S', &secret)));
            keeps(&run(wasmsign(project.path()).arg("config")), &secret);
            keeps(&run(&mut project.build(&[])), &secret);
        }
    }
    project.write("Cargo.toml", &manifest);
    for secret in spellings() {
        keeps(&run(&mut project.build(&["-k", &secret])), &secret);
        keeps(
            &run(project.build(&[]).env("CARGO_WASMSIGN_SIGN_WITH", secret.replace('\n', " "))),
            &secret,
        );
    }
}

/// The value of a variable that should hold a path.
#[test]
fn a_secret_in_the_place_of_a_path_in_a_variable_is_not_repeated() {
    let project = Project::tiny("optimize = false");
    project.replace("Cargo.toml", "{ file = \"release.key\" }", "{ env-file = \"E2E_FILE\" }");
    for secret in spellings() {
        keeps(&run(project.build(&[]).env("E2E_FILE", &secret)), &secret);
    }
}

fn exit_of_signing_with(directory: &Path, content: &[u8]) -> Option<i32> {
    std::fs::write(directory.join("some.key"), content).expect("it can be written");
    let said = call(directory, "sign add.wasm -k some.key -o signed.wasm");
    let shown = format!("{}{}", said.out, said.err);
    assert!(!shown.contains(&hex(&SEED)[..12]) && !shown.contains(&base64(&SEED)[..12]), "{shown}");
    if said.code == Some(0) {
        std::fs::write(directory.join("some.pub"), key().public_key().encode(KeyEncoding::Pem))
            .expect("it can be written");
        call(directory, "verify signed.wasm -K some.pub").exits(0);
    }
    said.code
}

#[test]
fn key_files_as_they_are_met_are_read_or_refused() {
    let workdir = workdir(&["add.wasm"]);
    let public = *key().public_key().ed25519_bytes().unwrap();
    let pkcs8 = |version: u8, behind: &[u8]| {
        let start = b"\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
        let inner = [&[2, 1, version], &start[..], &SEED, behind].concat();
        [&[0x30, u8::try_from(inner.len()).expect("it is short")], &inner[..]].concat()
    };
    let implicit = [b"\x81\x21\0", &public[..]].concat();
    let explicit = [b"\xa1\x23\x03\x21\0", &public[..]].concat();
    let x25519 = pem().replace("K2Vw", "K2Vu");
    let cases: [(&str, Vec<u8>, i32); 16] = [
        ("v1", pkcs8(0, b""), 0),
        ("v2", pkcs8(1, &implicit), 0),
        ("ring", pkcs8(1, &explicit), 0),
        ("v1 with a public half", pkcs8(0, &implicit), 3),
        ("v2 of another pair", pkcs8(1, &[&implicit[..34], b"\x01"].concat()), 2),
        ("ring of another pair", pkcs8(1, &[&explicit[..36], b"\x01"].concat()), 2),
        ("x25519", x25519.into(), 3),
        ("CRLF", pem().replace('\n', "\r\n").into(), 0),
        ("byte order mark", format!("\u{feff}{}", pem()).into(), 0),
        ("no newline", pem().trim_end().into(), 0),
        ("newlines as text", pem().replace('\n', "\\n").into(), 0),
        ("spaces", pem().replace('\n', " ").into(), 0),
        ("indented", pem().replace('\n', "\n    ").into(), 0),
        ("a seed in hex", hex(&SEED).into(), 3),
        ("seed and public half in hex", (hex(&SEED) + &hex(&public)).into(), 3),
        ("a seed in base64", base64(&SEED).into(), 3),
    ];
    for (what, content, exit) in cases {
        assert_eq!(exit_of_signing_with(workdir.path(), &content), Some(exit), "{what}");
    }
}

/// As build services set variables.
#[test]
fn a_variable_whose_line_breaks_are_gone_is_a_key() {
    let workdir = workdir(&["add.wasm"]);
    for text in [pem().replace('\n', "\\n"), pem().replace('\n', " "), pem().replace('\n', "")] {
        let mut sign = wasmsign(workdir.path());
        sign.args(["sign", "add.wasm", "-o", "signed.wasm", "-k", "env:E2E_KEY"]);
        run(sign.env("E2E_KEY", text)).exits(0);
    }
}

/// A core dump would have the keys in it.
#[test]
fn no_core_is_dumped() {
    let directory = workdir(&["add.wasm"]);
    let fifo = directory.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo runs").success());
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -S -c 64 && exec \"$@\"", "sh"]).arg(program());
    shell.args(["sign", "add.wasm", "-k"]).arg(&fifo).current_dir(directory.path());
    let mut child = shell.spawn().expect("sh runs");
    // It waits here for its key.
    let mut key = File::options().write(true).open(&fifo).expect("it opens its key");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", child.id())).expect("it runs");
    key.write_all(&std::fs::read(directory.path().join("one.secret")).unwrap()).unwrap();
    drop(key);
    assert!(child.wait().expect("it ends").success());
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "{core}");
}
