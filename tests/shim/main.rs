//! One program that stands for those that ours calls. Its name says for which, and the environment how it goes wrong.
//!
//! | name | does, while nothing is wrong | steps |
//! | --- | --- | --- |
//! | `rustc` | what `SHIM_REAL` does, with the sysroot `SHIM_SYSROOT` where that is set | `libdir`, `compile` |
//! | `cargo` | what `SHIM_REAL` does | cargo's own commands |
//! | `wasm-opt` | copies | `version`, `optimize` |
//! | `sign KEY` | signs standard input with a key file | `sign` |
//! | `agent KEY SOCKET` | is an ssh-agent with that key | `list`, `sign` |
//!
//! `SHIM_FAULT` is a step and what happens there, as in `metadata=cut`: `crash`, `hang`, `cut` (it says half of its
//! answer), or `wrong` (it says something else of the right form). One that hangs writes its process id to the file `SHIM_REACHED`
//! first.

mod agent;
mod fault;
mod toolchain;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use wasmsign_core::SecretKey;

use fault::answer;

/// A module with nothing in it.
const EMPTY_MODULE: &[u8] = b"\0asm\x01\0\0\0";

fn main() {
    let mut arguments = std::env::args();
    let own = PathBuf::from(arguments.next().expect("a program knows its name"));
    let name = own.file_stem().unwrap_or_default().to_string_lossy();
    let arguments: Vec<_> = arguments.collect();
    match &*name {
        "rustc" => toolchain::rustc(&arguments),
        "cargo" => toolchain::cargo(&arguments),
        "wasm-opt" => wasm_opt(&arguments),
        "sign" => sign(&arguments),
        "agent" => agent::serve(&key(&arguments[0]), Path::new(&arguments[1])),
        other => panic!("`{other}` is no program that this one stands for"),
    }
}

/// Binaryen's program, which does not find anything to do.
fn wasm_opt(arguments: &[String]) {
    if arguments.iter().any(|argument| argument == "--version") {
        return say(&answer("version", || b"wasm-opt version 999\n".to_vec(), b"binaryen\n"));
    }
    let output =
        arguments.iter().position(|argument| argument == "-o").expect("there is an output");
    let is_input = |(at, path): &(usize, &String)| *at != output + 1 && Path::new(path).is_file();
    let (_, input) = arguments.iter().enumerate().find(is_input).expect("there is an input");
    let module = answer("optimize", || read(Path::new(input)), EMPTY_MODULE);
    std::fs::write(&arguments[output + 1], module).expect("the output can be written");
}

fn sign(arguments: &[String]) {
    let key = key(&arguments[0]);
    let mut message = Vec::new();
    std::io::stdin().read_to_end(&mut message).expect("standard input can be read");
    say(&answer("sign", || key.sign(&message).to_vec(), &key.sign(b"another message")));
}

fn key(path: &str) -> SecretKey {
    SecretKey::decode(&read(Path::new(path))).expect("it is a secret key")
}

fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn say(answer: &[u8]) {
    // Whoever does not want to hear it has ended us already.
    let _ = std::io::stdout().write_all(answer);
}
