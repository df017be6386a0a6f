//! Runs the shell steps of workflows as GitHub and GitLab would: each job in a place of its own, with what it is given and
//! nothing else. Steps that only the platform can do are left out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value};
use tempfile::TempDir;

use crate::project::script;
use crate::{Said, cargo, copy_tree, program, run, scratch};

/// A platform: a repository to clone, what jobs hand over, and what is secret.
pub struct Platform {
    repository: PathBuf,
    tag: Option<String>,
    secrets: BTreeMap<&'static str, String>,
    /// What jobs hand over, by its name; and what they upload, in `uploaded`.
    place: TempDir,
    /// What every job has said.
    pub log: String,
}

impl Platform {
    /// A run for a tag of this repository, or for its newest commit.
    pub fn new(repository: &Path, tag: Option<&str>, secrets: &[(&'static str, &str)]) -> Self {
        let place = scratch();
        let tools = place.path().join("tools");
        let (real, ours) = (cargo().to_string_lossy().into_owned(), program().display());
        // The program of this checkout is what the registry would give.
        let install = format!(
            "[ \"$1\" = install ] || exec '{real}' \"$@\"\nwhile [ \"$1\" != --root ]; do shift; done\n\
             mkdir -p \"$2/bin\" && cp '{ours}' '{ours}-optimizer' \"$2/bin\""
        );
        script(&tools.join("cargo"), &install);
        // What is uploaded stands behind the options of either.
        let keep =
            "for file in \"$@\"; do if [ -f \"$file\" ]; then cp \"$file\" UPLOADED; fi; done";
        let uploaded = place.path().join("uploaded");
        std::fs::create_dir_all(&uploaded).expect("a directory can be made");
        let keep = keep.replace("UPLOADED", &format!("'{}'", uploaded.display()));
        script(&tools.join("gh"), &keep);
        script(&tools.join("curl"), &keep);
        Self {
            repository: repository.to_owned(),
            tag: tag.map(str::to_owned),
            secrets: secrets.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
            place,
            log: String::new(),
        }
    }

    /// What was handed over under this name.
    pub fn artifact(&self, name: &str) -> PathBuf {
        self.place.path().join("artifacts").join(name)
    }

    /// The names of the files that were uploaded.
    pub fn uploaded(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.place.path().join("uploaded")).expect("it is there");
        let names = entries.map(|entry| entry.expect("it can be read").file_name());
        let mut names: Vec<_> = names.map(|name| name.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// Runs the jobs of a workflow of GitHub, and gives the names of those that ran.
    pub fn github(&mut self, workflow: &Value) -> Vec<String> {
        let shared = texts(&workflow["env"]);
        let jobs = workflow["jobs"].as_object().expect("there are jobs");
        let order = in_order(jobs, |job| names(&job["needs"]));
        let has_tag = self.tag.is_some();
        let is_on = |condition: &Value| match condition.as_str() {
            None | Some("steps.cache.outputs.cache-hit != 'true'") => true,
            Some("github.ref_type == 'tag'") => has_tag,
            Some("github.ref_type != 'tag'") => !has_tag,
            Some(other) => panic!("an unknown condition: {other}"),
        };
        let mut ran: Vec<String> = Vec::new();
        for name in order {
            let job = &jobs[&name];
            if is_on(&job["if"]) && names(&job["needs"]).iter().all(|need| ran.contains(need)) {
                self.github_job(job, &shared);
                ran.push(name);
            }
        }
        ran
    }

    fn github_job(&mut self, job: &Value, shared: &BTreeMap<String, String>) {
        // A job says what it may do, and has secrets from an environment alone.
        let may_have_secrets = job["environment"].is_string();
        let place = scratch();
        let (work, temp) = (place.path().join("work"), place.path().join("temp"));
        [&work, &temp].into_iter().for_each(|path| std::fs::create_dir(path).expect("it is new"));
        for step in job["steps"].as_array().expect("there are steps") {
            let with = |key: &str| self.expanded(step["with"][key].as_str().unwrap_or(""), &temp);
            match (step["run"].as_str(), step["uses"].as_str().unwrap_or_default()) {
                (Some(line), _) => {
                    let mut variables = shared.clone();
                    for (name, value) in texts(&step["env"]) {
                        assert!(may_have_secrets || !value.contains("secrets."), "{value}");
                        variables.insert(name, self.expanded(&value, &temp));
                    }
                    variables.insert("RUNNER_TEMP".into(), temp.display().to_string());
                    variables.insert("GITHUB_REF_NAME".into(), self.reference());
                    self.shell(&work, line, &variables);
                }
                (None, action) if action.starts_with("actions/checkout@") => self.clone_to(&work),
                (None, action) if action.starts_with("actions/upload-artifact@") => {
                    self.keep(Path::new(&with("path")), &with("name"));
                }
                (None, action) if action.starts_with("actions/download-artifact@") => {
                    self.give(&with("name"), Path::new(&with("path")));
                }
                // They are the platform's own.
                (None, action) => assert!(
                    action.starts_with("actions/cache@") || action.starts_with("actions/attest@"),
                    "an unknown action: {action}"
                ),
            }
        }
    }

    /// A text with what the platform puts into it.
    fn expanded(&self, text: &str, temp: &Path) -> String {
        let mut text = text.replace("${{ runner.temp }}", &temp.display().to_string());
        for (name, value) in &self.secrets {
            text = text.replace(&format!("${{{{ secrets.{name} }}}}"), value);
        }
        text.replace("${{ github.token }}", "token").replace("${{ github.repository }}", "a/b")
    }

    /// Runs the jobs of a pipeline of GitLab, and gives the names of those that ran.
    pub fn gitlab(&mut self, pipeline: &Value) -> Vec<String> {
        let all = pipeline.as_object().expect("there are jobs");
        let whole = |name: &String| (name.clone(), extended(all, name));
        let jobs = all.keys().filter(|name| !name.starts_with('.')).map(whole);
        let jobs: Map<String, Value> = jobs.collect();
        let is_on = |job: &Value| {
            let rules = job["rules"].as_array().expect("every job has rules");
            rules.iter().any(|rule| match rule["if"].as_str().expect("it is a condition") {
                "$CI_COMMIT_TAG =~ /^v/" => {
                    self.tag.as_deref().is_some_and(|tag| tag.starts_with('v'))
                }
                "$CI_PIPELINE_SOURCE == \"merge_request_event\"" => self.tag.is_none(),
                "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH" => false,
                other => panic!("an unknown condition: {other}"),
            })
        };
        let order = in_order(&jobs, |job| names(&job["needs"]));
        let ran: Vec<_> = order.into_iter().filter(|name| is_on(&jobs[name])).collect();
        ran.iter().for_each(|name| self.gitlab_job(name, &jobs[name]));
        ran
    }

    fn gitlab_job(&mut self, name: &str, job: &Value) {
        let place = scratch();
        let work = place.path().join("work");
        let mut variables = texts(&job["variables"]);
        std::fs::create_dir(&work).expect("it is new");
        if variables.get("GIT_STRATEGY").is_none_or(|strategy| strategy != "none") {
            self.clone_to(&work);
        }
        for need in names(&job["needs"]) {
            self.give(&need, &work);
        }
        variables.insert("CI_PROJECT_DIR".into(), work.display().to_string());
        let tag = self.tag.iter().map(|tag| ("CI_COMMIT_TAG".to_owned(), tag.clone()));
        variables.extend(tag);
        if job["environment"] == "release" {
            let secrets = self.secrets.iter();
            variables.extend(secrets.map(|(name, value)| ((*name).to_owned(), value.clone())));
        }
        let lines = names(&job["script"]);
        self.shell(&work, &lines.join("\n"), &variables);
        for path in names(&job["artifacts"]["paths"]) {
            let path = path.trim_end_matches('/');
            self.keep(&work.join(path), &format!("{name}/{path}"));
        }
    }

    /// The tag, or a branch.
    fn reference(&self) -> String {
        self.tag.clone().unwrap_or_else(|| "1/merge".to_owned())
    }

    fn clone_to(&self, work: &Path) {
        let mut clone = Command::new("git");
        clone.args(["-c", "advice.detachedHead=false", "clone", "--quiet"]);
        if let Some(tag) = &self.tag {
            clone.args(["--branch", tag]);
        }
        run(clone.arg(&self.repository).arg(work)).exits(0);
    }

    fn keep(&self, path: &Path, name: &str) {
        copy_tree(path, &self.artifact(name));
        assert!(self.artifact(name).exists(), "nothing was handed over as {name}");
    }

    /// Files come without the right to run them.
    fn give(&self, name: &str, to: &Path) {
        copy_tree(&self.artifact(name), to);
    }

    /// Runs lines as the platforms do, with these variables and with what every program needs.
    fn shell(&mut self, work: &Path, lines: &str, variables: &BTreeMap<String, String>) -> Said {
        let path = std::env::var("PATH").expect("there is one");
        let tools = self.place.path().join("tools");
        let mut shell = Command::new("bash");
        shell.args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", lines]);
        shell.current_dir(work).env_clear().env("CI", "true");
        shell.env("PATH", format!("{}:{path}", tools.display()));
        for name in ["HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"] {
            if let Some(value) = std::env::var_os(name) {
                shell.env(name, value);
            }
        }
        let said = run(shell.envs(variables)).exits(0);
        self.log.push_str(&said.out);
        self.log.push_str(&said.err);
        said
    }
}

/// A YAML file as JSON.
pub fn yaml(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("the workflow is there");
    let documents = Yaml::load_from_str(&text).expect("it is YAML");
    json(documents.first().expect("there is a document"))
}

fn json(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Value(Scalar::String(text)) => Value::from(&**text),
        Yaml::Value(Scalar::Boolean(value)) => Value::from(*value),
        Yaml::Value(Scalar::Integer(value)) => Value::from(*value),
        Yaml::Sequence(nodes) => nodes.iter().map(json).collect(),
        Yaml::Mapping(nodes) => {
            let entry = |(key, value): (&Yaml<'_>, &Yaml<'_>)| {
                (key.as_str().expect("keys are texts").to_owned(), json(value))
            };
            Value::Object(nodes.iter().map(entry).collect())
        }
        _ => Value::Null,
    }
}

/// A text, or a list of texts.
fn names(value: &Value) -> Vec<String> {
    let one = value.as_str().map(str::to_owned);
    let list = value.as_array().into_iter().flatten();
    one.into_iter().chain(list.filter_map(Value::as_str).map(str::to_owned)).collect()
}

/// A table of texts.
fn texts(value: &Value) -> BTreeMap<String, String> {
    let entries = value.as_object().into_iter().flatten();
    let text = |value: &Value| value.as_str().expect("it is a text").to_owned();
    entries.map(|(name, value)| (name.clone(), text(value))).collect()
}

/// The jobs, each behind those that it needs.
fn in_order(jobs: &Map<String, Value>, needs: impl Fn(&Value) -> Vec<String>) -> Vec<String> {
    let mut order: Vec<String> = Vec::new();
    while order.len() < jobs.len() {
        let is_next = |(name, job): &(&String, &Value)| {
            !order.contains(name) && needs(job).iter().all(|need| order.contains(need))
        };
        let (name, _) = jobs.iter().find(is_next).expect("no job needs itself");
        order.push(name.clone());
    }
    order
}

/// A job with what it extends.
fn extended(all: &Map<String, Value>, name: &str) -> Value {
    let job = &all[name];
    let mut whole = match job["extends"].as_str() {
        Some(base) => extended(all, base),
        None => Value::Object(Map::new()),
    };
    for (key, value) in job.as_object().expect("it is a table") {
        match (whole[key].as_object_mut(), value.as_object()) {
            (Some(old), Some(new)) => old.extend(new.clone()),
            _ => whole[key] = value.clone(),
        }
    }
    whole
}
