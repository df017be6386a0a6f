//! Speed of trust files: `cargo bench -p wasmsign-core --features trust --bench trust`.

use std::io::Cursor;
use std::sync::LazyLock;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use wasmsign_core::sign::{self, NewSignature};
use wasmsign_core::trust::{Time, Trust};
use wasmsign_core::{SecretKey, Verifier};

#[path = "../tests/common/mod.rs"]
mod common;

use common::{custom, file};

fn main() {
    divan::main();
}

fn secret(index: usize) -> SecretKey {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&index.to_le_bytes());
    SecretKey::from_seed(&seed)
}

/// 1,000 keys in ten roles, and 100 rules, of which the last asks for a role of all of them.
static TEXT: LazyLock<String> = LazyLock::new(|| {
    let mut text = String::from("version = 1\n");
    for index in 0..1000 {
        let key = secret(index).public_key().clone();
        text += &format!("[keys.k{index}]\npublic = \"{key}\"\nvalid-from = 2026-01-01\n");
    }
    let names = |keys: std::ops::Range<usize>| {
        keys.map(|key| format!("\"k{key}\"")).collect::<Vec<_>>().join(", ")
    };
    for role in 0..9 {
        text += &format!(
            "[roles.r{role}]\nkeys = [{}]\nthreshold = 2\n",
            names(role * 100..role * 100 + 100)
        );
    }
    text += &format!("[roles.all]\nkeys = [{}]\n", names(0..1000));
    for rule in 0..99 {
        text += &format!(
            "[[rules]]\nmodules = [\"plugins/{rule}/**\", \"*/{rule}.wasm\"]\nrequire = [\"r{}\"]\n",
            rule % 9
        );
    }
    text + "[[rules]]\nmodules = [\"**\"]\nrequire = [\"all\"]\n"
});

static TRUST: LazyLock<Trust> =
    LazyLock::new(|| Trust::load(&TEXT, |path| std::fs::read(path)).expect("it is right"));

fn time() -> Time {
    "2026-06-01".parse().expect("it is a time")
}

fn signed(module: &[u8]) -> Vec<u8> {
    let mut output = Cursor::new(Vec::with_capacity(module.len() + 200));
    let signer = secret(999);
    sign::embed(Cursor::new(module), &mut output, &[NewSignature::by(&signer)])
        .expect("it can be signed");
    output.into_inner()
}

/// A name that only the last of 100 rules matches, and a verifier for it with 1,000 keys.
#[divan::bench]
fn verifier_of_1000_keys_and_100_rules(bencher: Bencher<'_, '_>) {
    let trust = &*TRUST;
    bencher.bench(|| trust.verifier(black_box("some/where/else/codec.wasm"), time()).build());
}

/// The same, and a small module verified with it; the key is found by its id, so this is one signature check.
#[divan::bench]
fn decide_with_1000_keys_and_100_rules(bencher: Bencher<'_, '_>) {
    let (trust, module) = (&*TRUST, signed(&file(&[])));
    bencher.bench(|| {
        let verifier = trust.verifier(black_box("some/where/else/codec.wasm"), time()).build();
        verifier.verify_bytes(&module).expect("it is signed")
    });
}

/// What there is beside: one signature check of one key.
#[divan::bench]
fn verify_with_one_key(bencher: Bencher<'_, '_>) {
    let module = signed(&file(&[]));
    bencher.bench(|| {
        let verifier = Verifier::new([secret(999).public_key().clone()]).expect("there is a key");
        verifier.verify_bytes(&module).expect("it is signed")
    });
}

#[divan::bench(sample_count = 20)]
fn load_1000_keys_and_100_rules() -> Trust {
    Trust::load(black_box(&TEXT), |path| std::fs::read(path)).expect("it is right")
}

/// 64 MiB, by a trust file and by a key.
#[divan::bench_group(sample_count = 20)]
mod large {
    use super::*;

    static LARGE: LazyLock<Vec<u8>> =
        LazyLock::new(|| signed(&file(&[&custom("z", &vec![0x5a; 64 << 20])])));

    #[divan::bench]
    fn verify_by_a_trust_file(bencher: Bencher<'_, '_>) {
        let bytes = &LARGE[..];
        bencher.counter(BytesCount::of_slice(bytes)).bench(|| {
            let verifier = TRUST.verifier("codec.wasm", time()).build();
            verifier.verify(black_box(bytes)).expect("it is signed")
        });
    }

    #[divan::bench]
    fn verify_by_a_key(bencher: Bencher<'_, '_>) {
        let bytes = &LARGE[..];
        let verifier = Verifier::new([secret(999).public_key().clone()]).expect("there is a key");
        bencher
            .counter(BytesCount::of_slice(bytes))
            .bench(|| verifier.verify(black_box(bytes)).expect("it is signed"));
    }
}
