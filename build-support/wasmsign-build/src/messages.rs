//! What `cargo wasmsign` says on standard output, as far as a build script needs it: one JSON object a line.

use std::path::{Path, PathBuf};

use serde_json::Value;
use wasmsign_core::Identity;

use crate::error::{Error, ErrorKind, Result};

/// The messages of one build.
#[derive(Debug, Default)]
pub(crate) struct Messages {
    published: Vec<Published>,
    compiled: Vec<Compiled>,
    executed: Vec<Executed>,
}

/// A build script that has run, now or earlier.
#[derive(Debug)]
pub(crate) struct Executed {
    package_id: String,
    /// Its `OUT_DIR`.
    pub(crate) out: PathBuf,
}

/// A module that was published.
#[derive(Debug)]
pub(crate) struct Published {
    package_id: String,
    target: String,
    /// The module.
    pub(crate) path: PathBuf,
    /// Its detached signature.
    pub(crate) signature: Option<PathBuf>,
    /// Its name while signatures come and go.
    pub(crate) identity: Option<Identity>,
}

/// What cargo has compiled, or found compiled.
#[derive(Debug)]
struct Compiled {
    package_id: String,
    target: String,
    manifest: PathBuf,
    modules: Vec<PathBuf>,
}

impl Messages {
    /// Reads standard output. Lines that are no messages of these kinds say nothing to us.
    pub(crate) fn read(output: &[u8]) -> Self {
        let mut messages = Self::default();
        for value in objects(output) {
            match value["reason"].as_str() {
                Some("wasmsign-artifact") => messages.published.extend(published(&value)),
                Some("compiler-artifact") => messages.compiled.extend(compiled(&value)),
                Some("build-script-executed") => messages.executed.extend(executed(&value)),
                _ => {}
            }
        }
        messages
    }

    /// The one module that was published.
    pub(crate) fn only_module(&self, guest: &Path) -> Result<&Published> {
        match &*self.published {
            [one] => Ok(one),
            [] => Err(Error::new(
                ErrorKind::NoModule,
                format!("`{}` produces no module", guest.display()),
            )
            .advice("a guest is a program, or a library with `crate-type = [\"cdylib\"]`")),
            several => Err(Error::new(
                ErrorKind::SeveralModules,
                format!("`{}` produces several modules: {}", guest.display(), names(several)),
            )
            .advice("choose one with `package` and `bin`, and use a `Guest` for each")),
        }
    }

    /// The artifact of cargo from which a module was made.
    pub(crate) fn artifact_of(&self, module: &Published) -> Option<&Path> {
        let of_module =
            |unit: &&Compiled| unit.package_id == module.package_id && unit.target == module.target;
        self.compiled.iter().filter(of_module).flat_map(|unit| &unit.modules).next().map(|p| &**p)
    }

    /// The manifest of a module's package.
    pub(crate) fn manifest_of(&self, module: &Published) -> Option<&Path> {
        self.manifest(&module.package_id)
    }

    /// The build scripts that have run, each with the directory of its package, if that is on this machine.
    pub(crate) fn build_scripts(&self) -> impl Iterator<Item = (&Executed, Option<&Path>)> {
        self.executed.iter().map(|script| {
            let manifest =
                self.manifest(&script.package_id).filter(|_| is_local(&script.package_id));
            (script, manifest.and_then(Path::parent))
        })
    }

    fn manifest(&self, package_id: &str) -> Option<&Path> {
        let found = self.compiled.iter().find(|unit| unit.package_id == package_id);
        found.map(|unit| &*unit.manifest)
    }

    /// The manifests of packages on this machine: what comes from a registry or a repository never changes.
    pub(crate) fn local_manifests(&self) -> impl Iterator<Item = &Path> {
        let local = self.compiled.iter().filter(|unit| is_local(&unit.package_id));
        local.map(|unit| &*unit.manifest)
    }
}

fn is_local(package_id: &str) -> bool {
    package_id.starts_with("path+")
}

/// The lines that are JSON objects.
pub(crate) fn objects(output: &[u8]) -> Vec<Value> {
    let lines = output.split(|&byte| byte == b'\n');
    lines.filter_map(|line| serde_json::from_slice(line).ok()).collect()
}

fn published(message: &Value) -> Option<Published> {
    Some(Published {
        package_id: text(&message["package_id"])?,
        target: text(&message["target"]["name"])?,
        path: text(&message["path"])?.into(),
        signature: text(&message["signature_path"]).map(PathBuf::from),
        identity: message["identity"].as_str().and_then(|text| text.parse().ok()),
    })
}

fn compiled(message: &Value) -> Option<Compiled> {
    let files = message["filenames"].as_array().into_iter().flatten();
    let modules = files.filter_map(text).map(PathBuf::from);
    Some(Compiled {
        package_id: text(&message["package_id"])?,
        target: text(&message["target"]["name"])?,
        manifest: text(&message["manifest_path"])?.into(),
        modules: modules.filter(|path| path.extension().is_some_and(|e| e == "wasm")).collect(),
    })
}

fn executed(message: &Value) -> Option<Executed> {
    Some(Executed {
        package_id: text(&message["package_id"])?,
        out: text(&message["out_dir"])?.into(),
    })
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn names(modules: &[Published]) -> String {
    let name = |module: &Published| {
        format!("`{}`", module.path.file_name().unwrap_or_default().to_string_lossy())
    };
    modules.iter().map(name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(name: &str) -> String {
        format!(
            r#"{{"reason":"wasmsign-artifact","package_id":"path+file:///g#0.1.0","target":{{"name":"{name}","kind":["bin"]}},"path":"/t/{name}.wasm","signature_path":null,"identity":null}}"#
        )
    }

    fn unit(name: &str, id: &str, file: &str) -> String {
        format!(
            r#"{{"reason":"compiler-artifact","package_id":"{id}","manifest_path":"/g/Cargo.toml","target":{{"name":"{name}"}},"filenames":["{file}"]}}"#
        )
    }

    #[test]
    fn a_module_finds_its_artifact() {
        let lines = [
            "   Compiling".to_owned(),
            unit("dep", "registry+https://x#dep@1.0.0", "/t/libdep.rlib"),
            unit("b", "path+file:///g#0.1.0", "/built/b.wasm"),
            unit("a", "path+file:///g#0.1.0", "/built/a.wasm"),
            module("a"),
        ];
        let messages = Messages::read(lines.join("\n").as_bytes());
        let module = messages.only_module(Path::new("g")).unwrap();
        assert_eq!(messages.artifact_of(module), Some(Path::new("/built/a.wasm")));
        assert_eq!(messages.manifest_of(module), Some(Path::new("/g/Cargo.toml")));
        assert_eq!(messages.local_manifests().count(), 2);
    }

    #[test]
    fn none_and_several_are_errors() {
        let kind = |text: &str| {
            Messages::read(text.as_bytes()).only_module(Path::new("g")).unwrap_err().kind()
        };
        assert_eq!(kind(""), ErrorKind::NoModule);
        assert_eq!(kind(&format!("{}\n{}", module("a"), module("b"))), ErrorKind::SeveralModules);
    }
}
