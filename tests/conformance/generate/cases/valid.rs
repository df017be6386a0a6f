//! What every verifier should accept.

use super::{component_body, data_section, one, standard, three, with_debug};
use crate::bytes::{
    COMPONENT, component, custom, data, delimiter, entry, message, module, noise, rolling, section,
    set, signed_file, wide,
};
use crate::draft::{Draft, verified};
use crate::keys::{ALICE, BOB, key_id, sign, signed, signed_data, signed_entry, signed_set};

pub fn cases() -> Vec<Draft> {
    [plain(), hints(), parts(), shapes()].into_iter().flatten().collect()
}

fn plain() -> Vec<Draft> {
    let component_parts = [component_body()];
    vec![
        verified("module", "A module of one part, signed by the key.", signed(&one())),
        verified(
            "empty-body",
            "A header, and a signature over nothing at all.",
            signed(&[Vec::new()]),
        )
        .section("verification-rules, Whole module"),
        verified(
            "component",
            "A component where a component is expected.",
            component(&signed_data(&component_parts), &component_parts.concat()),
        )
        .expect("component"),
        verified(
            "component-or-module",
            "A component where either is welcome.",
            component(&signed_data(&component_parts), &component_parts.concat()),
        )
        .expect("any"),
        verified("expect-module", "A module where a module is expected.", signed(&one()))
            .expect("module"),
        verified("explicit-defaults", "Every default said outright.", signed(&one()))
            .expect("module")
            .require("any")
            .coverage("whole"),
    ]
}

fn hints() -> Vec<Draft> {
    let hashes = rolling(&one());
    let hinted = |id: &[u8]| {
        let entry = entry(id, &sign(ALICE, &message(&hashes)));
        module(&data(&[set(&hashes, &[entry])]), &one().concat())
    };
    let section = "verification-rules, Several keys; signature-format, Keys";
    vec![
        verified(
            "key-id",
            "The usual key id of the key stands beside its signature.",
            hinted(&key_id(ALICE)),
        ),
        verified(
            "key-id-foreign",
            "A key id that says nothing to the verifier.",
            hinted(b"release-2026"),
        )
        .section(section),
        verified("key-id-lying", "A valid signature under another key's id.", hinted(&key_id(BOB)))
            .section(section),
        verified(
            "key-id-not-text",
            "A key id of bytes that are no text.",
            hinted(&[0xff, 0, 0xfe]),
        )
        .section(section),
        verified(
            "key-id-stolen",
            "Somebody else's signature under our key's id, before ours without one.",
            {
                let theirs = entry(&key_id(ALICE), &sign(BOB, &message(&hashes)));
                let sets = [set(&hashes, &[theirs, signed_entry(ALICE, &hashes)])];
                module(&data(&sets), &one().concat())
            },
        )
        .section(section),
    ]
}

fn parts() -> Vec<Draft> {
    let odd = |length: usize| {
        let delimiter = custom("signature_delimiter", &noise("delimiter", length));
        signed(&[[standard(), delimiter].concat(), custom("note", b"")])
    };
    let section = "verification-rules, Signature data";
    vec![
        verified("three-parts", "Three parts, the last without a delimiter.", signed(&three())),
        verified(
            "delimited-to-the-end",
            "The last delimiter is the end of the file.",
            signed(&with_debug()),
        ),
        verified(
            "one-delimited-part",
            "A single part that ends with a delimiter.",
            signed(&[[standard(), delimiter(1)].concat()]),
        ),
        verified(
            "empty-parts",
            "Delimiters with nothing between them.",
            signed(&[delimiter(1), delimiter(1), [standard(), delimiter(2)].concat()]),
        ),
        verified("delimiter-of-0-bytes", "A delimiter of no bytes is a boundary.", odd(0))
            .section(section),
        verified("delimiter-of-17-bytes", "A delimiter of 17 bytes is a boundary.", odd(17))
            .section(section),
        verified("delimiter-of-300-bytes", "A delimiter of 300 bytes is a boundary.", odd(300))
            .section(section),
        verified(
            "delimiter-name-padded",
            "A delimiter whose name length is padded is a boundary.",
            {
                let name = b"signature_delimiter";
                let payload = [&wide(name.len(), 3), &name[..], &[7; 16]].concat();
                signed(&[[standard(), section_of(&payload)].concat(), custom("note", b"")])
            },
        ),
        verified(
            "set-of-another-version",
            "A set with signatures of an older body stands before the one that counts.",
            {
                let older = rolling(&[standard()]);
                let sets = [signed_set(&[ALICE], &older), signed_set(&[ALICE], &rolling(&three()))];
                module(&data(&sets), &three().concat())
            },
        ),
        verified(
            "second-set-of-a-stranger",
            "A stranger's set stands behind the one that counts.",
            {
                let sets = [signed_set(&[ALICE], &rolling(&one())), signed_set(&[BOB], &[[7; 32]])];
                module(&data(&sets), &one().concat())
            },
        ),
        verified(
            "same-hashes-in-two-sets",
            "Two sets over the same hashes, of which the second has the key.",
            {
                let hashes = rolling(&one());
                let sets = [signed_set(&[BOB], &hashes), signed_set(&[ALICE], &hashes)];
                module(&data(&sets), &one().concat())
            },
        ),
    ]
}

fn section_of(payload: &[u8]) -> Vec<u8> {
    section(0, payload)
}

fn shapes() -> Vec<Draft> {
    let named = |name: &str| signed(&[[standard(), custom(name, b"x")].concat()]);
    vec![
        verified("name-empty", "A custom section with an empty name.", named("")),
        verified(
            "name-not-ascii",
            "A custom section with a name outside ASCII.",
            named("подпись 署名 🖋"),
        ),
        verified(
            "name-with-controls",
            "A custom section whose name would clear a terminal.",
            named("\u{1b}[2J\u{202e}x\n"),
        ),
        verified(
            "name-like-signature",
            "Names that only begin like `signature` have no meaning.",
            {
                let names = ["signatures", "Signature", "signature\0", "signature_delimiters"];
                let sections: Vec<u8> = names.iter().flat_map(|name| custom(name, b"x")).collect();
                signed(&[[standard(), sections].concat()])
            },
        ),
        verified(
            "section-ids-unknown",
            "Sections with ids that no specification has yet are hashed like others.",
            signed(&[[standard(), section(14, b"?"), section(127, b"?")].concat()]),
        ),
        verified(
            "sections-not-ordered",
            "Repeated and unordered sections: validating them is the engine's work.",
            signed(&[[data_section(), data_section(), standard()].concat()]),
        ),
        verified(
            "section-without-content",
            "A standard section of 0 bytes.",
            signed(&[[standard(), section(11, b"")].concat()]),
        ),
        verified(
            "long",
            "A body that is longer than any buffer.",
            signed(&[
                [standard(), custom("blob", &vec![0xa5; 700_000]), delimiter(1)].concat(),
                custom("blob", &vec![0x5a; 300_000]),
            ]),
        ),
        verified("long-component", "A component with a long core module.", {
            let parts = [[component_body(), section(0x7f, &vec![1; 270_000])].concat()];
            signed_file(COMPONENT, &signed_data(&parts), &parts.concat())
        })
        .expect("component"),
        verified("many-sections", "Three thousand small sections.", {
            let many: Vec<u8> = (0..3000).flat_map(|_| custom("x", b"")).collect();
            signed(&[[standard(), many].concat()])
        }),
    ]
}
