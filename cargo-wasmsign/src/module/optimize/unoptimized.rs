//! What holds of a module that no optimizer gets to see, in a child: its exports, its producers, and that it needs no more
//! than hosts know.

use wasmparser::{Parser, Payload};

use super::check::{Left, Work, check};
use super::job::{Allowed, Job};
use super::prepare::edit_always;
use super::unlisted;
use crate::error::{Error, Result};
use crate::module::edit;

/// Does to the job's module what is asked for without an optimizer, and refuses it where it needs more than hosts know.
/// Whether there was anything to do: then the output is another module, else there is none.
///
/// # Errors
///
/// Usage for an export that there is not, and for features that are not listed; tool where the edited module is not what
/// it should be.
pub(super) fn prepare(job: &Job) -> Result<bool> {
    let module = edit::read(&job.name, &job.input)?;
    if Parser::is_component(&module) {
        return check_component(job, &module).map(|()| false);
    }
    let is_edited = job.exports.is_some() || job.producers;
    let edited = is_edited.then(|| edit_always(job, &module)).transpose()?;
    if let Allowed::Only(listed) = &job.features {
        unlisted::refuse(job, edited.as_ref().unwrap_or(&module), listed, false)?;
    }
    let Some(edited) = edited else { return Ok(false) };
    edit::write(&job.name, &job.output, &edited)?;
    match check(&Work { job: job.clone(), features: None, is_known: true })? {
        Left::Module => Ok(true),
        Left::Incomplete(reason) | Left::Wrong(reason) => {
            Err(Error::tool(format!("failed to edit `{}`", job.name.display())).because(reason))
        }
    }
}

/// A component is not edited; hosts have to know what each of its modules needs.
fn check_component(job: &Job, component: &[u8]) -> Result<()> {
    refuse_edits(job)?;
    let Allowed::Only(listed) = &job.features else { return Ok(()) };
    for payload in Parser::new(0).parse_all(component) {
        let payload = payload.map_err(|fault| edit::malformed(&job.name, &fault))?;
        if let Payload::ModuleSection { unchecked_range, .. } = payload {
            let range = unchecked_range.start as usize..unchecked_range.end as usize;
            // The parser goes on with what is in it, so one that ends too late is malformed there.
            let Some(module) = component.get(range) else { continue };
            unlisted::refuse(job, module, listed, false)?;
        }
    }
    Ok(())
}

/// Refuses what can be asked of modules, and not of components.
///
/// # Errors
///
/// Usage.
pub(super) fn refuse_edits(job: &Job) -> Result<()> {
    let name = job.name.display();
    if job.exports.is_some() {
        let text = format!("`{name}` is a component, but `optimize.exports` is only for modules");
        return Err(Error::usage(text).advice("remove `optimize.exports` for this package"));
    }
    if job.producers {
        let text = format!("`{name}` is a component: `producers` cannot be recorded in it");
        return Err(Error::usage(text).advice("remove `sections.producers` for this package"));
    }
    Ok(())
}
