//! Encrypted keys, and keys of other programs, against these programs themselves: ssh-keygen, openssl, minisign.
#![cfg(unix)]

use std::path::Path;
use std::process::Command;

use end_to_end::fixtures::{call, foreign_key, mode, names, shell, vector, workdir};
use end_to_end::{Said, run, wasmsign};
use serde_json::Value;

const PASSPHRASE: &str = "correct horse";

/// Runs another program to its good end; standard output is what it gives.
#[track_caller]
fn tool(directory: &Path, line: &[&str]) -> Vec<u8> {
    let mut command = Command::new(line[0]);
    command.current_dir(directory).args(&line[1..]);
    let output = command.output().unwrap_or_else(|error| panic!("{}: {error}", line[0]));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{line:?}: {said}");
    output.stdout
}

/// minisign, which reads its passphrases from standard input where there is no terminal.
#[track_caller]
fn minisign(directory: &Path, arguments: &[&str]) -> Vec<u8> {
    let script = "printf '%s\\n%s\\n' \"$0\" \"$0\" | minisign \"$@\"";
    tool(directory, &[&["sh", "-c", script, PASSPHRASE], arguments].concat())
}

/// A call that finds the passphrase in a variable, with words that single spaces separate.
fn opened(directory: &Path, line: &str) -> Said {
    let mut command = wasmsign(directory);
    command.args(line.split(' ')).args(["--passphrase-env", "E2E_PASSPHRASE"]);
    run(command.env("E2E_PASSPHRASE", PASSPHRASE))
}

/// The same with another passphrase.
fn wrong(directory: &Path, line: &str) -> Said {
    let mut command = wasmsign(directory);
    command.args(line.split(' ')).args(["--passphrase-env", "E2E_PASSPHRASE"]);
    run(command.env("E2E_PASSPHRASE", "wrong horse"))
}

/// What `key show` says of one key.
#[track_caller]
fn shown(directory: &Path, key: &str) -> Value {
    let said = opened(directory, &format!("key show {key} --format json")).exits(0);
    said.json().swap_remove(0)
}

/// The public key in a file, as our JSON has it.
fn public_key(directory: &Path, file: &str) -> Value {
    shown(directory, file)["public_key"].clone()
}

/// That a secret key in a file signs what a public one verifies, with its passphrase and without another.
#[track_caller]
fn signs(directory: &Path, secret: &str, public: &str) {
    opened(directory, &format!("sign add.wasm -k {secret} -o signed.wasm")).exits(0);
    call(directory, &format!("verify signed.wasm -K {public}")).exits(0);
    let before = names(directory);
    let said = wrong(directory, &format!("sign add.wasm -k {secret} -o other.wasm")).exits(2);
    said.says(&[&format!("the passphrase for the key in `{secret}` is wrong")]);
    let said = call(directory, &format!("sign add.wasm -k {secret} -o other.wasm")).exits(2);
    said.says(&["there is no passphrase for", "--passphrase-env", "--passphrase-fd"]);
    assert_eq!(names(directory), before, "nothing is written");
}

#[test]
fn every_cipher_of_ssh_keygen() {
    let workdir = workdir(&["add.wasm"]);
    let ciphers = String::from_utf8(tool(workdir.path(), &["ssh", "-Q", "cipher"])).expect("text");
    assert!(ciphers.lines().count() > 5, "{ciphers}");
    for cipher in ciphers.lines() {
        let line = ["ssh-keygen", "-q", "-t", "ed25519", "-f", "k", "-a", "4", "-Z", cipher, "-N"];
        tool(workdir.path(), &[&line[..], &[PASSPHRASE]].concat());
        if cipher == "3des-cbc" {
            let said = opened(workdir.path(), "sign add.wasm -k k -o signed.wasm").exits(3);
            said.says(&["is encrypted with 3des-cbc, which is not supported"]);
        } else {
            opened(workdir.path(), "sign add.wasm -k k -o signed.wasm").exits(0);
            call(workdir.path(), "verify signed.wasm -K k.pub").exits(0);
            wrong(workdir.path(), "sign add.wasm -k k -o signed.wasm").exits(2);
        }
        for file in ["k", "k.pub"] {
            std::fs::remove_file(workdir.path().join(file)).expect("it was made");
        }
    }
}

#[test]
fn a_key_of_ssh_keygen_is_shown_without_its_passphrase() {
    let workdir = workdir(&["add.wasm"]);
    let line = ["ssh-keygen", "-q", "-t", "ed25519", "-f", "k", "-N", PASSPHRASE];
    tool(workdir.path(), &line);
    let fingerprint = tool(workdir.path(), &["ssh-keygen", "-lf", "k.pub"]);
    let fingerprint = String::from_utf8(fingerprint).expect("text");
    let fingerprint = fingerprint.split(' ').nth(1).expect("the second word");
    let said = call(workdir.path(), "key show k k.pub --format json").exits(0).json();
    let id = said[1]["key_id"].clone();
    let key = said[1]["public_key"].clone();
    assert_eq!(
        said,
        [
            serde_json::json!({
                "path": "k", "kind": "secret", "encoding": "openssh", "encrypted": true, "key_id": id,
                "fingerprint": fingerprint, "public_key": key, "schema": 1,
            }),
            serde_json::json!({
                "path": "k.pub", "kind": "public", "encoding": "openssh", "encrypted": false, "key_id": id,
                "fingerprint": fingerprint, "public_key": key, "schema": 1,
            }),
        ]
    );
    let text = key.as_str().expect("it is known");
    assert!(text.len() == 66 && text.starts_with("01"), "{text}");
    let human = call(workdir.path(), "key show k k.pub").exits(0).out;
    assert_eq!(human.lines().count(), 2, "{human}");
    for line in human.lines() {
        assert!(line.contains("openssh") && line.contains(fingerprint) && line.contains(text));
    }
    signs(workdir.path(), "k", "k.pub");
}

#[test]
fn every_derivation_and_cipher_of_openssl() {
    let workdir = workdir(&["add.wasm"]);
    tool(workdir.path(), &["openssl", "genpkey", "-algorithm", "ed25519", "-out", "plain"]);
    tool(workdir.path(), &["openssl", "pkey", "-in", "plain", "-pubout", "-out", "k.pub"]);
    let pass = format!("pass:{PASSPHRASE}");
    let topk8 = ["openssl", "pkcs8", "-topk8", "-in", "plain", "-passout", &pass, "-out"];
    let ciphers = ["aes-128-cbc", "aes-192-cbc", "aes-256-cbc"];
    let functions = ["hmacWithSHA1", "hmacWithSHA256", "hmacWithSHA384", "hmacWithSHA512"];
    for (at, function) in functions.into_iter().enumerate() {
        let cipher = ciphers[at % 3];
        tool(workdir.path(), &[&topk8[..], &["k", "-v2", cipher, "-v2prf", function]].concat());
        opened(workdir.path(), "sign add.wasm -k k -o signed.wasm").exits(0);
        call(workdir.path(), "verify signed.wasm -K k.pub").exits(0);
    }
    for cipher in ciphers {
        tool(workdir.path(), &[&topk8[..], &["k", "-scrypt", "-v2", cipher]].concat());
        assert_eq!(shown(workdir.path(), "k")["encoding"], "pem");
        assert_eq!(public_key(workdir.path(), "k"), public_key(workdir.path(), "k.pub"));
    }
    tool(workdir.path(), &[&topk8[..], &["k", "-outform", "DER"]].concat());
    assert_eq!(shown(workdir.path(), "k")["encoding"], "der");
    signs(workdir.path(), "k", "k.pub");
    for (flags, name) in [
        (&["-v2", "des3"][..], "3DES-CBC"),
        (&["-v2", "camellia-256-cbc"], "Camellia-256-CBC"),
        (&["-v1", "PBE-SHA1-3DES"], "PKCS#12 with SHA-1 and 3DES"),
    ] {
        tool(workdir.path(), &[&topk8[..], &["k"], flags].concat());
        for said in [opened, wrong].map(|call| call(workdir.path(), "sign add.wasm -k k")) {
            said.exits(3).says(&[&format!("is encrypted with {name}")]);
        }
    }
}

#[test]
fn keys_of_minisign() {
    let workdir = workdir(&["add.wasm"]);
    minisign(workdir.path(), &["-G", "-p", "k.pub", "-s", "k"]);
    opened(workdir.path(), "sign add.wasm -k k -o signed.wasm").exits(0);
    call(workdir.path(), "verify signed.wasm -K k.pub").exits(0);
    tool(workdir.path(), &["minisign", "-G", "-W", "-p", "plain.pub", "-s", "plain"]);
    call(workdir.path(), "sign add.wasm -k plain -o signed.wasm").exits(0);
    call(workdir.path(), "verify signed.wasm -K plain.pub").exits(0);
    let text = std::fs::read_to_string(workdir.path().join("plain.pub")).expect("text");
    for text in [text.trim_end(), text.lines().nth(1).expect("the second line")] {
        run(wasmsign(workdir.path()).args(["verify", "signed.wasm", "-K", text])).exits(0);
    }
    let said = call(workdir.path(), "key show k plain --format json").exits(0).json();
    let is = |at: usize, key: &str, value: Value| assert_eq!(said[at][key], value, "{key}");
    is(0, "encrypted", Value::Bool(true));
    is(0, "public_key", Value::Null);
    is(0, "fingerprint", Value::Null);
    is(0, "key_id", Value::Null);
    is(1, "encoding", "minisign".into());
    is(1, "public_key", public_key(workdir.path(), "plain.pub"));
    // Converted and back, minisign's own signatures still name the key.
    std::fs::write(workdir.path().join("text"), "some text").expect("it can be written");
    minisign(workdir.path(), &["-S", "-s", "k", "-m", "text"]);
    for encrypt in ["", " --encrypt"] {
        let line = format!("key convert k -o k2 --encoding minisign --force{encrypt}");
        opened(workdir.path(), &line).exits(0);
        opened(workdir.path(), "key convert k2 -o k2.pub --encoding minisign --public --force")
            .exits(0);
        tool(workdir.path(), &["minisign", "-V", "-p", "k2.pub", "-m", "text"]);
        minisign(workdir.path(), &["-S", "-s", "k2", "-m", "text", "-x", "text.sig"]);
        tool(workdir.path(), &["minisign", "-V", "-p", "k.pub", "-m", "text", "-x", "text.sig"]);
    }
}

/// What we write is read by the program whose encoding it is, plain and encrypted.
#[test]
fn other_programs_read_what_is_written() {
    let workdir = workdir(&["add.wasm"]);
    let pass = format!("pass:{PASSPHRASE}");
    for encoding in ["pem", "openssh", "minisign"] {
        for encrypt in ["", " --encrypt"] {
            let line = format!("keygen -k k -K k.pub --force --encoding {encoding}{encrypt}");
            let made = if encrypt.is_empty() { call } else { opened };
            made(workdir.path(), &line).exits(0);
            assert_eq!(mode(&workdir.path().join("k")), 0o600);
            match encoding {
                "pem" => {
                    let line = ["openssl", "pkey", "-in", "k", "-passin", &pass, "-pubout"];
                    let public = tool(workdir.path(), &line);
                    assert_eq!(public, std::fs::read(workdir.path().join("k.pub")).expect("a key"));
                }
                "openssh" => {
                    let line = ["ssh-keygen", "-y", "-P", PASSPHRASE, "-f", "k"];
                    let public = tool(workdir.path(), &line);
                    assert_eq!(public, std::fs::read(workdir.path().join("k.pub")).expect("a key"));
                }
                _ => {
                    std::fs::write(workdir.path().join("text"), "some text").expect("as before");
                    minisign(workdir.path(), &["-S", "-s", "k", "-m", "text"]);
                    tool(workdir.path(), &["minisign", "-V", "-p", "k.pub", "-m", "text"]);
                }
            }
            if !encrypt.is_empty() {
                signs(workdir.path(), "k", "k.pub");
            }
        }
    }
}

#[test]
fn keys_are_converted_between_all_encodings() {
    let workdir = workdir(&["add.wasm"]);
    let key = public_key(workdir.path(), "one.public");
    std::fs::copy(workdir.path().join("one.secret"), workdir.path().join("k"))
        .expect("it is there");
    for encoding in ["openssh", "minisign", "compact", "pem", "minisign", "openssh", "compact"] {
        let line = format!("key convert k -o k --force --encoding {encoding}");
        call(workdir.path(), &line).exits(0);
        let said = shown(workdir.path(), "k");
        assert_eq!((&said["encoding"], &said["public_key"]), (&encoding.into(), &key));
        assert_eq!(mode(&workdir.path().join("k")), 0o600);
        let line = format!("key convert k -o k.pub --public --force --encoding {encoding}");
        call(workdir.path(), &line).exits(0);
        let said = shown(workdir.path(), "k.pub");
        assert_eq!((&said["kind"], &said["public_key"]), (&"public".into(), &key));
    }
    // A public key stays one, with and without the flag.
    call(workdir.path(), "key convert k.pub -o k2.pub --encoding openssh").exits(0);
    call(workdir.path(), "key convert k.pub -o k3.pub --encoding openssh --public").exits(0);
    let read = |name: &str| std::fs::read(workdir.path().join(name)).expect("it was written");
    assert_eq!(read("k2.pub"), read("k3.pub"));
    assert!(read("k2.pub").starts_with(b"ssh-ed25519 "));
    call(workdir.path(), "key convert k -o plain.pem").exits(0);
    assert!(read("plain.pem").starts_with(b"-----BEGIN PRIVATE KEY-----"), "PEM is the default");
    let said = call(workdir.path(), "key convert k -o json.pem --format json").exits(0).json();
    assert_eq!((&said[0]["path"], &said[0]["schema"]), (&"json.pem".into(), &1.into()));
}

#[test]
fn a_conversion_overwrites_nothing_and_leaves_nothing_half_written() {
    let workdir = workdir(&["add.wasm"]);
    std::fs::write(workdir.path().join("taken"), "mine").expect("it can be written");
    let before = names(workdir.path());
    call(workdir.path(), "key convert one.secret -o taken")
        .exits(2)
        .says(&["`taken` already exists"]);
    call(workdir.path(), "key convert one.secret -o k --encoding compact --encrypt")
        .exits(2)
        .says(&["compact keys cannot be encrypted"]);
    call(workdir.path(), "key convert one.public -o k --encrypt").exits(2).says(&["a public key"]);
    call(workdir.path(), "key convert one.secret -o k --encrypt").exits(2).says(&["no passphrase"]);
    call(workdir.path(), "key convert gone -o k").exits(2).says(&["no key file `gone`"]);
    call(workdir.path(), "key convert add.wasm -o k").exits(3);
    assert_eq!(std::fs::read(workdir.path().join("taken")).expect("it is there"), b"mine");
    let after: Vec<_> =
        names(workdir.path()).into_iter().filter(|name| name != "no" && name != "gone").collect();
    assert_eq!(after, before);
    call(workdir.path(), "key convert one.secret -o taken --force").exits(0);
    assert_eq!(mode(&workdir.path().join("taken")), 0o600);
}

#[test]
fn an_encrypted_key_keeps_its_passphrase_unless_another_is_given() {
    let workdir = workdir(&["add.wasm"]);
    opened(workdir.path(), "key convert one.secret -o a --encrypt").exits(0);
    opened(workdir.path(), "key convert a -o b --encrypt --encoding openssh").exits(0);
    signs(workdir.path(), "b", "one.public");
    let mut other = wasmsign(workdir.path());
    other.args(["key", "convert", "b", "-o", "c", "--encrypt", "--passphrase-env", "E2E_OLD"]);
    other.args(["--new-passphrase-env", "E2E_NEW"]);
    run(other.env("E2E_OLD", PASSPHRASE).env("E2E_NEW", "another")).exits(0);
    opened(workdir.path(), "key convert c -o d").exits(2).says(&["is wrong"]);
    let mut open = wasmsign(workdir.path());
    open.args(["sign", "add.wasm", "-o", "signed.wasm", "-k", "c", "--passphrase-env", "E2E_NEW"]);
    run(open.env("E2E_NEW", "another")).exits(0);
    opened(workdir.path(), "key convert a -o plain").exits(0);
    assert_eq!(shown(workdir.path(), "plain")["encrypted"], false);
}

#[test]
fn keys_of_other_algorithms_are_named() {
    let workdir = workdir(&["add.wasm"]);
    for (kind, flags, name) in [("rsa", &["-b", "2048"][..], "RSA"), ("ecdsa", &[], "ECDSA")] {
        for passphrase in ["", PASSPHRASE] {
            let line = ["ssh-keygen", "-q", "-t", kind, "-f", "k", "-N", passphrase];
            tool(workdir.path(), &[&line[..], flags].concat());
            for line in ["sign add.wasm -k k", "key show k", "key convert k -o j"] {
                opened(workdir.path(), line).exits(3).says(&[name]);
            }
            call(workdir.path(), "verify add.wasm -K k.pub").exits(3).says(&[name]);
            let text = std::fs::read_to_string(workdir.path().join("k.pub")).expect("text");
            let mut verify = wasmsign(workdir.path());
            verify.args(["verify", "add.wasm", "-K", text.trim_end()]);
            run(&mut verify).exits(2).says(&[name]);
            for file in ["k", "k.pub"] {
                std::fs::remove_file(workdir.path().join(file)).expect("it was made");
            }
        }
    }
    for algorithm in ["ed448", "x25519"] {
        tool(workdir.path(), &["openssl", "genpkey", "-algorithm", algorithm, "-out", "k"]);
        let said = call(workdir.path(), "sign add.wasm -k k").exits(3);
        assert!(said.err.to_lowercase().contains(algorithm), "{}", said.err);
    }
    let sk = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIA==";
    run(wasmsign(workdir.path()).args(["verify", "add.wasm", "-K", sk]))
        .exits(2)
        .says(&["sk-ssh-ed25519"]);
    std::fs::write(workdir.path().join("sk.pub"), sk).expect("it can be written");
    call(workdir.path(), "verify add.wasm -K sk.pub").exits(3).says(&["sk-ssh-ed25519"]);
}

/// PKCS#8 whose scrypt wants 104 GiB: N = 2^26, r = 13.
const GREEDY: &str = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n\
MIGVMFEGCSqGSIb3DQEFDTBEMCMGCSsGAQQB2kcECzAWBAgBAQEBAQEBAQIEBAAA\n\
AAIBDQIBATAdBglghkgBZQMEASoEEAICAgICAgICAgICAgICAgIEQAMDAwMDAwMD\n\
AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMD\n\
AwMDAwMDAwM=\n\
-----END ENCRYPTED PRIVATE KEY-----";

/// A file that asks for 100 GiB is refused at once: there is no passphrase that would do.
#[test]
fn a_file_that_asks_for_too_much_is_refused_at_once() {
    let workdir = workdir(&["add.wasm"]);
    let key = workdir.path().join("k");
    std::fs::write(&key, GREEDY).expect("it can be written");
    let parsed = tool(workdir.path(), &["openssl", "asn1parse", "-in", "k"]);
    assert!(String::from_utf8_lossy(&parsed).contains("INTEGER           :04000000"), "N = 2^26");
    for call in [opened, wrong, call] {
        let said = call(workdir.path(), "sign add.wasm -k k").exits(2);
        said.says(&["asks for too much work", "scrypt with N = 67108864, r = 13 and p = 1"]);
    }
    let minisign = std::fs::read_to_string(foreign_key("minisign-encrypted.key")).expect("text");
    // The limits are the 38th to 53rd bytes: the digits 51 to 71 of the line.
    let line = minisign.lines().nth(1).expect("two lines");
    let greedy = format!("{}{}{}", &line[..52], "/".repeat(18), &line[70..]);
    std::fs::write(&key, format!("untrusted comment: x\n{greedy}\n")).expect("it is ours");
    // No memory that such work would want: the system refuses half a GiB of it.
    let mut little = shell(workdir.path(), "ulimit -v 1000000; exec \"$@\"", "sign add.wasm -k k");
    little.args(["--passphrase-env", "E2E_PASSPHRASE"]).env("E2E_PASSPHRASE", PASSPHRASE);
    run(&mut little).exits(2).says(&["asks for too much work", "scrypt with N = "]);
}

#[test]
fn what_is_no_single_key_or_the_wrong_half() {
    let workdir = workdir(&["add.wasm"]);
    for name in ["a", "b"] {
        tool(workdir.path(), &["openssl", "genpkey", "-algorithm", "ed25519", "-out", name]);
    }
    let read = |name: &str| std::fs::read(workdir.path().join(name)).expect("it is there");
    std::fs::write(workdir.path().join("two"), [read("a"), read("b")].concat()).expect("as before");
    call(workdir.path(), "sign add.wasm -k two").exits(3).says(&["text after the block"]);
    call(workdir.path(), "sign add.wasm -k one.public").exits(2).says(&["the wrong half"]);
    call(workdir.path(), "verify add.wasm -K one.secret").exits(2).says(&["the wrong half"]);
    opened(workdir.path(), "key convert one.secret -o encrypted --encrypt").exits(0);
    call(workdir.path(), "verify add.wasm -K encrypted").exits(2).says(&["the wrong half"]);
    // Cut anywhere, it is no key.
    let whole = read("encrypted");
    for length in [30, whole.len() / 2, whole.len() - 20] {
        std::fs::write(workdir.path().join("cut"), &whole[..length]).expect("as before");
        opened(workdir.path(), "sign add.wasm -k cut").exits(3);
    }
    assert_eq!(read("add.wasm"), vector("add.wasm"), "nothing is written");
}

#[test]
fn public_keys_of_32_and_33_bytes_are_read_in_hex_and_base64() {
    let workdir = workdir(&["add.wasm"]);
    call(workdir.path(), "sign add.wasm -k one.secret -o signed.wasm").exits(0);
    let compact = vector("one.public");
    std::fs::write(workdir.path().join("bytes"), &compact[1..]).expect("it can be written");
    let base64 = |file: &str| {
        let text = tool(workdir.path(), &["openssl", "base64", "-A", "-in", file]);
        String::from_utf8(text).expect("text")
    };
    let hex: String = compact.iter().map(|byte| format!("{byte:02x}")).collect();
    for text in [
        &hex,
        &hex[2..],
        &hex.to_uppercase(),
        &hex[2..].to_uppercase(),
        &base64("bytes"),
        &base64("one.public"),
    ] {
        let mut verify = wasmsign(workdir.path());
        verify.args(["verify", "signed.wasm", "--format", "json", "-K", text]);
        let said = run(&mut verify).exits(0).json();
        assert_eq!(said[0]["signers"][0]["public_key"], hex, "{text}");
        std::fs::write(workdir.path().join("text"), format!("\u{feff}{text}\n"))
            .expect("as before");
        call(workdir.path(), "verify signed.wasm -K text").exits(0);
    }
    // It may be a seed.
    let said = run(wasmsign(workdir.path()).args(["key", "show", &hex[2..]])).exits(2);
    assert!(!said.err.contains(&hex[2..20]), "{}", said.err);
}
