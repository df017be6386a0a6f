//! What a module says of its own build.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, ErrorKind, Result};
use crate::git;
use crate::script::{Script, Told, check_env_name, variable};

/// Facts about a build, for a custom section of the module that is built: written by the **guest's** build script as
/// one line of JSON into `OUT_DIR`.
///
/// ```no_run
/// use wasmsign_build::BuildInfo;
///
/// // the guest's build.rs
/// fn main() -> wasmsign_build::Result<()> {
///     BuildInfo::new().write()?;
///     Ok(())
/// }
/// ```
///
/// ```ignore
/// // the guest's src/lib.rs: a custom section `build-info`, which is signed with the rest
/// const INFO: &[u8] = include_bytes!(env!("BUILD_INFO"));
/// #[unsafe(link_section = "build-info")]
/// #[used]
/// static BUILD_INFO: [u8; INFO.len()] = *include_bytes!(env!("BUILD_INFO"));
/// ```
///
/// ```json
/// {"package":"plugin","version":"0.1.0","revision":"0f3c…-dirty","features":["default","fast"],"toolchain":"rustc 1.95.0 (…)"}
/// ```
///
/// The same source, features and compiler give the same bytes: there is no time, no path and no host name. `revision` is
/// git's commit, with `-dirty` behind it where tracked files differ from it, and `null` where the package is not a part
/// of a repository or git is not there. The build script runs again when the commit changes, and not with each change
/// of a file: a release is built from a clean checkout, where this makes no difference.
#[derive(Debug, Clone)]
#[must_use = "nothing is written before `write` is called"]
pub struct BuildInfo {
    env_name: String,
}

impl Default for BuildInfo {
    fn default() -> Self {
        Self::new()
    }
}

/// The facts, in the order in which they are written.
#[derive(Debug)]
struct Facts {
    package: String,
    version: String,
    revision: Option<String>,
    features: Vec<String>,
    toolchain: String,
}

impl BuildInfo {
    /// The usual facts, in a file that the variable `BUILD_INFO` names.
    pub fn new() -> Self {
        Self { env_name: "BUILD_INFO".into() }
    }

    /// Another variable for the path of the file.
    pub fn env_name(mut self, name: impl Into<String>) -> Self {
        self.env_name = name.into();
        self
    }

    /// Writes the file, tells cargo, and gives its path.
    ///
    /// # Errors
    ///
    /// Called by something else than cargo, a compiler that does not tell its version, a file that cannot be written.
    pub fn write(&self) -> Result<PathBuf> {
        check_env_name(&self.env_name)?;
        let script = Script::from_environment()?;
        let mut told = Told::default();
        // Without a line of its own, cargo would run the script again for any file of the package.
        told.watch(script.path(Path::new("Cargo.toml")));
        let facts = Facts::gather(&script, &mut told)?;
        let path = script.write(&format!("{}.json", self.env_name), facts.json().as_bytes())?;
        told.set(&self.env_name, &path)?;
        told.say()?;
        Ok(path)
    }

    /// As [`BuildInfo::write`]; on errors, tells cargo what and why, and ends the build script.
    pub fn write_or_exit(&self) -> PathBuf {
        self.write().unwrap_or_else(|error| error.exit())
    }
}

impl Facts {
    fn gather(script: &Script, told: &mut Told) -> Result<Self> {
        Ok(Self {
            package: text("CARGO_PKG_NAME")?,
            version: text("CARGO_PKG_VERSION")?,
            revision: git::revision(&script.package, told),
            features: features(&std::env::var("CARGO_CFG_FEATURE").unwrap_or_default()),
            toolchain: toolchain()?,
        })
    }

    fn json(&self) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let features: Vec<_> = self.features.iter().map(|feature| quoted(feature)).collect();
        format!(
            "{{\"package\":{},\"version\":{},\"revision\":{},\"features\":[{}],\"toolchain\":{}}}\n",
            quoted(&self.package),
            quoted(&self.version),
            self.revision.as_deref().map_or("null".into(), quoted),
            features.join(","),
            quoted(&self.toolchain),
        )
    }
}

fn text(name: &str) -> Result<String> {
    let value = variable(name)?;
    value.into_string().map_err(|_| Error::new(ErrorKind::Script, format!("`{name}` is not UTF-8")))
}

/// The active features, sorted, of cargo's list (`CARGO_CFG_FEATURE`). In the names of the `CARGO_FEATURE_*` variables
/// `a-b` and `a_b` would be the same.
fn features(list: &str) -> Vec<String> {
    let mut features: Vec<_> =
        list.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    features.sort();
    features
}

/// The first line of what the compiler says of its version.
fn toolchain() -> Result<String> {
    let compiler = variable("RUSTC")?;
    let failed = || {
        let message = format!("failed to ask `{}` for its version", compiler.display());
        Error::new(ErrorKind::Script, message)
    };
    let output = Command::new(&compiler).arg("--version").output();
    let output = output.map_err(|source| failed().because(source))?;
    let said = String::from_utf8_lossy(&output.stdout);
    match said.lines().next() {
        Some(line) if output.status.success() => Ok(line.trim().to_owned()),
        _ => Err(failed().because(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_one_line_of_json() {
        let facts = Facts {
            package: "plugin".into(),
            version: "0.1.0".into(),
            revision: None,
            features: vec!["default".into(), "x\"y".into()],
            toolchain: "rustc 1.95.0".into(),
        };
        let expected = r#"{"package":"plugin","version":"0.1.0","revision":null,"features":["default","x\"y"],"toolchain":"rustc 1.95.0"}"#;
        assert_eq!(facts.json(), format!("{expected}\n"));
        let clean = Facts { revision: Some("abc".into()), features: Vec::new(), ..facts };
        assert!(clean.json().contains(r#""revision":"abc","features":[],"#));
    }

    #[test]
    fn features_are_sorted() {
        assert_eq!(features("fast_math,default,a-b"), ["a-b", "default", "fast_math"]);
        assert!(features("").is_empty());
    }
}
