//! The user's programs before and after the optimizer.
//!
//! Their arguments may hold `{input}` and `{output}`, the paths of two files, `{name}`, the module's name without
//! `.wasm`, and `{profile}`, cargo's profile. A command without `{input}` reads the module from standard input; one
//! without `{output}` writes it to standard output, unless `transform.output` says where it leaves the module.

mod arguments;
mod claim;
mod old;
pub(super) mod products;
pub(super) mod program;
mod run;

use wasmsign_core::inspect;
use wasmsign_core::wasm::Section;

use super::Step;
use super::context::Context;
use super::temporary::{length, reader};
use crate::error::{Error, Result, of_module};
use crate::manifest::{After, Transform};
use crate::module::optimize::{self, Changes};
use crate::sys::files::Staged;
use crate::text::escape::escape;
use products::Products;

impl Context<'_> {
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
        self.notify(Step::Transforming { program: transform.command.argv[0].clone() });
        let program = self.recipe().program(transform, self.file_name, &self.job.output);
        program
            .run(module, output, products, || self.notify(Step::Waiting))
            .map_err(|error| error.named(self.file_name))?;
        self.refuse_invalid(&transform.command.argv[0], output)?;
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

    /// Refuses what a program of the user's has left where it is not valid: everything after it, and every host, relies
    /// on that.
    fn refuse_invalid(&self, program: &str, output: &mut Staged) -> Result<()> {
        output.lend()?;
        let fault = optimize::fault(self.file_name, output.path())?;
        output.take_back()?;
        match fault {
            None => Ok(()),
            Some(fault) => Err(Error::tool(format!(
                "`{}`: `{}`, the program in `transform`, wrote a module that is not valid",
                self.file_name.display(),
                escape(program)
            ))
            .because(fault)
            .advice("run that program by itself and read its output; a newer version may help")),
        }
    }
}

fn names(sections: &[Section]) -> impl Iterator<Item = &str> {
    sections.iter().filter_map(Section::name)
}

/// Sees to it that there is such a program, and that its words can be understood, before anything is built.
///
/// # Errors
///
/// Exit code 2.
pub fn find(transform: &Transform) -> Result<()> {
    arguments::refuse_unknown_places(transform)?;
    program::program(transform).map(drop)
}
