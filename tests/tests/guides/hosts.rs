//! docs/hosts.md says what the tested code says, and its commands do what it says.
#![cfg(unix)]

use std::path::Path;
use std::process::Command;

use ed25519_dalek::{Signature, VerifyingKey};
use end_to_end::fixtures::custom;
use end_to_end::guests::guest;
use end_to_end::{program, repository, run, scratch, wasmsign};
use sha2::{Digest, Sha256};

use crate::blocks;

fn guide() -> String {
    std::fs::read_to_string(repository().join("docs/hosts.md")).expect("the guide can be read")
}

/// Those in which the guide has code.
const LANGUAGES: [&str; 3] = ["rust", "js", "c"];

/// A text's lines without their indentation.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim_start).collect()
}

#[test]
fn the_code_is_what_is_tested() {
    let guide = guide();
    let code = |language| blocks(&guide, language);
    assert_eq!(LANGUAGES.map(|language| code(language).len()), [5, 2, 1]);
    for (before, code) in LANGUAGES.into_iter().flat_map(code) {
        let (_, path) = before.rsplit_once("From `").expect("a line says where the code is from");
        let path = path.trim_end().strip_suffix("`:").expect("the line stands above the code");
        let source = std::fs::read_to_string(repository().join(path)).expect("the file is there");
        let (source, code) = (lines(&source), lines(code));
        let is_there = source.windows(code.len()).any(|window| window == code);
        assert!(is_there, "this is not in {path}:\n{}", code.join("\n"));
    }
}

/// Runs the commands of a block as a shell does, in which `cargo wasmsign` is ours; gives what they print.
fn shell(directory: &Path, block: &str) -> String {
    let commands = block.lines().filter_map(|line| line.strip_prefix("$ "));
    let script = format!(
        "set -e\ncargo() {{ \"$PROGRAM\" \"$@\"; }}\n{}",
        commands.collect::<Vec<_>>().join("\n")
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script]).current_dir(directory).env("PROGRAM", program());
    run(&mut command).exits(0).out
}

/// As the host of 2026 judges a file, with one key of 32 bytes: `signature_util.cc` in words of our own. It bounds
/// less than a verifier should; the signed hash makes up for that.
fn proxy_wasm(file: &[u8], key: &VerifyingKey) -> Result<(), &'static str> {
    let mut rest = &file[8..];
    let has_first_custom = rest.first() == Some(&0);
    take(&mut rest, 1);
    let size = number(&mut rest);
    let mut data = take(&mut rest, size);
    let name_length = number(&mut data);
    if !has_first_custom || take(&mut data, name_length) != b"signature" {
        return Err("Custom Section \"signature\" not found");
    }
    if take(&mut data, 3) != [1, 1, 1] {
        return Err("Unsupported");
    }
    if number(&mut data) != 1 {
        return Err("Only single SignedHash is supported");
    }
    number(&mut data);
    if number(&mut data) != 1 {
        return Err("Only single-hash signatures are supported");
    }
    let hash = take(&mut data, 32);
    number(&mut data);
    number(&mut data);
    let key_id_length = number(&mut data);
    take(&mut data, key_id_length);
    if take(&mut data, 2) != [1, 64] {
        return Err("Unsupported signature algorithm");
    }
    let signature = Signature::from_slice(take(&mut data, 64)).expect("it has 64 bytes");
    if Sha256::digest(rest)[..] != *hash {
        return Err("Hash mismatch");
    }
    let message = [&b"wasmsig\x01\x01\x01"[..], hash].concat();
    key.verify_strict(&message, &signature).map_err(|_| "Signature mismatch")
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(count);
    *bytes = rest;
    taken
}

/// An unsigned LEB128.
fn number(bytes: &mut &[u8]) -> usize {
    let mut number = 0;
    for shift in (0..).step_by(7) {
        let byte = take(bytes, 1)[0];
        number |= usize::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            break;
        }
    }
    number
}

/// The key that the guide's commands print for the build of the host.
fn key_of(digits: &str) -> VerifyingKey {
    let digits = digits.trim();
    assert_eq!(digits.len(), 64, "{digits}");
    let byte =
        |at: usize| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).expect("hexadecimal");
    VerifyingKey::from_bytes(&std::array::from_fn(byte)).expect("it is a key")
}

#[test]
fn the_proxy_wasm_host_takes_what_the_guide_makes() {
    let workdir = scratch();
    let at = |name: &str| workdir.path().join(name);
    std::fs::write(at("filter.wasm"), guest()).expect("a file can be written");
    let guide = guide();
    let blocks = blocks(&guide, "console");
    let [(_, make), (_, spoil)] = blocks[..] else { panic!("{} blocks", blocks.len()) };
    let said = shell(workdir.path(), make);
    assert!(said.contains("read by Envoy"), "{said}");
    assert!(!said.contains("warning"), "{said}");
    let key = key_of(said.lines().last().expect("the digits come last"));
    let judge = |name: &str| proxy_wasm(&std::fs::read(at(name)).expect("it is there"), &key);
    assert_eq!(judge("filter.wasm"), Ok(()));

    std::fs::copy(at("filter.wasm"), at("good.wasm")).expect("a file can be copied");
    shell(workdir.path(), spoil);
    assert_eq!(judge("filter.wasm"), Ok(()));
    for name in ["changed", "unsigned", "foreign"] {
        let reason = judge(&format!("{name}.wasm")).expect_err(name);
        assert!(guide.contains(&format!("| `{name}.wasm` | `{reason}` |")), "{name}: {reason}");
    }
}

/// The rows of the guide's table, each broken.
#[test]
fn the_proxy_wasm_host_does_not_take_other_shapes() {
    let workdir = scratch();
    let at = |name: &str| workdir.path().join(name);
    let call = |line: &str| run(wasmsign(workdir.path()).args(line.split(' '))).exits(0);
    call("keygen -k envoy.key -K envoy.pub --encoding compact");
    call("keygen -k other.key -K other.pub");
    let public = std::fs::read(at("envoy.pub")).expect("it is there");
    let key = VerifyingKey::try_from(&public[1..]).expect("it is a key");
    let judge = |name: &str| proxy_wasm(&std::fs::read(at(name)).expect("it is there"), &key);
    let fresh = |name: &str| std::fs::write(at(name), guest()).expect("a file can be written");

    fresh("order.wasm");
    call("sign order.wasm -k envoy.key -k other.key");
    assert_eq!(judge("order.wasm"), Ok(()));
    fresh("order.wasm");
    call("sign order.wasm -k other.key -k envoy.key");
    assert_eq!(judge("order.wasm"), Err("Signature mismatch"));

    std::fs::write(at("parts.wasm"), [guest(), custom("more", b"")].concat()).expect("as before");
    call("split parts.wasm --sections nothing*");
    call("sign parts.wasm -k envoy.key").says(&["Envoy"]);
    assert_eq!(judge("parts.wasm"), Err("Only single-hash signatures are supported"));

    fresh("beside.wasm");
    call("sign beside.wasm -k envoy.key -S beside.sig");
    assert_eq!(judge("beside.wasm"), Err("Custom Section \"signature\" not found"));
}
