//! What a build would do, for `--dry-run`.

use std::path::PathBuf;

use wasmsign_core::formats::Format;

use super::Request;
use super::batch::{Batch, PlannedPackage};
use crate::manifest::{After, Features, Interface, PackageConfig, Placement};
use crate::module::other_formats;
use crate::project::Run;
use crate::text::shell::shell_words;

/// What a build would do with one run of cargo.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The target triple.
    pub(crate) target: String,
    /// The call of cargo, as a shell reads it.
    pub(crate) command: String,
    /// The modules that cargo is expected to make.
    pub(crate) modules: Vec<Module>,
}

/// A module that a build would publish.
#[derive(Debug)]
pub(crate) struct Module {
    /// Its package.
    pub(crate) package: String,
    /// Where it would be.
    pub(crate) path: PathBuf,
    /// Where its detached signature would be, if there were one.
    pub(crate) signature_path: Option<PathBuf>,
    /// What would be done to it, in order.
    pub(crate) steps: Vec<String>,
    /// The names of the signers.
    pub(crate) signers: Vec<String>,
}

/// A batch in words.
pub(super) fn of(batch: &Batch, run: &Run, request: &Request) -> Plan {
    let mut run = run.clone();
    // Otherwise cargo takes its share of our jobs, for which there is no flag.
    if let Some(jobs) = request.compilation.jobs.as_ref().filter(|_| !run.own_jobs) {
        run.flags.splice(..0, ["--jobs".to_owned(), jobs.clone()]);
    }
    let command = batch.cargo(&run).command();
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    let no_sign = request.options.no_sign;
    let modules = |package| module_plans(batch, package, no_sign);
    Plan {
        target: batch.target.clone(),
        command: shell_words(&words),
        modules: batch.packages.iter().flat_map(modules).collect(),
    }
}

fn module_plans(
    batch: &Batch,
    package: &PlannedPackage,
    no_sign: bool,
) -> impl Iterator<Item = Module> {
    let (config, published) = (&package.config, &batch.output.published);
    let signers = if no_sign { Vec::new() } else { config.options.sign_with.clone() };
    let is_detached = !signers.is_empty() && config.options.signature != Placement::Embedded;
    package.files.iter().map(move |file| Module {
        package: package.package.name.to_string(),
        path: published.join(file),
        signature_path: is_detached.then(|| published.join(format!("{file}.sig"))),
        steps: steps(config, &signers),
        signers: signers.clone(),
    })
}

/// What would be done to the modules of a package, in order.
fn steps(config: &PackageConfig, signers: &[String]) -> Vec<String> {
    let mut steps = Vec::new();
    let transform = |after| {
        let transforms =
            config.options.transforms.iter().filter(move |transform| transform.after == after);
        transforms
            .map(|transform| format!("transform with {}", shell_words(&transform.command.argv)))
    };
    steps.extend(transform(After::Build));
    steps.extend(match (config.expected_optimize(), &config.opt_level) {
        (Some(optimize), _) => Some(format!("optimize (-O{})", optimize.options.level.as_str())),
        (None, Some(level)) if config.optimize().is_some() => {
            Some(format!("leave unoptimized (opt-level {level})"))
        }
        (None, _) => None,
    });
    steps.extend(interface(&config.interface()));
    steps.extend(transform(After::Optimize));
    steps.extend(shape(config, !signers.is_empty()));
    steps.push(match signers {
        [] => "leave unsigned".to_owned(),
        signers => format!("sign with {}{}, verify", signers.join(", "), formats(config)),
    });
    steps.push("publish".to_owned());
    let copies = config.options.artifact_dir.iter();
    steps.extend(copies.map(|directory| format!("copy to {}", directory.display())));
    steps
}

/// The formats of the signatures, where they are not simply the default one.
fn formats(config: &PackageConfig) -> String {
    match &config.options.formats[..] {
        [Format::Wasmsign2] => String::new(),
        formats => format!(" as {}", other_formats::names(formats)),
    }
}

fn interface(interface: &Interface) -> Vec<String> {
    let exports =
        interface.exports.as_ref().map(|names| format!("keep exports {}", names.join(", ")));
    let features = match &interface.features {
        Features::Auto => None,
        Features::List(names) if names.is_empty() => Some("check that no feature is needed".into()),
        Features::List(names) => Some(format!("check that only {} is needed", names.join(", "))),
    };
    exports.into_iter().chain(features).collect()
}

fn shape(config: &PackageConfig, signed: bool) -> Vec<String> {
    let sections = &config.options.sections;
    let mut steps = Vec::new();
    if sections.producers {
        steps.push("record the producer".to_owned());
    }
    if !sections.remove.is_empty() {
        steps.push(format!("remove {}", sections.remove.patterns().collect::<Vec<_>>().join(", ")));
    }
    let embedded: Vec<_> = sections.embed.iter().map(|embed| embed.name.as_str()).collect();
    if !embedded.is_empty() {
        steps.push(format!("embed {}", embedded.join(", ")));
    }
    if sections.metadata {
        steps.push("embed metadata from Cargo.toml".to_owned());
    }
    if config.options.manifest.is_some() {
        steps.push("embed the module manifest".to_owned());
    }
    if let Some(parts) = &sections.parts {
        let parts: Vec<_> = parts.selectors().iter().map(|part| part.join(" ")).collect();
        let undivided = if signed { "" } else { ", without delimiters" };
        steps.push(format!("order in parts {}{undivided}", parts.join(" | ")));
    }
    steps
}
