//! Modules with bulk operations on tables, by hand.

use wasmparser::{Operator, Parser, Payload, Validator, WasmFeatures};

use super::super::vector;
use super::*;

/// A module with two tables of four functions and one of four references of the host, and a function `f` of this code.
fn module(code: &[u8]) -> Vec<u8> {
    let section = |id: u8, body: &[u8]| [&[id, body.len() as u8], body].concat();
    let body = [&[1, code.len() as u8 + 2, 0], code, &[0x0b]].concat();
    [
        b"\0asm\x01\0\0\0".to_vec(),
        section(1, &[1, 0x60, 0, 0]),
        section(3, &[1, 0]),
        section(4, &[3, 0x70, 0, 4, 0x70, 0, 4, 0x6f, 0, 4]),
        section(7, b"\x01\x01f\0\0"),
        section(10, &body),
    ]
    .concat()
}

/// `table.fill` of a table with the host's references.
const FILL: [u8; 9] = [0x41, 0, 0xd0, 0x6f, 0x41, 1, 0xfc, 0x11, 2];

/// `table.copy` from the second table to the first.
const COPY: [u8; 10] = [0x41, 0, 0x41, 1, 0x41, 2, 0xfc, 0x0e, 0, 1];

fn rewritten(code: &[u8], in_place: bool) -> Option<Vec<u8>> {
    without_bulk_operations(Path::new("m.wasm"), &module(code), in_place).unwrap()
}

/// The calls in the first function, by index.
fn calls(module: &[u8]) -> Vec<u32> {
    Validator::new_with_features(WasmFeatures::all()).validate_all(module).unwrap();
    let bodies = Parser::new(0).parse_all(module).filter_map(|payload| match payload.unwrap() {
        Payload::CodeSectionEntry(body) => Some(body),
        _ => None,
    });
    let operators: Vec<Vec<_>> = bodies
        .map(|body| body.get_operators_reader().unwrap().into_iter().map(Result::unwrap).collect())
        .collect();
    let is_bulk =
        |one: &Operator<'_>| matches!(one, Operator::TableFill { .. } | Operator::TableCopy { .. });
    assert!(!operators.iter().flatten().any(is_bulk));
    let called = |one: &Operator<'_>| match one {
        Operator::Call { function_index } => Some(*function_index),
        _ => None,
    };
    operators[0].iter().filter_map(called).collect()
}

#[test]
fn each_instruction_becomes_a_call_of_the_function_for_its_tables() {
    let code = [&FILL[..], &COPY, &FILL].concat();
    let made = rewritten(&code, true).unwrap();
    assert_eq!(calls(&made), [1, 2, 1]);
    let before = module(&code);
    // The export and all before the code's own section but for types and functions is as it was.
    assert!(made.windows(8).any(|bytes| bytes == [4, 10, 3, 0x70, 0, 4, 0x70, 0]));
    let at = before.windows(2).position(|bytes| bytes == [0xfc, 0x11]).unwrap();
    assert!(made.windows(6).any(|bytes| bytes == &before[at - 6..at]));
}

#[test]
fn code_keeps_its_place_where_the_index_has_room() {
    let code_of = |module: &[u8]| {
        let mut payloads = Parser::new(0).parse_all(module).map(Result::unwrap);
        let range = payloads.find_map(|payload| match payload {
            Payload::CodeSectionEntry(body) => Some(body.range()),
            _ => None,
        });
        range.unwrap()
    };
    let made = rewritten(&FILL, true).unwrap();
    let (old, new) = (code_of(&module(&FILL)), code_of(&made));
    assert_eq!(old.end - old.start, new.end - new.start);
}

#[test]
fn a_number_is_as_long_as_it_was_if_it_fits() {
    let bytes = |value, length| {
        let mut bytes = Vec::new();
        padded(value, length, &mut bytes);
        assert_eq!(vector::leb(&bytes), (value, &[][..]));
        bytes
    };
    assert_eq!(bytes(1, 1), [1]);
    assert_eq!(bytes(1, 3), [0x81, 0x80, 0]);
    assert_eq!(bytes(200, 1), [0xc8, 1]);
}

#[test]
fn tables_of_other_things_are_left_alone() {
    let mut typed = module(&[0x41, 0, 0xd0, 0x6e, 0x41, 1, 0xfc, 0x11, 2]);
    let element = typed.windows(3).position(|bytes| bytes == [0x6f, 0, 4]).unwrap();
    typed[element] = 0x6e;
    Validator::new_with_features(WasmFeatures::all()).validate_all(&typed).unwrap();
    assert_eq!(without_bulk_operations(Path::new("m.wasm"), &typed, false).unwrap(), None);
}
