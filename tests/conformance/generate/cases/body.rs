//! The bytes of sections: padding, names, lengths.

use super::{one, standard, types};
use crate::bytes::{COMPONENT, custom, data, delimiter, module, rolling, section, set, wide};
use crate::draft::{Draft, malformed, refused, verified};
use crate::keys::{ALICE, signed, signed_data, signed_entry};

pub fn cases() -> Vec<Draft> {
    [padded(), too_long(), leaving(), names()].into_iter().flatten().collect()
}

/// A section whose size takes `width` bytes.
fn wide_section(id: u8, width: usize, payload: &[u8]) -> Vec<u8> {
    [&[id], &wide(payload.len(), width)[..], payload].concat()
}

/// A custom section whose name length takes `width` bytes.
fn wide_name(name: &str, width: usize, content: &[u8]) -> Vec<u8> {
    section(0, &[&wide(name.len(), width), name.as_bytes(), content].concat())
}

fn padded() -> Vec<Draft> {
    let signature = signed_data(&one());
    let with_signature_section =
        |section: Vec<u8>| [&crate::bytes::MODULE[..], &section, &one().concat()].concat();
    let named = [b"\x09signature", &signature[..]].concat();
    let all = [wide_section(1, 5, &types()[2..]), wide_name("x", 5, b"y")].concat();
    vec![
        verified(
            "size-padded",
            "A section size of five bytes where one would do.",
            signed(&[wide_section(1, 5, &types()[2..])]),
        ),
        verified(
            "size-padded-by-one",
            "A section size of two bytes where one would do.",
            signed(&[wide_section(1, 2, &types()[2..])]),
        ),
        verified(
            "name-length-padded",
            "A name length of five bytes where one would do.",
            signed(&[wide_name("x", 5, b"y")]),
        ),
        verified("delimiter-size-padded", "A delimiter's size is padded.", {
            let delimiter = wide_section(0, 4, &delimiter(1)[2..]);
            signed(&[[standard(), delimiter].concat(), custom("x", b"")])
        }),
        verified(
            "signature-size-padded",
            "The signature section's size is padded.",
            with_signature_section(wide_section(0, 5, &named)),
        ),
        verified(
            "signature-name-padded",
            "The signature section's name length is padded.",
            with_signature_section(wide_name("signature", 5, &signature)),
        ),
        verified(
            "all-padded",
            "Every length of the body is padded.",
            signed(std::slice::from_ref(&all)),
        ),
        refused(
            "padding-removed",
            "body-changed",
            "Padding that was signed is gone.",
            module(&signed_data(&[all]), &[types(), custom("x", b"y")].concat()),
        ),
        refused(
            "padding-added",
            "body-changed",
            "A size is padded that was not when it was signed.",
            module(&signed_data(&[types()]), &wide_section(1, 3, &types()[2..])),
        ),
    ]
}

fn too_long() -> Vec<Draft> {
    let too_long = |name, about, body: &[u8]| {
        malformed(name, "varuint32-too-long", about, signed(&[body.to_vec()]))
    };
    vec![
        too_long(
            "size-of-6-bytes",
            "A section size of six bytes.",
            b"\x0b\x80\x80\x80\x80\x80\x00",
        ),
        too_long("size-of-33-bits", "A section size of 33 bits.", b"\x0b\x80\x80\x80\x80\x10"),
        too_long(
            "size-with-spare-bits",
            "A section size of five bytes with unused bits set.",
            b"\x0b\x80\x80\x80\x80\x70",
        ),
        too_long(
            "name-length-of-6-bytes",
            "A name length of six bytes.",
            b"\x00\x07\x81\x80\x80\x80\x80\x00x",
        ),
        too_long(
            "name-length-of-33-bits",
            "A name length of 33 bits.",
            b"\x00\x06\x80\x80\x80\x80\x10x",
        ),
        malformed(
            "signature-size-of-6-bytes",
            "varuint32-too-long",
            "The signature section's size takes six bytes.",
            [&crate::bytes::MODULE[..], b"\x00\x84\x80\x80\x80\x80\x00\x01xyz"].concat(),
        ),
    ]
}

fn leaving() -> Vec<Draft> {
    let broken = |name, reason, about, tail: &[u8]| {
        malformed(name, reason, about, signed(&[[standard(), tail.to_vec()].concat()]))
    };
    let bare = |name, reason, about, header: [u8; 8], tail: &[u8]| {
        malformed(name, reason, about, [&header, tail].concat())
    };
    let module_header = crate::bytes::MODULE;
    vec![
        broken(
            "size-leaves-file",
            "section-leaves-file",
            "A section of one byte more than there is.",
            b"\x0b\x02x",
        ),
        broken(
            "size-of-4-gib",
            "section-leaves-file",
            "A section that claims 4 GiB in a file of 200 bytes.",
            b"\x0b\xff\xff\xff\xff\x0fx",
        ),
        broken(
            "custom-of-4-gib",
            "section-leaves-file",
            "A custom section that claims 4 GiB.",
            b"\x00\xff\xff\xff\xff\x0f\x01x",
        ),
        broken(
            "name-of-4-gib",
            "name-leaves-section",
            "A name that claims 4 GiB in a section of six bytes.",
            b"\x00\x06\xff\xff\xff\xff\x0fx",
        ),
        broken(
            "name-leaves-section",
            "name-leaves-section",
            "A name of one byte more than its section has.",
            b"\x00\x02\x02x\x01\x00",
        ),
        broken(
            "name-length-leaves-section",
            "name-leaves-section",
            "The bytes of the name length run over the section's end.",
            b"\x00\x01\x81\x00x",
        ),
        broken("name-missing", "name-missing", "A custom section of 0 bytes.", b"\x00\x00"),
        broken("size-missing", "truncated", "The file ends behind a section's id.", b"\x0b"),
        broken("size-cut", "truncated", "The file ends inside a section's size.", b"\x0b\x80\x80"),
        bare(
            "signature-of-4-gib",
            "section-leaves-file",
            "A signature section that claims 4 GiB.",
            module_header,
            b"\x00\xff\xff\xff\xff\x0f\x09signature\x01\x01\x01",
        ),
        bare(
            "signature-of-3-mib",
            "section-leaves-file",
            "A signature section that claims 3 MiB, within the cap, of which 3 bytes are there.",
            module_header,
            b"\x00\x8a\x80\xc0\x01\x09signature\x01\x01\x01",
        ),
        bare(
            "first-name-of-4-gib",
            "section-leaves-file",
            "The first section and its name claim 4 GiB.",
            COMPONENT,
            b"\x00\xff\xff\xff\xff\x0f\xa0\x8d\x06sig",
        )
        .expect("component"),
        refused(
            "sections-inside",
            "body-changed",
            "A section that claims to hold the two behind it.",
            {
                let mut body = one().concat();
                body[1] += 4;
                module(&signed_data(&one()), &body)
            },
        ),
    ]
}

fn names() -> Vec<Draft> {
    let not_utf8 = |name, about, bytes: &[u8]| {
        let payload = [&[bytes.len() as u8], bytes].concat();
        let body = [standard(), section(0, &payload)].concat();
        malformed(name, "name-not-utf8", about, signed(&[body]))
            .section("verification-rules, Header")
    };
    let big = |length: usize| signed(&[[standard(), custom(&"n".repeat(length), b"x")].concat()]);
    vec![
        not_utf8("name-lone-continuation", "A name with a continuation byte alone.", b"a\x80"),
        not_utf8("name-overlong", "A name with an overlong encoding of a slash.", b"a\xc0\xaf"),
        not_utf8("name-surrogate", "A name with an encoded surrogate.", b"a\xed\xa0\x80"),
        not_utf8("name-cut", "A name that ends inside a character.", b"a\xe2\x82"),
        not_utf8(
            "name-beyond-unicode",
            "A name with a character beyond U+10FFFF.",
            b"a\xf4\x90\x80\x80",
        ),
        malformed(
            "name-signature-not-utf8",
            "name-not-utf8",
            "The first section's name is `signature` and a stray byte.",
            {
                let hashes = rolling(&one());
                let data = data(&[set(&hashes, &[signed_entry(ALICE, &hashes)])]);
                let payload = [b"\x0asignature\xff", &data[..]].concat();
                [&crate::bytes::MODULE[..], &section(0, &payload), &one().concat()].concat()
            },
        )
        .section("verification-rules, Header"),
        verified("name-of-300-bytes", "A name whose length takes two bytes.", big(300)),
        verified(
            "name-of-100000-bytes",
            "The longest name that WebAssembly engines take.",
            big(100_000),
        ),
        malformed(
            "name-of-100001-bytes",
            "name-too-long",
            "A name of one byte more than engines take.",
            big(100_001),
        ),
    ]
}
