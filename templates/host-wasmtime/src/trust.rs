//! Who is trusted: keys, or a trust file.

use std::path::{Path, PathBuf};

use wasmsign_core::trust::{Time, Trust};
use wasmsign_core::{Policy, Verifier};

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::keys;

/// The verifier that the command line asks for.
pub fn verifier(arguments: &Arguments) -> Result<Verifier, Failure> {
    match &arguments.policy {
        Some(file) => Ok(load(file)?.verifier(&name(arguments), Time::now()).build()),
        None => by_keys(arguments),
    }
}

/// One signature of any of these keys, over the whole file, which must be a module and no component: the default, spelled
/// out, because this line decides what may run. Without a package, any module of the signer will do, and without a version,
/// any release of it.
fn by_keys(arguments: &Arguments) -> Result<Verifier, Failure> {
    let keys =
        arguments.keys.iter().map(|key| keys::public_key(key)).collect::<Result<Vec<_>, _>>()?;
    let mut policy = Policy::default();
    if let Some(package) = &arguments.package {
        policy = policy.package(package);
    }
    if let Some(version) = &arguments.version {
        policy = policy.version(version.clone());
    }
    let builder = Verifier::builder(keys).policy(policy);
    builder.build().map_err(|error| Failure::Usage(error.to_string()))
}

/// The trust file, with the files that it names beside it.
fn load(file: &Path) -> Result<Trust, Failure> {
    let unreadable = |reason: &dyn std::fmt::Display| {
        Failure::Usage(format!("the trust file `{}`: {reason}", file.display()))
    };
    let text = std::fs::read_to_string(file).map_err(|error| unreadable(&error))?;
    let directory = file.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    let trust = Trust::load(&text, |path| std::fs::read(directory.join(path)));
    trust.map_err(|error| unreadable(&error.to_string().replace('\n', "; ")))
}

/// What the trust file knows the module as. Whoever can choose it chooses the rule, so a host with more than one module
/// takes it from where it asks for the module, and not from the file.
fn name(arguments: &Arguments) -> String {
    let file_name = || arguments.module.file_name().unwrap_or_default().to_string_lossy();
    arguments.name.clone().unwrap_or_else(|| file_name().into_owned())
}
