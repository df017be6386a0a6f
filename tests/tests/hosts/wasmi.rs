//! A host on wasmi: it verifies, and only then compiles. docs/hosts.md shows its `load`.

use std::error::Error;
use std::fs::File;
use std::io::Read;

use end_to_end::guests::{bad_modules, guest, invalid, key, signed};
use end_to_end::scratch;
use wasmi::{Engine, Instance, Linker, Module, Store};
use wasmsign_core::{Policy, Verifier};

/// Reads a module once, verifies what was read, and only then shows it to the engine.
fn load(
    file: impl Read,
    verifier: &Verifier,
    store: &mut Store<()>,
) -> Result<Instance, Box<dyn Error>> {
    // The bytes that are compiled are the very bytes that were verified: a file that is opened a second time
    // may be another one by then.
    let verified = verifier.reader(file).with_cap(16 << 20).into_module()?;
    let module = Module::new(store.engine(), verified.covered_bytes())?;
    Ok(Linker::new(store.engine()).instantiate_and_start(store, &module)?)
}

fn verifier() -> Verifier {
    Verifier::builder([key(7).public_key().clone()]).policy(Policy::default()).build().unwrap()
}

fn loaded(file: impl Read) -> Result<(Store<()>, Instance), Box<dyn Error>> {
    let mut store = Store::new(&Engine::default(), ());
    let instance = load(file, &verifier(), &mut store)?;
    Ok((store, instance))
}

#[test]
fn a_good_module_runs() {
    let directory = scratch();
    let path = directory.path().join("guest.wasm");
    std::fs::write(&path, signed(&guest(), &[&key(7)])).expect("a file can be written");
    let file = File::open(path).expect("it is there");
    let (mut store, instance) = loaded(file).expect("the module is good");
    let add = instance.get_typed_func::<(i32, i32), i32>(&store, "add").expect("it is exported");
    assert_eq!(add.call(&mut store, (40, 2)).expect("it does not trap"), 42);
}

#[test]
fn one_trusted_signature_among_others_will_do() {
    let file = signed(&guest(), &[&key(1), &key(7)]);
    assert!(loaded(&file[..]).is_ok());
}

/// The verifier's error is the one that comes, and `load` leaves with it before it calls the engine.
#[test]
fn no_bad_module_reaches_the_engine() {
    for bad in bad_modules(&key(7)) {
        let error = loaded(&bad.file[..]).err().unwrap_or_else(|| panic!("{} was run", bad.what));
        let refusal =
            error.downcast::<wasmsign_core::VerifyError>().expect("it comes from the verifier");
        assert!(refusal.to_string().contains(bad.reason), "{}: {refusal}", bad.what);
    }
}

/// What is signed reaches the engine, even where that takes no pleasure in it: so the test above has looked at
/// the right place.
#[test]
fn a_signed_module_reaches_the_engine() {
    let file = signed(&invalid(), &[&key(7)]);
    let error = loaded(&file[..]).expect_err("the module is invalid");
    assert!(error.is::<wasmi::Error>(), "{error}");
}

/// Every single changed byte behind the header and every cut is refused.
#[test]
fn no_byte_can_be_changed() {
    let good = signed(&guest(), &[&key(7)]);
    let body = good.len() - (guest().len() - 8);
    for at in body..good.len() {
        let mut changed = good.clone();
        changed[at] ^= 1;
        assert!(loaded(&changed[..]).is_err(), "changed at {at}");
        assert!(loaded(&good[..at]).is_err(), "cut at {at}");
    }
}
