//! One pass over a binary: its sections, the boundaries of its parts, the hash rolling through it.

use std::io::{Read, Seek, SeekFrom};

use crate::digest::Identity;
use crate::error::{Error, NotSignable, Place, Result};
use crate::formats::sections::data::{DecodeError, Form, OVER_LENGTH, SignatureData};
use crate::limits::{MAX_HASHES_PER_SET, MAX_SIGNATURE_BYTES};
use crate::stream::chunks::{Pace, Region, Run, Sink, Tee};
use crate::stream::hashes::{Hash, Lanes};
use crate::wasm::section::{Kind, Section};

/// The end of a part: a delimiter, or the end of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boundary {
    /// Offset of the first byte behind the part.
    pub end: u64,
    /// SHA-256 of the body from its start to `end`.
    pub hash: [u8; 32],
}

/// What one pass over a binary has found.
#[derive(Debug, Clone)]
pub(crate) struct Body {
    pub(crate) kind: Kind,
    pub(crate) embedded: Option<Embedded>,
    /// Offset of the first `signature` section that is not the first section.
    pub(crate) stray_signature: Option<u64>,
    /// The boundaries, as many as can be signed.
    pub(crate) boundaries: Vec<Boundary>,
    /// How many boundaries there are.
    pub(crate) boundary_count: usize,
    /// Bytes of the file.
    pub(crate) total: u64,
    /// Null where a signature section is not first and alone, or nobody asked.
    pub(crate) identity: Option<Identity>,
}

/// The signature section at the head of a file.
#[derive(Debug, Clone)]
pub(crate) struct Embedded {
    pub(crate) section: Section,
    /// Its content, unless that is over [`MAX_SIGNATURE_BYTES`].
    pub(crate) data: Option<Vec<u8>>,
}

/// Who follows a pass while it runs.
pub(crate) trait Visitor {
    /// Sees each section, in order, the signature section too.
    fn section(&mut self, _section: &Section) {}

    /// Is told what stands before the body, once, before the first byte of it.
    fn body_starts(&mut self, _kind: Kind, _embedded: Option<&Embedded>) -> Result<()> {
        Ok(())
    }

    /// Sees every byte of the body, in order.
    fn body(&mut self, _bytes: &[u8]) -> Result<()> {
        Ok(())
    }
}

/// A visitor that only wants the result.
impl Visitor for () {}

/// Which hashes a pass computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hashing {
    /// None: the boundaries stay without.
    Nothing,
    /// That which is signed, at each boundary.
    Signed,
    /// The identity as well.
    SignedAndIdentity,
}

impl<V: Visitor> Visitor for &mut V {
    fn section(&mut self, section: &Section) {
        (**self).section(section);
    }

    fn body_starts(&mut self, kind: Kind, embedded: Option<&Embedded>) -> Result<()> {
        (**self).body_starts(kind, embedded)
    }

    fn body(&mut self, bytes: &[u8]) -> Result<()> {
        (**self).body(bytes)
    }
}

/// Reads a binary from its first byte to its last.
///
/// The whole file is read even when an early byte decides against it: a module that is cut or
/// malformed is told from one that is merely not trusted.
pub(crate) fn read(input: impl Read, hashing: Hashing, visitor: &mut impl Visitor) -> Result<Body> {
    let mut pass = Pass::start(input, Pace::Full, hashing, visitor)?;
    while pass.step()? {}
    Ok(pass.finish().0)
}

/// As [`read`], without any hash: the body has no boundaries, their ends stand beside it.
pub(crate) fn read_unhashed(
    input: impl Read,
    visitor: &mut impl Visitor,
) -> Result<(Body, Vec<u64>)> {
    let mut pass = Pass::start(input, Pace::Full, Hashing::Nothing, visitor)?;
    while pass.step()? {}
    let ends = std::mem::take(&mut pass.ends);
    Ok((pass.finish().0, ends))
}

/// Reads a binary from its first byte once more, and refuses one that is not what the first pass has found.
pub(crate) fn read_again(
    mut input: impl Read + Seek,
    first: &Body,
    visitor: &mut impl Visitor,
) -> Result<()> {
    let rewound = input.seek(SeekFrom::Start(0));
    rewound.map_err(|source| Error::Read { offset: 0, source })?;
    // Where each boundary has its hash, the last of them stands for every byte.
    let needs_identity = first.identity.is_some() && first.hashes().is_none();
    let hashing = if needs_identity { Hashing::SignedAndIdentity } else { Hashing::Signed };
    let second = read(input, hashing, visitor)?;
    let same = second.boundaries == first.boundaries
        && second.kind == first.kind
        && second.total == first.total
        && (!needs_identity || second.identity == first.identity);
    if same { Ok(()) } else { Err(Error::Changed) }
}

/// Where the bytes of a pass go: to the two hashes and to the visitor.
struct Hashes<V> {
    lanes: Lanes,
    hashing: Hashing,
    visitor: V,
}

/// The lane of the signed hash, and that of the identity, which is there if somebody asked.
const BODY: usize = 0;
const IDENTITY: usize = 1;

impl<V: Visitor> Sink for Hashes<V> {
    fn run(&mut self, region: Region, run: Run) -> Result<()> {
        if self.hashing == Hashing::SignedAndIdentity && region != Region::Signature {
            self.lanes.hash(IDENTITY, run.clone());
        }
        if region == Region::Body {
            if self.hashing != Hashing::Nothing {
                self.lanes.hash(BODY, run.clone());
            }
            self.visitor.body(run.bytes())?;
        }
        Ok(())
    }

    fn long_input(&mut self) {
        if self.hashing != Hashing::Nothing {
            self.lanes.call_threads();
        }
    }
}

/// A pass over a binary that goes on one section at a time.
pub(crate) struct Pass<R, V> {
    tee: Tee<R, Hashes<V>>,
    kind: Kind,
    embedded: Option<Embedded>,
    /// The first section of the body, whose frame had to be read to know that it is no signature's.
    first: Option<Section>,
    stray_signature: Option<u64>,
    /// Ends of the boundaries that are noted.
    ends: Vec<u64>,
    /// How many boundaries there are.
    count: usize,
    /// End of the last one.
    last_end: u64,
}

impl<R: Read, V: Visitor> Pass<R, V> {
    /// Reads all that stands before the body.
    pub(crate) fn start(input: R, pace: Pace, hashing: Hashing, visitor: V) -> Result<Self> {
        let lanes = Lanes::new(if hashing == Hashing::SignedAndIdentity { 2 } else { 1 });
        let hashes = Hashes { lanes, hashing, visitor };
        let mut tee = Tee::new(input, pace, hashes);
        let kind = tee.kind()?;
        tee.enter(Region::Body)?;
        let (embedded, first, stray_signature, ends) = (None, None, None, Vec::new());
        let mut pass =
            Self { tee, kind, embedded, first, stray_signature, ends, count: 0, last_end: 0 };
        pass.head()?;
        Ok(pass)
    }

    /// Reads the next section; `false` where there is none.
    pub(crate) fn step(&mut self) -> Result<bool> {
        let next = match self.first.take() {
            Some(first) => Some(first),
            None => self.section()?,
        };
        let Some(section) = next else {
            self.end()?;
            return Ok(false);
        };
        self.tee.skip_content(&section)?;
        if section.is_signature() {
            self.stray_signature.get_or_insert(section.offset);
        }
        if section.is_delimiter() {
            self.boundary()?;
        }
        Ok(true)
    }

    /// What stands before the body: the kind, and the signature section if there is one.
    pub(crate) fn before_body(&self) -> (Kind, Option<&Embedded>) {
        (self.kind, self.embedded.as_ref())
    }

    /// Offset of the first `signature` section seen in the body.
    pub(crate) fn stray_signature(&self) -> Option<u64> {
        self.stray_signature
    }

    /// How many boundaries were seen.
    pub(crate) fn boundary_count(&self) -> usize {
        self.count
    }

    /// The boundaries seen, as many as can be signed. Waits until their hashes are computed.
    pub(crate) fn boundaries(&mut self) -> Vec<Boundary> {
        boundaries(&self.ends, self.tee.sink.lanes.marks(BODY))
    }

    pub(crate) fn visitor(&mut self) -> &mut V {
        &mut self.tee.sink.visitor
    }

    /// What was found, after the last step.
    pub(crate) fn finish(self) -> (Body, V) {
        let total = self.tee.offset();
        let Hashes { mut lanes, hashing, visitor } = self.tee.sink;
        let whole = (hashing == Hashing::SignedAndIdentity).then(|| lanes.mark(IDENTITY));
        let whole = whole.and_then(|()| lanes.marks(IDENTITY).pop());
        let body = Body {
            kind: self.kind,
            embedded: self.embedded,
            stray_signature: self.stray_signature,
            boundaries: boundaries(&self.ends, lanes.marks(BODY)),
            boundary_count: self.count,
            total,
            identity: whole.filter(|_| self.stray_signature.is_none()).map(Identity::from),
        };
        (body, visitor)
    }

    fn head(&mut self) -> Result<()> {
        self.first = self.section()?;
        if let Some(section) = self.first.take_if(|section| section.is_signature()) {
            self.embedded = Some(self.embedded(section)?);
        }
        self.tee.sink.visitor.body_starts(self.kind, self.embedded.as_ref())
    }

    fn section(&mut self) -> Result<Option<Section>> {
        let section = self.tee.section()?;
        if let Some(section) = &section {
            self.tee.sink.visitor.section(section);
        }
        Ok(section)
    }

    /// Reads the content of the signature section, whose frame was taken for the body's until here.
    fn embedded(&mut self, section: Section) -> Result<Embedded> {
        self.tee.relabel(Region::Signature);
        let mut data = Vec::new();
        let small = section.end() - self.tee.offset() <= u64::from(MAX_SIGNATURE_BYTES);
        if small {
            self.tee.append_content(&section, &mut data)?;
        } else {
            self.tee.skip_content(&section)?;
        }
        self.tee.enter(Region::Body)?;
        Ok(Embedded { section, data: small.then_some(data) })
    }

    fn end(&mut self) -> Result<()> {
        if self.count == 0 || self.last_end < self.tee.offset() {
            self.boundary()?;
        }
        self.tee.flush()
    }

    fn boundary(&mut self) -> Result<()> {
        self.count += 1;
        self.last_end = self.tee.offset();
        if self.count <= MAX_HASHES_PER_SET as usize {
            // Only a mark needs the bytes at once: a file may have a million delimiters.
            self.tee.flush()?;
            self.ends.push(self.last_end);
            if self.tee.sink.hashing != Hashing::Nothing {
                self.tee.sink.lanes.mark(BODY);
            }
        }
        Ok(())
    }
}

fn boundaries(ends: &[u64], hashes: Vec<Hash>) -> Vec<Boundary> {
    ends.iter().zip(hashes).map(|(&end, hash)| Boundary { end, hash }).collect()
}

/// How many of the hashes are met, each at its own boundary, in order from the first.
pub(crate) fn boundaries_met(hashes: &[Hash], boundaries: &[Boundary]) -> usize {
    hashes.iter().zip(boundaries).take_while(|(hash, boundary)| **hash == boundary.hash).count()
}

impl Embedded {
    /// Bytes of the whole section.
    pub(crate) fn len(&self) -> u64 {
        self.section.end() - self.section.offset
    }

    /// Offset of the signature data in the file.
    pub(crate) fn origin(&self) -> u64 {
        self.section
            .custom
            .as_ref()
            .map_or(self.section.payload.start, |custom| custom.content.start)
    }

    /// The decoded signature data.
    pub(crate) fn decode(&self, form: Form) -> Result<SignatureData, DecodeError> {
        let data = self.data.as_deref().ok_or(OVER_LENGTH)?;
        SignatureData::decode(data, self.origin(), Place::Module, form)
    }
}

impl Body {
    /// Bytes of the file without its embedded signature section.
    pub(crate) fn unsigned_total(&self) -> u64 {
        self.total - self.embedded.as_ref().map_or(0, Embedded::len)
    }

    /// Refuses a `signature` section that is not first and alone.
    pub(crate) fn signature_is_alone(&self) -> Result<(), NotSignable> {
        match self.stray_signature {
            Some(offset) => Err(NotSignable::StraySignature { offset }),
            None => Ok(()),
        }
    }

    /// The identity, which the pass was asked for. Refuses a `signature` section that is not first and alone.
    pub(crate) fn lone_identity(&self) -> Result<Identity, NotSignable> {
        self.signature_is_alone()?;
        Ok(self.identity.expect("it was asked for, and null only with a stray signature section"))
    }

    /// The hash of every boundary; `None` where there are more than can be signed.
    pub(crate) fn hashes(&self) -> Option<Vec<Hash>> {
        let all_noted = self.boundaries.len() == self.boundary_count;
        all_noted.then(|| self.boundaries.iter().map(|boundary| boundary.hash).collect())
    }
}
