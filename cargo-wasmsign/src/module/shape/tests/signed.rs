//! Parts under signatures, of a real module.

use std::io::Cursor;
use std::path::Path;

use wasm_encoder::{
    CodeSection, ConstExpr, DataSection, ExportKind, ExportSection, Function, FunctionSection,
    MemorySection, MemoryType, Module, NameMap, NameSection, ProducersField, ProducersSection,
    TypeSection, ValType,
};
use wasmparser::{KnownCustom, Parser, Payload, Validator};
use wasmsign_core::inspect::inspect;
use wasmsign_core::sign::{self, KeyId, NewSignature};
use wasmsign_core::{Policy, SecretKey, Verifier, VerifyError};

use super::bench::*;
use crate::exit::Exit;
use crate::module::shape::Delimiters;

/// A module as compilers make them: code, data, and all the custom sections with a place of their own.
fn real() -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([ValType::I32; 2], [ValType::I32]);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut memories = MemorySection::new();
    let size = MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    };
    memories.memory(size);
    let mut exports = ExportSection::new();
    exports.export("add", ExportKind::Func, 0);
    let mut code = CodeSection::new();
    let mut add = Function::new([]);
    add.instructions().local_get(0).local_get(1).i32_add().end();
    code.function(&add);
    let mut data = DataSection::new();
    data.active(0, &ConstExpr::i32_const(0), *b"hello");
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&exports);
    // One function without a hint.
    module.section(&raw("metadata.code.branch_hint", &[1, 0, 0])).section(&code).section(&data);
    module.section(&raw("notes", b"of the author")).section(&names()).section(&producers());
    module.section(&raw("target_features", b"\x01+\x0fmutable-globals"));
    module.finish()
}

fn raw<'a>(name: &'a str, data: &'a [u8]) -> wasm_encoder::CustomSection<'a> {
    wasm_encoder::CustomSection { name: name.into(), data: data.into() }
}

fn names() -> NameSection {
    let mut functions = NameMap::new();
    functions.append(0, "add");
    let mut names = NameSection::new();
    names.functions(&functions);
    names
}

fn producers() -> ProducersSection {
    let mut language = ProducersField::new();
    language.value("Rust", "2024");
    let mut producers = ProducersSection::new();
    producers.field("language", &language);
    producers
}

const PARTS: &str =
    "@standard metadata.code.branch_hint build | notes | name producers target_features";

fn secret() -> SecretKey {
    SecretKey::from_seed(&[7; 32])
}

fn signed(module: &[u8]) -> Vec<u8> {
    let (secret, mut output) = (secret(), Cursor::new(Vec::new()));
    let signature = NewSignature { signer: &secret, key_id: KeyId::Auto };
    sign::embed(Cursor::new(module), &mut output, &[signature]).unwrap();
    output.into_inner()
}

#[test]
fn a_real_module_stays_valid() {
    let wanted = Wanted::of("", "build", Some(PARTS));
    let delimiters = Delimiters::of_signer(&secret()).unwrap();
    let (shaped, _) = shape(&real(), &wanted, &delimiters).unwrap();
    assert_eq!(
        shown(&shaped),
        "1 3 5 7 metadata.code.branch_hint 10 11 build / notes / name producers target_features /"
    );
    let mut known = 0;
    for bytes in [&real(), &shaped, &signed(&shaped)] {
        Validator::new().validate_all(bytes).unwrap();
        for payload in Parser::new(0).parse_all(bytes) {
            if let Payload::CustomSection(section) = payload.unwrap() {
                known += usize::from(!matches!(section.as_known(), KnownCustom::Unknown));
            }
        }
    }
    assert_eq!(known, 3 * 3, "branch hints, names and producers can be read in each");
}

#[test]
fn the_tail_may_be_cut_behind_any_part() {
    let delimiters = Delimiters::of_signer(&secret()).unwrap();
    let wanted = Wanted::of("", "build", Some(PARTS));
    let whole = signed(&shape(&real(), &wanted, &delimiters).unwrap().0);
    let key = || [secret().public_key().clone()];
    let prefix = Verifier::builder(key()).policy(Policy::default().prefix()).build().unwrap();
    let found = inspect(&whole[..]).unwrap();
    assert_eq!(found.boundaries.len(), 3);
    assert_eq!(found.boundaries[2].end, found.total, "the last part ends with a delimiter too");
    assert!(Verifier::new(key()).unwrap().verify(&whole[..]).is_ok());
    for boundary in &found.boundaries {
        let cut = &whole[..boundary.end as usize];
        let verified = prefix.verify(cut).unwrap();
        assert_eq!(verified.covered(), boundary.end);
        assert_eq!(Verifier::new(key()).unwrap().verify(cut).is_ok(), boundary.end == found.total);
        // Anything more is not covered, and cannot be code.
        let longer = [cut, &custom("late", b"")].concat();
        assert_eq!(prefix.verify(&longer[..]).unwrap().covered(), boundary.end);
        let worse = [cut, &section(11, &[0])].concat();
        assert!(matches!(prefix.verify(&worse[..]), Err(VerifyError::Refused(_))));
    }
}

#[test]
fn a_module_can_be_made_again_from_its_delimiters() {
    let wanted = Wanted::of("", "build", Some(PARTS));
    let (first, _) = shape(&real(), &wanted, &Delimiters::Random).unwrap();
    assert_ne!(first, shape(&real(), &wanted, &Delimiters::Random).unwrap().0);
    let whole = signed(&first);
    let sections = inspect(&whole[..]).unwrap().sections;
    let given = Delimiters::of_module(Path::new("m.wasm"), &file(&whole), &sections).unwrap();
    assert!(shape(&real(), &wanted, &given).unwrap().0 == first);
    let fewer = Wanted::of("", "build", Some("@standard | notes"));
    // Not an error: whoever compares the two finds the difference.
    assert!(shape(&real(), &fewer, &given).unwrap().0 != first);
    let one = Delimiters::Given(vec![[7; 16]]);
    assert!(shape(&real(), &wanted, &one).unwrap().0 != first);
    let odd = module(&[custom("signature_delimiter", b"short")]);
    let sections = inspect(&odd[..]).unwrap().sections;
    let error = Delimiters::of_module(Path::new("m.wasm"), &file(&odd), &sections).err().unwrap();
    assert_eq!(error.exit(), Exit::Malformed);
}

#[test]
fn without_signatures_parts_are_an_order_and_no_more() {
    let wanted = Wanted::of("", "", Some("@standard metadata.code.branch_hint | notes"));
    let (shaped, outline) = shape(&real(), &wanted, &Delimiters::None).unwrap();
    assert_eq!(outline.parts.len(), 2);
    assert_eq!(outline.moved, ["notes"]);
    assert!(!shown(&shaped).contains('/'));
    Validator::new().validate_all(&shaped).unwrap();
}
