//! How many jobs may run at once.

use std::num::NonZero;
use std::thread;

use crate::error::Result;
use crate::project::{Arguments, Configuration};
use crate::sys::tokens::Jobs;

/// The jobs of a build: `--jobs`, before or after `--`, else cargo's configuration, else one for each core.
///
/// # Errors
///
/// Exit code 2 where cargo's configuration says something else.
pub(crate) fn of(
    given: Option<&str>,
    behind: &Arguments,
    configuration: &Configuration,
) -> Result<Jobs> {
    let given = given.or_else(|| behind.values("jobs").next());
    given.and_then(count).map_or_else(|| usual(configuration), |count| Ok(Jobs::Stated(count)))
}

/// The jobs if the command line does not set them.
///
/// # Errors
///
/// As [`of`].
pub(crate) fn usual(configuration: &Configuration) -> Result<Jobs> {
    let configured = configuration.text(&["build", "jobs"])?;
    // What is no number of jobs is cargo's to refuse.
    let count = configured.as_deref().and_then(count);
    Ok(count.map_or_else(|| Jobs::Usual(cores()), Jobs::Stated))
}

/// `--jobs` where cargo is to refuse it. Otherwise cargo takes its share of our jobs.
pub(crate) fn refused(given: Option<&str>) -> Option<&str> {
    given.filter(|text| count(text).is_none())
}

/// A number of jobs as cargo takes it; none where it does not.
fn count(text: &str) -> Option<usize> {
    match text {
        "default" => Some(cores()),
        text => in_cores(text.parse().ok()?),
    }
}

/// Of a negative number, what it leaves of the cores.
fn in_cores(jobs: i32) -> Option<usize> {
    let signed = |cores: usize| isize::try_from(cores).unwrap_or(isize::MAX);
    match isize::try_from(jobs).ok()? {
        0 => None,
        few if few > 0 => usize::try_from(few).ok(),
        left => Some(usize::try_from(signed(cores()) + left).unwrap_or(1).max(1)),
    }
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_are_counted_as_cargo_counts_them() {
        assert_eq!(count("3"), Some(3));
        assert_eq!(count("default"), Some(cores()));
        assert_eq!(count("-1"), Some(cores().saturating_sub(1).max(1)));
        assert_eq!(count("-100000"), Some(1));
        for refused in ["0", "", "many", "1.5"] {
            assert_eq!(count(refused), None, "{refused}");
        }
    }
}
