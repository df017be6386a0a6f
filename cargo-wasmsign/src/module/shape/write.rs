//! Carrying out a plan.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use wasmsign_core::edit::{Delimited, EditError};
use wasmsign_core::sign::Changed;

use super::embedding::{Content, Embedding};
use super::plan::{Plan, Step};
use super::{Delimiters, delimiters::Source};
use crate::error::{Error, Result, of_module};

/// Bytes that are copied at once.
const BUFFER_BYTES: usize = 128 * 1024;

impl Plan {
    /// Writes the shaped form of a module to the end of `output`, which is empty. `name` is what messages call it.
    ///
    /// # Errors
    ///
    /// Exit code 1 where the delimiters that are given are not as many as the parts; 4 where something cannot be read
    /// or written, or has changed since the plan was made.
    pub fn write(
        &self,
        name: &Path,
        module: &File,
        output: &mut File,
        delimiters: &Delimiters,
    ) -> Result<()> {
        let parts = self.steps.iter().filter(|step| **step == Step::EndPart).count();
        let source = delimiters.source(parts).map_err(|error| error.named(name))?;
        let shaper = Shaper { plan: self, name, module };
        match source.filter(|_| parts > 0) {
            Some(source) => shaper.with_delimiters(output, source),
            None => shaper.without_delimiters(output),
        }
    }
}

/// A plan that is carried out.
struct Shaper<'a> {
    plan: &'a Plan,
    name: &'a Path,
    module: &'a File,
}

impl Shaper<'_> {
    fn with_delimiters(&self, output: &mut File, source: Source<'_>) -> Result<()> {
        let failed = |error: EditError| of_module(self.name, error);
        let mut output = Delimited::new(output, self.plan.kind, source).map_err(failed)?;
        self.steps(&mut output, |output| output.end_part().map_err(failed))
    }

    fn without_delimiters(&self, output: &mut File) -> Result<()> {
        output.write_all(&self.plan.kind.header()).map_err(|source| self.not_written(source))?;
        self.steps(output, |_| Ok(()))
    }

    fn steps<W: Write>(
        &self,
        output: &mut W,
        end_part: impl Fn(&mut W) -> Result<()>,
    ) -> Result<()> {
        let mut buffer = vec![0; BUFFER_BYTES];
        for step in &self.plan.steps {
            match step {
                Step::Copy(run) => {
                    let length = run.end - run.start;
                    let copied = copy(self.module, run.start, length, output, &mut buffer);
                    copied.map_err(|fault| self.failed(self.name, fault))?;
                }
                Step::Embed(index) => {
                    self.embed(&self.plan.embeddings[*index], output, &mut buffer)?
                }
                Step::EndPart => end_part(output)?,
            }
        }
        output.flush().map_err(|source| self.not_written(source))
    }

    fn embed(
        &self,
        embedding: &Embedding,
        output: &mut impl Write,
        buffer: &mut [u8],
    ) -> Result<()> {
        output.write_all(&embedding.frame).map_err(|source| self.not_written(source))?;
        match &embedding.content {
            Content::Bytes(bytes) => {
                output.write_all(bytes).map_err(|source| self.not_written(source))
            }
            Content::File(file, path) => copy(file, 0, embedding.length, output, buffer)
                .and_then(|()| ends(file))
                .map_err(|fault| self.failed(path, fault)),
        }
    }

    fn failed(&self, input: &Path, fault: Fault) -> Error {
        match fault {
            Fault::Read(source) => {
                Error::io(format!("failed to read `{}`", input.display()), source)
            }
            Fault::Changed => of_module(input, Changed),
            Fault::Written(source) => self.not_written(source),
        }
    }

    fn not_written(&self, source: io::Error) -> Error {
        Error::io(format!("failed to write the shaped form of `{}`", self.name.display()), source)
    }
}

/// What can go wrong while bytes are copied.
enum Fault {
    Read(io::Error),
    /// The file is not as long as it was.
    Changed,
    Written(io::Error),
}

/// Copies `length` bytes from an offset.
fn copy(
    mut from: &File,
    offset: u64,
    length: u64,
    to: &mut impl Write,
    buffer: &mut [u8],
) -> Result<(), Fault> {
    from.seek(SeekFrom::Start(offset)).map_err(Fault::Read)?;
    let mut left = length;
    while left > 0 {
        let room = usize::try_from(left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let count = match from.read(&mut buffer[..room]) {
            Ok(0) => return Err(Fault::Changed),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Fault::Read(error)),
        };
        to.write_all(&buffer[..count]).map_err(Fault::Written)?;
        left -= count as u64;
    }
    Ok(())
}

/// Refuses a file with bytes after its end.
fn ends(mut file: &File) -> Result<(), Fault> {
    match Read::bytes(&mut file).next() {
        None => Ok(()),
        Some(Ok(_)) => Err(Fault::Changed),
        Some(Err(error)) => Err(Fault::Read(error)),
    }
}
