//! What is written where: links, devices, pipes, directories that cannot be written, stray files.
#![cfg(unix)]

use std::fs::File;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::Path;
use std::process::Stdio;

use end_to_end::fixtures::{
    call, large_module, names, set_mode, shell, snapshot, temporary, unprivileged, vector, workdir,
};
use end_to_end::{run, wasmsign};

const SIGN: &str = "sign add.wasm -k one.secret";

fn read(directory: &Path, name: &str) -> Vec<u8> {
    std::fs::read(directory.join(name)).unwrap()
}

/// Left behind by a process that was killed.
fn stray(directory: &Path) -> std::path::PathBuf {
    let path = directory.join(".x.wasmsign-1.tmp");
    std::fs::write(&path, "half a module").unwrap();
    path
}

#[test]
fn another_output_leaves_the_module_alone() {
    let workdir = workdir(&["add.wasm"]);
    let before = snapshot(&workdir.path().join("add.wasm"));
    call(workdir.path(), &format!("{SIGN} -o out.wasm")).exits(0);
    assert_eq!(snapshot(&workdir.path().join("add.wasm")), before);
    assert_eq!(read(workdir.path(), "out.wasm"), vector("add.one-keyid.wasm"));
    // An output that exists is replaced.
    std::fs::write(workdir.path().join("out.wasm"), "old").unwrap();
    call(workdir.path(), &format!("{SIGN} -o out.wasm")).exits(0);
    assert_eq!(read(workdir.path(), "out.wasm"), vector("add.one-keyid.wasm"));
    let out = workdir.path().join("add.wasm");
    call(workdir.path(), &format!("{SIGN} -o {}", out.display())).exits(0);
    assert_eq!(read(workdir.path(), "add.wasm"), vector("add.one-keyid.wasm"));
}

#[test]
fn links_are_followed_and_stay_links() {
    let workdir = workdir(&["add.wasm"]);
    std::fs::create_dir(workdir.path().join("store")).unwrap();
    let file = |name: &str| workdir.path().join(name);
    std::fs::rename(file("add.wasm"), file("store/1.wasm")).unwrap();
    symlink("store/1.wasm", file("add.wasm")).unwrap();
    symlink("store/new.wasm", file("nowhere.wasm")).unwrap();
    symlink("nowhere.wasm", file("twice.wasm")).unwrap();
    symlink("loop.wasm", file("loop.wasm")).unwrap();
    call(workdir.path(), &format!("{SIGN} -o twice.wasm")).exits(0);
    call(workdir.path(), SIGN).exits(0);
    for link in ["add.wasm", "nowhere.wasm", "twice.wasm"] {
        assert!(file(link).symlink_metadata().unwrap().is_symlink(), "{link}");
    }
    assert_eq!(names(&file("store")), ["1.wasm", "new.wasm"]);
    assert_eq!(read(workdir.path(), "store/1.wasm"), vector("add.one-keyid.wasm"));
    assert_eq!(read(workdir.path(), "store/new.wasm"), vector("add.one-keyid.wasm"));
    call(workdir.path(), &format!("{SIGN} -o loop.wasm")).exits(4).says(&["`loop.wasm`", "links"]);
}

#[test]
fn outputs_that_cannot_be_written() {
    let workdir = workdir(&["add.wasm", "empty.wasm"]);
    std::fs::create_dir(workdir.path().join("directory")).unwrap();
    let before = (names(workdir.path()), snapshot(&workdir.path().join("add.wasm")));
    for (output, cause) in [
        ("directory", "directory"),
        ("gone/out.wasm", "No such file"),
        ("empty.wasm/out.wasm", "Not a directory"),
        ("/proc/out.wasm", "No such file"),
        ("/dev/full", "No space left"),
    ] {
        let said = call(workdir.path(), &format!("{SIGN} -o {output}")).exits(4);
        said.says(&[&format!("failed to write `{output}`"), cause]);
    }
    assert!(names(&workdir.path().join("directory")).is_empty());
    assert_eq!((names(workdir.path()), snapshot(&workdir.path().join("add.wasm"))), before);
    assert!(Path::new("/dev/full").metadata().unwrap().file_type().is_char_device());
}

#[test]
fn modules_that_cannot_be_read() {
    let workdir = workdir(&[]);
    for (module, cause) in
        [("gone.wasm", "No such file"), (".", "regular file"), ("/dev/null", "regular file")]
    {
        for flags in ["", " -o out", " -S out"] {
            let said =
                call(workdir.path(), &format!("sign {module} -k one.secret{flags}")).exits(4);
            said.says(&[&format!("failed to read `{module}`"), cause]);
        }
    }
    assert!(!workdir.path().join("out").exists());
}

#[test]
fn a_read_only_directory_and_a_read_only_file() {
    let workdir = workdir(&["add.wasm"]);
    set_mode(&workdir.path().join("one.secret"), 0o644);
    let mut call = unprivileged(workdir.path(), SIGN);
    set_mode(workdir.path(), 0o555);
    let before = (names(workdir.path()), snapshot(&workdir.path().join("add.wasm")));
    let said = run(&mut call).exits(4);
    said.says(&["failed to write `add.wasm`", "Permission denied"]);
    assert_eq!((names(workdir.path()), snapshot(&workdir.path().join("add.wasm"))), before);
    // A directory that all can write, and a stray copy of a file that nobody can.
    set_mode(workdir.path(), 0o777);
    set_mode(&stray(workdir.path()), 0o444);
    run(&mut call).exits(0);
    assert!(temporary(workdir.path()).is_empty());
    assert_eq!(read(workdir.path(), "add.wasm"), vector("add.one-keyid.wasm"));
}

#[test]
fn a_full_disk_leaves_the_old_file() {
    let workdir = workdir(&["add.wasm"]);
    large_module(&workdir.path().join("large.wasm"), 4);
    let module = workdir.path().join("large.wasm");
    let before = (names(workdir.path()), snapshot(&module));
    // No file may grow beyond a few blocks: writing fails as on a full disk.
    let full = "trap '' XFSZ; ulimit -f 64; exec \"$@\"";
    let said = run(&mut shell(workdir.path(), full, "sign large.wasm -k one.secret")).exits(4);
    said.says(&["failed to write `large.wasm`", "File too large"]);
    assert_eq!((names(workdir.path()), snapshot(&module)), before);
}

#[test]
fn standard_output_gets_the_module_and_nothing_else() {
    let workdir = workdir(&["add.wasm"]);
    std::fs::write(workdir.path().join("appended"), "before").unwrap();
    let script = "\"$@\" >> appended && \"$@\" > file.wasm && \"$@\" | cat > piped.wasm";
    let said = run(&mut shell(workdir.path(), script, &format!("{SIGN} -o /dev/stdout"))).exits(0);
    said.says(&["Signed /dev/stdout"]);
    for name in ["file.wasm", "piped.wasm"] {
        assert_eq!(read(workdir.path(), name), vector("add.one-keyid.wasm"), "{name}");
    }
    let appended = [&b"before"[..], &vector("add.one-keyid.wasm")].concat();
    assert_eq!(read(workdir.path(), "appended"), appended);
    let said = call(workdir.path(), &format!("{SIGN} -o /dev/stdout --format json")).exits(2);
    assert_eq!(said.says(&["standard output", "--format json"]).out, "");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut closed = wasmsign(workdir.path());
    closed.args(format!("{SIGN} -o /dev/stdout").split(' ')).stdout(writer).stderr(Stdio::piped());
    let output = closed.spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&output.stderr).contains("failed to write `/dev/stdout`"));
}

#[test]
fn a_pipe_gets_the_module_and_stays_a_pipe() {
    let workdir = workdir(&["add.wasm"]);
    let pipe = workdir.path().join("pipe");
    run(std::process::Command::new("mkfifo").arg(&pipe)).exits(0);
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read(pipe).unwrap()
    });
    let said = call(workdir.path(), &format!("{SIGN} -o pipe --format json")).exits(0);
    assert_eq!(reader.join().unwrap(), vector("add.one-keyid.wasm"));
    assert_eq!(
        said.json(),
        [serde_json::json!({
            "module": "add.wasm", "output": "pipe", "added": 1, "kind": "module", "schema": 1,
        })]
    );
    assert!(pipe.symlink_metadata().unwrap().file_type().is_fifo());
}

#[test]
fn strays_are_removed_and_files_in_use_are_not() {
    let workdir = workdir(&["add.wasm"]);
    stray(workdir.path());
    let used = workdir.path().join(".add.wasm.wasmsign-2.tmp");
    let lock = File::create(&used).unwrap();
    lock.lock().unwrap();
    for (name, text) in [(".x.wasmsign-a.tmp", ""), ("x.wasmsign-1.tmp", ""), (".wasmsign.tmp", "")]
    {
        std::fs::write(workdir.path().join(name), text).unwrap();
    }
    call(workdir.path(), SIGN).exits(0);
    let kept =
        [".add.wasm.wasmsign-2.tmp", ".wasmsign.tmp", ".x.wasmsign-a.tmp", "x.wasmsign-1.tmp"];
    assert_eq!(temporary(workdir.path()), kept);
    // Not by closing it: the other tests' children hold it open too until they run.
    lock.unlock().unwrap();
    call(workdir.path(), SIGN).exits(0);
    assert_eq!(temporary(workdir.path()), kept[1..]);
    // Whatever is written next into the directory removes them.
    for line in ["keygen -k k.key -K k.pub", "sign add.wasm -k two.secret -S add.sig"] {
        stray(workdir.path());
        call(workdir.path(), line).exits(0);
        assert_eq!(temporary(workdir.path()), kept[1..], "{line}");
    }
}

#[test]
fn long_names_have_room_for_the_temporary_one() {
    let workdir = workdir(&[]);
    let name = "ä".repeat(127);
    std::fs::write(workdir.path().join(&name), vector("add.wasm")).unwrap();
    call(workdir.path(), &format!("sign {name} -k one.secret")).exits(0);
    assert_eq!(read(workdir.path(), &name), vector("add.one-keyid.wasm"));
    assert!(temporary(workdir.path()).is_empty());
}
