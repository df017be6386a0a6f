//! Making and publishing what a source of artifacts has, and telling of it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::pipeline::{self, Event, Finished, Job, OutputDirectory, Published, Queue};
use crate::report::Report;
use crate::sys::files::{self, Exclusive};
use crate::sys::signals;
use crate::sys::tokens::{Jobs, Tokens};

/// What was done.
pub(crate) struct Done {
    /// How many modules are there now.
    pub(crate) published: usize,
    /// The worst that has happened, of which everything was told.
    pub(crate) exit: Exit,
    /// Until this goes, the places are ours.
    _locks: Vec<Exclusive>,
}

/// Makes the modules of `source`, and publishes them if it comes to its end.
///
/// Nothing is published where it does not; where single modules fail, the others are. `on_published` is told of each.
///
/// # Errors
///
/// Exit code 4: a place that cannot be had, or a result that cannot be told.
pub(crate) fn run(
    places: &[&OutputDirectory],
    jobs: Jobs,
    keep_going: bool,
    source: impl FnOnce(&Tokens, &Queue<'_>) -> Result<()> + Send,
    report: &Report,
    on_published: impl FnMut(&Job, &Published) -> Result<()>,
) -> Result<Done> {
    files::allow_many();
    // Each once, and in an order that is the same for all who want several: so nobody waits in a circle.
    let places: BTreeMap<_, _> = places.iter().map(|place| (&place.published, *place)).collect();
    let locks = places.values().map(|place| lock(place, report)).collect::<Result<Vec<_>>>()?;
    let tokens = Tokens::new(jobs)?;
    let whole_source = |queue: &Queue<'_>| {
        let result = source(&tokens, queue);
        tokens.cargo_ended()?;
        result
    };
    let mut progress = report.progress();
    let mut exit = Exit::Ok;
    let outcome = pipeline::run(&tokens, keep_going, whole_source, |event| match event {
        Event::CargoLine(line) => progress.cargo_line(&line),
        Event::Ended => {
            progress.cargo_ended();
            Ok(())
        }
        Event::Step(name, step) => {
            progress.step(&name, &step);
            Ok(())
        }
        Event::Failed(error) => {
            exit = exit.worst(told(&error, |error| progress.error(error)));
            Ok(())
        }
    });
    drop(progress);
    outcome.reported?;
    if let Err(error) = outcome.source {
        let exit = exit.worst(told(&error, |error| report.error(error)));
        return Ok(Done { published: 0, exit, _locks: locks });
    }
    let (published, exit) = publish(outcome.finished, exit, report, on_published)?;
    Ok(Done { published, exit, _locks: locks })
}

/// Puts every module in its place, and counts them.
fn publish(
    finished: Vec<Finished>,
    mut exit: Exit,
    report: &Report,
    mut on_published: impl FnMut(&Job, &Published) -> Result<()>,
) -> Result<(usize, Exit)> {
    let mut published = 0;
    for module in finished {
        match module.publish() {
            Ok((order, module)) => {
                on_published(&order, &module)?;
                published += 1;
            }
            Err(error) => exit = exit.worst(told(&error, |error| report.error(error))),
        }
    }
    Ok((published, exit))
}

/// Tells of an error, unless a signal is its cause.
fn told(error: &Error, tell: impl FnOnce(&Error) -> Exit) -> Exit {
    signals::give_way();
    tell(error)
}

/// Sees to it that a place is there, and ours alone.
fn lock(place: &OutputDirectory, report: &Report) -> Result<Exclusive> {
    let waiting = || report.status("Blocking", "waiting for another build of these modules");
    let lock = Exclusive::acquire(&place.state.join("lock"), waiting)?;
    if !lock.is_held() {
        report.warning(&format!(
            "the file system of `{}` has no locks: build there with one command at a time",
            place.published.display()
        ));
    }
    // Only now: `clean`, which we may have waited for, has taken it away.
    place.create(Path::new(""))?;
    files::remove_strays(&place.published);
    Ok(lock)
}
