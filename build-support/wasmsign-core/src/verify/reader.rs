//! Reading a binary and verifying it at once.

use std::borrow::Cow;
use std::boxed::Box;
use std::fmt;
use std::io::{self, Read};
use std::mem;
use std::string::ToString;
use std::sync::Arc;
use std::vec::Vec;

use super::coverage::{self, Seen};
use super::error::VerifyError;
use super::held::{Held, Holding};
use super::judge::{Criteria, Signatures};
use super::module::VerifiedModule;
use super::notes::Notes;
use super::search::{Search, Work};
use super::verdict::Verified;
use crate::limits::{DEFAULT_HELD_BYTES, MAX_HASHES_PER_SET};
use crate::stream::ReadError;
use crate::stream::chunks::Pace;
use crate::stream::source::Reader;
use crate::wasm::pass::Pass;

/// Reads a binary and gives out its bytes as far as they are verified; made by [`Verifier::reader`](crate::Verifier::reader).
///
/// The bytes are those of the file **without its embedded signature section**: header and body exactly as they
/// stand there, the bytes of which the [`Identity`](crate::Identity) is the digest. Header and covered body
/// come out, and nothing behind them.
///
/// # What is read is provisional
///
/// A byte comes out only once enough trusted keys are known to have signed it. But whether the *file* is to be
/// trusted is decided at its end: a section that a prefix must hold may lie behind it, the file may be torn, or a
/// second signature section may turn up. So:
///
/// - what [`Read::read`] gives may be parsed and compiled, but must not run, and nothing that was made of it may
///   be kept, before
/// - [`VerifyingReader::finish`] has given a [`Verified`]. Its verdict is always that of [`Verifier::verify`](crate::Verifier::verify) for the
///   same file.
///
/// A host that cannot do anything with half a module calls [`VerifyingReader::into_module`] and has both at once.
///
/// The end of the stream (`Ok(0)`) comes only after a positive verdict, so that a cut file never looks like
/// a whole one: in every other case an error stands in its place.
///
/// # Whole files and prefixes
///
/// Where the policy asks for the **whole** file (the default), nothing is certain before its end: the bytes
/// are held in memory up to the cap, and come out all at once.
///
/// With [`Policy::prefix`](crate::Policy::prefix), a part comes out as soon as its delimiter was read and
/// the hash up to there is one that enough keys have signed. The host works on it while the rest still arrives, and
/// one part at most is held. A part that no candidate set meets ends the stream for the caller; what is
/// behind it is read, to know the verdict, and never given out. (Where several keys count that reach
/// differently far, parts that only some of them have signed are held back until it is clear that they
/// are covered by all.)
///
/// Where the policy names a package or a version, no byte comes out before a module manifest that agrees was read in the
/// covered part: **nothing of a module of another package or version is given out**. Parts before the one with the
/// manifest are held until then, so a publisher does best to have it in the first. A second manifest in a later part is
/// refused at the end, as everything else that turns up there.
///
/// # Errors
///
/// [`Read::read`] fails with the error that `finish` would give, and goes on to fail in the same way. The
/// [`io::Error`] wraps a [`VerifyError`], for `error.get_ref()` and
/// [`downcast_ref`](std::error::Error#method.downcast_ref):
///
/// | kind | error |
/// | --- | --- |
/// | [`InvalidData`](io::ErrorKind::InvalidData) | [`VerifyError::Malformed`] |
/// | [`PermissionDenied`](io::ErrorKind::PermissionDenied) | [`VerifyError::Refused`] |
/// | [`FileTooLarge`](io::ErrorKind::FileTooLarge) | [`VerifyError::OverCap`] |
/// | that of the inner reader's error | [`VerifyError::Read`] |
///
/// The inner reader has to block: an error of the kind `WouldBlock` is an error as any other. Where the
/// length of the stream is not bounded, bound it ([`Read::take`]): refusals come at its end.
///
/// # Example
///
/// ```
/// use std::io::Read;
/// # use wasmsign_core::{Policy, SecretKey, Verifier, sign};
/// # let secret = SecretKey::from_seed(&[7; 32]);
/// # let delimited = b"\0asm\x01\0\0\0\x01\x01\0\0\x14\x13signature_delimiter";
/// # let signer = sign::NewSignature::by(&secret);
/// # let mut signed = std::io::Cursor::new(Vec::new());
/// # sign::embed(std::io::Cursor::new(delimited), &mut signed, &[signer])?;
/// # let (download, public) = (signed.get_ref().as_slice(), secret.public_key().clone());
/// # struct Compiler(Vec<u8>);
/// # impl Compiler {
/// #     fn push(&mut self, bytes: &[u8]) { self.0.extend_from_slice(bytes) }
/// #     fn run(self) { assert_eq!(self.0.len(), 33) }
/// # }
/// # let mut compiler = Compiler(Vec::new());
/// let verifier = Verifier::builder([public]).policy(Policy::default().prefix()).build()?;
/// let mut reader = verifier.reader(download).with_cap(16 << 20);
///
/// let mut provisional = [0; 4096];
/// loop {
///     match reader.read(&mut provisional)? {
///         0 => break,
///         count => compiler.push(&provisional[..count]),
///     }
/// }
/// let verified = reader.finish()?;
/// compiler.run(); // not a line earlier
/// # assert_eq!(verified.covered(), verified.total());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "what is read is provisional until `finish` gives a `Verified`"]
pub struct VerifyingReader<R> {
    criteria: Arc<Criteria>,
    detached: Option<Vec<u8>>,
    /// Bytes that may be held; `None` where nobody will read them.
    cap: Option<usize>,
    /// Bytes that the caller has.
    taken: u64,
    state: State<R>,
}

enum State<R> {
    /// Nothing was read.
    Fresh(R),
    /// Between two sections.
    Running(Box<Running<R>>),
    /// The file was read to its end and is trusted. What the caller has not taken is left.
    Trusted(Box<Verified>, Held),
    /// It is not.
    Failed(VerifyError),
    /// The inner reader has panicked.
    Lost,
}

struct Running<R> {
    pass: Pass<Reader<R>, Holding>,
    signatures: Signatures,
    /// What the search has done, before the end and there.
    work: Work,
}

impl<R: Read> VerifyingReader<R> {
    pub(super) fn new(criteria: &Arc<Criteria>, detached: Option<&[u8]>, module: R) -> Self {
        let detached = detached.map(<[u8]>::to_vec);
        let (criteria, cap) = (Arc::clone(criteria), Some(DEFAULT_HELD_BYTES));
        Self { criteria, detached, cap, taken: 0, state: State::Fresh(module) }
    }

    /// Sets how many bytes may be held until they are verified: the whole file without its signature section,
    /// in prefix mode the header with the first part, or any other part. More is [`VerifyError::OverCap`].
    /// At first [`DEFAULT_HELD_BYTES`].
    ///
    /// Over the cap reading fails at once, also where the file would have been refused at its end. Where several
    /// parts wait for a later one (several keys, or more worthless signatures than are tried), the cap counts
    /// all of them.
    ///
    /// Beside these, a few hundred KiB to a few MiB are used, whatever the file's length. Has no effect once
    /// something was read.
    pub fn with_cap(mut self, bytes: usize) -> Self {
        self.cap = Some(bytes);
        self
    }

    /// Reads to the end of the file, gives nothing more out, and decides. Needs no reading before, and then
    /// holds nothing: the cap does not matter.
    ///
    /// # Errors
    ///
    /// As [`Verifier::verify`](crate::Verifier::verify). Where reading has failed before, the error that it failed with.
    pub fn finish(mut self) -> Result<Verified, VerifyError> {
        loop {
            match self.state {
                State::Trusted(verified, _) => return Ok(*verified),
                State::Failed(error) => return Err(error),
                State::Fresh(_) => self.cap = None,
                State::Running(ref mut running) => running.pass.visitor().held.close(),
                State::Lost => {}
            }
            self.advance();
        }
    }

    /// Reads to the end of the file, and gives all that is covered together with the proof for it.
    ///
    /// Takes little more memory than there are bytes. The bytes are those without the embedded signature section, and the
    /// offsets in the proof count in them: [`Verified::covered`] is their number. All else in it is as
    /// [`VerifyingReader::finish`] gives it.
    ///
    /// ```
    /// # use wasmsign_core::{SecretKey, Verifier, sign};
    /// # let secret = SecretKey::from_seed(&[7; 32]);
    /// # let signer = sign::NewSignature::by(&secret);
    /// # let mut signed = std::io::Cursor::new(Vec::new());
    /// # sign::embed(std::io::Cursor::new(b"\0asm\x01\0\0\0"), &mut signed, &[signer])?;
    /// # let (file, public) = (signed.into_inner(), secret.public_key().clone());
    /// # let instantiate = |module: &[u8]| assert_eq!(module, b"\0asm\x01\0\0\0");
    /// let module = Verifier::new([public])?.reader(&file[..]).into_module()?;
    /// instantiate(module.covered_bytes());
    /// # assert_eq!(module.verified().signers().len(), 1);
    /// # Ok::<(), wasmsign_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`VerifyingReader::finish`], and [`VerifyError::OverCap`]. In prefix mode the cap is one for each
    /// part, not for all the bytes that this gives: bound these with [`Read::take`] on the file.
    /// [`VerifyError::PartlyRead`] where bytes were taken before, which the proof would be about too.
    pub fn into_module(mut self) -> Result<VerifiedModule<'static>, VerifyError> {
        if self.taken > 0 {
            return Err(VerifyError::PartlyRead { count: self.taken });
        }
        loop {
            match self.state {
                State::Trusted(verified, held) => {
                    let bytes = Cow::Owned(held.into_released());
                    return Ok(VerifiedModule::new(bytes, verified.without_signature_section()));
                }
                State::Failed(error) => return Err(error),
                State::Fresh(_) | State::Running(_) | State::Lost => self.advance(),
            }
        }
    }
}

impl<R: Read> Read for VerifyingReader<R> {
    /// Gives out verified bytes. Provisional: see [`VerifyingReader`].
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.give(buffer)?;
        self.taken += count as u64;
        Ok(count)
    }
}

impl<R: Read> VerifyingReader<R> {
    /// Moves verified bytes to `buffer`, as soon as there are some.
    fn give(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !buffer.is_empty() {
            match &mut self.state {
                State::Trusted(_, held) => return Ok(held.take(buffer)),
                State::Failed(error) => return Err(io_error(again(error))),
                State::Running(running) => match running.pass.visitor().held.take(buffer) {
                    0 => {}
                    count => return Ok(count),
                },
                State::Fresh(_) | State::Lost => {}
            }
            self.advance();
        }
        Ok(0)
    }

    /// Takes the state one section further.
    fn advance(&mut self) {
        let advanced = match mem::replace(&mut self.state, State::Lost) {
            State::Fresh(module) => self.start(module),
            State::Running(running) => self.step(running),
            State::Lost => Err(lost()),
            settled => Ok(settled),
        };
        self.state = advanced.unwrap_or_else(State::Failed);
    }

    /// Reads what stands before the body.
    fn start(&self, module: R) -> Result<State<R>, VerifyError> {
        let (held, criteria) = (Held::new(self.cap), Arc::clone(&self.criteria));
        let holding = Holding { held, criteria, notes: Notes::default() };
        let module = Reader::new(module);
        let pass = Pass::start(module, Pace::Prompt, self.criteria.hashing(), holding)?;
        let (_, embedded) = pass.before_body();
        let signatures = self.criteria.signatures(self.detached.as_deref(), embedded);
        let mut running = Box::new(Running { pass, signatures, work: self.criteria.work() });
        self.close_if_refused(&mut running);
        Ok(State::Running(running))
    }

    /// Reads one section.
    fn step(&self, mut running: Box<Running<R>>) -> Result<State<R>, VerifyError> {
        let boundaries_before = running.pass.boundary_count();
        if running.pass.step()? {
            self.close_if_refused(&mut running);
            if running.pass.boundary_count() > boundaries_before {
                self.release(&mut running);
            }
            return Ok(State::Running(running));
        }
        let Running { pass, signatures, mut work } = *running;
        let (body, Holding { mut held, notes, .. }) = pass.finish();
        let verified = self.criteria.judge(&body, &notes, signatures, &mut work)?;
        held.release(verified.covered());
        held.close();
        Ok(State::Trusted(Box::new(verified), held))
    }

    /// Holds nothing any more of a file that is certain to be refused.
    fn close_if_refused(&self, running: &mut Running<R>) {
        let (kind, _) = running.pass.before_body();
        let frame = self.criteria.frame(Some(kind), running.pass.misplaced_signature(), None);
        if frame.is_err() || running.signatures.decoded.is_err() {
            running.pass.visitor().held.close();
        }
    }

    /// Releases what is certain at the boundary that was just read.
    fn release(&self, running: &mut Running<R>) {
        let Running { pass, signatures, work } = running;
        let (Ok(data), true) = (&signatures.decoded, pass.visitor().held.is_open()) else { return };
        let count = pass.boundary_count();
        // No boundary behind those that can be signed changes anything, and an unsigned file is one only at its end.
        let partly = self.criteria.policy.takes_prefix() && !self.criteria.may_be_unsigned();
        if !partly || count > MAX_HASHES_PER_SET as usize + 1 {
            return;
        }
        let seen = Seen {
            boundaries: &pass.boundaries(),
            boundary_count: count,
            required_end: pass.visitor().notes.required_end,
            #[cfg(feature = "trust")]
            total: 0,
        };
        let Holding { held, notes, .. } = pass.visitor();
        let manifest = |covered| self.criteria.manifest(notes, covered);
        let asked = self.criteria.asked(&manifest);
        let mut search = Search::new(data, &self.criteria.keys, work);
        let so_far = coverage::so_far(&asked, &seen, &mut search);
        held.release(so_far.certain);
        if !so_far.open {
            held.close();
        }
    }
}

/// The same error once more, for those who read on after a failure.
fn again(error: &VerifyError) -> VerifyError {
    match error {
        VerifyError::Malformed(fault) => fault.clone().into(),
        VerifyError::Refused(refusal) => VerifyError::Refused(refusal.clone()),
        &VerifyError::OverCap { offset, cap } => VerifyError::OverCap { offset, cap },
        VerifyError::Read(ReadError { offset, source }) => {
            let source = match source.raw_os_error() {
                Some(code) => io::Error::from_raw_os_error(code),
                None => io::Error::new(source.kind(), source.to_string()),
            };
            ReadError::new(*offset, source).into()
        }
        // Nothing else comes from reading and verifying.
        other => ReadError::new(0, io::Error::other(other.to_string())).into(),
    }
}

fn io_error(error: VerifyError) -> io::Error {
    let kind = match &error {
        VerifyError::Malformed(_) => io::ErrorKind::InvalidData,
        VerifyError::Refused(_) => io::ErrorKind::PermissionDenied,
        VerifyError::OverCap { .. } => io::ErrorKind::FileTooLarge,
        VerifyError::Read(error) => error.source.kind(),
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
}

fn lost() -> VerifyError {
    ReadError::new(0, io::Error::other("the inner reader has panicked")).into()
}

impl<R> fmt::Debug for VerifyingReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Fresh(_) => "fresh",
            State::Running(_) => "running",
            State::Trusted(..) => "trusted",
            State::Failed(_) => "failed",
            State::Lost => "lost",
        };
        f.debug_struct("VerifyingReader")
            .field("criteria", &self.criteria)
            .field("cap", &self.cap)
            .field("state", &state)
            .finish_non_exhaustive()
    }
}
