//! Running a program on a module.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;
use std::process::{Command, Stdio};

use super::arguments::Arguments;
use super::claim::Claim;
use super::old::OldFile;
use super::products::Products;
use super::program::{Program, program};
use crate::error::{Error, Result};
use crate::manifest::Transform;
use crate::pipeline::temporary::reader;
use crate::sys::child;
use crate::sys::exit_status::{in_words, last_words};
use crate::sys::files::Staged;
use crate::sys::hashing::copy_with_sha256;
use crate::text::paths;

impl Program<'_> {
    /// Runs the program on `input`, leaves the module that it makes in `output`, and takes what it makes besides into
    /// `products`. `waiting` is called if another process runs such a program.
    ///
    /// # Errors
    ///
    /// Exit code 2: there is no such program; 5: it failed, or left no module; 4: a file cannot be read or written.
    pub(super) fn run(
        &self,
        input: &mut Staged,
        output: &mut Staged,
        products: &mut Products,
        waiting: impl FnOnce(),
    ) -> Result<()> {
        let arguments = Arguments::of(self, input.path(), output.path())?;
        let left_at = arguments.left_at.as_deref();
        let own = left_at.filter(|_| !arguments.left_at_is_temporary);
        let sets = self.products(own);
        let paths: Vec<_> = sets.iter().map(|set| paths::normal(&set.base)).collect();
        let directory = &self.transform.command.directory;
        let _claim = match paths.is_empty() {
            true => None,
            false => Some(Claim::wait(directory, paths, waiting)?),
        };
        let old = left_at.and_then(OldFile::mark);
        self.call(&arguments, input, output)?;
        if let Some(path) = left_at {
            self.collect(path, old, output)?;
        }
        if let Some(path) = left_at.filter(|_| arguments.left_at_is_temporary) {
            // It was copied. One that cannot be removed is in nobody's way.
            let _ = std::fs::remove_file(path);
        }
        self.refuse_no_module(output)?;
        products.add(sets.iter().flat_map(|set| set.list()));
        Ok(())
    }

    fn call(&self, arguments: &Arguments, input: &mut Staged, output: &mut Staged) -> Result<()> {
        let mut command = Command::new(program(self.transform)?);
        command.args(&arguments.words).current_dir(&self.transform.command.directory);
        let from = if arguments.reads_path { Stdio::null() } else { reader(input)?.into() };
        let to = if arguments.leaves_file { Stdio::null() } else { reader(output)?.into() };
        input.lend()?;
        output.lend()?;
        let name = &self.transform.command.argv[0];
        let ended = child::filter(command, from, to)
            .map_err(|source| Error::tool(format!("failed to start `{name}`")).because(source))?;
        if !ended.status.success() {
            let text = format!("`{name}`, the program in `transform`, {}", in_words(ended.status));
            let words = last_words(&ended.stderr);
            return Err(match words.is_empty() {
                true => Error::tool(text),
                false => Error::tool(text).because(words),
            });
        }
        output.take_back()
    }

    /// Copies the module from where the program has left it.
    fn collect(&self, path: &Path, old: Option<OldFile>, output: &mut Staged) -> Result<()> {
        let program = format!("`{}`, the program in `transform`,", self.transform.command.argv[0]);
        let advice = "set `transform.output` to the path that it writes the module to";
        if old.is_some_and(|old| old.is_still_there()) {
            let text = format!("{program} did not change the old file `{}`", path.display());
            return Err(Error::tool(text)
                .advice(format!("{advice}, and make the program write it each time")));
        }
        let missing = |source: io::Error| {
            Error::tool(format!("{program} wrote no module to `{}`", path.display()))
                .because(source)
                .advice(advice)
        };
        let from = File::open(path).map_err(missing)?;
        let failed = |source| Error::io("failed to write a temporary file", source);
        output.file().rewind().map_err(failed)?;
        copy_with_sha256(from, output.file()).map(drop).map_err(failed)
    }

    /// Tells a program that writes something else from one that writes a module which is malformed.
    fn refuse_no_module(&self, output: &mut Staged) -> Result<()> {
        let mut magic = Vec::new();
        let read = reader(output)?.take(4).read_to_end(&mut magic);
        read.map_err(|source| Error::io("failed to read a temporary file", source))?;
        if magic == *b"\0asm" {
            return Ok(());
        }
        let Transform { command, output, .. } = self.transform;
        let names_output = command.argv.iter().any(|word| word.contains("{output}"));
        let place = match (output, names_output) {
            (Some(path), _) => format!("`{}`", path.text.escape_debug()),
            (None, true) => "`{output}`".to_owned(),
            (None, false) => "standard output".to_owned(),
        };
        let name = &command.argv[0];
        let text = format!("`{name}`, the program in `transform`, wrote no module to {place}");
        Err(Error::tool(text).advice(
            "tell the program where to write the module with `{output}` in `transform.command`, \
             or set `transform.output` to the path that it uses; without either, it must write it \
             to standard output",
        ))
    }
}
