//! A signed prefix.

use super::{component_body, data_section, one, standard, three, types, with_debug};
use crate::bytes::{
    MODULE, component, custom, data, delimiter, message, module, rolling, section, set,
};
use crate::draft::{Draft, malformed, refused, verified};
use crate::keys::{ALICE, BOB, sign, signed, signed_data, signed_entry, signed_set};

pub fn cases() -> Vec<Draft> {
    let groups = [plain(), stripped(), tails(), required(), order(), several(), frames()];
    groups
        .into_iter()
        .flatten()
        .map(|draft| if draft.has_coverage() { draft } else { draft.prefix() })
        .collect()
}

/// Signatures of these parts over another body.
fn over(parts: &[Vec<u8>], body: &[Vec<u8>]) -> Vec<u8> {
    module(&signed_data(parts), &body.concat())
}

/// Standard sections alone in the first part, custom ones alone in the second: what every tool's `split` makes.
fn plain_parts() -> Vec<Vec<u8>> {
    vec![
        [standard(), delimiter(1)].concat(),
        [custom(".debug_info", b"info"), delimiter(2)].concat(),
    ]
}

fn plain() -> Vec<Draft> {
    let parts = plain_parts();
    let program = &parts[..1];
    let other = |body: Vec<u8>| over(&parts, &[body]);
    let evil = || {
        [types(), section(3, b"\x01\x00"), section(10, b"\x01\x05\x00\x00\x41\x2a\x0b")].concat()
    };
    vec![
        verified("plain-whole", "Program and debug sections, all signed.", signed(&parts)),
        verified(
            "plain-stripped",
            "The signed debug sections were taken away.",
            over(&parts, program),
        ),
        verified(
            "plain-replaced",
            "The debug sections are others.",
            over(&parts, &[program[0].clone(), custom(".debug_info", b"else")]),
        ),
        refused(
            "plain-data-appended",
            "not-covered",
            "A data section behind the signed parts.",
            [signed(&parts), data_section()].concat(),
        ),
        refused(
            "plain-data-in-tail",
            "not-covered",
            "The debug sections were replaced by a data section.",
            over(&parts, &[program[0].clone(), data_section()]),
        ),
        refused(
            "plain-other-body",
            "body-changed",
            "Another program, without any delimiter.",
            other(evil()),
        ),
        refused(
            "plain-other-body-delimited",
            "body-changed",
            "Another program, with a delimiter behind it.",
            other([evil(), delimiter(1)].concat()),
        ),
        refused(
            "plain-inserted",
            "body-changed",
            "A part of custom sections was put before the signed program.",
            other([custom("x", b""), delimiter(9), parts.concat()].concat()),
        ),
        refused(
            "plain-inserted-data",
            "body-changed",
            "A part with a data section was put before the signed program.",
            over(&parts[..1], &[[data_section(), delimiter(9)].concat(), parts[0].clone()]),
        ),
    ]
}

fn stripped() -> Vec<Draft> {
    let program = &with_debug()[..1];
    vec![
        verified("whole", "All is signed; a prefix would have been enough.", signed(&with_debug())),
        verified("whole-open", "All is signed, without any delimiter.", signed(&one())),
        verified(
            "tail-stripped",
            "The signed part behind the program was taken away.",
            over(&with_debug(), program),
        ),
        refused(
            "tail-stripped-whole",
            "body-changed",
            "A signed part was taken away, and the whole is asked for.",
            over(&with_debug(), program),
        )
        .coverage("whole"),
        verified(
            "tail-replaced",
            "The part behind the program is another one.",
            over(&with_debug(), &[program[0].clone(), custom("other", b"")]),
        ),
        verified("tail-changed", "A byte behind the signed program is another one.", {
            let mut parts = with_debug();
            parts[1][20] ^= 1;
            over(&with_debug(), &parts)
        }),
        verified(
            "tail-never-signed",
            "Only the program was ever signed.",
            over(program, &with_debug()),
        ),
        verified("empty-body", "A signature over nothing, and nothing.", signed(&[Vec::new()])),
        verified(
            "empty-tail-delimiter",
            "The first of two signed delimiters is the end of the file.",
            {
                let parts = [[standard(), delimiter(1)].concat(), delimiter(2)];
                over(&parts, &parts[..1])
            },
        ),
    ]
}

fn tails() -> Vec<Draft> {
    let behind = |sections: Vec<u8>| [signed(&with_debug()), sections].concat();
    let not_covered = |name, about, file| refused(name, "not-covered", about, file);
    vec![
        not_covered(
            "data-appended",
            "A data section behind the signed prefix.",
            behind(data_section()),
        ),
        not_covered(
            "unknown-appended",
            "A section of an unknown id behind the signed prefix.",
            behind(section(14, b"?")),
        ),
        not_covered(
            "data-behind-custom",
            "A data section behind an unsigned custom section.",
            behind([custom("x", b""), data_section()].concat()),
        ),
        not_covered(
            "data-in-delimited-tail",
            "A data section in an unsigned part with a delimiter.",
            behind([data_section(), delimiter(3)].concat()),
        ),
        not_covered(
            "code-behind",
            "Only the first of three parts is met; the code is in the second.",
            {
                let mut parts = three();
                parts[1][4] ^= 1;
                over(&three(), &parts)
            },
        ),
        not_covered(
            "component-appended",
            "Anything at all behind the signed prefix of a component.",
            {
                let parts = [[component_body(), delimiter(1)].concat()];
                [component(&signed_data(&parts), &parts.concat()), section(1, &MODULE)].concat()
            },
        )
        .expect("component"),
        verified(
            "component-custom-appended",
            "A custom section behind the signed prefix of a component.",
            {
                let parts = [[component_body(), delimiter(1)].concat()];
                [component(&signed_data(&parts), &parts.concat()), custom("x", b"")].concat()
            },
        )
        .expect("component"),
        refused(
            "open-part-appended",
            "body-changed",
            "A custom section behind a signed part without delimiter.",
            [signed(&one()), custom("x", b"")].concat(),
        ),
        verified(
            "custom-appended",
            "A custom section behind the signed prefix.",
            behind(custom("x", b"")),
        ),
    ]
}

fn required() -> Vec<Draft> {
    let stripped = || over(&with_debug()[..1], &with_debug());
    let whole = || signed(&with_debug());
    vec![
        verified(
            "section-covered",
            "The wanted custom section is in the signed prefix.",
            stripped(),
        )
        .sections(&["policy"]),
        refused(
            "section-behind",
            "not-covered",
            "The wanted custom section is behind the signed prefix.",
            stripped(),
        )
        .sections(&[".debug_info"]),
        refused(
            "section-glob-behind",
            "not-covered",
            "A pattern matches sections behind the signed prefix.",
            stripped(),
        )
        .sections(&[".debug_*"]),
        verified(
            "section-glob-covered",
            "A pattern matches sections in the signed prefix.",
            whole(),
        )
        .sections(&[".debug_*"]),
        refused(
            "section-second-glob",
            "not-covered",
            "The second of two patterns matches behind the prefix.",
            stripped(),
        )
        .sections(&["policy", ".debug_line"]),
        refused(
            "section-any",
            "not-covered",
            "The pattern `*` wants every custom section.",
            stripped(),
        )
        .sections(&["*"]),
        refused(
            "section-doubled",
            "not-covered",
            "The wanted name is in the prefix, and once more behind it.",
            [over(&with_debug()[..1], &with_debug()[..1]), custom("policy", b"all")].concat(),
        )
        .sections(&["policy"]),
        refused(
            "section-in-open-tail",
            "not-covered",
            "The wanted section is alone behind the last delimiter.",
            [signed(&with_debug()), custom("audit", b"")].concat(),
        )
        .sections(&["audit"]),
    ]
}

fn order() -> Vec<Draft> {
    let [h1, h2, h3] = <[_; 3]>::try_from(rolling(&three())).expect("there are three");
    let signing = |hashes: &[_]| module(&data(&[signed_set(&[ALICE], hashes)]), &three().concat());
    let changed = |name, about, hashes: &[_]| refused(name, "body-changed", about, signing(hashes));
    vec![
        changed("hash-at-other-boundary", "The second boundary's hash stands first.", &[h2]),
        changed("hash-of-whole-first", "The hash of all three parts stands first.", &[h3]),
        changed(
            "hash-first-wrong",
            "The first hash is wrong, the others are right.",
            &[[7; 32], h2, h3],
        ),
        changed("hashes-swapped", "The hashes are the right ones in another order.", &[h2, h1, h3]),
        refused(
            "hash-second-wrong",
            "not-covered",
            "The second hash is wrong; the third does not mend it.",
            signing(&[h1, [7; 32], h3]),
        ),
        refused(
            "hash-second-missing",
            "not-covered",
            "The second hash is missing; the third does not mend it.",
            signing(&[h1, h3]),
        ),
        refused(
            "zero-hashes",
            "no-trusted-signature",
            "A valid signature over no hash at all.",
            signing(&[]),
        ),
        refused(
            "pooled",
            "not-covered",
            "One set has the first hash, another the second.",
            module(
                &data(&[signed_set(&[ALICE], &[h1]), signed_set(&[ALICE], &[h2])]),
                &three().concat(),
            ),
        ),
        refused(
            "first-part-changed",
            "body-changed",
            "A byte of the first part is another one.",
            {
                let mut parts = three();
                parts[0][3] ^= 1;
                over(&three(), &parts)
            },
        ),
        refused("cut-to-nothing", "body-changed", "Every part is gone.", over(&three(), &[])),
        refused(
            "delimiter-stripped",
            "body-changed",
            "The delimiter of the only signed part is gone.",
            over(&[[standard(), delimiter(1)].concat()], &[standard()]),
        ),
        refused(
            "signature-of-longer-set",
            "no-trusted-signature",
            "A signature over three hashes in a set of two.",
            {
                let entry = crate::bytes::entry(b"", &sign(ALICE, &message(&[h1, h2, h3])));
                module(&data(&[set(&[h1, h2], &[entry])]), &three().concat())
            },
        ),
    ]
}

fn several() -> Vec<Draft> {
    // The first party signs two parts; the second adds a section with its delimiter and signs all.
    let mut parts = with_debug();
    parts.push([custom("audit", b"passed"), delimiter(3)].concat());
    let hashes = rolling(&parts);
    let file = || {
        let sets = [signed_set(&[ALICE], &hashes[..2]), signed_set(&[BOB], &hashes)];
        module(&data(&sets), &parts.concat())
    };
    let codeless = three();
    let codeless_hashes = rolling(&codeless);
    vec![
        verified(
            "first-party",
            "A second party added a section and signed; the first party's prefix still holds.",
            file(),
        ),
        verified("second-party", "The second party's signature covers the whole.", file())
            .keys(&[BOB])
            .coverage("whole"),
        refused(
            "first-party-whole",
            "not-covered",
            "The first party's signature does not cover what was added.",
            file(),
        )
        .coverage("whole"),
        verified("both-parties", "Both parties cover the program by themselves.", file())
            .keys(&[ALICE, BOB])
            .require("all"),
        refused(
            "both-parties-added",
            "policy-not-met",
            "Only one of the parties covers the section that was added.",
            file(),
        )
        .keys(&[ALICE, BOB])
        .require("all")
        .sections(&["audit"]),
        refused(
            "each-by-itself",
            "policy-not-met",
            "One key covers the code, the other only what is before it.",
            {
                let sets = [
                    signed_set(&[ALICE], &codeless_hashes[..1]),
                    signed_set(&[BOB], &codeless_hashes),
                ];
                module(&data(&sets), &codeless.concat())
            },
        )
        .keys(&[ALICE, BOB])
        .require("all"),
        refused(
            "other-key",
            "no-trusted-signature",
            "The prefix is signed by somebody else.",
            module(&data(&[set(&hashes, &[signed_entry(BOB, &hashes)])]), &parts.concat()),
        ),
    ]
}

fn frames() -> Vec<Draft> {
    let file = signed(&with_debug());
    vec![
        refused(
            "stray-signature",
            "stray-signature",
            "A second signature section behind the signed prefix.",
            [&file[..], &custom("signature", b"")].concat(),
        )
        .section("verification-rules, Whole module"),
        malformed(
            "tail-cut",
            "section-leaves-file",
            "The file ends inside a section behind the signed prefix.",
            [&file[..], b"\x00\x05\x01x"].concat(),
        )
        .section("verification-rules, Bytes"),
        refused("kind", "kind-mismatch", "A module where a component is expected.", file.clone())
            .expect("component")
            .section("verification-rules, Header"),
        refused(
            "no-signature",
            "no-signature",
            "There is no signature.",
            [&MODULE[..], &types()].concat(),
        ),
    ]
}
