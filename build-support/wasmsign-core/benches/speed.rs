//! Speed of the library: `cargo bench -p wasmsign-core`.
//!
//! On one core the figures are CPU time, for then no thread works beside the first:
//! `taskset -c 0 cargo bench -p wasmsign-core`.

use std::io::{Cursor, Read};
use std::sync::LazyLock;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use sha2::{Digest, Sha256};
use wasmsign_core::inspect::inspect;
use wasmsign_core::sign::{self, NewSignature};
use wasmsign_core::{Policy, Verifier};

#[path = "../tests/common/mod.rs"]
mod common;

use common::{custom, data, entry, file, message, public, rolling, secret, set, signature_section};

fn main() {
    divan::main();
}

/// 64 MiB in one custom section.
static LARGE: LazyLock<Vec<u8>> = LazyLock::new(|| file(&[&custom("z", &vec![0x5a; 64 << 20])]));

/// The same, signed.
static LARGE_SIGNED: LazyLock<Vec<u8>> = LazyLock::new(|| signed(&LARGE));

fn signed(module: &[u8]) -> Vec<u8> {
    let mut output = Cursor::new(Vec::with_capacity(module.len() + 200));
    sign::embed(Cursor::new(module), &mut output, &[signature(&secret(1))])
        .expect("the module is one that can be signed");
    output.into_inner()
}

fn signature(signer: &wasmsign_core::SecretKey) -> NewSignature<'_> {
    NewSignature::by(signer)
}

/// 64 MiB: what everything else is measured by, and what is made of it.
#[divan::bench_group(sample_count = 20)]
mod large {
    use super::*;

    #[divan::bench]
    fn sha256_alone(bencher: Bencher<'_, '_>) {
        let bytes = &LARGE_SIGNED[..];
        bencher.counter(BytesCount::of_slice(bytes)).bench(|| Sha256::digest(black_box(bytes)));
    }

    #[divan::bench]
    fn verify(bencher: Bencher<'_, '_>) {
        verify_with(bencher, &Verifier::new([public(1)]).expect("keys and policy fit together"));
    }

    #[divan::bench]
    fn verify_with_identity(bencher: Bencher<'_, '_>) {
        verify_with(
            bencher,
            &Verifier::builder([public(1)])
                .with_identity()
                .build()
                .expect("keys and policy fit together"),
        );
    }

    fn verify_with(bencher: Bencher<'_, '_>, verifier: &Verifier) {
        let bytes = &LARGE_SIGNED[..];
        bencher
            .counter(BytesCount::of_slice(bytes))
            .bench(|| verifier.verify(black_box(bytes)).expect("it is signed"));
    }

    /// Through a [`wasmsign_core::VerifyingReader`], which holds all of it until the end.
    #[divan::bench]
    fn read_verified(bencher: Bencher<'_, '_>) {
        let bytes = &LARGE_SIGNED[..];
        let verifier = Verifier::new([public(1)]).expect("keys and policy fit together");
        bencher.counter(BytesCount::of_slice(bytes)).bench(|| {
            let mut reader = verifier.reader(black_box(bytes)).with_cap(bytes.len());
            let mut chunk = vec![0; 1 << 16];
            while reader.read(&mut chunk).expect("it is signed") > 0 {}
            reader.finish().expect("it is signed")
        });
    }

    #[divan::bench]
    fn embed(bencher: Bencher<'_, '_>) {
        let (bytes, signer) = (&LARGE[..], secret(1));
        bencher
            .counter(BytesCount::of_slice(bytes))
            .with_inputs(|| Cursor::new(Vec::with_capacity(bytes.len() + 200)))
            .bench_values(|mut output| {
                sign::embed(Cursor::new(bytes), &mut output, &[signature(&signer)])
                    .expect("it can be signed");
                output
            });
    }
}

/// Time by the number of custom sections of ten bytes: a straight line.
#[divan::bench_group(sample_count = 20)]
mod custom_sections {
    use super::*;

    const COUNTS: [usize; 4] = [1_000, 10_000, 100_000, 1_000_000];

    fn module(count: usize) -> Vec<u8> {
        signed(&file(&[&custom("note", b"12345").repeat(count)]))
    }

    #[divan::bench(args = COUNTS)]
    fn verify(bencher: Bencher<'_, '_>, count: usize) {
        let (bytes, verifier) =
            (module(count), Verifier::new([public(1)]).expect("keys and policy fit together"));
        bencher
            .counter(BytesCount::of_slice(&bytes))
            .bench(|| verifier.verify(black_box(&bytes[..])).expect("it is signed"));
    }

    #[divan::bench(args = COUNTS)]
    fn look(bencher: Bencher<'_, '_>, count: usize) {
        let bytes = module(count);
        bencher
            .counter(BytesCount::of_slice(&bytes))
            .bench(|| inspect(black_box(&bytes[..])).expect("it is a module"));
    }
}

/// The most work that the caps allow a signature section to make.
mod worst_signature_section {
    use super::*;

    /// 64 sets of 64 hashes and 256 good signatures of somebody else, over a body that meets every hash.
    fn module(parts: usize) -> Vec<u8> {
        let body: Vec<Vec<u8>> = (0..parts).map(|at| common::delimiter(at as u8)).collect();
        let hashes = rolling(&common::slices(&body));
        let stranger = entry(&[0; 150], &secret(2).sign(&message(&hashes)));
        let sets = vec![set(&hashes, &vec![stranger; 256]); 64];
        file(&[&signature_section(&data(&sets)), &body.concat()])
    }

    #[divan::bench(args = [1, 64])]
    fn verify(bencher: Bencher<'_, '_>, parts: usize) {
        refuse_with(bencher, parts, Policy::default());
    }

    #[divan::bench(args = [1, 64])]
    fn verify_prefix(bencher: Bencher<'_, '_>, parts: usize) {
        refuse_with(bencher, parts, Policy::default().prefix());
    }

    fn refuse_with(bencher: Bencher<'_, '_>, parts: usize, policy: Policy) {
        let bytes = module(parts);
        let verifier = Verifier::builder((3..11).map(public))
            .policy(policy)
            .build()
            .expect("keys and policy fit together");
        bencher
            .counter(BytesCount::of_slice(&bytes))
            .bench(|| verifier.verify(black_box(&bytes[..])).expect_err("nobody we know signed"));
    }
}
