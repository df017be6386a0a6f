//! Reading a binary and verifying it at once.

use std::fmt;
use std::io::{self, Read};
use std::mem;

use super::coverage::Seen;
use super::held::{Held, Holding};
use super::verdict::Verified;
use super::verifier::{Required, Signatures, Verifier};
use crate::error::{Error, Result};
use crate::limits::{DEFAULT_HELD_BYTES, MAX_HASHES_PER_SET};
use crate::stream::chunks::Pace;
use crate::verify::search::{Search, Work};
use crate::wasm::pass::Pass;

/// Reads a binary and gives out its bytes as far as they are verified; made by [`Verifier::reader`].
///
/// The bytes are those of the file **without its embedded signature section**: header and body exactly as they
/// stand there, the bytes of which the [`Identity`](crate::Identity) is the digest. Header and covered body
/// come out, and nothing behind them.
///
/// # What is read is provisional
///
/// A byte comes out only once enough wanted keys are known to have signed it. But whether the *file* is to be
/// trusted is decided at its end: a section that a prefix must hold may lie behind it, the file may be torn, or a
/// second signature section may turn up. So:
///
/// - what [`Read::read`] gives may be parsed and compiled, but must not run, and nothing that was made of it may
///   be kept, before
/// - [`VerifyingReader::finish`] has given a [`Verified`]. Its verdict is always that of [`Verifier::verify`] for the
///   same file.
///
/// A host that cannot do anything with half a module calls [`VerifyingReader::into_bytes`] and has both at once.
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
/// # Errors
///
/// [`Read::read`] fails with the error that `finish` would give, and goes on to fail in the same way. The
/// [`io::Error`] wraps a [`wasmsign_core::Error`](Error), for `error.get_ref()` and
/// [`downcast_ref`](std::error::Error#method.downcast_ref):
///
/// | kind | error |
/// | --- | --- |
/// | [`InvalidData`](io::ErrorKind::InvalidData) | [`Error::Malformed`] |
/// | [`PermissionDenied`](io::ErrorKind::PermissionDenied) | [`Error::Refused`] |
/// | [`FileTooLarge`](io::ErrorKind::FileTooLarge) | [`Error::OverCap`] |
/// | that of the inner reader's error | [`Error::Read`] |
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
/// # let signer = sign::Signature { signer: &secret, key_id: sign::KeyId::Auto };
/// # let mut signed = std::io::Cursor::new(Vec::new());
/// # sign::embed(std::io::Cursor::new(delimited), &mut signed, &[signer])?;
/// # let (download, public) = (signed.get_ref().as_slice(), secret.public_key().clone());
/// # struct Compiler(Vec<u8>);
/// # impl Compiler {
/// #     fn push(&mut self, bytes: &[u8]) { self.0.extend_from_slice(bytes) }
/// #     fn run(self) { assert_eq!(self.0.len(), 33) }
/// # }
/// # let mut compiler = Compiler(Vec::new());
/// let verifier = Verifier::new([public]).policy(Policy::default().prefix());
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
    verifier: Verifier,
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
    Trusted(Verified, Held),
    /// It is not.
    Failed(Error),
    /// The inner reader has panicked.
    Lost,
}

struct Running<R> {
    pass: Pass<R, Holding>,
    signatures: Signatures,
    /// What the search has done, before the end and there.
    work: Work,
}

impl<R: Read> VerifyingReader<R> {
    pub(super) fn new(verifier: Verifier, detached: Option<&[u8]>, module: R) -> Self {
        let detached = detached.map(<[u8]>::to_vec);
        let cap = Some(DEFAULT_HELD_BYTES);
        Self { verifier, detached, cap, taken: 0, state: State::Fresh(module) }
    }

    /// Sets how many bytes may be held until they are verified: the whole file without its signature section,
    /// in prefix mode the header with the first part, or any other part. More is [`Error::OverCap`].
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
    /// As [`Verifier::verify`]. Where reading has failed before, the error that it failed with.
    pub fn finish(mut self) -> Result<Verified> {
        loop {
            match self.state {
                State::Trusted(verified, _) => return Ok(verified),
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
    /// Takes little more memory than there are bytes. The offsets in this [`Verified`] count in the bytes that come with
    /// it, without the embedded signature section: [`Verified::covered`] is their number. All else in it is as
    /// [`VerifyingReader::finish`] gives it.
    ///
    /// ```
    /// # use wasmsign_core::{SecretKey, Verifier, sign};
    /// # let secret = SecretKey::from_seed(&[7; 32]);
    /// # let signer = sign::Signature { signer: &secret, key_id: sign::KeyId::Auto };
    /// # let mut signed = std::io::Cursor::new(Vec::new());
    /// # sign::embed(std::io::Cursor::new(b"\0asm\x01\0\0\0"), &mut signed, &[signer])?;
    /// # let (file, public) = (signed.into_inner(), secret.public_key().clone());
    /// # let instantiate = |module: &[u8]| assert_eq!(module, b"\0asm\x01\0\0\0");
    /// let (module, verified) = Verifier::new([public]).reader(&file[..]).into_bytes()?;
    /// instantiate(&module);
    /// # assert_eq!(verified.signers().len(), 1);
    /// # Ok::<(), wasmsign_core::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`VerifyingReader::finish`], and [`Error::OverCap`]. In prefix mode the cap is one for each
    /// part, not for all the bytes that this gives: bound these with [`Read::take`] on the file.
    /// [`Error::PartlyRead`] where bytes were taken before, which the proof would be about too.
    pub fn into_bytes(mut self) -> Result<(Vec<u8>, Verified)> {
        if self.taken > 0 {
            return Err(Error::PartlyRead { count: self.taken });
        }
        loop {
            match self.state {
                State::Trusted(verified, held) => {
                    let bytes = held.into_released();
                    return Ok((bytes, verified.without_signature_section()));
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
    fn start(&self, module: R) -> Result<State<R>> {
        let required = Required { policy: self.verifier.policy.clone(), end: 0 };
        let holding = Holding { held: Held::new(self.cap), required };
        let pass = Pass::start(module, Pace::Prompt, self.verifier.hashing(), holding)?;
        let (_, embedded) = pass.before_body();
        let signatures = match &self.detached {
            Some(signature) => self.verifier.detached(signature, embedded),
            None => self.verifier.embedded(embedded),
        };
        let mut running = Box::new(Running { pass, signatures, work: self.verifier.work() });
        self.close_if_refused(&mut running);
        Ok(State::Running(running))
    }

    /// Reads one section.
    fn step(&self, mut running: Box<Running<R>>) -> Result<State<R>> {
        let boundaries_before = running.pass.boundary_count();
        if running.pass.step()? {
            self.close_if_refused(&mut running);
            if running.pass.boundary_count() > boundaries_before {
                self.release(&mut running);
            }
            return Ok(State::Running(running));
        }
        let Running { pass, signatures, mut work } = *running;
        let (body, Holding { mut held, required }) = pass.finish();
        let verified = self.verifier.judge(&body, required.end, signatures, &mut work)?;
        held.release(verified.covered());
        held.close();
        Ok(State::Trusted(verified, held))
    }

    /// Holds nothing any more of a file that is certain to be refused.
    fn close_if_refused(&self, running: &mut Running<R>) {
        let (kind, _) = running.pass.before_body();
        let frame = self.verifier.frame(kind, running.pass.stray_signature());
        if frame.is_err() || running.signatures.decoded.is_err() {
            running.pass.visitor().held.close();
        }
    }

    /// Releases what is certain at the boundary that was just read.
    fn release(&self, running: &mut Running<R>) {
        let Running { pass, signatures, work } = running;
        let (Ok(data), true) = (&signatures.decoded, pass.visitor().held.is_open()) else { return };
        let count = pass.boundary_count();
        // No boundary behind those that can be signed changes anything.
        if self.verifier.policy.prefix.is_none() || count > MAX_HASHES_PER_SET as usize + 1 {
            return;
        }
        let seen = Seen {
            boundaries: &pass.boundaries(),
            boundary_count: count,
            required_end: pass.visitor().required.end,
        };
        let so_far = self.verifier.so_far(&seen, &mut Search::new(data, &self.verifier.keys, work));
        let held = &mut pass.visitor().held;
        held.release(so_far.certain);
        if !so_far.open {
            held.close();
        }
    }
}

/// The same error once more, for those who read on after a failure.
fn again(error: &Error) -> Error {
    match error {
        Error::Malformed(fault) => fault.clone().into(),
        Error::Refused(refusal) => Error::Refused(refusal.clone()),
        &Error::OverCap { offset, cap } => Error::OverCap { offset, cap },
        Error::Read { offset, source } => Error::Read {
            offset: *offset,
            source: match source.raw_os_error() {
                Some(code) => io::Error::from_raw_os_error(code),
                None => io::Error::new(source.kind(), source.to_string()),
            },
        },
        // Nothing else comes from reading and verifying.
        other => Error::Read { offset: 0, source: io::Error::other(other.to_string()) },
    }
}

fn io_error(error: Error) -> io::Error {
    let kind = match &error {
        Error::Malformed(_) => io::ErrorKind::InvalidData,
        Error::Refused(_) => io::ErrorKind::PermissionDenied,
        Error::OverCap { .. } => io::ErrorKind::FileTooLarge,
        Error::Read { source, .. } => source.kind(),
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error)
}

fn lost() -> Error {
    Error::Read { offset: 0, source: io::Error::other("the inner reader has panicked") }
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
            .field("verifier", &self.verifier)
            .field("cap", &self.cap)
            .field("state", &state)
            .finish_non_exhaustive()
    }
}
