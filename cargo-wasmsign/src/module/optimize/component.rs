//! Components: their core modules are optimized one by one; everything around them stays byte for byte.
//!
//! ```text
//! component ─► parts ─┬─ bytes ────────────────────────────► the same bytes
//!                     ├─ core module ─► file ─► optimizer ─► a frame of the new module
//!                     └─ component ─► parts …             ─► a frame of the new component
//! ```

use std::error::Error as _;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wasm_encoder::Encode;
use wasmsign_core::inspect;
use wasmsign_core::wasm::Section;

use super::{Cache, Changes, Job, Optimizer, Outcome, Ran, attempt, fault};
use crate::error::{Error, Result, of_module};
use crate::sys::files::{Access, Staged};
use crate::sys::hashing::copy_hashed;

/// How deep components may lie in each other to be looked into.
const DEPTH: usize = 64;

const CORE_MODULE: u8 = 1;
const COMPONENT: u8 = 4;

/// A piece of a component. Ranges are places in its file.
enum Part {
    /// What stays as it is.
    Bytes(Range<u64>),
    /// The section of a core module.
    Module {
        frame: Range<u64>,
        module: Range<u64>,
        /// What stands in its place.
        new: Option<New>,
    },
    /// The section of a component that has core modules in it.
    Component { frame: Range<u64>, parts: Vec<Part> },
}

/// An optimized core module: a file, and what of it counts.
struct New {
    file: Staged,
    kept: Vec<Range<u64>>,
}

/// Optimizes the core modules of the component `job.input` into `job.output`; see [`super::run`]. What of them the
/// optimizer cannot do is left as it is, and told.
///
/// # Errors
///
/// As [`super::run`].
pub fn run(
    job: &Job,
    optimizer: &Optimizer,
    cache: Option<&Cache>,
    begins: &dyn Fn(&str),
) -> Result<Outcome> {
    super::unoptimized::refuse_edits(job)?;
    let failed = |source| {
        Error::io(format!("failed to read or write a part of `{}`", job.name.display()), source)
    };
    let input = File::open(&job.input).map_err(failed)?;
    let length = input.metadata().map_err(failed)?.len();
    let mut parts = split(&job.name, &input, 0..length, 0)?;
    let mut pieces = Pieces {
        job,
        optimizer,
        cache,
        begins,
        input: &input,
        count: 0,
        outcome: Outcome { cached: true, ..Outcome::default() },
    };
    pieces.optimize(&mut parts)?;
    let outcome = pieces.outcome;
    if outcome.tool.is_none() {
        return Ok(outcome);
    }
    let mut output = File::create(&job.output).map_err(failed)?;
    write(&parts, &input, &mut output).map_err(failed)?;
    Ok(match fault(&job.name, &job.output)? {
        None => outcome,
        Some(reason) => {
            let left = format!("it would not be valid with optimized core modules: {reason}");
            Outcome { left: vec![left], ..Outcome::default() }
        }
    })
}

/// The core modules of a component on their way.
struct Pieces<'a> {
    job: &'a Job,
    optimizer: &'a Optimizer,
    cache: Option<&'a Cache>,
    begins: &'a dyn Fn(&str),
    input: &'a File,
    /// How many there were until now.
    count: usize,
    /// What came of them, by all the tools that there were.
    outcome: Outcome,
}

impl Pieces<'_> {
    fn optimize(&mut self, parts: &mut [Part]) -> Result<()> {
        for part in parts {
            match part {
                Part::Bytes(_) => {}
                Part::Module { module, new, .. } => *new = self.optimize_one(module)?,
                Part::Component { parts, .. } => self.optimize(parts)?,
            }
        }
        Ok(())
    }

    /// The optimized module, if the optimizer can do it.
    fn optimize_one(&mut self, module: &Range<u64>) -> Result<Option<New>> {
        self.count += 1;
        let (mut built, mut optimized) = (self.file("core")?, self.file("core-optimized")?);
        let digest = self.copy(module, built.file())?;
        built.lend()?;
        optimized.lend()?;
        let name = format!("{} (core module {})", self.job.name.display(), self.count);
        let job = Job {
            name: PathBuf::from(name),
            input: built.path().to_owned(),
            output: optimized.path().to_owned(),
            digest,
            ..self.job.clone()
        };
        match attempt(&job, self.optimizer, self.cache, self.begins)? {
            Ok(outcome) => {
                optimized.take_back()?;
                let kept = kept(&job, optimized.file())?;
                self.record(outcome, &sections(&job.name, self.input, module)?, &kept);
                let sections = kept.iter().map(|section| section.offset..section.end());
                let kept = std::iter::once(0..8).chain(sections).collect();
                Ok(Some(New { file: optimized, kept }))
            }
            Err(refusal) => {
                let cause = refusal.source().map(|cause| format!(" ({cause})"));
                self.outcome.left.push(format!("{refusal}{}", cause.unwrap_or_default()));
                Ok(None)
            }
        }
    }

    /// Adds what came of a module with these sections before and after.
    fn record(&mut self, outcome: Outcome, before: &[Section], after: &[Section]) {
        let whole = &mut self.outcome;
        whole.cached &= outcome.cached;
        whole.tool = whole.tool.take().into_iter().chain(outcome.tool).reduce(Ran::and);
        let changes = Changes::between(names(before), names(after));
        for name in changes.dropped {
            if !whole.dropped.contains(&name) {
                whole.dropped.push(name);
            }
        }
    }

    fn file(&self, step: &str) -> Result<Staged> {
        let mut path = self.job.output.clone().into_os_string();
        path.push(format!(".{step}-{}", self.count));
        Staged::new(Path::new(&path), Access::Usual)
    }

    fn copy(&self, range: &Range<u64>, to: &mut File) -> Result<String> {
        let mut hash = Sha256::new();
        let copied = place(self.input, range).and_then(|from| copy_hashed(from, to, &mut hash));
        copied.map_err(|source| {
            Error::io(format!("failed to copy a part of `{}`", self.job.name.display()), source)
        })?;
        Ok(hex::encode(hash.finalize()))
    }
}

/// What a component, or one in it at this depth, consists of.
fn split(name: &Path, file: &File, range: Range<u64>, depth: usize) -> Result<Vec<Part>> {
    let mut parts = vec![Part::Bytes(range.start..range.start + 8)];
    for section in sections(name, file, &range)? {
        let (frame, content) = places(&section, range.start);
        parts.push(match section.id {
            CORE_MODULE => Part::Module { frame, module: content, new: None },
            COMPONENT if depth < DEPTH => {
                let parts = split(name, file, content, depth + 1)?;
                match parts.iter().all(|part| matches!(part, Part::Bytes(_))) {
                    true => Part::Bytes(frame),
                    false => Part::Component { frame, parts },
                }
            }
            _ => Part::Bytes(frame),
        });
    }
    Ok(parts)
}

fn sections(name: &Path, file: &File, range: &Range<u64>) -> Result<Vec<Section>> {
    let failed = |source| Error::io(format!("failed to read `{}`", name.display()), source);
    let content = place(file, range).map_err(failed)?;
    let (sections, count) = inspect::sections(content).map_err(|error| of_module(name, error))?;
    match sections.len() as u64 == count {
        true => Ok(sections),
        false => Err(Error::malformed(format!(
            "a part of `{}` has {count} sections, which is too many",
            name.display()
        ))),
    }
}

/// Where a section and its content are in the file, being `base` bytes behind where they say.
fn places(section: &Section, base: u64) -> (Range<u64>, Range<u64>) {
    let content = section.payload.start + base..section.payload.end + base;
    (section.offset + base..content.end, content)
}

/// What of an optimized module counts: all but the sections that the optimizer could not leave out.
fn kept(job: &Job, file: &File) -> Result<Vec<Section>> {
    let failed = |source| Error::io(format!("failed to read `{}`", job.name.display()), source);
    let length = file.metadata().map_err(failed)?.len();
    let mut sections = sections(&job.name, file, &(0..length))?;
    sections.retain(|section| !section.name().is_some_and(|name| job.is_leftover(name)));
    Ok(sections)
}

fn names(sections: &[Section]) -> impl Iterator<Item = &str> {
    sections.iter().filter_map(Section::name)
}

/// The bytes in a range of a file.
fn place(mut file: &File, range: &Range<u64>) -> io::Result<impl Read> {
    file.seek(SeekFrom::Start(range.start))?;
    Ok(file.take(range.end - range.start))
}

fn write(parts: &[Part], input: &File, output: &mut File) -> io::Result<()> {
    for part in parts {
        match part {
            Part::Bytes(range) | Part::Module { frame: range, new: None, .. } => {
                io::copy(&mut place(input, range)?, output)?;
            }
            Part::Module { new: Some(new), .. } => {
                write_frame(CORE_MODULE, new.length(), output)?;
                for range in &new.kept {
                    io::copy(&mut place(new.file.handle(), range)?, output)?;
                }
            }
            Part::Component { frame, .. } if part.is_unchanged() => {
                io::copy(&mut place(input, frame)?, output)?;
            }
            Part::Component { parts, .. } => {
                write_frame(COMPONENT, length(parts), output)?;
                write(parts, input, output)?;
            }
        }
    }
    Ok(())
}

/// The id and the length of a section.
fn write_frame(id: u8, length: u64, output: &mut File) -> io::Result<()> {
    let mut frame = vec![id];
    length.encode(&mut frame);
    output.write_all(&frame)
}

impl New {
    fn length(&self) -> u64 {
        self.kept.iter().map(|range| range.end - range.start).sum()
    }
}

impl Part {
    fn is_unchanged(&self) -> bool {
        match self {
            Self::Bytes(_) => true,
            Self::Module { new, .. } => new.is_none(),
            Self::Component { parts, .. } => parts.iter().all(Self::is_unchanged),
        }
    }

    fn length(&self) -> u64 {
        let framed = |length: u64| {
            let mut frame = Vec::new();
            length.encode(&mut frame);
            1 + frame.len() as u64 + length
        };
        match self {
            Self::Bytes(range) => range.end - range.start,
            Self::Module { new: Some(new), .. } => framed(new.length()),
            Self::Component { parts, .. } if !self.is_unchanged() => framed(length(parts)),
            Self::Module { frame, .. } | Self::Component { frame, .. } => frame.end - frame.start,
        }
    }
}

fn length(parts: &[Part]) -> u64 {
    parts.iter().map(Part::length).sum()
}
