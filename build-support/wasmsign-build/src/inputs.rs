//! The files that a guest's module is made of, each by its name: a change of any of them runs the build script again,
//! and nothing else does.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::messages::{Messages, Published, objects};
use crate::script::Told;
use crate::tool::Tool;
use crate::{dep_info, traces};

/// Files that decide a build from any directory above it.
const SETTINGS: [&str; 4] =
    [".cargo/config.toml", ".cargo/config", "rust-toolchain.toml", "rust-toolchain"];

/// Sources and variables, as cargo has written them down, and the manifests of the packages they are in. What the guest's build scripts
/// have written below `target` is none: it follows from the others, and is always newer than our start.
pub(crate) fn watch_sources(
    told: &mut Told,
    messages: &Messages,
    module: &Published,
    target: &Path,
) -> Result<()> {
    let artifact = messages.artifact_of(module).ok_or_else(|| {
        let message = format!("cargo reports no artifact for `{}`", module.path.display());
        Error::new(ErrorKind::NoModule, message)
    })?;
    let written = artifact.with_extension("d");
    let text =
        fs::read_to_string(&written).map_err(|source| Error::io("read", &written, source))?;
    let files = dep_info::read(&text, artifact).ok_or_else(|| {
        Error::io("read", &written, io::Error::other("it does not mention the artifact"))
    })?;
    files.into_iter().filter(|file| !file.starts_with(target)).for_each(|file| told.watch(file));
    messages.local_manifests().for_each(|manifest| told.watch(manifest));
    traces::watch_variables(told, artifact);
    let scripts = messages.build_scripts();
    scripts.for_each(|(script, package)| traces::watch_build_script(told, script, package, target));
    Ok(())
}

/// The manifest and lock file of the workspace, and settings of cargo and rustup on the way up, which begins where the
/// directory really is: both ask the system for the directory they run in, and links are gone by then.
pub(crate) fn watch_workspace(
    told: &mut Told,
    tool: &Tool,
    directory: &Path,
    started: SystemTime,
) -> Result<()> {
    let arguments = ["locate-project", "--workspace", "--message-format", "plain"];
    let output = tool.run(&mut tool.command(&arguments))?;
    let text = String::from_utf8_lossy(&output.stdout);
    if output.status.success() {
        let manifest = PathBuf::from(text.trim_end_matches(['\n', '\r']));
        let lock = manifest.with_file_name("Cargo.lock");
        if lock.is_file() {
            settle(&lock, &manifest, started);
            told.watch(lock);
        }
        told.watch(manifest);
    }
    let place =
        fs::canonicalize(directory).map_err(|source| Error::io("find", directory, source))?;
    let settings =
        place.ancestors().flat_map(|above| SETTINGS.iter().map(move |name| above.join(name)));
    settings.filter(|path| path.is_file()).for_each(|path| told.watch(path));
    Ok(())
}

/// A lock file that the guest's own build has just written is newer than the start of the build script: cargo would
/// take it for changed, and run the script once more for nothing. It is made as old as the manifest it follows from.
fn settle(lock: &Path, manifest: &Path, started: SystemTime) {
    if let (Ok(locked), Ok(written)) = (modified(lock), modified(manifest))
        && locked >= started
        && written < started
    {
        // Where this cannot be done, the build script runs once more.
        let _ = File::options().write(true).open(lock).and_then(|file| file.set_modified(written));
    }
}

fn modified(path: &Path) -> io::Result<SystemTime> {
    fs::metadata(path)?.modified()
}

/// The files that the manifest's tables name: keys, what is embedded, programs.
pub(crate) fn watch_configuration(
    told: &mut Told,
    tool: &Tool,
    flags: &[String],
    manifest: &Path,
    signers_of_manifest: bool,
) -> Result<()> {
    let mut command = tool.command(&["wasmsign", "config", "--format", "json"]);
    let output = tool.run(command.args(flags))?;
    if !output.status.success() {
        return Err(Error::new(ErrorKind::Guest, "`cargo wasmsign config` failed"));
    }
    let of_package =
        |object: &Value| object["manifest_path"].as_str().is_some_and(|p| Path::new(p) == manifest);
    if let Some(object) = objects(&output.stdout).into_iter().find(of_package) {
        let named = named_files(&object["options"], signers_of_manifest);
        let directory = manifest.parent().unwrap_or(Path::new("."));
        let paths = named.iter().map(|name| directory.join(name));
        paths.filter(|path| path.is_file()).for_each(|path| told.watch(path));
    }
    Ok(())
}

/// What may be the name of a file among the options of a package. Texts of keys, and programs that are looked for in
/// `PATH`, are sorted out by there being no such file.
fn named_files(options: &Value, signers: bool) -> Vec<String> {
    let mut names = Vec::new();
    let signing = words(&options["sign-with"]["value"]);
    for (name, option) in options.as_object().into_iter().flatten() {
        let value = &option["value"];
        if let Some((key, half)) = name.strip_prefix("keys.").and_then(|rest| rest.rsplit_once('.'))
        {
            if signers && signing.iter().any(|signer| signer == key.trim_matches('"')) {
                match half {
                    "public" => names.extend(words(value)),
                    _ => names
                        .extend([&value["file"], &value["command"]].into_iter().flat_map(words)),
                }
            }
        } else if (name.starts_with("sections.embed.") && name.ends_with(".file"))
            || matches!(&**name, "optimize.tool" | "transform.command" | "transform.inputs")
        {
            names.extend(words(value));
        } else if name == "transform" {
            // A list of them; a pattern or a place in a path is no file.
            let tables = value.as_array().into_iter().flatten();
            names.extend(
                tables.flat_map(|table| [&table["command"], &table["inputs"]]).flat_map(words),
            );
        }
    }
    names
}

/// A text, or a list of them.
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::String(word) => vec![word.clone()],
        Value::Array(list) => list.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_the_tables_are_found() {
        let options = br#"{
            "sign-with": {"value": ["release"]},
            "keys.release.public": {"value": "/w/release.pub"},
            "keys.release.secret": {"value": {"file": "/w/release.key"}},
            "keys.other.secret": {"value": {"file": "/w/other.key"}},
            "sections.embed.info.file": {"value": "/w/info.json"},
            "optimize.level": {"value": "z"},
            "transform.command": {"value": ["./edit", "rules"]},
            "transform.inputs": {"value": ["/w/inputs"]},
            "transform": {"value": [{"command": ["./one"], "inputs": ["/w/two"]}, {"command": ["./three"]}]}
        }"#;
        let options: Value = serde_json::from_slice(options).unwrap();
        let mut all = named_files(&options, true);
        all.sort();
        let expected = [
            "./edit",
            "./one",
            "./three",
            "/w/info.json",
            "/w/inputs",
            "/w/release.key",
            "/w/release.pub",
            "/w/two",
            "rules",
        ];
        assert_eq!(all, expected);
        assert_eq!(named_files(&options, false).len(), 7);
    }
}
