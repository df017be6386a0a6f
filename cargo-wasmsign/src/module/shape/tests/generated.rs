//! Rules that hold for whatever sections and wishes there are.

use sha2::{Digest, Sha256};
use wasmsign_core::SecretKey;
use wasmsign_core::inspect::inspect;

use super::bench::*;
use crate::exit::Exit;
use crate::module::shape::Delimiters;

/// Numbers that look random and are the same each time (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    fn pick(&mut self, from: &[&str]) -> String {
        from[self.below(from.len())].to_owned()
    }
}

const ANYWHERE: [&str; 4] = ["a", "b", "c", "@standard"];
const LAST: [&str; 3] = ["name", "producers", "target_features"];

/// The sections of a module as tools make them: those that are not custom in order, others between and behind them.
fn any_sections(numbers: &mut Numbers) -> Vec<String> {
    let mut sections = Vec::new();
    if numbers.below(4) == 0 {
        sections.push("dylink.0".to_owned());
    }
    for id in ["1", "3", "metadata.code.x", "10", "11"] {
        if numbers.below(4) > 0 {
            sections.push(id.to_owned());
        }
        if numbers.below(3) == 0 {
            sections.push(numbers.pick(&ANYWHERE));
        }
    }
    for name in LAST {
        sections.extend((numbers.below(2) == 0).then(|| name.to_owned()));
        sections.extend((numbers.below(4) == 0).then(|| numbers.pick(&ANYWHERE)));
    }
    sections
}

fn any_wishes(numbers: &mut Numbers) -> Wanted {
    const ALL: [&str; 9] = [
        "a",
        "b",
        "c",
        "@standard",
        "name",
        "producers",
        "target_features",
        "metadata.code.x",
        "dylink.0",
    ];
    let some = |numbers: &mut Numbers, one_in: usize, from: &[&str]| -> Vec<String> {
        from.iter().filter(|_| numbers.below(one_in) == 0).map(|name| (*name).to_owned()).collect()
    };
    let remove = some(numbers, 5, &["a", "b", "c", "name", "producers", "dylink.0"]);
    let embed = some(numbers, 5, &["a", "y", "z", "name", "producers"]);
    let parts = (numbers.below(4) > 0).then(|| {
        let mut parts = vec![Vec::new(); 1 + numbers.below(4)];
        for name in ALL.iter().chain(&["y", "z"]) {
            // Most of what has a place of its own stays with the rest, so that enough is not refused.
            let part = if numbers.below(3) == 0 { numbers.below(parts.len()) } else { 0 };
            parts[part].push((*name).to_owned());
        }
        parts
    });
    Wanted { remove, embed, parts }
}

/// HMAC-SHA256 by hand (RFC 2104), for keys of at most 64 bytes.
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let pad = |with: u8| -> Vec<u8> {
        (0..64).map(|index| key.get(index).copied().unwrap_or(0) ^ with).collect()
    };
    let inner = Sha256::digest([&pad(0x36), message].concat());
    Sha256::digest([&pad(0x5c)[..], &inner].concat()).into()
}

/// The delimiters of a body that ends with one, each made of what stands before it.
fn derived(secret: &SecretKey, body: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let pseudorandom = hmac(&[0; 32], &secret.sign(b"cargo-wasmsign delimiter v1"));
    let key = hmac(&pseudorandom, &[1]);
    assert_eq!(parts.concat().len(), body.len());
    parts.iter().fold(Vec::new(), |made, part| {
        let before = [&made[..], part].concat();
        let content = hmac(&key, &Sha256::digest(&before));
        [&before[..], &custom("signature_delimiter", &content[..16])].concat()
    })
}

#[test]
fn every_section_comes_through_once_in_its_order_and_part() {
    let secret = SecretKey::from_seed(&[9; 32]);
    let delimiters = Delimiters::of_signer(&secret).unwrap();
    let (mut done, mut refused) = (0, 0);
    for seed in 0..1000 {
        let mut numbers = Numbers(seed);
        let names = any_sections(&mut numbers);
        let wanted = any_wishes(&mut numbers);
        let before = sections(&names);
        match shape(&module(&before), &wanted, &delimiters) {
            Err(error) => {
                assert_eq!(error.exit(), Exit::Usage, "seed {seed}: {error}");
                refused += 1;
            }
            Ok((after, _)) => {
                assert_holds(&names, &before, &wanted, &after, seed);
                let again = shape(&module(&before), &wanted, &delimiters).unwrap().0;
                assert!(after == again, "seed {seed}");
                assert_delimited(&secret, &before, &wanted, &after, seed);
                done += 1;
            }
        }
    }
    assert!(done > 250 && refused > 250, "{done} done, {refused} refused");
}

fn assert_holds(names: &[String], before: &[Vec<u8>], wanted: &Wanted, after: &[u8], seed: u64) {
    let found = inspect(after).unwrap().sections;
    let found: Vec<_> = found.iter().filter(|section| !section.is_delimiter()).collect();
    let bytes = |section: &&wasmsign_core::wasm::Section| {
        after[section.offset as usize..section.end() as usize].to_vec()
    };
    let stays = |name: &String| name.parse::<u8>().is_ok() || !wanted.remove.contains(name);
    let kept =
        names.iter().zip(before).filter(|(name, _)| stays(name)).map(|(_, bytes)| bytes.clone());
    let added = wanted.embed.iter().map(|name| custom(name, name.repeat(2).as_bytes()));
    let mut expected: Vec<_> = kept.chain(added).collect();
    let mut there: Vec<_> = found.iter().map(bytes).collect();
    // Every section of the input has other bytes, so their order in it can be told from them.
    let position = |bytes: &Vec<u8>| before.iter().position(|section| section == bytes);
    for pair in found.windows(2) {
        let parts = [0, 1].map(|index: usize| wanted.part_of(pair[index].name()));
        assert!(parts[0] <= parts[1], "seed {seed}");
        let places = [0, 1].map(|index: usize| position(&bytes(&pair[index])));
        if let ([Some(one), Some(other)], true) = (places, parts[0] == parts[1]) {
            assert!(one < other, "seed {seed}");
        }
    }
    let ids: Vec<_> =
        found.iter().filter(|section| section.id != 0).map(|section| section.id).collect();
    assert!(ids.is_sorted(), "seed {seed}");
    assert_conventions(&found.iter().map(|section| section.name()).collect::<Vec<_>>(), seed);
    expected.sort();
    there.sort();
    assert_eq!(there, expected, "seed {seed}");
}

fn assert_conventions(names: &[Option<&str>], seed: u64) {
    let place = |wanted: &str| names.iter().position(|name| *name == Some(wanted));
    let last: Vec<_> = LAST.iter().filter_map(|name| place(name)).collect();
    assert!(last.is_sorted(), "seed {seed}");
    let standard = names.iter().rposition(Option::is_none);
    assert!(
        standard.zip(last.first().copied()).is_none_or(|(one, other)| one < other),
        "seed {seed}"
    );
    assert!(place("dylink.0").is_none_or(|place| place == 0), "seed {seed}");
}

fn assert_delimited(
    secret: &SecretKey,
    before: &[Vec<u8>],
    wanted: &Wanted,
    after: &[u8],
    seed: u64,
) {
    let plain = shape(&module(before), wanted, &Delimiters::None).unwrap().0;
    if wanted.parts.is_none() {
        assert!(after == plain, "seed {seed}");
        return;
    }
    let sections = inspect(&plain[..]).unwrap().sections;
    let parts =
        sections.chunk_by(|one, next| wanted.part_of(one.name()) == wanted.part_of(next.name()));
    let parts: Vec<_> = parts
        .map(|part| &plain[part[0].offset as usize..part[part.len() - 1].end() as usize])
        .collect();
    assert!(after[8..] == derived(secret, &plain[8..], &parts), "seed {seed}");
}
