//! Making and publishing the modules of a source of jobs.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::ops::{Event, Observer};
use crate::pipeline::{self, Job, OutputDirectory, Published, Queue};
use crate::sys::files::{self, Exclusive};
use crate::sys::signals;
use crate::sys::tokens::{Jobs, Tokens};

/// What was done.
pub(crate) struct Done {
    /// The modules that are there now, in the order of the source.
    pub(crate) published: Vec<(Job, Published)>,
    /// The worst that has happened. There was an event for each failure.
    pub(crate) exit: Exit,
    /// Until these are dropped, no other process writes to the directories.
    _locks: Vec<Exclusive>,
}

/// Makes the modules of `source`, and publishes them if it ends well.
///
/// Nothing is published where it does not; where single modules fail, the others are.
///
/// # Errors
///
/// Exit code 4: a directory that cannot be created or locked; those of `observe`.
pub(crate) fn run(
    outputs: &[&OutputDirectory],
    jobs: Jobs,
    keep_going: bool,
    source: impl FnOnce(&Tokens, &Queue<'_>) -> Result<()> + Send,
    observe: &mut Observer<'_>,
) -> Result<Done> {
    files::allow_many();
    // Each once, and in an order that is the same for all who want several: so no two processes wait for each other.
    let outputs: BTreeMap<_, _> =
        outputs.iter().map(|output| (&output.published, *output)).collect();
    let locks = outputs.values().map(|output| lock(output, observe)).collect::<Result<Vec<_>>>()?;
    let tokens = Tokens::new(jobs)?;
    let whole_source = |queue: &Queue<'_>| {
        let result = source(&tokens, queue);
        tokens.cargo_ended()?;
        result
    };
    let mut done = Done { published: Vec::new(), exit: Exit::Ok, _locks: locks };
    let outcome = pipeline::run(&tokens, keep_going, whole_source, |event| match event {
        pipeline::Event::CargoLine(line) => observe(Event::CargoLine(&line)),
        pipeline::Event::Ended => observe(Event::CargoEnded),
        pipeline::Event::Step(module, step) => {
            observe(Event::Step { module: &module, step: &step })
        }
        pipeline::Event::Failed(error) => done.failed(&error, observe),
    });
    observe(Event::StepsEnded)?;
    outcome.reported?;
    if let Err(error) = outcome.source {
        done.failed(&error, observe)?;
        return Ok(done);
    }
    for module in outcome.finished {
        match module.publish() {
            Ok((job, module)) => {
                observe(Event::Published { artifact: &job.artifact, module: &module })?;
                done.published.push((job, module));
            }
            Err(error) => done.failed(&error, observe)?,
        }
    }
    Ok(done)
}

impl Done {
    /// Reports an error, unless a signal is its cause.
    fn failed(&mut self, error: &Error, observe: &mut Observer<'_>) -> Result<()> {
        signals::give_way();
        self.exit = self.exit.worst(error.exit());
        observe(Event::Failed(error))
    }
}

/// Creates a directory, and keeps other processes out of it.
fn lock(output: &OutputDirectory, observe: &mut Observer<'_>) -> Result<Exclusive> {
    let mut observed = Ok(());
    let lock = Exclusive::acquire(&output.state.join("lock"), || {
        observed = observe(Event::Waiting("another build of these modules"));
    })?;
    observed?;
    if !lock.is_held() {
        observe(Event::Warning(&format!(
            "the file system of `{}` does not support locks; run only one build there at a time",
            output.published.display()
        )))?;
    }
    // Only now: `clean`, which we may have waited for, has removed it.
    output.create(Path::new(""))?;
    files::remove_strays(&output.published);
    Ok(lock)
}
