//! Memory that a reader takes. One test, so that nothing else in this process takes any.
#![cfg(target_os = "linux")]

mod common;

use std::io::{Cursor, Read};

use common::*;
use wasmsign_core::{Verifier, sign};

const MIB: u64 = 1 << 20;

/// A line of this process's status, in bytes.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("this process has a status");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("it has the line");
    let number = line.trim_matches([':', ' ', '\t', 'k', 'B']).parse::<u64>().expect("a number");
    number * 1024
}

/// A module of one custom section of so many zeros, which is nowhere in memory.
fn module(zeros: u64) -> impl Read {
    let name = b"\x04long";
    let mut frame = vec![0];
    let mut length = zeros + name.len() as u64;
    while length > 0x7f {
        frame.push(length as u8 | 0x80);
        length >>= 7;
    }
    frame.push(length as u8);
    Cursor::new([&MODULE[..], &frame, name].concat()).chain(std::io::repeat(0).take(zeros))
}

#[test]
fn bytes_under_a_cap_take_little_more_than_themselves() {
    let secret = secret(1);
    let signed = sign::detached(module(60 * MIB), None, &[by(&secret)]);
    let data = signed.expect("it can be signed").data.encode();
    let before = status("VmRSS");
    let reader = Verifier::new([public(1)])
        .expect("keys and policy fit together")
        .reader_detached(module(60 * MIB), &data);
    let (bytes, _) = reader.into_module().expect("it is signed").into_parts();
    let bytes = bytes.into_owned();
    let taken = status("VmHWM") - before;
    assert!(bytes.len() as u64 > 60 * MIB);
    assert!(bytes.capacity() < bytes.len() * 9 / 8 + 2 * MIB as usize, "{}", bytes.capacity());
    assert!(taken < 72 * MIB, "{} MiB for 60", taken / MIB);
}
