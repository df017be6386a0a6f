//! `-` for a file: standard input where one is read, standard output where one is written.
#![cfg(unix)]

use std::path::Path;

use end_to_end::fixtures::{call, identity, names, shell, vector, workdir};
use end_to_end::{Said, run, write};

fn read(directory: &Path, name: &str) -> Vec<u8> {
    std::fs::read(directory.join(name)).expect("the file is there")
}

/// A call whose standard input is the file `input`, and whose standard output becomes the file `out`.
fn piped(directory: &Path, input: &str, line: &str) -> Said {
    // Of several programs, `sh` tells how the last one ended.
    let script =
        format!("cat {input} | {{ \"$@\"; echo $? > code; }} | cat > out; exit \"$(cat code)\"");
    run(&mut shell(directory, &script, line))
}

#[test]
fn a_module_is_signed_on_its_way() {
    let workdir = workdir(&["add.wasm"]);
    let dir = workdir.path();
    let said = piped(dir, "add.wasm", "sign - -k one.secret --key-id none").exits(0);
    said.says(&["Signed - (not verified: the output cannot be read back)"]);
    assert_eq!(read(dir, "out"), vector("add.one.wasm"));
    piped(dir, "/dev/null", "sign add.wasm -k one.secret --key-id none -o -").exits(0);
    assert_eq!(read(dir, "out"), vector("add.one.wasm"));
    assert_eq!(read(dir, "add.wasm"), vector("add.wasm"));
    piped(dir, "add.wasm", "sign - -k one.secret --key-id none -o new.wasm").exits(0);
    assert_eq!(read(dir, "new.wasm"), vector("add.one.wasm"));
    // What is told goes to standard output again.
    assert!(String::from_utf8_lossy(&read(dir, "out")).contains("Signed new.wasm"));
    // From a file, and into one that is appended to.
    let append = "printf before > out; \"$@\" < add.wasm >> out";
    run(&mut shell(dir, append, "sign - -k one.secret --key-id none")).exits(0);
    assert_eq!(read(dir, "out"), [b"before", &*vector("add.one.wasm")].concat());
}

#[test]
fn signatures_go_the_same_way() {
    let workdir = workdir(&["add.wasm"]);
    let dir = workdir.path();
    piped(dir, "add.wasm", "sign - -k one.secret -S add.sig").exits(0);
    for line in ["sign - -k one.secret -S -", "sign add.wasm -k one.secret -S -"] {
        let said = piped(dir, "add.wasm", line).exits(0);
        said.says(&["Signed -"]);
        assert_eq!(read(dir, "out"), read(dir, "add.sig"), "{line}");
    }
    let said = piped(dir, "add.sig", "verify add.wasm -S - -K one.public --format json").exits(0);
    assert_eq!(said.err, "");
    piped(dir, "add.wasm", "verify - -S add.sig -K one.public").exits(0);
    let told = String::from_utf8(read(dir, "out")).expect("a line of text");
    let id = identity(&vector("add.wasm"));
    assert!(told.contains(&format!("Verified - {id}")) && told.ends_with("(signature add.sig)\n"));
}

#[test]
fn modules_are_verified_and_inspected_as_they_come() {
    let workdir = workdir(&["add.one.wasm", "add.wasm"]);
    let dir = workdir.path();
    piped(dir, "add.one.wasm", "verify - -K one.public").exits(0);
    piped(dir, "add.one.wasm", "verify add.one.wasm - -K one.public --format json").exits(0);
    let told = end_to_end::json_lines(&read(dir, "out"));
    assert_eq!([&told[0]["module"], &told[1]["module"]], ["add.one.wasm", "-"]);
    assert_eq!(told[0]["identity"], told[1]["identity"]);
    // Nothing lies beside standard input, whatever files are called.
    write(&dir.join("-.sig"), "no signature");
    piped(dir, "add.wasm", "verify - -K one.public").exits(1).says(&["--signature"]);
    assert!(String::from_utf8_lossy(&read(dir, "out")).contains("(no-signature)"));
    piped(dir, "one.public", "verify - -K one.public").exits(3).says(&["help: give a WebAssembly"]);
    let inspected = call(dir, "inspect add.one.wasm").exits(0);
    piped(dir, "add.one.wasm", "inspect -").exits(0);
    assert_eq!(read(dir, "out"), inspected.out.replace("add.one.wasm:", "-:").as_bytes());
}

#[test]
fn what_is_split_detached_and_attached_goes_through() {
    let workdir = workdir(&["add.one.wasm", "add.wasm", "add-custom.wasm"]);
    let dir = workdir.path();
    piped(dir, "add-custom.wasm", "split - --sections code").exits(0).says(&["Split -"]);
    write(&dir.join("split.wasm"), read(dir, "out"));
    let said = call(dir, "inspect split.wasm --format json").exits(0);
    assert_eq!(said.json()[0]["parts"].as_array().map(Vec::len), Some(2));
    piped(dir, "add.one.wasm", "detach - -S add.sig").exits(0).says(&["Detached add.sig from -"]);
    assert_eq!(read(dir, "out"), vector("add.wasm"));
    piped(dir, "add.one.wasm", "detach - -S - -o bare.wasm").exits(0).says(&["Detached - from"]);
    assert_eq!(read(dir, "out"), read(dir, "add.sig"));
    assert_eq!(read(dir, "bare.wasm"), vector("add.wasm"));
    for (input, line) in [
        ("add.wasm", "attach - -S add.sig"),
        ("add.sig", "attach add.wasm -S - -o -"),
        ("add.wasm", "attach - -S add.sig -o -"),
    ] {
        piped(dir, input, line).exits(0).says(&["Attached"]);
        assert_eq!(read(dir, "out"), vector("add.one.wasm"), "{line}");
    }
}

#[test]
fn keys_come_and_go_too() {
    let workdir = workdir(&["add.wasm"]);
    let dir = workdir.path();
    piped(dir, "one.secret", "sign add.wasm -k - -K one.public").exits(0);
    piped(dir, "one.public", "verify add.wasm -K -").exits(0);
    piped(dir, "/dev/null", "keygen -k - -K new.public").exits(0).says(&["secret key -"]);
    write(&dir.join("new.secret"), read(dir, "out"));
    piped(dir, "new.secret", "sign add.wasm -k - -K new.public").exits(0);
}

#[test]
fn a_stream_serves_one_purpose() {
    let workdir = workdir(&["add.one.wasm", "add.wasm"]);
    let dir = workdir.path();
    write(&dir.join("code"), "");
    write(&dir.join("out"), "");
    let before = names(dir);
    for (line, reason) in [
        ("verify - - -K one.public", "standard input cannot be the module twice"),
        (
            "verify - -S - -K one.public",
            "standard input cannot be both the module and the signature",
        ),
        ("verify - -K -", "standard input cannot be both the module and the public key"),
        (
            "verify - --detached -K one.public",
            "there is no default signature file for standard input",
        ),
        ("verify - --rebuild", "standard input has none"),
        ("sign - - -k one.secret", "standard input cannot be the module twice"),
        ("sign - add.wasm -k one.secret", "`-` cannot be combined"),
        ("sign - -k -", "standard input cannot be both the module and the secret key"),
        (
            "sign add.wasm -k - -K -",
            "standard input cannot be both the secret key and the public key",
        ),
        (
            "sign --cargo-messages - -k -",
            "standard input cannot be both cargo's messages and the secret key",
        ),
        (
            "sign - -k one.secret --format json",
            "standard output cannot be used for both the result and JSON",
        ),
        ("split - --format json", "standard output cannot be used for both the result and JSON"),
        ("detach -", "there is no default signature file for standard input"),
        ("attach -", "there is no default signature file for standard input"),
        ("detach - -S -", "standard output cannot be both the module and its signature"),
        (
            "detach add.one.wasm -S - -o -",
            "standard output cannot be both the module and its signature",
        ),
        (
            "detach add.one.wasm -S /dev/stdout -o -",
            "standard output cannot be both the module and its signature",
        ),
        ("attach - -S - -o x", "standard input cannot be both the module and its signature"),
        ("keygen -k - -K -", "need separate files"),
        (
            "keygen -k - -K /dev/stdout",
            "standard output cannot be both the secret key and the public key",
        ),
    ] {
        piped(dir, "add.one.wasm", line).exits(2).says(&[reason]);
        assert_eq!(read(dir, "out"), b"", "{line}");
        assert_eq!(names(dir), before, "{line}");
    }
    assert_eq!(read(dir, "add.one.wasm"), vector("add.one.wasm"));
}

#[test]
fn nothing_is_left_of_what_came() {
    let workdir = workdir(&["add.wasm"]);
    let spare = workdir.path().join("spare");
    std::fs::create_dir(&spare).expect("a directory can be made");
    let line = "sign - -k one.secret -o new.wasm";
    run(shell(workdir.path(), "\"$@\" < add.wasm", line).env("TMPDIR", &spare)).exits(0);
    assert_eq!(names(&spare), [""; 0]);
    let gone = workdir.path().join("gone");
    let said = run(shell(workdir.path(), "\"$@\" < add.wasm", line).env("TMPDIR", &gone)).exits(4);
    said.says(&["failed to read standard input into a file", "gone"]);
}

#[test]
fn a_file_of_this_name_needs_its_directory() {
    let workdir = workdir(&["add.one.wasm"]);
    std::fs::rename(workdir.path().join("add.one.wasm"), workdir.path().join("-"))
        .expect("it is there");
    let said =
        run(&mut shell(workdir.path(), "\"$@\" < /dev/null", "verify ./- -K one.public")).exits(0);
    assert!(said.out.contains("Verified ./-"), "{}", said.out);
}
