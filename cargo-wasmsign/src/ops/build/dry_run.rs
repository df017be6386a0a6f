//! What a build would do, for `--dry-run`.

use super::plan::{Batch, Planned};
use crate::cli::args::Build;
use crate::manifest::{After, Features, Interface, Optimize, PackageConfig, Placement, Sections};
use crate::project::Run;
use crate::report;

/// A batch in words.
pub(crate) fn of(batch: &Batch, run: &Run, arguments: &Build) -> report::Plan {
    let mut run = run.clone();
    // Otherwise cargo takes its share of our jobs, for which there is no flag.
    if let Some(jobs) = arguments.compilation.jobs.as_ref().filter(|_| !run.own_jobs) {
        run.flags.splice(..0, ["--jobs".to_owned(), jobs.clone()]);
    }
    let command = batch.cargo(&run).command();
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    let command = shell_words(&words);
    let modules = batch.packages().iter().flat_map(|planned| {
        planned.files.iter().map(|file| module(batch, planned, file, arguments))
    });
    report::Plan { target: batch.target.clone(), command, modules: modules.collect() }
}

fn module(
    batch: &Batch,
    planned: &Planned,
    file: &str,
    arguments: &Build,
) -> report::PlannedModule {
    let (config, path) = (&planned.config, batch.place.published.join(file));
    let signers = if arguments.overrides.no_sign { Vec::new() } else { config.sign_with.clone() };
    let is_detached = !signers.is_empty() && config.signature != Placement::Embedded;
    report::PlannedModule {
        package: planned.name.clone(),
        signature_path: is_detached.then(|| batch.place.published.join(format!("{file}.sig"))),
        path,
        steps: steps(config, &signers),
        signers,
    }
}

/// Words as a shell reads them.
fn shell_words(words: &[String]) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_=/.,:@%+".contains(c);
    let quoted = |word: &String| match !word.is_empty() && word.chars().all(is_plain) {
        true => word.clone(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// What would be done to the modules of a package, in order.
fn steps(config: &PackageConfig, signers: &[String]) -> Vec<String> {
    let mut steps = Vec::new();
    let transform = |after| {
        let transforms = config.transforms.iter().filter(move |transform| transform.after == after);
        transforms.map(|transform| format!("transform with {}", shell_words(&transform.command)))
    };
    steps.extend(transform(After::Build));
    steps.extend(match (config.expected_optimize(), &config.opt_level) {
        (Some(options), _) => Some(optimize(&options)),
        (None, Some(level)) if config.optimize.is_some() => {
            Some(format!("leave unoptimized (opt-level {level})"))
        }
        (None, _) => None,
    });
    steps.extend(hold(&config.interface));
    steps.extend(transform(After::Optimize));
    steps.extend(shape(&config.sections, !signers.is_empty()));
    steps.push(match signers {
        [] => "leave unsigned".to_owned(),
        signers => format!("sign with {}, verify", signers.join(", ")),
    });
    steps.push("publish".to_owned());
    let copies = config.artifact_dir.iter();
    steps.extend(copies.map(|directory| format!("copy to {}", directory.display())));
    steps
}

fn optimize(options: &Optimize) -> String {
    format!("optimize (-O{})", options.level.as_str())
}

fn hold(interface: &Interface) -> Vec<String> {
    let exports =
        interface.exports.as_ref().map(|names| format!("keep exports {}", names.join(", ")));
    let features = match &interface.features {
        Features::Auto => None,
        Features::List(names) if names.is_empty() => Some("check that no feature is needed".into()),
        Features::List(names) => Some(format!("check that only {} is needed", names.join(", "))),
    };
    exports.into_iter().chain(features).collect()
}

fn shape(sections: &Sections, signed: bool) -> Vec<String> {
    let mut steps = Vec::new();
    if sections.producers {
        steps.push("record the producer".to_owned());
    }
    if !sections.remove.is_empty() {
        steps.push(format!("remove {}", sections.remove.patterns().join(", ")));
    }
    let embedded: Vec<_> = sections.embed.iter().map(|embed| embed.name.as_str()).collect();
    if !embedded.is_empty() {
        steps.push(format!("embed {}", embedded.join(", ")));
    }
    if let Some(parts) = &sections.parts {
        let parts: Vec<_> = parts.selectors().iter().map(|part| part.join(" ")).collect();
        let undivided = if signed { "" } else { ", without delimiters" };
        steps.push(format!("order in parts {}{undivided}", parts.join(" | ")));
    }
    steps
}
