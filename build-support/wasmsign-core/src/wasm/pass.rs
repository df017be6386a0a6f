//! One pass over a binary: its sections, the boundaries of its parts, the hash rolling through it.

use alloc::vec::Vec;

use super::body::{Body, Boundary, Embedded, Hashing, Visitor};
use super::section::{Kind, Section};
use crate::digest::{Hash, Identity};
use crate::limits::{MAX_HASHES_PER_SET, MAX_SIGNATURE_BYTES};
use crate::stream::chunks::{Pace, Run, Sink, Tee};
use crate::stream::hashes::RollingHashes;
use crate::stream::source::Source;

/// What a run of bytes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Region {
    /// The eight bytes that announce a module or component.
    Header,
    /// The embedded signature section.
    Signature,
    /// All sections behind it.
    Body,
}

/// Reads a binary from its first byte to its last.
///
/// The whole file is read even when an early byte decides against it: a module that is cut or
/// malformed is told from one that is merely not trusted.
pub(crate) fn read<V: Visitor>(
    mut input: impl Source,
    hashing: Hashing,
    visitor: &mut V,
) -> Result<Body, V::Error> {
    // Asked once a chunk, so that the code of a pass need not be there for every kind of input.
    let input: &mut dyn Source = &mut input;
    let mut pass = Pass::start(input, Pace::Full, hashing, visitor)?;
    while pass.step()? {}
    Ok(pass.finish().0)
}

/// As [`read`], without the hashes that are signed: the body has no boundaries, their ends stand beside it.
pub(crate) fn read_unhashed<V: Visitor>(
    mut input: impl Source,
    hashing: Hashing,
    visitor: &mut V,
) -> Result<(Body, Vec<u64>), V::Error> {
    let input: &mut dyn Source = &mut input;
    let mut pass = Pass::start(input, Pace::Full, hashing, visitor)?;
    while pass.step()? {}
    let ends = core::mem::take(&mut pass.ends);
    Ok((pass.finish().0, ends))
}

/// Where the bytes of a pass go: to the two hashes and to the visitor.
struct Hashes<V> {
    rolling: RollingHashes,
    hashing: Hashing,
    visitor: V,
}

/// The place of the signed hash, and that of the identity, which is there if somebody asked.
const BODY: usize = 0;
const IDENTITY: usize = 1;

impl<V: Visitor> Sink for Hashes<V> {
    type Label = Region;
    type Error = V::Error;

    fn run(&mut self, region: Region, run: Run) -> Result<(), V::Error> {
        #[cfg(feature = "whole-file")]
        self.visitor.file(&run, region == Region::Signature);
        if self.hashing.identifies() && region != Region::Signature {
            self.rolling.hash(IDENTITY, run.clone());
        }
        if region == Region::Body {
            if self.hashing.signs() {
                self.rolling.hash(BODY, run.clone());
            }
            self.visitor.body(run.bytes())?;
        }
        Ok(())
    }

    fn long_input(&mut self) {
        if self.hashing != Hashing::Nothing {
            self.rolling.call_threads();
        }
        #[cfg(feature = "whole-file")]
        self.visitor.long_file();
    }
}

/// A pass over a binary that goes on one section at a time.
pub(crate) struct Pass<I, V: Visitor> {
    tee: Tee<I, Hashes<V>>,
    kind: Kind,
    embedded: Option<Embedded>,
    /// The first section of the body, whose frame had to be read to know that it is no signature's.
    first: Option<Section>,
    misplaced_signature: Option<u64>,
    /// Ends of the boundaries that are noted.
    ends: Vec<u64>,
    /// How many boundaries there are.
    count: usize,
    /// End of the last one.
    last_end: u64,
}

impl<I: Source, V: Visitor> Pass<I, V> {
    /// Reads all that stands before the body.
    pub(crate) fn start(
        input: I,
        pace: Pace,
        hashing: Hashing,
        visitor: V,
    ) -> Result<Self, V::Error> {
        let rolling = RollingHashes::new(if hashing.identifies() { 2 } else { 1 });
        let hashes = Hashes { rolling, hashing, visitor };
        let mut tee = Tee::new(input, pace, Region::Header, hashes);
        let kind = tee.kind()?;
        tee.enter(Region::Body)?;
        let (embedded, first, misplaced_signature, ends) = (None, None, None, Vec::new());
        let mut pass =
            Self { tee, kind, embedded, first, misplaced_signature, ends, count: 0, last_end: 0 };
        pass.head()?;
        Ok(pass)
    }

    /// Reads the next section; `false` where there is none.
    pub(crate) fn step(&mut self) -> Result<bool, V::Error> {
        let next = match self.first.take() {
            Some(first) => Some(first),
            None => self.section()?,
        };
        let Some(section) = next else {
            self.end()?;
            return Ok(false);
        };
        self.content(&section)?;
        if section.is_signature() {
            self.misplaced_signature.get_or_insert(section.offset);
        }
        if section.is_delimiter() {
            self.boundary()?;
        }
        Ok(true)
    }

    /// What was found, after the last step.
    pub(crate) fn finish(self) -> (Body, V) {
        let total = self.tee.offset();
        let Hashes { mut rolling, hashing, visitor } = self.tee.sink;
        let whole = hashing.identifies().then(|| rolling.mark(IDENTITY));
        let whole = whole.and_then(|()| rolling.marks(IDENTITY).pop());
        let body = Body {
            kind: self.kind,
            embedded: self.embedded,
            misplaced_signature: self.misplaced_signature,
            boundaries: boundaries(&self.ends, rolling.marks(BODY)),
            boundary_count: self.count,
            total,
            identity: whole.filter(|_| self.misplaced_signature.is_none()).map(Identity::from),
        };
        (body, visitor)
    }

    fn head(&mut self) -> Result<(), V::Error> {
        self.first = self.section()?;
        if let Some(section) = self.first.take_if(|section| section.is_signature()) {
            self.embedded = Some(self.embedded(section)?);
        }
        self.tee.sink.visitor.body_starts(self.kind, self.embedded.as_ref())
    }

    fn section(&mut self) -> Result<Option<Section>, V::Error> {
        let section = self.tee.section()?;
        if let Some(section) = &section {
            self.tee.sink.visitor.section(section);
        }
        Ok(section)
    }

    /// Reads the content of a section of the body.
    fn content(&mut self, section: &Section) -> Result<(), V::Error> {
        #[cfg(feature = "manifest")]
        if self.tee.sink.visitor.wants(section) {
            let mut content = Vec::new();
            self.tee.append_content(section, &mut content)?;
            self.tee.sink.visitor.content(content);
            return Ok(());
        }
        self.tee.skip_content(section)
    }

    /// Reads the content of the signature section, whose frame was taken for the body's until here.
    fn embedded(&mut self, section: Section) -> Result<Embedded, V::Error> {
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

    fn end(&mut self) -> Result<(), V::Error> {
        if self.count == 0 || self.last_end < self.tee.offset() {
            self.boundary()?;
        }
        self.tee.flush()
    }

    fn boundary(&mut self) -> Result<(), V::Error> {
        self.count += 1;
        self.last_end = self.tee.offset();
        if self.count <= MAX_HASHES_PER_SET as usize {
            // Only a mark needs the bytes at once: a file may have a million delimiters.
            self.tee.flush()?;
            self.ends.push(self.last_end);
            if self.tee.sink.hashing.signs() {
                self.tee.sink.rolling.mark(BODY);
            }
        }
        Ok(())
    }
}

/// What is asked of a pass between two steps.
#[cfg(feature = "std")]
impl<I: Source, V: Visitor> Pass<I, V> {
    /// What stands before the body: the kind, and the signature section if there is one.
    pub(crate) fn before_body(&self) -> (Kind, Option<&Embedded>) {
        (self.kind, self.embedded.as_ref())
    }

    /// Offset of the first `signature` section seen in the body.
    pub(crate) fn misplaced_signature(&self) -> Option<u64> {
        self.misplaced_signature
    }

    /// How many boundaries were seen.
    pub(crate) fn boundary_count(&self) -> usize {
        self.count
    }

    /// The boundaries seen, as many as can be signed. Waits until their hashes are computed.
    pub(crate) fn boundaries(&mut self) -> Vec<Boundary> {
        boundaries(&self.ends, self.tee.sink.rolling.marks(BODY))
    }

    pub(crate) fn visitor(&mut self) -> &mut V {
        &mut self.tee.sink.visitor
    }
}

fn boundaries(ends: &[u64], hashes: Vec<Hash>) -> Vec<Boundary> {
    ends.iter().zip(hashes).map(|(&end, hash)| Boundary { end, hash }).collect()
}
