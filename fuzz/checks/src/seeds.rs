//! Writes the seeds; the same bytes every time.
//!
//! `cargo run -p fuzz-checks --bin fuzz-seeds [DIRECTORY]`

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use fuzz_checks::encode::leb;
use fuzz_checks::originals::{self, LITERAL_SETS, ORIGINALS, PLAIN_SETS, signature_data};
use fuzz_checks::text::{base64, hex};
use fuzz_checks::{TARGETS, model};
use wasmsign_core::{KeyEncoding, PublicKey, SecretKey};

/// Longer seeds only make the fuzzer slow.
const MAX_BYTES: usize = 4096;

type Seed = (String, Vec<u8>);

fn main() -> io::Result<()> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds");
    let directory = env::args_os().nth(1).map_or(seeds, PathBuf::from);
    for (target, _) in TARGETS {
        write(&directory.join(target), &seeds_of(target))?;
    }
    Ok(())
}

/// Adds to what is there: findings of the fuzzer are seeds as well.
fn write(directory: &Path, seeds: &[Seed]) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let short = seeds.iter().filter(|(_, bytes)| bytes.len() <= MAX_BYTES);
    short.into_iter().try_for_each(|(name, bytes)| fs::write(directory.join(name), bytes))
}

fn seeds_of(target: &str) -> Vec<Seed> {
    match target {
        "keys" => keys(),
        "sections" => modules(),
        "signature_data" => data(),
        _ => [modules(), recipes()].concat(),
    }
}

fn modules() -> Vec<Seed> {
    let modules = ORIGINALS.iter().enumerate();
    let signed =
        modules.map(|(place, original)| (format!("signed-{place}.wasm"), original.signed()));
    let bare = [&model::MODULE[..], &ORIGINALS[2].body()].concat();
    let shapes = [
        ("bare.wasm", bare.clone()),
        ("cut.wasm", bare[..bare.len() - 1].to_vec()),
        ("header.wasm", model::MODULE.to_vec()),
        ("stray.wasm", [&bare, &originals::custom("signature", b"")[..]].concat()),
        ("name-not-utf8.wasm", [&bare[..], b"\0\x03\x02\xc3\x28"].concat()),
        ("long-name.wasm", [&bare, &originals::custom(&"n".repeat(300), b"")[..]].concat()),
    ];
    signed.chain(shapes.map(|(name, bytes)| (name.into(), bytes))).collect()
}

fn data() -> Vec<Seed> {
    let mut seeds = Vec::new();
    for (form, sets) in [("deployed", &*PLAIN_SETS), ("literal", &*LITERAL_SETS)] {
        let one = |place: usize| signature_data(&sets[place..=place]);
        seeds.extend((0..sets.len()).map(|place| (format!("{form}-{place}.sig"), one(place))));
        seeds.push((format!("{form}-all.sig"), signature_data(sets)));
    }
    let set = |entry: &[u8]| [&[0, 1][..], &leb(entry.len()), entry].concat();
    let framed = |set: Vec<u8>| signature_data(&[[leb(set.len()), set].concat()]);
    let certificates = [&[0, 1, 64][..], &[7; 64], &[0]].concat();
    seeds.push(("none.sig".into(), signature_data(&[])));
    seeds.push(("certificates.sig".into(), framed(set(&certificates))));
    seeds.push(("unknown-algorithm.sig".into(), framed(set(b"\x02id\x02opaque"))));
    seeds.push(("wrong-length.sig".into(), framed(set(b"\x02id\x01\x03abc"))));
    seeds
}

/// What each piece of a recipe is, `attempt` says.
fn recipes() -> Vec<Seed> {
    let all = |original: u8| [4, original, 0, 255];
    let first = |original: u8, count: u8| [4, original, 0, count];
    let recipe = |shape: u8, coverage: u8, keys: u8, steps: &[&[u8]]| {
        [&[shape, coverage, keys, 3, 0, 50][..], &steps.concat()].concat()
    };
    let sets = [2, 3, 2, 4, 2, 5];
    let seeds = [
        ("whole", recipe(0, 0, 1, &[&[2, 0]])),
        ("parts", recipe(0, 1, 1, &[&sets, &all(2)])),
        ("stripped", recipe(0, 1, 1, &[&sets, &first(2, 5)])),
        ("stripped-and-appended", recipe(0, 2, 2, &[&sets, &first(2, 5), &[6, 4, 0, 2, 1, 98]])),
        ("both-required", recipe(0, 4, 2, &[&sets, &all(2)])),
        ("two-required", recipe(0, 7, 3, &[&sets, &all(2)])),
        ("parts-of-two", recipe(0, 1, 1, &[&sets, &first(2, 2), &[4, 3, 2, 255]])),
        ("literal", recipe(0, 0xe0, 2, &[&sets, &all(2)])),
        ("detached", recipe(6, 1, 2, &[&sets, &all(2)])),
        ("detached-over-embedded", recipe(4, 1, 2, &[&sets, &all(2)])),
        ("component", recipe(1, 0, 5, &[&[2, 10], &all(5)])),
        ("long", recipe(0, 1, 2, &[&[2, 12, 2, 13, 2, 14], &all(7)])),
        ("long-changed", recipe(0, 1, 2, &[&[2, 12], &all(7), &[9, 0, 255, 255, 1]])),
        ("stray", recipe(0, 1, 2, &[&sets, &all(2), &[8, 1, 1]])),
        ("removed", recipe(0, 1, 2, &[&sets, &all(2), &[9, 2, 1, 200, 1]])),
        ("cut", recipe(0, 1, 2, &[&sets, &all(2), &[9, 3, 4]])),
    ];
    seeds.map(|(name, bytes)| (format!("{name}.recipe"), bytes)).into()
}

fn keys() -> Vec<Seed> {
    let (secret, public) = (originals::secret(1), originals::public(1));
    let mut seeds = vec![
        ("container".into(), container(&secret, &public)),
        ("line".into(), [&string(b"ssh-ed25519")[..], &string(public.as_bytes())].concat()),
        (
            "public.der".into(),
            [&b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\0"[..], public.as_bytes()].concat(),
        ),
        (
            "secret.der".into(),
            [&b"\x30\x2e\x02\x01\0\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20"[..], &[1; 32]]
                .concat(),
        ),
    ];
    for (name, encoding) in [
        ("pem", KeyEncoding::Pem),
        ("compact", KeyEncoding::Compact),
        ("ssh", KeyEncoding::OpenSsh),
    ] {
        seeds.push((format!("public.{name}"), public.encode(encoding)));
        seeds.push((format!("secret.{name}"), secret.encode(encoding).to_vec()));
    }
    let compact = public.encode(KeyEncoding::Compact);
    seeds.push(("public.hex".into(), hex(&compact).into()));
    seeds.push(("public.base64".into(), base64(&compact).into()));
    seeds
}

/// The inside of an OpenSSH key file.
fn container(secret: &SecretKey, public: &PublicKey) -> Vec<u8> {
    let compact = secret.encode(KeyEncoding::Compact);
    let line = [string(b"ssh-ed25519"), string(public.as_bytes())].concat();
    let private =
        [&[0; 8], &line[..], &string(&compact[1..]), &string(b""), &[1, 2, 3, 4, 5]].concat();
    let head = [string(b"none"), string(b"none"), string(b""), vec![0, 0, 0, 1]].concat();
    [&b"openssh-key-v1\0"[..], &head, &string(&line), &string(&private)].concat()
}

fn string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("it is short");
    [&length.to_be_bytes(), bytes].concat()
}
