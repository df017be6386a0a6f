//! How many jobs may run at once.

use std::num::NonZero;
use std::thread;

use crate::args::Compilation;
use crate::cargo::configured_jobs;
use crate::error::Result;

/// The jobs of a build: `--jobs`, else cargo's configuration, else one a core.
///
/// # Errors
///
/// Exit code 2 where cargo's configuration cannot be read.
pub(super) fn of(compilation: &Compilation, cargo_args: &[String]) -> Result<usize> {
    let given = compilation.jobs.as_deref().or(behind_dashes(cargo_args));
    given.and_then(count).map_or_else(usual, Ok)
}

/// The jobs that cargo is told behind `--`, where it does not take its share of ours but what it is told.
pub(super) fn behind_dashes(cargo_args: &[String]) -> Option<&str> {
    cargo_args.iter().enumerate().find_map(|(at, word)| match word.as_str() {
        "-j" | "--jobs" => cargo_args.get(at + 1).map(String::as_str),
        word => {
            let joined = word.strip_prefix("--jobs=").or_else(|| word.strip_prefix("-j"));
            joined.map(|jobs| jobs.trim_start_matches('='))
        }
    })
}

/// The jobs where nobody says how many on the command line.
///
/// # Errors
///
/// As [`of`].
pub(super) fn usual() -> Result<usize> {
    Ok(configured_jobs()?.and_then(in_cores).unwrap_or_else(cores))
}

/// `--jobs` for cargo, where it is cargo's to refuse. Otherwise cargo takes its share of ours.
pub(super) fn for_cargo(compilation: &Compilation) -> Option<&String> {
    compilation.jobs.as_ref().filter(|text| count(text).is_none())
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
    fn jobs_behind_dashes_are_seen() {
        let seen = |words: &[&str]| {
            let words: Vec<_> = words.iter().map(|&word| word.to_owned()).collect();
            behind_dashes(&words).map(str::to_owned)
        };
        for words in [&["-v", "-j", "3"][..], &["-j3"], &["-j=3"], &["--jobs=3"], &["--jobs", "3"]]
        {
            assert_eq!(seen(words).as_deref(), Some("3"), "{words:?}");
        }
        assert_eq!(seen(&["-v", "--timings"]), None);
    }

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
