//! What the formats need that sign a file as a whole, computed while the file is read.

use std::collections::VecDeque;
use std::vec::Vec;

#[cfg(feature = "minisign")]
use blake2::Blake2b512;
#[cfg(feature = "minisign")]
use ed25519_dalek::StreamVerifier;
use sha2::{Digest, Sha256, Sha512};

use super::whole_file::FileDigest;
use crate::keys::PublicKey;
#[cfg(feature = "minisign")]
use crate::limits::MAX_KEYS_OVER_FILE;
use crate::stream::ReadError;
use crate::stream::chunks::{Run, Sink};
use crate::stream::hashes::{RollingHashes, State};

/// Digests over the same file, each of all but some bytes at its end.
pub(crate) struct FileDigests {
    hashes: RollingHashes<Hashing>,
    /// For each of them what is held back.
    tails: Vec<Tail>,
}

/// What came of one of them.
#[derive(Default)]
pub(crate) struct Digested {
    /// The digest; empty where the signature was verified instead.
    pub(crate) digest: Vec<u8>,
    /// For which keys it is valid then, by their indices.
    #[cfg_attr(not(feature = "minisign"), expect(dead_code, reason = "only minisign signs files"))]
    pub(crate) valid_under: Vec<bool>,
    /// Whether it was verified for all of those that may have made it.
    pub(crate) all_tried: bool,
    /// The bytes that were held back.
    pub(crate) trailer: Vec<u8>,
}

/// A digest that is wanted.
pub(crate) struct Wanted {
    pub(crate) digest: FileDigest,
    /// Bytes at the end that are not in it.
    pub(crate) trailer_bytes: usize,
    /// Whether the embedded signature section is in it.
    pub(crate) with_signature: bool,
}

/// One of them, as it goes.
pub(crate) enum Hashing {
    Sha256(Sha256),
    Sha512(Sha512),
    #[cfg(feature = "minisign")]
    Blake2b512(Blake2b512),
    #[cfg(feature = "minisign")]
    Verifying(Vec<Option<StreamVerifier>>, AllTried),
}

/// Whether each key was tried that may have made a signature over the file itself.
type AllTried = bool;

impl State for Hashing {
    fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(hash) => hash.update(bytes),
            Self::Sha512(hash) => hash.update(bytes),
            #[cfg(feature = "minisign")]
            Self::Blake2b512(hash) => hash.update(bytes),
            #[cfg(feature = "minisign")]
            Self::Verifying(keys, _) => keys.iter_mut().flatten().for_each(|key| key.update(bytes)),
        }
    }
}

impl Hashing {
    #[cfg_attr(not(feature = "minisign"), expect(unused, reason = "only minisign signs files"))]
    pub(crate) fn of(digest: &FileDigest, keys: &[PublicKey]) -> Self {
        match digest {
            FileDigest::Sha256 => Self::Sha256(Sha256::new()),
            FileDigest::Sha512(prefix) => Self::Sha512(Sha512::new_with_prefix(prefix)),
            #[cfg(feature = "minisign")]
            FileDigest::Blake2b512 => Self::Blake2b512(Blake2b512::new()),
            #[cfg(feature = "minisign")]
            FileDigest::Itself { signature, number } => {
                let (tried, all_tried) = likely(keys, number);
                let mut verifiers: Vec<_> = keys.iter().map(|_| None).collect();
                for index in tried {
                    verifiers[index] = keys[index].verify_stream(signature);
                }
                Self::Verifying(verifiers, all_tried)
            }
        }
    }

    /// What it came to: the trailer comes from elsewhere.
    pub(crate) fn finish(self) -> Digested {
        let digest = match self {
            Self::Sha256(hash) => hash.finalize().to_vec(),
            Self::Sha512(hash) => hash.finalize().to_vec(),
            #[cfg(feature = "minisign")]
            Self::Blake2b512(hash) => hash.finalize().to_vec(),
            #[cfg(feature = "minisign")]
            Self::Verifying(keys, all_tried) => {
                let is_valid = |key: Option<StreamVerifier>| {
                    key.is_some_and(|key| key.finalize_and_verify().is_ok())
                };
                let valid_under = keys.into_iter().map(is_valid).collect();
                return Digested { valid_under, all_tried, ..Digested::default() };
            }
        };
        Digested { digest, all_tried: true, ..Digested::default() }
    }
}

/// The keys under which a signature with this number over a file itself is verified, by their indices, and whether all are
/// among them that may have made it. For each the file is hashed: those whose number it is come first.
#[cfg(feature = "minisign")]
fn likely(keys: &[PublicKey], number: &[u8; 8]) -> (Vec<usize>, AllTried) {
    let has_it = |index: &usize| keys[*index].minisign_number_or_usual() == *number;
    let may_be_by = |index: &usize| {
        keys[*index].ed25519_bytes().is_some()
            && keys[*index].minisign_number().is_none_or(|known| known == *number)
    };
    let (mut first, mut others): (Vec<_>, Vec<_>) =
        (0..keys.len()).filter(may_be_by).partition(has_it);
    first.append(&mut others);
    let all_tried = first.len() <= MAX_KEYS_OVER_FILE;
    first.truncate(MAX_KEYS_OVER_FILE);
    (first, all_tried)
}

/// The last bytes so far, which may be the last of the file.
struct Tail {
    runs: VecDeque<Run>,
    length: usize,
    /// So many are held back.
    wanted: usize,
    with_signature: bool,
}

impl Tail {
    /// Takes a run, and gives up those that are not among the last bytes any more.
    fn push(&mut self, run: Run, mut give_up: impl FnMut(Run)) {
        self.length += run.bytes().len();
        self.runs.push_back(run);
        while self.length > self.wanted {
            let Some(first) = self.runs.pop_front() else { return };
            let surplus = self.length - self.wanted;
            let (front, rest) = first.split_at(surplus);
            self.length -= front.bytes().len();
            if !rest.bytes().is_empty() {
                self.runs.push_front(rest);
            }
            give_up(front);
        }
    }

    fn bytes(&self) -> Vec<u8> {
        self.runs.iter().flat_map(|run| run.bytes()).copied().collect()
    }
}

impl FileDigests {
    /// The digests that are wanted, for these keys.
    pub(crate) fn new(wanted: &[Wanted], keys: &[PublicKey]) -> Self {
        let tail = |wanted: &Wanted| Tail {
            runs: VecDeque::new(),
            length: 0,
            wanted: wanted.trailer_bytes,
            with_signature: wanted.with_signature,
        };
        Self {
            hashes: RollingHashes::of(
                wanted.iter().map(|wanted| Hashing::of(&wanted.digest, keys)),
            ),
            tails: wanted.iter().map(tail).collect(),
        }
    }

    /// Takes the next bytes of the file.
    pub(crate) fn take(&mut self, run: &Run, in_signature: bool) {
        for (index, tail) in self.tails.iter_mut().enumerate() {
            if tail.with_signature || !in_signature {
                tail.push(run.clone(), |run| self.hashes.hash(index, run));
            }
        }
    }

    /// The file is long enough to be worth a thread.
    pub(crate) fn call_threads(&mut self) {
        if !self.tails.is_empty() {
            self.hashes.call_threads();
        }
    }

    /// What came of them, in their order. The digests are of all but this number of bytes at the end, and of all but those
    /// that were held back where these are fewer.
    pub(crate) fn finish(self, left_out: usize) -> Vec<Digested> {
        self.finish_with(|_| left_out)
    }

    /// As [`FileDigests::finish`], with that number by the bytes that were held back.
    pub(crate) fn finish_with(self, mut left_out: impl FnMut(&[u8]) -> usize) -> Vec<Digested> {
        let trailers = self.tails.iter().map(Tail::bytes);
        let done = self.hashes.finish().into_iter().zip(trailers);
        done.map(|(mut hash, trailer)| {
            hash.update(&trailer[..trailer.len().saturating_sub(left_out(&trailer))]);
            Digested { trailer, ..hash.finish() }
        })
        .collect()
    }
}

/// As the sink of a file that is no module.
impl Sink for FileDigests {
    type Label = ();
    type Error = ReadError;

    fn run(&mut self, (): (), run: Run) -> Result<(), ReadError> {
        self.take(&run, false);
        Ok(())
    }

    fn long_input(&mut self) {
        self.call_threads();
    }
}
