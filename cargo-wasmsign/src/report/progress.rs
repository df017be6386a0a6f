//! The progress of a build: cargo's lines, and the steps of the modules, with a spinner where a person waits.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use anstream::ColorChoice;
use anstyle::Style;
use indicatif::{ProgressBar, ProgressStyle};

use super::printer::{ADVICE, Report};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::module::shape::{Outline, Part};
use crate::pipeline::{SignerLine, Step};
use crate::project::{Line, Other};
use crate::text::escape::escape;
use crate::text::size::{change, human};

impl Report {
    /// A line of cargo's standard output.
    ///
    /// # Errors
    ///
    /// Exit code 4 where it cannot be passed on.
    fn cargo_line(&self, line: &Line) -> Result<()> {
        match (self.is_json(), line.is_message) {
            (true, _) => self.print(&line.text),
            (false, true) => {
                // A cargo that runs for us shows these itself.
                line.rendered.iter().for_each(|text| self.tell(text.trim_end()));
                Ok(())
            }
            // What a build script or a wrapper prints there is no result of ours.
            (false, false) => {
                self.tell(&line.text);
                Ok(())
            }
        }
    }

    /// Prints the steps of modules from now on.
    pub fn progress(&self) -> Progress<'_> {
        self.is_drawn_into.set(self.may_move);
        Progress {
            report: self,
            spinner: ProgressBar::hidden(),
            running: Vec::new(),
            taken: BTreeSet::new(),
            others: BTreeSet::new(),
        }
    }
}

/// Prints the steps of the modules.
pub struct Progress<'a> {
    report: &'a Report,
    spinner: ProgressBar,
    /// The modules that the optimizer is at work on.
    running: Vec<Running>,
    /// The modules that one run of cargo has made for us.
    taken: BTreeSet<PathBuf>,
    /// Those that it has made besides; they may be ours in another run.
    others: BTreeSet<Other>,
}

/// A module that the optimizer is at work on.
struct Running {
    name: String,
    tool: String,
    time: Duration,
    /// When the next notice is printed, where there is no spinner.
    next: Duration,
}

/// The time until the first notice that a module is still being optimized. The next one comes after twice as long.
const FIRST_NOTICE: Duration = Duration::from_secs(4);
/// The longest time between two notices.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

impl Progress<'_> {
    /// Tells a line of cargo's.
    ///
    /// # Errors
    ///
    /// Exit code 4 where it cannot be passed on.
    pub fn cargo_line(&mut self, line: &Line) -> Result<()> {
        self.taken.extend(line.artifacts.iter().map(|artifact| artifact.path.clone()));
        self.others.extend(line.others.iter().cloned());
        self.spinner.suspend(|| self.report.cargo_line(line))
    }

    /// Shows from now on what goes on, on terminals alone. Until now cargo did.
    pub fn cargo_ended(&mut self) {
        self.report.is_drawn_into.set(false);
        self.others.retain(|other| !self.taken.contains(&other.path));
        self.report.skipped(&self.others);
        if self.report.may_move {
            self.spinner = ProgressBar::new_spinner();
            self.spin();
        }
    }

    /// Tells a step of the module `name`.
    pub fn step(&mut self, name: &str, step: &Step) {
        let name = escape(name);
        match step {
            Step::Optimizing { version } => {
                let text = format!("{name} with {}", escape(version));
                self.spinner.suspend(|| self.report.detail("Optimizing", &text));
                let (tool, time) = (escape(version), Duration::ZERO);
                // Another tool may have tried before, or another part of it may be done.
                self.running.retain(|other| other.name != name);
                self.running.push(Running { name: name.clone(), tool, time, next: FIRST_NOTICE });
            }
            Step::StillOptimizing { time } => self.still_optimizing(&name, *time),
            Step::Warned { text } => {
                let text = format!("{name}: {text}");
                return self.spinner.suspend(|| self.report.warning(&text));
            }
            Step::Dropped { sections } => {
                let text = "the optimizer dropped sections that it was not asked to drop";
                let text = format!("{name}: {text}: {}", sections.join(", "));
                self.spinner.suspend(|| self.report.warning(&text));
            }
            _ => self.running.retain(|other| other.name != name),
        }
        self.spin();
        if let Some((verb, text)) = step_words(&name, step) {
            self.spinner.suspend(|| self.report.status(verb, &text));
        }
    }

    /// Tells now and then, where no spinner does, that a module is still being optimized.
    fn still_optimizing(&mut self, name: &str, time: Duration) {
        let is_shown = !self.spinner.is_hidden();
        for running in self.running.iter_mut().filter(|running| running.name == name) {
            running.time = time;
            if !is_shown && time >= running.next {
                let text =
                    format!("{name} with {}, for {} so far", running.tool, duration_words(time));
                self.report.status("Optimizing", &text);
                running.next = time + time.min(LONGEST_PAUSE);
            }
        }
    }

    /// Tells why a module was not made.
    pub fn error(&self, error: &Error) -> Exit {
        self.spinner.suspend(|| self.report.error(error))
    }

    fn spin(&self) {
        if self.running.is_empty() {
            return self.spinner.finish_and_clear();
        }
        if self.spinner.is_finished() {
            // It was cleared while nothing ran, and would not be drawn any more.
            self.spinner.reset();
        }
        let verb = if self.report.err == ColorChoice::Never { Style::new() } else { ADVICE };
        let template = format!("{verb}{{prefix:>12}}{verb:#} {{msg}} {{spinner}}");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            self.spinner.set_style(style);
        }
        self.spinner.set_prefix("Optimizing");
        let shown = |running: &Running| match running.time {
            Duration::ZERO => running.name.clone(),
            time => format!("{} ({})", running.name, duration_words(time)),
        };
        self.spinner.set_message(self.running.iter().map(shown).collect::<Vec<_>>().join(", "));
        self.spinner.enable_steady_tick(Duration::from_millis(100));
    }
}

impl Drop for Progress<'_> {
    fn drop(&mut self) {
        self.report.is_drawn_into.set(false);
        self.spinner.finish_and_clear();
    }
}

/// A time in words: `12 s`, `3 min 5 s`.
fn duration_words(time: Duration) -> String {
    match (time.as_secs() / 60, time.as_secs() % 60) {
        (0, seconds) => format!("{seconds} s"),
        (minutes, seconds) => format!("{minutes} min {seconds} s"),
    }
}

/// What is said of a step, if anything.
fn step_words(name: &str, step: &Step) -> Option<(&'static str, String)> {
    match step {
        Step::Transforming { program } => {
            Some(("Transforming", format!("{name} with {}", escape(program))))
        }
        Step::Transformed { from, to, dropped } => {
            Some(("Transformed", format!("{name} {}{}", sizes(*from, *to), dropped_words(dropped))))
        }
        Step::Waiting => {
            let text = "waiting for a transform in another process that may write the same files";
            Some(("Blocking", format!("{name} {text}")))
        }
        Step::Optimizing { .. }
        | Step::StillOptimizing { .. }
        | Step::Dropped { .. }
        | Step::Warned { .. } => None,
        Step::Optimized { from, to, tool, cached, dropped } => {
            let (debug, others): (Vec<_>, Vec<_>) =
                dropped.iter().cloned().partition(|section| section.starts_with(".debug_"));
            let mut rest = dropped_words(&others);
            if !debug.is_empty() {
                rest.push_str(", stripped debug sections (`optimize.debug = \"keep\"` keeps them)");
            }
            if *cached {
                rest.push_str(", as before");
            }
            Some(("Optimized", format!("{name} {} with {}{rest}", sizes(*from, *to), escape(tool))))
        }
        Step::Shaped { outline } => Some(("Shaped", format!("{name}{}", shaping(outline)))),
        Step::Signed { signers } => {
            let names: Vec<_> = signers.iter().map(signer_words).collect();
            Some(("Signed", format!("{name} with {}, verified", names.join(", "))))
        }
    }
}

fn sizes(from: u64, to: u64) -> String {
    format!("{} → {} ({})", human(from), human(to), change(from, to))
}

/// The sections that went, those of DWARF as one.
fn dropped_words(sections: &[String]) -> String {
    let mut names: Vec<String> = Vec::new();
    for section in sections {
        let name = if section.starts_with(".debug_") { ".debug_*".into() } else { escape(section) };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.is_empty() { String::new() } else { format!(", dropped {}", names.join(" ")) }
}

fn signer_words(signer: &SignerLine) -> String {
    let id = signer.key_id.as_deref().map(|id| format!(" ({id})")).unwrap_or_default();
    format!("{}{id}", escape(&signer.name))
}

/// What became of a module's custom sections.
fn shaping(outline: &Outline) -> String {
    let Outline { removed, embedded, moved, parts } = outline;
    let mut text = String::new();
    for (verb, names) in [("removed", removed), ("embedded", embedded), ("moved", moved)] {
        if !names.is_empty() {
            let names: Vec<_> = names.iter().map(|section| escape(section)).collect();
            text += &format!(", {verb} {}", names.join(", "));
        }
    }
    if !parts.is_empty() {
        let part = |part: &Part| {
            let names: Vec<_> = part.sections.iter().map(|section| escape(section)).collect();
            format!("{} ({})", names.join(" "), human(part.bytes))
        };
        let parts: Vec<_> = parts.iter().map(part).collect();
        text += &format!(", parts: {}", parts.join(" | "));
    }
    text
}
