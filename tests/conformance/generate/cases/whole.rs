//! The whole module: every hash of one set, in order, each at its own boundary, to the end of the file.

use super::{
    code, data_section, exports, functions, memory, one, standard, three, types, with_debug,
};
use crate::bytes::{MODULE, custom, data, delimiter, module, rolling, section, set};
use crate::draft::{Draft, malformed, refused};
use crate::keys::{ALICE, BOB, signed, signed_data, signed_entry, signed_set};

pub fn cases() -> Vec<Draft> {
    [unsigned(), changed(), moved(), appended(), cut(), hashes(), empty(), stray()]
        .into_iter()
        .flatten()
        .collect()
}

/// Signatures of these parts over another body.
fn over(parts: &[Vec<u8>], body: &[Vec<u8>]) -> Vec<u8> {
    module(&signed_data(parts), &body.concat())
}

fn unsigned() -> Vec<Draft> {
    let hashes = rolling(&one());
    let body = one().concat();
    vec![
        refused(
            "no-signature",
            "no-signature",
            "There is no signature section.",
            [&MODULE[..], &body].concat(),
        ),
        refused(
            "no-sets",
            "no-signature",
            "The signature section has no sets.",
            module(&data(&[]), &body),
        ),
        refused(
            "no-entries",
            "no-signature",
            "The set has the right hash and no signature.",
            module(&data(&[set(&hashes, &[])]), &body),
        ),
        refused(
            "other-key",
            "no-trusted-signature",
            "Only a key that nobody asked for has signed.",
            module(&data(&[signed_set(&[BOB], &hashes)]), &body),
        ),
    ]
}

fn changed() -> Vec<Draft> {
    let flipped = |at: usize| {
        let mut body = one().concat();
        body[at] ^= 1;
        module(&signed_data(&one()), &body)
    };
    let code_at = standard().len() - data_section().len() - 2;
    let changed = |name, about, at| refused(name, "body-changed", about, flipped(at));
    vec![
        changed("first-id-changed", "The id of the first section is another one.", 0),
        changed("byte-changed", "One bit of the first section is another one.", 2),
        changed("code-changed", "One instruction is another one.", code_at),
        changed(
            "last-byte-changed",
            "The last bit of the file is another one.",
            one().concat().len() - 1,
        ),
        refused("delimiter-changed", "body-changed", "The bytes of a delimiter are others.", {
            let mut parts = three();
            *parts[0].last_mut().expect("the part has bytes") ^= 1;
            over(&three(), &parts)
        }),
        refused(
            "name-changed",
            "body-changed",
            "The name of a custom section is another one.",
            over(&one(), &[[standard(), custom("producert", b"\x00")].concat()]),
        ),
    ]
}

fn moved() -> Vec<Draft> {
    let [first, second, third] = <[_; 3]>::try_from(three()).expect("there are three");
    let moved = |name, about, body: Vec<Vec<u8>>| {
        refused(name, "body-changed", about, over(&three(), &body))
    };
    vec![
        refused(
            "sections-swapped",
            "body-changed",
            "Two sections have changed places.",
            over(
                &one(),
                &[[
                    functions(),
                    types(),
                    memory(),
                    exports(),
                    code(),
                    data_section(),
                    custom("producers", b"\x00"),
                ]
                .concat()],
            ),
        ),
        refused(
            "section-removed",
            "body-changed",
            "The data section is gone.",
            over(
                &one(),
                &[[
                    types(),
                    functions(),
                    memory(),
                    exports(),
                    code(),
                    custom("producers", b"\x00"),
                ]
                .concat()],
            ),
        ),
        refused(
            "section-inserted",
            "body-changed",
            "A custom section was put before the first one.",
            over(&one(), &[custom("x", b""), one().concat()]),
        ),
        moved(
            "parts-swapped",
            "Two signed parts have changed places.",
            vec![second.clone(), first.clone(), third.clone()],
        ),
        moved(
            "part-repeated",
            "A signed part stands there twice.",
            vec![first.clone(), first.clone(), second.clone(), third.clone()],
        ),
        moved(
            "part-removed",
            "A signed part in the middle is gone.",
            vec![first.clone(), third.clone()],
        ),
        moved("delimiter-removed", "A delimiter is gone, all else is there.", {
            let kept = second.len() - delimiter(2).len();
            vec![first.clone(), second[..kept].to_vec(), third.clone()]
        }),
        moved(
            "delimiter-inserted",
            "A delimiter more, all else is there.",
            vec![first, delimiter(9), second, third],
        ),
    ]
}

fn appended() -> Vec<Draft> {
    let after = |section: Vec<u8>| [signed(&with_debug()), section].concat();
    let not_covered = |name, about, section| refused(name, "not-covered", about, after(section));
    vec![
        refused(
            "appended-to-open-part",
            "body-changed",
            "A custom section was put behind a part without delimiter.",
            [signed(&one()), custom("x", b"")].concat(),
        ),
        refused(
            "appended-data-to-open-part",
            "body-changed",
            "A data section was put behind a part without delimiter.",
            [signed(&one()), data_section()].concat(),
        ),
        not_covered(
            "appended-custom",
            "A custom section behind the last signed delimiter.",
            custom("x", b""),
        ),
        not_covered(
            "appended-data",
            "A data section behind the last signed delimiter.",
            data_section(),
        ),
        not_covered(
            "appended-delimiter",
            "One more delimiter behind the last signed one.",
            delimiter(2),
        ),
        not_covered(
            "appended-part",
            "A part with its delimiter behind the last signed one.",
            [custom("x", b""), delimiter(3)].concat(),
        ),
        malformed(
            "appended-byte",
            "truncated",
            "One zero byte behind the last section.",
            after(vec![0]),
        ),
        malformed(
            "appended-zeros",
            "name-missing",
            "Zero bytes behind the last section, as of a padded download.",
            after(vec![0; 16]),
        ),
    ]
}

fn cut() -> Vec<Draft> {
    let cut = |name, about, kept: usize| {
        refused(name, "body-changed", about, over(&three(), &three()[..kept]))
    };
    let file = signed(&one());
    let signature = file.len() - one().concat().len();
    vec![
        cut("cut-at-first-delimiter", "The file ends at its first delimiter.", 1),
        cut("cut-at-second-delimiter", "The file ends at its second delimiter.", 2),
        refused("cut-before-delimiter", "body-changed", "The last delimiter alone is gone.", {
            let mut parts = with_debug();
            let kept = parts[1].len() - delimiter(2).len();
            parts[1].truncate(kept);
            over(&with_debug(), &parts)
        }),
        refused(
            "cut-at-section",
            "body-changed",
            "The last section of the only part is gone.",
            over(&one(), &[standard()]),
        ),
        refused(
            "cut-to-nothing",
            "body-changed",
            "All sections behind the signature section are gone.",
            over(&three(), &[]),
        ),
        malformed(
            "cut-in-section",
            "section-leaves-file",
            "The last byte of the last section is gone.",
            file[..file.len() - 1].to_vec(),
        ),
        malformed(
            "cut-in-size",
            "truncated",
            "The file ends behind a section's id.",
            file[..signature + 1].to_vec(),
        ),
        malformed(
            "cut-in-signature",
            "section-leaves-file",
            "The file ends inside the signature section.",
            file[..signature - 1].to_vec(),
        ),
    ]
}

fn hashes() -> Vec<Draft> {
    let parts = three();
    let right = rolling(&parts);
    let [h1, h2, h3] = <[_; 3]>::try_from(right.clone()).expect("there are three");
    let of = |sets: &[Vec<u8>]| module(&data(sets), &three().concat());
    let signing = |hashes: &[_]| of(&[signed_set(&[ALICE], hashes)]);
    let pooled = |a: &[_], b: &[_]| of(&[signed_set(&[ALICE], a), signed_set(&[ALICE], b)]);
    let changed = |name, about, hashes: &[_]| refused(name, "body-changed", about, signing(hashes));
    vec![
        refused(
            "pooled-1-and-2",
            "not-covered",
            "One set has the first hash, another the other two.",
            pooled(&[h1], &[h2, h3]),
        ),
        refused(
            "pooled-2-and-1",
            "not-covered",
            "One set has the first two hashes, another the last.",
            pooled(&[h1, h2], &[h3]),
        ),
        refused(
            "pooled-with-stranger",
            "not-covered",
            "The key signs the first two hashes, a stranger all three.",
            of(&[signed_set(&[ALICE], &right[..2]), signed_set(&[BOB], &right)]),
        ),
        refused(
            "signature-of-other-set",
            "no-trusted-signature",
            "A signature over one hash in a set of three.",
            of(&[set(&right, &[signed_entry(ALICE, &[h1])])]),
        ),
        changed(
            "hash-last-alone",
            "The only signed hash is that of the whole body, of three parts.",
            &[h3],
        ),
        changed("hash-first-missing", "The first boundary has no hash.", &[h2, h3]),
        changed("hash-middle-missing", "The second boundary has no hash.", &[h1, h3]),
        changed("hash-first-wrong", "The first hash belongs to another body.", &[[7; 32], h2, h3]),
        changed(
            "hash-middle-wrong",
            "The second hash belongs to another body.",
            &[h1, [7; 32], h3],
        ),
        changed("hash-last-wrong", "The last hash belongs to another body.", &[h1, h2, [7; 32]]),
        changed("hashes-swapped", "The hashes are the right ones in another order.", &[h2, h1, h3]),
        changed("hash-repeated", "The last hash stands there twice.", &[h1, h2, h3, h3]),
        refused(
            "hash-last-missing",
            "not-covered",
            "The last part has no hash.",
            signing(&[h1, h2]),
        ),
        refused(
            "zero-hashes",
            "no-trusted-signature",
            "A valid signature over no hash at all.",
            signing(&[]),
        ),
    ]
}

fn empty() -> Vec<Draft> {
    let of = |hashes: &[_], body: &[u8]| module(&data(&[signed_set(&[ALICE], hashes)]), body);
    vec![
        refused(
            "zero-hashes-empty-body",
            "no-trusted-signature",
            "A valid signature over no hash, and no body.",
            of(&[], b""),
        ),
        refused(
            "empty-body-of-other",
            "body-changed",
            "No body, and a signature over one.",
            of(&rolling(&one()), b""),
        ),
        refused(
            "body-under-empty",
            "body-changed",
            "A body, and a signature over none.",
            of(&rolling(&[Vec::new()]), &one().concat()),
        ),
        refused(
            "empty-hash-first",
            "body-changed",
            "The hash of nothing before that of the body.",
            of(&rolling(&[Vec::new(), one().concat()]), &one().concat()),
        ),
    ]
}

fn stray() -> Vec<Draft> {
    let data = signed_data(&one());
    let signature = custom("signature", &data);
    let body = one().concat();
    let file = |sections: &[&[u8]]| [&MODULE[..], &sections.concat()].concat();
    let stray = |name, about, file| refused(name, "stray-signature", about, file);
    vec![
        stray(
            "signature-twice",
            "Two signature sections, one behind the other.",
            file(&[&signature, &signature, &body]),
        ),
        stray(
            "signature-at-end",
            "A second signature section at the end.",
            file(&[&signature, &body, &signature]),
        ),
        stray(
            "signature-last",
            "The only signature section is the last section.",
            file(&[&body, &signature]),
        ),
        stray(
            "signature-second",
            "The only signature section is the second section.",
            file(&[&types(), &signature, &body[types().len()..]]),
        ),
        stray(
            "signature-in-signed-body",
            "A second signature section that the first one covers.",
            signed(&[[standard(), custom("signature", b"")].concat()]),
        ),
        stray(
            "signature-in-part",
            "An empty signature section at the start of a signed part.",
            signed(&[
                [standard(), delimiter(1)].concat(),
                custom("signature", b"\x01\x01\x01\x00"),
            ]),
        ),
        stray(
            "signature-name-padded",
            "A second signature section whose name length is padded.",
            {
                let hidden = section(0, b"\x89\x80\x00signature");
                signed(&[[standard(), hidden].concat()])
            },
        ),
    ]
}
