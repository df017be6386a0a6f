//! Files that are embedded or written, and what can be wrong with them.

use std::error::Error as _;
use std::path::Path;

use wasmsign_core::wasm::Kind;

use super::bench::*;
use crate::exit::Exit;
use crate::module::shape::{Delimiters, Embedding, Plan, Wishes};

fn embedded(path: &Path) -> Plan {
    let embed = vec![Embedding::open("data", path).unwrap()];
    Plan::make(Kind::Component, &[], Wishes { remove: &|_| false, embed, parts: None }).unwrap()
}

#[test]
fn a_long_content_is_copied_whole_and_more_than_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("long");
    let long: Vec<u8> = (0..300_001_u32).map(|index| index as u8).collect();
    std::fs::write(&path, &long).unwrap();
    let plan = embedded(&path);
    for _ in 0..2 {
        let mut output = tempfile::tempfile().unwrap();
        plan.write(Path::new("c.wasm"), &file(b""), &mut output, &Delimiters::None).unwrap();
        let expected = [&b"\0asm\x0d\0\x01\0"[..], &custom("data", &long)].concat();
        assert!(content(&mut output) == expected);
    }
}

#[test]
fn a_file_that_changes_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data");
    for later in ["longer", "less"] {
        std::fs::write(&path, "first").unwrap();
        let plan = embedded(&path);
        std::fs::write(&path, later).unwrap();
        let mut output = tempfile::tempfile().unwrap();
        let error = plan.write(Path::new("c.wasm"), &file(b""), &mut output, &Delimiters::None);
        let error = error.unwrap_err();
        assert_eq!(error.exit(), Exit::Io);
        assert!(error.to_string().contains("data` changed while"), "{error}");
    }
}

#[test]
fn a_file_that_cannot_be_embedded_is_named_with_its_section() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing.json");
    for (path, exit) in [(&*missing, Exit::Usage), (directory.path(), Exit::Io)] {
        let error = Embedding::open("build-info", path).err().expect("there is no such file");
        assert_eq!(error.exit(), exit);
        let text = error.to_string();
        assert!(text.contains("`build-info`") && text.contains(&*path.to_string_lossy()), "{text}");
        assert!(exit == Exit::Usage || error.source().is_some());
    }
    let long = "n".repeat(100_001);
    std::fs::write(&missing, "").unwrap();
    assert_eq!(Embedding::open(&long, &missing).err().map(|error| error.exit()), Some(Exit::Usage));
}

#[test]
fn a_module_that_was_cut_meanwhile_is_an_error() {
    let module = module(&sections(&words("1 10 a")));
    let plan = plan(&module, &Wanted::of("a", "", None)).unwrap();
    let mut output = tempfile::tempfile().unwrap();
    let cut = file(&module[..12]);
    let error = plan.write(Path::new("m.wasm"), &cut, &mut output, &Delimiters::None).unwrap_err();
    assert_eq!(error.exit(), Exit::Io);
    assert!(error.to_string().contains("`m.wasm` changed"), "{error}");
}
