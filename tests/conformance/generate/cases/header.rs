//! The header, which no signature covers.

use super::{component_body, one};
use crate::bytes::{COMPONENT, MODULE, component, signed_file};
use crate::draft::{Draft, malformed, refused};
use crate::keys::{signed, signed_data};

pub fn cases() -> Vec<Draft> {
    [kinds(), headers()].into_iter().flatten().collect()
}

fn kinds() -> Vec<Draft> {
    let body = [component_body()];
    let mismatch = |name, about, file| refused(name, "kind-mismatch", about, file);
    vec![
        mismatch(
            "component-for-module",
            "A signed component where a module is expected.",
            component(&signed_data(&body), &body.concat()),
        )
        .expect("module"),
        mismatch(
            "component-by-default",
            "A signed component where nothing is said: a module is expected.",
            component(&signed_data(&body), &body.concat()),
        ),
        mismatch(
            "module-for-component",
            "A signed module where a component is expected.",
            signed(&one()),
        )
        .expect("component"),
        mismatch(
            "header-exchanged",
            "A signed module whose header was made a component's.",
            signed_file(COMPONENT, &signed_data(&one()), &one().concat()),
        )
        .expect("module"),
        refused("header-alone", "no-signature", "A header and nothing else.", MODULE.to_vec()),
    ]
}

fn headers() -> Vec<Draft> {
    let with = |name, about, header: [u8; 8]| {
        let file = signed_file(header, &signed_data(&one()), &one().concat());
        malformed(name, "not-wasm", about, file)
    };
    vec![
        malformed("empty-file", "empty-file", "A file of no bytes.", Vec::new()),
        malformed(
            "cut-at-4",
            "not-wasm",
            "The file ends behind the magic bytes.",
            MODULE[..4].to_vec(),
        ),
        malformed(
            "cut-at-7",
            "not-wasm",
            "The file ends inside the version.",
            MODULE[..7].to_vec(),
        ),
        with("other-magic", "The magic bytes are others.", *b"\0asn\x01\0\0\0"),
        with("version-0", "Version 0.", *b"\0asm\0\0\0\0"),
        with("version-2", "Version 2.", *b"\0asm\x02\0\0\0"),
        with("version-big-endian", "Version 1 in the other byte order.", *b"\0asm\0\0\0\x01"),
        with("component-draft", "A component of an earlier draft (0c).", *b"\0asm\x0c\0\x01\0"),
        with(
            "layer-of-component",
            "A module's version with a component's layer.",
            *b"\0asm\x01\0\x01\0",
        ),
        with(
            "version-of-component",
            "A component's version with a module's layer.",
            *b"\0asm\x0d\0\0\0",
        ),
        malformed("text", "not-wasm", "The text form of a module.", b"(module)".to_vec()),
    ]
}
