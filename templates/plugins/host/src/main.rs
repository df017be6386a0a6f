//! Sends a text through every plugin in a directory that the trust file accepts. README.md has the command line.

#![forbid(unsafe_code)]

mod plugin;
mod policy;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use plugin::Engine;
use policy::Policy;

const USAGE: &str = "usage: plugin-host [--policy FILE] [--plugins DIRECTORY] TEXT";

/// What the command line says.
struct Arguments {
    policy: PathBuf,
    plugins: PathBuf,
    text: String,
}

fn main() -> ExitCode {
    let Some(arguments) = arguments(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        // Some plugin was refused.
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn arguments(mut words: impl Iterator<Item = String>) -> Option<Arguments> {
    let (mut policy, mut plugins, mut text) =
        (PathBuf::from("wasmsign-trust.toml"), PathBuf::from("signed"), None);
    while let Some(word) = words.next() {
        match &*word {
            "--policy" => policy = words.next()?.into(),
            "--plugins" => plugins = words.next()?.into(),
            _ if text.is_none() => text = Some(word),
            _ => return None,
        }
    }
    Some(Arguments { policy, plugins, text: text? })
}

/// Prints what the plugins make of the text; whether all of them were accepted.
fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let policy = Policy::load(&arguments.policy)?;
    let engine = Engine::new()?;
    let mut text = arguments.text.clone();
    let mut all_accepted = true;
    for path in modules(&arguments.plugins)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        match policy.open(&path, &name) {
            Ok(module) => {
                eprintln!("{name:?}: signed by {}", policy::signers(&module));
                text = engine.run(&module, &text).map_err(|error| format!("{name:?}: {error}"))?;
            }
            Err(error) => {
                eprintln!("{name:?} is refused: {}", policy::chain(&error));
                all_accepted = false;
            }
        }
    }
    println!("{text}");
    Ok(all_accepted)
}

/// The modules in a directory, in the order of their names.
fn modules(directory: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |error| format!("the directory {}: {error}", directory.display());
    let mut modules = Vec::new();
    for entry in std::fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            modules.push(path);
        }
    }
    modules.sort();
    Ok(modules)
}
