//! The workflows that `init` writes: what the platforms' own checks say of them, and their steps, run to the end.

use std::path::{Path, PathBuf};
use std::process::Command;

use end_to_end::ci::{Platform, yaml};
use end_to_end::{Said, files, repository, run, scratch, wasmsign};
use serde_json::Value;
use tempfile::TempDir;

/// A new project with workflows for both platforms, its first version tagged. Its secret key is nowhere but with us.
struct Project {
    place: TempDir,
    secret: String,
}

impl Project {
    fn new() -> Self {
        let place = scratch();
        run(wasmsign(place.path()).args(["new", "guest"])).exits(0);
        let directory = place.path().join("guest");
        for ci in ["github", "gitlab"] {
            run(wasmsign(&directory).args(["init", "--ci", ci])).exits(0);
        }
        let key = directory.join("keys/release.key");
        let secret = std::fs::read_to_string(&key).expect("there is a key");
        std::fs::remove_file(&key).expect("it is ours");
        let project = Self { place, secret };
        project.git(&["init", "--quiet"]);
        project.git(&["add", "."]);
        project.git(&["commit", "--quiet", "-m", "start"]);
        project.git(&["tag", "v0.1.0"]);
        project
    }

    fn directory(&self) -> PathBuf {
        self.place.path().join("guest")
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(arguments);
        run(git.current_dir(self.directory())).exits(0).out
    }

    fn workflow(&self, path: &str) -> Value {
        yaml(&self.directory().join(path))
    }

    /// The platform, for a tag or without one.
    fn platform(&self, tag: Option<&str>) -> Platform {
        let secrets = [("WASMSIGN_RELEASE_KEY", &*self.secret)];
        Platform::new(&self.directory(), tag, &secrets)
    }

    /// What somebody says of a release who has it and the public key, and nothing else.
    fn verified_by_others(&self, release: &Path) -> Said {
        let others = scratch();
        let public = others.path().join("release.pub");
        std::fs::copy(self.directory().join("keys/release.pub"), public).expect("it is there");
        let mut verify = wasmsign(others.path());
        verify.arg("release").arg("verify").arg(release).args(["--strict", "-K", "release.pub"]);
        run(&mut verify)
    }
}

const GITHUB: &str = ".github/workflows/wasmsign.yml";
const GITLAB: &str = ".gitlab/wasmsign.yml";

/// Asserts that a release is whole and signed, and that what was uploaded is all of it.
#[track_caller]
fn is_released(project: &Project, platform: &Platform, release: &Path) {
    project.verified_by_others(release).exits(0);
    let found = files(release);
    let mut names: Vec<_> = found
        .iter()
        .map(|(path, _)| path.file_name().expect("it has one").to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert_eq!(platform.uploaded(), names);
    assert!(names.iter().any(|name| name == "guest-0.1.0.wasm"), "{names:?}");
    // Nobody has told the key.
    let secret: Vec<_> = project.secret.lines().filter(|line| !line.starts_with('-')).collect();
    assert!(secret.iter().all(|line| !platform.log.contains(line)), "{}", platform.log);
    // A release that somebody has touched is none.
    let module = release.join("guest-0.1.0.wasm");
    let mut bytes = std::fs::read(&module).expect("it is there");
    *bytes.last_mut().expect("it is not empty") ^= 1;
    std::fs::write(&module, bytes).expect("it is ours");
    project.verified_by_others(release).exits(1);
}

#[test]
fn a_tag_becomes_a_release_on_github() {
    let project = Project::new();
    let mut platform = project.platform(Some("v0.1.0"));
    let ran = platform.github(&project.workflow(GITHUB));
    assert_eq!(ran, ["tool", "compile", "sign", "verify", "publish"]);
    is_released(&project, &platform, &platform.artifact("release"));
}

#[test]
fn a_tag_becomes_a_release_on_gitlab() {
    let project = Project::new();
    let mut platform = project.platform(Some("v0.1.0"));
    let ran = platform.gitlab(&project.workflow(GITLAB));
    let jobs = ["tool", "compile", "sign", "verify", "publish"];
    assert_eq!(ran, jobs.map(|job| format!("wasmsign-{job}")));
    is_released(&project, &platform, &platform.artifact("wasmsign-sign/wasmsign-release"));
}

/// Without a tag nothing is signed, and the log says so.
#[test]
fn changes_are_built_and_tested_without_the_key() {
    let project = Project::new();
    for gitlab in [false, true] {
        let mut platform = project.platform(None);
        let ran = match gitlab {
            true => platform.gitlab(&project.workflow(GITLAB)),
            false => platform.github(&project.workflow(GITHUB)),
        };
        let jobs = ["tool", "test"];
        let prefix = if gitlab { "wasmsign-" } else { "" };
        assert_eq!(ran, jobs.map(|job| format!("{prefix}{job}")));
        for words in ["No secret key is used here", "--no-sign", "test result: ok", "unsigned"] {
            assert!(platform.log.contains(words), "no `{words}` in {}", platform.log);
        }
    }
}

/// What the platforms and those who look for weak places in workflows say.
#[test]
fn the_workflows_are_what_the_platforms_take() {
    let project = Project::new();
    let lint = |platform: &str, paths: &[&str]| {
        let mut lint = Command::new("bash");
        lint.arg(repository().join("tests/workflows/lint.sh")).arg(platform);
        lint.args(paths.iter().map(|path| project.directory().join(path)));
        run(&mut lint).exits(0)
    };
    run(Command::new("bash").arg(repository().join("tests/workflows/lint.sh")).arg("install"))
        .exits(0);
    lint("github", &[GITHUB]);
    lint("gitlab", &[GITLAB, ".gitlab-ci.yml"]);
}

/// Each job may do what it needs, and only the one that compiles nothing has the key.
#[test]
fn jobs_may_do_no_more_than_they_need() {
    let project = Project::new();
    let workflow = project.workflow(GITHUB);
    assert_eq!(workflow["permissions"], serde_json::json!({}));
    for (name, job) in workflow["jobs"].as_object().expect("there are jobs") {
        let text = job.to_string();
        let signs = name == "sign";
        assert_eq!(text.contains("secrets."), signs, "{name}");
        assert_eq!(job["environment"] == "release", signs, "{name}");
        assert_eq!(text.contains("contents\":\"write"), name == "publish", "{name}");
        if signs {
            for compiling in ["actions/checkout", "cargo install", "cargo test", "build", "--tag"] {
                assert!(!text.contains(compiling), "{name}: {compiling}");
            }
        }
    }
    let pipeline = project.workflow(GITLAB);
    for (name, job) in pipeline.as_object().expect("there are jobs") {
        assert_eq!(job["environment"] == "release", name == "wasmsign-sign", "{name}");
    }
    assert_eq!(pipeline["wasmsign-sign"]["variables"]["GIT_STRATEGY"], "none");
}
