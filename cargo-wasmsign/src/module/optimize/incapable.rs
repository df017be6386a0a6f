//! What is said where no optimizer can do with a module what is asked: what each lacks, and how to get one that does
//! not.

use super::Job;
use super::embedded::protocol::{INVALID, UNREAD};
use super::failure::NEWER;
use super::features::NEVER;
use super::optimizer::Choice;
use super::prepare::Need;
use super::tool::Tool;
use crate::error::Error;
use crate::sys::child::Output;
use crate::sys::exit_status::last_words;
use crate::text::escape::escape;

/// Why one tool cannot do a job.
#[derive(Debug)]
pub(super) struct Unable {
    version: String,
    number: Option<u32>,
    reason: Reason,
}

#[derive(Debug)]
enum Reason {
    /// It is too old for these.
    Needs(Vec<Need>),
    /// It does not have a pass.
    Passes(Error),
    /// It has tried, and says this.
    Unread(String),
}

impl Unable {
    pub(super) fn needs(tool: &Tool, needs: Vec<Need>) -> Self {
        Self::new(tool, Reason::Needs(needs))
    }

    pub(super) fn passes(tool: &Tool, error: Error) -> Self {
        Self::new(tool, Reason::Passes(error))
    }

    pub(super) fn unread(tool: &Tool, output: &Output) -> Self {
        Self::new(tool, Reason::Unread(last_words(&output.stderr)))
    }

    fn new(tool: &Tool, reason: Reason) -> Self {
        let number = tool.abilities().number();
        Self { version: tool.version().to_owned(), number, reason }
    }

    /// What it lacks, a line each.
    fn lines(&self) -> Vec<String> {
        match &self.reason {
            Reason::Needs(needs) => needs.iter().map(|need| self.need(need)).collect(),
            Reason::Passes(error) => vec![error.to_string()],
            Reason::Unread(words) => vec![words.clone()],
        }
    }

    fn need(&self, need: &Need) -> String {
        let own = match self.number {
            Some(number) => format!("this one is {number}"),
            None => "this one does not report its version number".to_owned(),
        };
        match need.since {
            NEVER => format!("{}: no known version of Binaryen can read it", need.what),
            since => format!("{}: Binaryen {since} or newer; {own}", need.what),
        }
    }

    /// The first version that has all that is missing, if that is known.
    fn newest_need(&self) -> Option<u32> {
        match &self.reason {
            Reason::Needs(needs) => needs.iter().map(|need| need.since).max(),
            _ => None,
        }
    }
}

/// Whether an optimizer that failed has failed over reading the module.
pub(super) fn is_unread(output: &Output) -> bool {
    const SIGNS: [&str; 5] = [
        // The embedded optimizer's.
        UNREAD,
        INVALID,
        // Those of wasm-opt.
        "parse exception",
        "error parsing wasm",
        "error validating input",
    ];
    let words = String::from_utf8_lossy(&output.stderr);
    output.status.code().is_some() && SIGNS.iter().any(|sign| words.contains(sign))
}

/// The error for a job that none of these can do.
pub(super) fn error(job: &Job, choice: Choice, unable: Vec<Unable>) -> Error {
    let name = escape(&job.name.to_string_lossy());
    let (message, lines) = match &unable[..] {
        [only] => (format!("the optimizer, {}, cannot read `{name}`", only.version), only.lines()),
        several => {
            let line = |one: &Unable| {
                let told = |line: String| format!("{}: {line}", one.version);
                one.lines().into_iter().map(told).collect::<Vec<_>>()
            };
            let message = format!("none of the available optimizers can read `{name}`");
            (message, several.iter().flat_map(line).collect())
        }
    };
    let is_new_enough = |one: &Unable| matches!(one.reason, Reason::Unread(_));
    let needed = match unable.iter().any(is_new_enough) {
        true => None,
        false => unable.iter().filter_map(Unable::newest_need).max(),
    };
    if let Ok([Unable { reason: Reason::Passes(error), .. }]) = <[Unable; 1]>::try_from(unable) {
        return error;
    }
    Error::tool(message).because(lines.join("\n")).advice(advice(choice, needed))
}

fn advice(choice: Choice, needed: Option<u32>) -> String {
    const OFF: &str = "set `optimize = false`";
    let newer = match needed {
        Some(NEVER) => return format!("compile without it, or {OFF}"),
        Some(since) => format!("install Binaryen {since} or newer ({NEWER})"),
        // The list of what versions cannot read says nothing of it.
        None => return format!("set `optimize.tool` to another wasm-opt ({NEWER}), or {OFF}"),
    };
    match choice {
        Choice::Auto => format!("{newer} so that its wasm-opt is found in PATH, or {OFF}"),
        Choice::Program => format!("{newer} and set `optimize.tool` to it, or {OFF}"),
        Choice::Embedded => format!("{newer} and set `optimize.tool = \"auto\"`, or {OFF}"),
        Choice::Reproducible => format!(
            "{newer} and set `optimize.tool` to it, because a reproducible build does not search \
             PATH; or {OFF}"
        ),
    }
}
