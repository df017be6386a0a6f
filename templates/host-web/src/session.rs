//! One verification.

use wasmsign_core::verify::Prehashed;
use wasmsign_core::{Verifier, VerifyError, inspect};

use crate::answer::{Answer, Fault, Prepared};
use crate::request::Request;

/// The bytes of a module's header, which no signature covers.
const HEADER: usize = 8;

/// A module, what is asked about it, and the last answer.
#[derive(Default)]
pub(crate) struct Session {
    module: Vec<u8>,
    signature: Option<Vec<u8>>,
    request: Vec<u8>,
    digest: [u8; 32],
    asked: Option<(Verifier, Prehashed)>,
    /// Where the body begins, as far as it is known.
    start: usize,
    answer: Vec<u8>,
}

impl Session {
    pub(crate) fn reserve(&mut self, length: usize) -> bool {
        self.module.try_reserve_exact(length).is_ok()
    }

    /// The new bytes, or nothing where memory is too small.
    pub(crate) fn extend(&mut self, length: usize) -> Option<&mut [u8]> {
        let before = self.module.len();
        self.module.try_reserve(length).ok()?;
        self.module.resize(before + length, 0);
        Some(&mut self.module[before..])
    }

    pub(crate) fn module(&self) -> &[u8] {
        &self.module
    }

    pub(crate) fn signature(&mut self, length: usize) -> &mut [u8] {
        self.signature.insert(vec![0; length])
    }

    pub(crate) fn request(&mut self, length: usize) -> &mut [u8] {
        self.request = vec![0; length];
        &mut self.request
    }

    pub(crate) fn digest(&mut self) -> &mut [u8; 32] {
        &mut self.digest
    }

    pub(crate) fn answer(&self) -> &[u8] {
        &self.answer
    }

    pub(crate) fn prepare(&mut self) {
        let prepared = self.prepared();
        self.say(&prepared.unwrap_or_else(Answer::from));
    }

    fn prepared(&mut self) -> Result<Answer, Fault> {
        let request = Request::read(&self.request)?;
        let verifier = request.verifier()?;
        let prehashed = match &self.signature {
            Some(signature) => verifier.prehashed_detached(&self.module, signature),
            None => verifier.prehashed(&self.module),
        };
        let prehashed = prehashed.map_err(Fault::core)?;
        let sections = match request.map {
            true => Some(inspect::sections(&self.module[..]).map_err(Fault::core)?),
            false => None,
        };
        let answer = Prepared::new(&prehashed, sections);
        self.start = usize::try_from(prehashed.start()).expect("the module is in memory");
        self.asked = Some((verifier, prehashed));
        Ok(Answer::Prepared(answer))
    }

    pub(crate) fn judge(&mut self) {
        let verdict = self.asked.take().map(|(_, prehashed)| prehashed.judge(&[self.digest]));
        self.decide(verdict, Answer::signed);
    }

    pub(crate) fn verify(&mut self) {
        let verdict = self.asked.as_ref().map(|(verifier, _)| match &self.signature {
            Some(signature) => verifier.verify_detached(&self.module[..], signature),
            None => verifier.verify(&self.module[..]),
        });
        self.decide(verdict, Answer::verified);
    }

    fn decide<T>(
        &mut self,
        verdict: Option<Result<T, VerifyError>>,
        trusted: impl FnOnce(&T) -> Answer,
    ) {
        let verdict = verdict.map(|verdict| verdict.map_err(Fault::core));
        let verdict = verdict.unwrap_or_else(|| Err(Fault::not_prepared()));
        self.say(&verdict.map_or_else(Answer::from, |verified| trusted(&verified)));
    }

    /// Writes the header over the end of the signature section, so that it stands before the body once more.
    pub(crate) fn strip(&mut self) -> usize {
        let offset = self.start.saturating_sub(HEADER);
        if offset > 0 {
            self.module.copy_within(..HEADER, offset);
        }
        offset
    }

    pub(crate) fn identify(&mut self) {
        let read = inspect::inspect_without_sections(&self.module[..]);
        let identity = read.map(|inspection| inspection.identity.map(|digest| digest.to_string()));
        let answer = identity.map(|identity| Answer::Identified { identity });
        self.say(&answer.unwrap_or_else(|error| Fault::core(error).into()));
    }

    fn say(&mut self, answer: &Answer) {
        self.answer = serde_json::to_vec(answer).expect("an answer has only names for keys");
    }
}
