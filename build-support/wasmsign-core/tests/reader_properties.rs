//! The verifying reader against the verifier, over generated and mutated files.

mod common;

use std::io::Read;

use common::generate::{Chunked, any_section};
use common::*;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use sha2::{Digest, Sha256};
use wasmsign_core::inspect::{Inspection, inspect};
use wasmsign_core::verify::{Prehashed, SignedHashes};
use wasmsign_core::{Policy, Require, SectionNames, Verified, Verifier, VerifyError};

fn any_part_or_section() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => any_section(),
        2 => any::<u8>().prop_map(delimiter),
        2 => vec(any::<u8>(), 0..9).prop_map(|content| custom("a", &content)),
    ]
}

/// Who signs how many of the hashes.
fn signers() -> impl Strategy<Value = Vec<(Vec<u8>, Index)>> {
    vec((vec(1..4_u8, 0..3), any::<Index>()), 0..4)
}

fn any_policy() -> impl Strategy<Value = Policy> {
    let require = prop_oneof![
        Just(Require::Any),
        Just(Require::All),
        Just(Require::AtLeast(2.try_into().expect("2 is not 0"))),
    ];
    (require, 0..3).prop_map(|(require, coverage)| {
        let policy = Policy::default().require(require);
        match coverage {
            0 => policy,
            1 => policy.prefix(),
            _ => policy.prefix_with(SectionNames::exactly(["a"])),
        }
    })
}

/// What happens to a file on its way.
#[derive(Debug, Clone)]
enum Mutation {
    None,
    Change(Index, u8),
    Cut(Index),
    Remove(Index),
    Append(Vec<u8>),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        3 => Just(Mutation::None),
        2 => (any::<Index>(), 1..=255_u8).prop_map(|(at, flip)| Mutation::Change(at, flip)),
        1 => any::<Index>().prop_map(Mutation::Cut),
        1 => any::<Index>().prop_map(Mutation::Remove),
        2 => any_part_or_section().prop_map(Mutation::Append),
    ]
}

impl Mutation {
    fn apply(self, file: &mut Vec<u8>) {
        match self {
            Self::None => {}
            Self::Change(at, flip) => {
                let at = at.index(file.len());
                file[at] ^= flip;
            }
            Self::Cut(at) => file.truncate(at.index(file.len())),
            Self::Remove(at) => {
                file.remove(at.index(file.len()));
            }
            Self::Append(bytes) => file.extend(bytes),
        }
    }
}

fn look(file: &[u8]) -> Inspection {
    inspect(file).expect("generated files are well-formed")
}

fn file_signed_by(sections: &[Vec<u8>], signers: &[(Vec<u8>, Index)]) -> Vec<u8> {
    let boundaries = look(&file(&[&sections.concat()])).boundaries;
    let hashes: Vec<_> = boundaries.iter().map(|boundary| boundary.hash).collect();
    let sets: Vec<_> = signers
        .iter()
        .map(|(seeds, count)| signed_set(seeds, &hashes[..=count.index(hashes.len())]))
        .collect();
    with_sets(&sets, &[&sections.concat()])
}

/// The file without its signature section, up to the offset `covered` in it.
/// What a platform computes for a prehashed.
fn hashes(prehashed: &Prehashed, file: &[u8]) -> Vec<[u8; 32]> {
    let offset = |offset: u64| usize::try_from(offset).expect("it is in memory");
    let hash = |&end: &u64| Sha256::digest(&file[offset(prehashed.start())..offset(end)]).into();
    prehashed.ends().iter().map(hash).collect()
}

/// All that a verdict says but the identity, which a prehashed module does not know.
fn told(verdict: &Result<Verified, VerifyError>) -> String {
    as_text(verdict, |told| {
        let (covered, whole) = (told.covered(), told.is_whole());
        format!("{covered} {whole} {:?} {:?}", told.signers(), told.ignored())
    })
}

/// The same of hashes that were computed elsewhere.
fn told_of_hashes(verdict: &Result<SignedHashes, VerifyError>) -> String {
    as_text(verdict, |told| {
        let (covered, whole) = (told.covered(), told.is_whole());
        format!("{covered} {whole} {:?} {:?}", told.signers(), told.ignored())
    })
}

fn as_text<T>(verdict: &Result<T, VerifyError>, told: impl Fn(&T) -> String) -> String {
    match verdict {
        Ok(verified) => told(verified),
        Err(VerifyError::Refused(refusal)) => {
            format!("{:?} {:?}", refusal.reason(), refusal.ignored())
        }
        Err(error) => error.to_string(),
    }
}

fn covered_bytes(file: &[u8], covered: u64) -> Vec<u8> {
    let seen = look(file);
    let signature = seen.sections.first().filter(|section| section.is_signature());
    let body = signature.map_or(8, |section| section.end() as usize);
    [&file[..8], &file[body..covered as usize]].concat()
}

/// Reads `limit` bytes at most, `count` at once.
fn read_some(reader: &mut impl Read, count: usize, limit: usize) -> Vec<u8> {
    let (mut out, mut buffer) = (Vec::new(), vec![0; count]);
    while out.len() < limit {
        match reader.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(count) => out.extend_from_slice(&buffer[..count]),
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn the_verdict_is_the_verifiers_and_only_covered_bytes_come_out(
        sections in vec(any_part_or_section(), 0..10), signers in signers(), mutation in mutation(),
        policy in any_policy(), seeds in vec(1..4_u8, 1..4), count in 1..300_usize,
        pattern in vec(0..200_usize, 1..9), limit in prop_oneof![Just(usize::MAX), 0..200_usize],
    ) {
        let intact = file_signed_by(&sections, &signers);
        let mut file = intact.clone();
        mutation.apply(&mut file);
        let builder = Verifier::builder(seeds.iter().map(|&seed| public(seed))).policy(policy);
        // Of fewer keys than are asked for there is no verifier.
        let Ok(verifier) = builder.with_identity().build() else { return Ok(()) };
        let verified = verifier.verify(&file[..]);

        let mut reader = verifier.reader(Chunked::new(&file, pattern.clone()));
        let out = read_some(&mut reader, count, limit);
        prop_assert_eq!(format!("{:?}", reader.finish()), format!("{verified:?}"));
        let unread = verifier.reader(Chunked::new(&file, pattern.clone())).finish();
        prop_assert_eq!(format!("{unread:?}"), format!("{verified:?}"));

        let prehashed = verifier.prehashed(&file[..]);
        let judged = prehashed.and_then(|prehashed| {
            let hashes = hashes(&prehashed, &file);
            prehashed.judge(&hashes)
        });
        prop_assert_eq!(told_of_hashes(&judged), told(&verified));

        let read_to_the_end = limit == usize::MAX;
        match &verified {
            Ok(verified) => {
                let covered = covered_bytes(&file, verified.covered());
                prop_assert!(covered.starts_with(&out));
                prop_assert!(!read_to_the_end || out == covered);
                let module = verifier.reader(&file[..]).into_module().expect("it verifies");
                prop_assert_eq!(module.covered_bytes(), covered);
            }
            // Of a file that is refused in the end, parts that were signed may have come out.
            Err(_) if read_to_the_end && !out.is_empty() => {
                let digest: [u8; 32] = Sha256::digest(&out[8..]).into();
                let signed = look(&intact).boundaries;
                prop_assert!(signed.iter().any(|boundary| boundary.hash == digest));
                prop_assert!(out.len() <= file.len());
            }
            Err(_) => {}
        }
    }
}
