//! Every cap of this crate, each with its reason.
//!
//! A verifier works on input that an attacker chose. Its memory and time must follow the bytes that
//! are really there and these caps, never a number that the input claims.

/// Bytes read at once. Large enough that a system call costs nothing beside hashing, small enough
/// that all the buffers of one pass stay below 4 MiB.
pub(crate) const CHUNK_BYTES: usize = 256 * 1024;

/// Bytes asked for in one call where the input is looked at as it comes.
#[cfg(feature = "std")]
pub(crate) const PROMPT_BYTES: usize = 64 * 1024;

/// Runs of bytes, a chunk at most, that may wait for one hash.
#[cfg(feature = "std")]
pub(crate) const RUNS_IN_FLIGHT: usize = 4;

/// Bytes that a [`VerifyingReader`](crate::VerifyingReader) holds back at most until they are
/// verified, unless its caller says otherwise: larger than nearly every module, and harmless to a host.
pub const DEFAULT_HELD_BYTES: usize = 64 * 1024 * 1024;

/// Bytes of signature data, embedded or detached. It is held in memory whole; all that the other
/// caps allow at their sensible sizes fits in.
pub const MAX_SIGNATURE_BYTES: u32 = 4 * 1024 * 1024;

/// Signature sets in one signature section.
pub const MAX_SETS: u32 = 64;

/// Signatures in one set.
pub const MAX_ENTRIES_PER_SET: u32 = 256;

/// Hashes in one set, which is to say signed parts of one module.
pub const MAX_HASHES_PER_SET: u32 = 64;

/// Bytes of a key id.
pub const MAX_KEY_ID_BYTES: u32 = 255;

/// Public-key operations spent on one file, or twice the number of trusted keys where that is more: at some 50 µs each
/// a tenth of a second, and less than half a one with [`MAX_KEYS`], whatever the signature section holds and however the
/// file is read.
pub const MAX_PUBLIC_KEY_OPERATIONS: u32 = 1024;

/// Keys of one verifier: with more, the operations that one honest signature without a key id may cost would be a
/// way to keep a verifier busy.
pub const MAX_KEYS: usize = 4096;

/// Successions of one key: as many handovers as a key that changes every year has in sixteen years.
#[cfg(feature = "trust")]
pub const MAX_SUCCESSIONS: usize = 16;

/// Bytes of the envelope of a succession, which has some 700.
#[cfg(feature = "trust")]
pub const MAX_SUCCESSION_BYTES: usize = 64 * 1024;

/// Faults that are told of a trust file. A file of some megabytes can have a hundred thousand, and each has a line that must
/// be counted.
pub const MAX_TRUST_FAULTS: usize = 1000;

/// Signatures of an envelope: as many as of one set of a module.
#[cfg(feature = "dsse")]
pub const MAX_ENVELOPE_SIGNATURES: usize = MAX_ENTRIES_PER_SET as usize;

/// Bytes of a custom section's name: what WebAssembly engines accept at most.
pub const MAX_NAME_BYTES: u32 = 100_000;

/// Bytes of a module manifest: a hundred times those of a usual one. It is held in memory whole, and parsed.
#[cfg(feature = "manifest")]
pub const MAX_MANIFEST_BYTES: usize = 64 * 1024;

/// Sections that [`inspect`](crate::inspect::inspect) lists. No toolchain makes a thousandth of them, but a file of two
/// bytes a section can have fifty million. A list of so many, and what programs make of one, stays below
/// 200 MiB.
pub const MAX_LISTED_SECTIONS: usize = 65_536;

/// Bytes of the names in that list: as many as eighty of the longest names have.
pub const MAX_LISTED_NAME_BYTES: usize = 8 * 1024 * 1024;

/// Rounds of PBKDF2 that the passphrase of a key is put through: the most that RFC 8018 names, some seconds.
#[cfg(feature = "encrypted-keys")]
pub const MAX_PBKDF2_ROUNDS: u64 = 10_000_000;

/// Rounds of bcrypt that the passphrase of a key is put through: some seconds. ssh-keygen takes 24.
#[cfg(feature = "encrypted-keys")]
pub const MAX_BCRYPT_ROUNDS: u32 = 1024;

/// The work of scrypt, N·r·p, that the passphrase of a key is put through: some seconds, four times what minisign takes.
#[cfg(feature = "encrypted-keys")]
pub const MAX_SCRYPT_WORK: u64 = 1 << 25;

/// Bytes of memory, 128·N·r, that scrypt may take: as many as minisign has it take.
#[cfg(feature = "encrypted-keys")]
pub const MAX_SCRYPT_BYTES: u64 = 1 << 30;

/// Bytes of a comment in a signature of minisign, which itself takes some more.
#[cfg(feature = "minisign")]
pub const MAX_COMMENT_BYTES: usize = 4096;

/// Keys under which a signature of minisign over a file itself (`Ed`) is verified: for each of them the file is hashed. Those
/// whose number it names come first.
#[cfg(feature = "whole-file")]
pub const MAX_KEYS_OVER_FILE: usize = 16;

/// Bytes of an export section in which a signature of wasmsign 0.1 in symbol mode is looked for, to say that it is not read.
#[cfg(feature = "whole-file")]
pub(crate) const MAX_UNREAD_EXPORT_BYTES: u64 = 4 * 1024 * 1024;

/// Bytes of a varuint32.
pub(crate) const MAX_VARUINT32_BYTES: usize = 5;
