//! What was really signed: a few modules, and a memory of who has signed which bytes of them.
//!
//! The secret keys are known to everybody: trust them nowhere.

use std::sync::LazyLock;

use wasmsign_core::formats::sections::SignatureSet;
use wasmsign_core::sign::{self, KeyId, NewSignature};
use wasmsign_core::wasm::Kind;
use wasmsign_core::{PublicKey, SecretKey};

use crate::encode::{leb, literal_set, plain_set};
use crate::model;

/// A module before anybody signed it.
pub struct Original {
    /// What its header says.
    pub kind: Kind,
    /// Its sections.
    pub sections: Vec<Vec<u8>>,
    /// Who has signed how many of its parts.
    pub signers: &'static [(u8, usize)],
}

/// One who has signed some bytes.
struct Statement {
    key: PublicKey,
    body: Vec<u8>,
    /// Where the signed parts of the body end.
    ends: Vec<usize>,
}

/// All the modules that were signed.
pub static ORIGINALS: LazyLock<Vec<Original>> = LazyLock::new(originals);

/// Every section of them.
pub static SECTIONS: LazyLock<Vec<&[u8]>> = LazyLock::new(|| {
    ORIGINALS.iter().flat_map(|original| &original.sections).map(|section| &section[..]).collect()
});

/// Every signature set made, module by module.
static SETS: LazyLock<Vec<Vec<SignatureSet>>> =
    LazyLock::new(|| ORIGINALS.iter().map(Original::sign).collect());

/// As they are deployed, with their length.
pub static PLAIN_SETS: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| SETS.iter().flatten().filter_map(plain_set).collect());

/// In the literal form.
pub static LITERAL_SETS: LazyLock<Vec<Vec<u8>>> =
    LazyLock::new(|| SETS.iter().flatten().filter_map(literal_set).collect());

static STATEMENTS: LazyLock<Vec<Statement>> =
    LazyLock::new(|| ORIGINALS.iter().flat_map(Original::statements).collect());

fn originals() -> Vec<Original> {
    let module = |sections: &[Vec<u8>], signers| Original {
        kind: Kind::Module,
        sections: sections.to_vec(),
        signers,
    };
    let parts = |code: &[u8]| {
        [
            section(1, b"types"),
            delimiter(1),
            custom("a", b"1"),
            section(10, code),
            delimiter(2),
            custom("b", b"2"),
        ]
    };
    let (padded, long) = ([padded_section(), delimiter(3), delimiter(4)], long_sections());
    let component = module(&[section(4, b"inner"), custom("a", b"3")], &[(1, 1)]);
    vec![
        module(&[], &[(1, 1)]),
        module(&[section(1, b"types"), custom("a", b"1")], &[(1, 1), (2, 1)]),
        module(&parts(b"code"), &[(1, 3), (2, 2), (3, 1)]),
        module(&parts(b"other"), &[(1, 3)]),
        module(&padded, &[(2, 2), (1, 2), (1, 1)]),
        Original { kind: Kind::Component, ..component },
        module(&[section(11, b"data"), delimiter(5)], &[(3, 1)]),
        module(&long, &[(1, 3), (2, 3), (2, 2)]),
    ]
}

/// Sections around the place where the library's chunks meet.
fn long_sections() -> [Vec<u8>; 5] {
    let first = custom("long", &vec![0; 256 * 1024 - 40]);
    [first, delimiter(6), section(10, b"code"), delimiter(7), custom("a", b"4")]
}

fn section(id: u8, payload: &[u8]) -> Vec<u8> {
    [&[id], &leb(payload.len())[..], payload].concat()
}

/// A custom section of little more than a content.
pub fn custom(name: &str, content: &[u8]) -> Vec<u8> {
    section(0, &[&leb(name.len()), name.as_bytes(), content].concat())
}

fn delimiter(number: u8) -> Vec<u8> {
    custom("signature_delimiter", &[number; 16])
}

/// A custom section `a` whose lengths are longer than they have to be.
fn padded_section() -> Vec<u8> {
    b"\0\x88\x80\0\x81\x80\x80\0axyz".to_vec()
}

impl Original {
    /// Its body.
    pub fn body(&self) -> Vec<u8> {
        self.sections.concat()
    }

    /// Where its parts end in the body.
    fn ends(&self) -> Vec<usize> {
        let file = unsigned(self.kind, &self.body());
        let frames = model::frames(&file).expect("originals are well-formed");
        model::part_ends(&frames, file.len()).into_iter().map(|end| end - 8).collect()
    }

    fn statements(&self) -> Vec<Statement> {
        let statement = |&(seed, parts): &(u8, usize)| Statement {
            key: public(seed),
            body: self.body(),
            ends: self.ends()[..parts].to_vec(),
        };
        self.signers.iter().map(statement).collect()
    }

    fn sign(&self) -> Vec<SignatureSet> {
        let (body, ends) = (self.body(), self.ends());
        let sets = self.signers.iter().map(|&(seed, parts)| {
            let file = unsigned(self.kind, &body[..ends[parts - 1]]);
            let (secret, key_id) = (secret(seed), KeyId::Auto);
            let signature = NewSignature { signer: &secret, key_id };
            let signed = sign::detached(&file[..], None, &[signature]);
            signed.expect("originals can be signed").data.sets
        });
        sets.flatten().collect()
    }

    /// The module with all its signatures.
    pub fn signed(&self) -> Vec<u8> {
        let place = ORIGINALS.iter().position(|original| std::ptr::eq(original, self));
        let sets = &SETS[place.expect("it is one of the originals")];
        let data = signature_data(&sets.iter().filter_map(plain_set).collect::<Vec<_>>());
        let header = self.kind.header();
        [&header, &custom("signature", &data)[..], &self.body()].concat()
    }
}

fn unsigned(kind: Kind, body: &[u8]) -> Vec<u8> {
    [&kind.header(), body].concat()
}

/// Signature data of these sets.
pub fn signature_data(sets: &[Vec<u8>]) -> Vec<u8> {
    [&[1, 1, 1][..], &leb(sets.len()), &sets.concat()].concat()
}

/// One of the keys 1, 2 and 3 that sign.
pub fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

/// Its public half.
pub fn public(seed: u8) -> PublicKey {
    static KEYS: LazyLock<Vec<PublicKey>> =
        LazyLock::new(|| (0..4).map(|seed| secret(seed).public_key().clone()).collect());
    KEYS[usize::from(seed)].clone()
}

/// Whether this key has signed a body that begins with these bytes and has a boundary behind them; if `whole`, one
/// that ends there.
pub fn has_signed(key: &PublicKey, bytes: &[u8], whole: bool) -> bool {
    let mut statements = STATEMENTS.iter().filter(|statement| statement.key == *key);
    statements.any(|statement| statement.covers(bytes, whole))
}

impl Statement {
    fn covers(&self, bytes: &[u8], whole: bool) -> bool {
        let place = self.ends.iter().position(|&end| end == bytes.len());
        let fits = place.is_some_and(|place| !whole || place + 1 == self.ends.len());
        fits && self.body.starts_with(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_signed_is_covered() {
        let body = ORIGINALS[2].body();
        let first_part = ORIGINALS[2].sections[..2].concat();
        assert!(has_signed(&public(1), &body, true));
        assert!(has_signed(&public(1), &first_part, false));
        assert!(!has_signed(&public(1), &first_part, true));
        assert!(has_signed(&public(3), &first_part, true));
        assert!(!has_signed(&public(3), &body, false));
        assert!(!has_signed(&public(1), &body[..5], false));
    }
}
