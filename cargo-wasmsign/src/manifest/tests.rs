//! Manifests as people write them, and what is made or said of them.

mod example;
mod origins;
mod other_errors;
mod package_errors;
mod precedence;
mod schema;
mod section_errors;
mod sections;
mod values;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{CommandLine, Environment, Manifests, PackageConfig};
use crate::error::{Error, Result};
use crate::exit::Exit;

const KEYS: &str = "[workspace.metadata.wasmsign.keys]\n\
                    release = { public = \"release.pub\", secret = { env = \"KEY\" } }\n\
                    dev = { public = \"dev.pub\" }\n";

/// A directory of this test alone, gone with its owner.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let unique = format!(
            "wasmsign-config-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let dir = std::env::temp_dir().join(unique);
        fs::create_dir_all(dir.join("app")).expect("the directory for temporary files is writable");
        Self(dir)
    }

    fn root(&self) -> PathBuf {
        self.0.join("Cargo.toml")
    }

    fn app(&self) -> PathBuf {
        self.0.join("app/Cargo.toml")
    }

    /// Reads a workspace with the one package `app`.
    fn read(&self, workspace: &str, app: &str) -> Result<Manifests> {
        fs::write(self.root(), workspace).expect("the scratch directory is writable");
        fs::write(self.app(), app).expect("the scratch directory is writable");
        Manifests::read(&self.root(), &[("app".to_owned(), self.app())])
    }

    /// The message about these manifests, with `ROOT` and `APP` for the paths.
    fn error(&self, workspace: &str, app: &str) -> String {
        self.message(self.read(workspace, app).expect_err("the manifests are wrong"))
    }

    fn message(&self, error: Error) -> String {
        assert_eq!(error.exit(), Exit::Usage);
        let message = match error.what_to_do() {
            Some(advice) => format!("{error}; {advice}"),
            None => error.to_string(),
        };
        let message = message.replace(&self.app().display().to_string(), "APP");
        message.replace(&self.root().display().to_string(), "ROOT")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn nothing() -> Environment {
    Environment::default()
}

/// What counts for the package of these two manifests.
fn config(workspace: &str, app: &str, profile: &str, env: &Environment) -> PackageConfig {
    let manifests = Scratch::new().read(workspace, app).expect("the manifests are right");
    package(&manifests, profile, env).expect("the environment is right")
}

/// What counts for the package `app`, without flags.
fn package(manifests: &Manifests, profile: &str, env: &Environment) -> Result<PackageConfig> {
    let settings = manifests.settings("app", profile, env, &CommandLine::default());
    settings.map(super::Settings::into_config)
}

/// The message about one line in the package's table, behind its place.
fn package_error(line: &str) -> String {
    let table = format!("[package.metadata.wasmsign]\n{line}\n");
    Scratch::new().error(KEYS, &table)
}

/// The message about one line in the table of a key.
fn key_error(line: &str) -> String {
    Scratch::new().error(&format!("[workspace.metadata.wasmsign.keys.release]\n{line}\n"), "")
}

/// Checks each case of `cases`: what is wrong, and indented below it what is said of it.
fn check(cases: &str, message: impl Fn(&str) -> String) {
    let mut input = Vec::new();
    for line in cases.trim().lines() {
        match line.strip_prefix("    ") {
            Some(expected) => assert_eq!(message(&input.split_off(0).join("\n")), expected),
            None => input.push(line),
        }
    }
    assert!(input.is_empty(), "a case without a message: {input:?}");
}
