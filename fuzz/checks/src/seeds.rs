//! Writes the seeds; the same bytes every time.
//!
//! `cargo run -p fuzz-checks --bin fuzz-seeds [DIRECTORY]`

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use fuzz_checks::encode::leb;
use fuzz_checks::originals::{self, LITERAL_SETS, ORIGINALS, PLAIN_SETS, signature_data};
use fuzz_checks::text::{base64, hex, pem};
use fuzz_checks::{TARGETS, endorsed, minisign, model, oak, sshsig, wasm_sign, wasmsign1};
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
        "minisign" => minisigs(),
        "oak" => endorsements(),
        "secp256k1" => secp256k1_keys(),
        "sshsig" => ssh_signatures(),
        "wasm_sign" => at_the_end(&wasm_sign::SIGNED),
        "wasmsign1" => at_the_end(&wasmsign1::SIGNED),
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

/// Texts under their names.
fn texts<const N: usize>(seeds: [(&str, String); N]) -> Vec<Seed> {
    seeds.map(|(name, text)| (name.into(), text.into_bytes())).into()
}

fn minisigs() -> Vec<Seed> {
    let [hashed, pure] = &*minisign::SIGNED;
    texts([
        ("hashed.minisig", hashed.clone()),
        ("pure.minisig", pure.clone()),
        ("crlf.minisig", hashed.replace('\n', "\r\n")),
        ("comment-changed.minisig", hashed.replace("trusted comment: b", "trusted comment: c")),
        ("cut.minisig", hashed[..hashed.len() - 5].into()),
        ("more.minisig", format!("{hashed}more\n")),
        ("relabelled.minisig", hashed.replacen("\nRU", "\nRW", 1)),
        ("stray-cr.minisig", hashed.replace("trusted comment: b\n", "trusted comment: b\r\r\n")),
    ])
}

fn endorsements() -> Vec<Seed> {
    let one = &*oak::SIGNED;
    let blocks: Vec<_> = one.split_inclusive("-----\n").collect();
    let two = format!("{one}\n{one}");
    texts([
        ("one.endorsement", one.clone()),
        ("two.endorsement", two),
        ("crlf.endorsement", one.replace('\n', "\r\n")),
        ("no-hash.endorsement", blocks[..4].concat()),
        ("order.endorsement", [&blocks[4..], &blocks[..4]].concat().concat()),
        ("text-behind.endorsement", format!("{one}more\n")),
    ])
}

fn ssh_signatures() -> Vec<Seed> {
    let one = &*sshsig::SIGNED;
    texts([
        ("one.sig", one.clone()),
        ("crlf.sig", one.replace('\n', "\r\n")),
        ("text-behind.sig", format!("{one}more\n")),
        ("text-before.sig", format!("more\n{one}")),
        ("cut.sig", one[..one.len() - 40].into()),
    ])
}

fn at_the_end(signed: &[u8]) -> Vec<Seed> {
    let section = &signed[endorsed::MODULE.len()..];
    let seeds: [(&str, Vec<u8>); 6] = [
        ("signed.wasm", signed.to_vec()),
        ("bare.wasm", endorsed::MODULE.to_vec()),
        ("first.wasm", [&model::MODULE, section, &endorsed::MODULE[8..]].concat()),
        ("twice.wasm", [signed, section].concat()),
        ("behind.wasm", [signed, b"\0\x02\x01x"].concat()),
        ("cut.wasm", signed[..signed.len() - 1].to_vec()),
    ];
    seeds.map(|(name, bytes)| (name.into(), bytes)).into()
}

/// Key files, what is in them, and a signature.
fn secp256k1_keys() -> Vec<Seed> {
    let sec1 =
        [&b"\x30\x2e\x02\x01\x01\x04\x20"[..], &[1; 32], b"\xa0\x07\x06\x05\x2b\x81\x04\0\x0a"]
            .concat();
    let section = &wasm_sign::SIGNED[endorsed::MODULE.len()..];
    let file = pem("EC PRIVATE KEY", &sec1);
    let parameters = pem("EC PARAMETERS", b"\x06\x05\x2b\x81\x04\0\x0a");
    let seeds: [(&str, Vec<u8>); 6] = [
        ("secret.pem", file.clone().into_bytes()),
        ("secret-with-parameters.pem", format!("{parameters}{file}").into_bytes()),
        ("secret.der", sec1),
        ("public.pem", endorsed::EC.public_key().encode(KeyEncoding::Pem)),
        ("signature.der", section[14..14 + usize::from(section[13])].to_vec()),
        ("two.pem", format!("{file}{file}").into_bytes()),
    ];
    seeds.map(|(name, bytes)| (name.into(), bytes)).into()
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
