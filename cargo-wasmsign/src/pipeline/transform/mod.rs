//! The user's programs before and after the optimizer.
//!
//! Their arguments may hold `{input}` and `{output}`, the paths of two files, `{name}`, the module's name without
//! `.wasm`, and `{profile}`, cargo's profile. A command without `{input}` reads the module from standard input; one
//! without `{output}` writes it to standard output, unless `transform.output` says where it leaves the module.

mod arguments;
mod claim;
mod old;
mod products;

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sha2::{Digest, Sha256};
use wasmsign_core::inspect;
use wasmsign_core::section::Section;

use super::Step;
use super::steps::{Steps, length, reader};
use crate::error::{Error, Result, of_module};
use crate::manifest::{After, Transform, fill};
use crate::module::optimize::Changes;
use crate::sys::child;
use crate::sys::exit_status::{fate, last_words};
use crate::sys::files::Staged;
use crate::sys::hashing::{copy_with_sha256, sha256};
use crate::sys::programs;
use crate::text::hex::hex;
use crate::text::paths;
use crate::text::redact;
use arguments::Arguments;
use claim::Claim;
use old::Old;
pub(super) use products::Products;

/// A program, and the module that it gets.
pub(super) struct Program<'a> {
    pub(super) transform: &'a Transform,
    pub(super) file_name: &'a Path,
    pub(super) profile: &'a str,
    /// Where modules are published.
    pub(super) published: &'a Path,
}

impl Steps<'_> {
    /// Whether a program runs then.
    pub(super) fn runs(&self, after: After) -> bool {
        self.recipe().transforms.iter().any(|transform| transform.after == after)
    }

    /// The module as the programs that run then leave it, and its size; none where there are none.
    pub(super) fn transform(
        &self,
        after: After,
        mut module: Staged,
        products: &mut Products,
    ) -> Result<(Staged, Option<u64>)> {
        let mut size = None;
        for (at, transform) in self.recipe().transforms.iter().enumerate() {
            if transform.after == after {
                let mut output = self.step_file(&format!("transformed-{at}"))?;
                size = Some(self.transform_with(transform, &mut module, &mut output, products)?);
                module = output;
            }
        }
        Ok((module, size))
    }

    fn transform_with(
        &self,
        transform: &Transform,
        module: &mut Staged,
        output: &mut Staged,
        products: &mut Products,
    ) -> Result<u64> {
        // What cargo has built may be anything that this very program can read.
        let before = self.sections(module).unwrap_or_default();
        let from = length(module.file())?;
        self.notify(Step::Transforming { program: transform.command[0].clone() });
        let program = self.recipe().program(transform, self.file_name, &self.job.output);
        program
            .run(module, output, products, || self.notify(Step::Waiting))
            .map_err(|error| error.named(self.file_name))?;
        self.refuse_invalid(&transform.command[0], output)?;
        let after = self.sections(output)?;
        let changes = Changes::between(names(&before), names(&after));
        let to = length(output.file())?;
        self.notify(Step::Transformed { from, to, dropped: changes.dropped });
        Ok(to)
    }

    fn sections(&self, module: &mut Staged) -> Result<Vec<Section>> {
        let sections = inspect::sections(reader(module)?);
        sections.map(|(sections, _)| sections).map_err(|error| of_module(self.file_name, error))
    }
}

fn names(sections: &[Section]) -> impl Iterator<Item = &str> {
    sections.iter().filter_map(Section::name)
}

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
        let directory = &self.transform.directory;
        let _claim = match paths.is_empty() {
            true => None,
            false => Some(Claim::wait(directory, paths, waiting)?),
        };
        let old = left_at.and_then(Old::mark);
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
        command.args(&arguments.words).current_dir(&self.transform.directory);
        let from = if arguments.reads_path { Stdio::null() } else { reader(input)?.into() };
        let to = if arguments.leaves_file { Stdio::null() } else { reader(output)?.into() };
        input.lend()?;
        output.lend()?;
        let name = &self.transform.command[0];
        let ended = child::filter(command, from, to)
            .map_err(|source| Error::tool(format!("failed to start `{name}`")).because(source))?;
        if !ended.status.success() {
            let text = format!("`{name}`, the program of `transform`, {}", fate(ended.status));
            let words = last_words(&ended.stderr);
            return Err(match words.is_empty() {
                true => Error::tool(text),
                false => Error::tool(text).because(words),
            });
        }
        output.take_back()
    }

    /// Copies the module from where the program has left it.
    fn collect(&self, path: &Path, old: Option<Old>, output: &mut Staged) -> Result<()> {
        let program = format!("`{}`, the program of `transform`,", self.transform.command[0]);
        let advice = "let `transform.output` say where it leaves the module";
        if old.is_some_and(|old| old.is_still_there()) {
            let text = format!("{program} left the old file at `{}` as it was", path.display());
            return Err(
                Error::tool(text).advice(format!("{advice}, and the program write it each time"))
            );
        }
        let missing = |source: io::Error| {
            Error::tool(format!("{program} left no module at `{}`", path.display()))
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
        let names_output = command.iter().any(|word| word.contains("{output}"));
        let place = match (output, names_output) {
            (Some(path), _) => format!("`{}`", path.text.escape_debug()),
            (None, true) => "`{output}`".to_owned(),
            (None, false) => "standard output".to_owned(),
        };
        let name = &command[0];
        let text = format!("`{name}`, the program of `transform`, wrote no module to {place}");
        Err(Error::tool(text).advice(
            "say where it leaves the module: `{output}` among the words of `transform.command`, or `transform.output`; \
             without both it must write it to standard output",
        ))
    }

    /// The module's name without `.wasm`.
    fn name(&self) -> String {
        self.file_name.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// The places that are the same in every run.
    fn names(&self) -> [(&'static str, String); 2] {
        [("name", self.name()), ("profile", self.profile.to_owned())]
    }

    /// What decides the result of the program, as far as it can be known: its words, and the files that they and
    /// `inputs` name.
    pub(super) fn fingerprint(&self) -> String {
        let transform = self.transform;
        let mut hash = Sha256::new();
        hash.update(format!("{transform:?} {:?}", self.names()));
        let found = programs::find(&transform.command[0], &transform.directory);
        let names = self.names();
        let places = names.each_ref().map(|(place, name)| (*place, name.as_str()));
        let made =
            self.products(transform.output.as_ref().map(|path| path.path(&places)).as_deref());
        let words =
            transform.command.iter().map(|word| transform.directory.join(fill(word, &places)));
        // What it makes it has not read: that is looked at after the program has run.
        let read = words.filter(|path| !made.iter().any(|set| set.is_match(path)));
        let named = found.into_iter().chain(read).filter(|path| path.is_file());
        let inputs = transform.inputs.iter().flat_map(|input| input.files(&places).list());
        for path in named.chain(inputs) {
            hash.update(path.as_os_str().as_encoded_bytes());
            // A file that cannot be read is one that has changed.
            hash.update(sha256(&path).unwrap_or_default());
        }
        hex(&hash.finalize())
    }
}

/// Sees to it that there is such a program, and that its words can be understood, before anything is built.
///
/// # Errors
///
/// Exit code 2.
pub fn find(transform: &Transform) -> Result<()> {
    arguments::refuse_unknown_places(transform)?;
    program(transform).map(drop)
}

fn program(transform: &Transform) -> Result<PathBuf> {
    let name = &transform.command[0];
    programs::find(name, &transform.directory).ok_or_else(|| {
        let place = programs::place(name, &transform.directory);
        let name = redact::shown(name);
        Error::usage(format!("`transform` names {name}, and there is no such program {place}"))
            .advice("install it, make it executable, or name another one in `transform.command`")
    })
}
