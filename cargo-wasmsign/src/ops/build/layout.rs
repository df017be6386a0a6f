//! Where published files and what is remembered of them are, below the target directory.

use std::path::{Path, PathBuf};

use crate::module::optimize::Cache;
use crate::pipeline::OutputDirectory;
use crate::project::{EXAMPLES, is_wasm_name};
use crate::text::paths;

/// The directories for the modules of a target and a profile of cargo's.
pub(crate) fn output_directory(
    target_directory: &Path,
    target: &str,
    profile: &str,
    cache: &Cache,
) -> OutputDirectory {
    let directory = match profile {
        "dev" | "test" => "debug",
        "release" | "bench" => "release",
        other => other,
    };
    below(target_directory, &triple(target), directory, cache)
}

/// cargo's own directory for a target.
pub(crate) fn cargo_directory(target_directory: &Path, target: &str) -> PathBuf {
    target_directory.join(triple(target))
}

/// A target as directories are named after it.
fn triple(target: &str) -> PathBuf {
    let path = Path::new(target);
    match target.ends_with(".json") {
        true => path.file_stem().map_or(path.to_owned(), PathBuf::from),
        false => path.to_owned(),
    }
}

fn below(
    target_directory: &Path,
    triple: &Path,
    directory: &str,
    cache: &Cache,
) -> OutputDirectory {
    let base = target_directory.join("wasmsign");
    OutputDirectory {
        published: base.join(triple).join(directory),
        state: base.join(".state").join(triple).join(directory),
        cache: cache.clone(),
    }
}

/// The path of a module of cargo's, or of a published one, in its parts: `TARGET_DIRECTORY/TRIPLE/DIRECTORY/NAME.wasm`, or below `examples`
/// there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ArtifactPath {
    target_directory: PathBuf,
    /// The target triple, or the name of a target's file without `.json`.
    pub(crate) triple: String,
    directory: String,
    /// Whether it is an example.
    pub(crate) is_example: bool,
}

impl ArtifactPath {
    /// The parts of a path; `None` where it is of another form.
    pub(crate) fn of(module: &Path) -> Option<Self> {
        let module = paths::normal(module);
        let parent = module.parent()?;
        let is_example = parent.file_name()? == EXAMPLES;
        let directory = if is_example { parent.parent()? } else { parent };
        let triple = directory.parent()?;
        let word = |path: &Path| Some(path.file_name()?.to_str()?.to_owned());
        Some(Self {
            target_directory: triple.parent()?.to_owned(),
            triple: word(triple)?,
            directory: word(directory)?,
            is_example,
        })
    }

    /// Whether it is of this target.
    pub(crate) fn is_of(&self, target: &str) -> bool {
        triple(target) == Path::new(&self.triple)
    }

    /// Whether it lies below this target directory, among what is published or what cargo has built, which leaves a lock
    /// there.
    pub(crate) fn is_below(&self, target_directory: &Path) -> bool {
        let directory = target_directory.join(&self.triple).join(&self.directory);
        let is_cargos = || directory.join(".cargo-lock").is_file();
        self.target_directory == target_directory.join("wasmsign")
            || (self.target_directory == target_directory && is_cargos())
    }

    /// Whether the target is one of the compiler's own for wasm, by its name: others may be anything.
    pub(crate) fn is_of_wasm(&self) -> bool {
        is_wasm_name(&self.triple)
    }

    /// The directories for what is made of the module.
    pub(crate) fn output_directory(&self, limit: u64) -> OutputDirectory {
        let cache = Cache::of_target_directory(&self.target_directory, limit);
        below(&self.target_directory, Path::new(&self.triple), &self.directory, &cache)
    }

    /// cargo's own directory for the target.
    pub(crate) fn cargo_directory(&self) -> PathBuf {
        self.target_directory.join(&self.triple)
    }

    /// cargo's name of the profile. `test` and `bench` share the directories of others.
    pub(crate) fn profile(&self) -> &str {
        match self.directory.as_str() {
            "debug" => "dev",
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_tells_its_target_and_profile() {
        let path = ArtifactPath::of(Path::new("/w/target/wasm32-wasip1/debug/a.wasm")).unwrap();
        assert_eq!((path.triple.as_str(), path.profile()), ("wasm32-wasip1", "dev"));
        let example =
            ArtifactPath::of(Path::new("/w/target/wasm32-wasip1/debug/examples/a.wasm")).unwrap();
        assert_eq!((example.is_example, example.profile()), (true, "dev"));
        let output = path.output_directory(0);
        assert_eq!(example.output_directory(0).published, output.published);
        assert_eq!(output.published, Path::new("/w/target/wasmsign/wasm32-wasip1/debug"));
        let cache = Cache::of_target_directory(Path::new("/w/target"), 0);
        let same = output_directory(Path::new("/w/target"), "wasm32-wasip1", "dev", &cache);
        assert_eq!((same.published, same.state), (output.published, output.state));
    }

    #[test]
    fn other_paths_tell_nothing() {
        for path in ["a.wasm", "debug/a.wasm"] {
            assert_eq!(ArtifactPath::of(Path::new(path)), None, "{path}");
        }
    }

    #[test]
    fn a_name_tells_of_the_compilers_own_targets_alone() {
        let is_of_wasm =
            |path: &str| ArtifactPath::of(Path::new(path)).expect("it has all parts").is_of_wasm();
        assert!(is_of_wasm("/w/target/wasm32v1-none/debug/a.wasm"));
        for other in ["x86_64-unknown-linux-gnu", "custom"] {
            assert!(!is_of_wasm(&format!("/w/target/{other}/debug/a.wasm")), "{other}");
        }
    }
}
