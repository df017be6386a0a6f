//! Verifying files by their paths.

mod common;

use std::fs;
use std::path::PathBuf;

use common::*;
use wasmsign_core::verify::Reason;
use wasmsign_core::{Verifier, VerifyError};

/// A file of this content, under a name that no other test uses.
fn written(name: &str, content: &[u8]) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, content).expect("the target directory takes files");
    path
}

fn verifier() -> Verifier {
    Verifier::new([public(1)]).expect("keys and policy fit together")
}

#[test]
fn a_file_is_verified_by_its_path() {
    let parts = three_parts();
    let path = written("paths-signed.wasm", &signed(&slices(&parts)));
    assert!(verifier().verify_path(&path).is_ok());
    let path = written("paths-unsigned.wasm", &file(&slices(&parts)));
    assert_eq!(reason(verifier().verify_path(&path)), Reason::NoSignature);
}

#[test]
fn a_file_is_verified_by_a_signature_in_another_one() {
    let parts = three_parts();
    let module = written("paths-detached.wasm", &file(&slices(&parts)));
    let data = data(&[signed_set(&[1], &rolling(&slices(&parts)))]);
    let signature = written("paths-detached.wasm.sig", &data);
    assert!(verifier().verify_path_detached(&module, &signature).is_ok());
    let long = written("paths-long.sig", &[&data[..], &vec![0; 5 << 20]].concat());
    let refused = reason(verifier().verify_path_detached(&module, &long));
    assert!(matches!(refused, Reason::TooManySignatures { .. }), "{refused:?}");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let module = written("paths-there.wasm", &signed(&slices(&three_parts())));
    let missing = module.with_file_name("paths-missing");
    for result in [
        verifier().verify_path(&missing),
        verifier().verify_path_detached(&missing, &module),
        verifier().verify_path_detached(&module, &missing),
    ] {
        match result {
            Err(VerifyError::File { path, .. }) => assert_eq!(path, missing),
            other => panic!("expected a file that cannot be opened, found {other:?}"),
        }
    }
    let directory = verifier().verify_path(env!("CARGO_TARGET_TMPDIR"));
    assert!(directory.is_err());
}
