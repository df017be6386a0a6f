//! Workflows of the platforms that build and release a project.

use super::change::Change;
use super::place::Place;
use super::request::Ci;
use super::text::read;
use crate::error::Result;

const GITHUB: &str = include_str!("workflows/github.yml");
const GITLAB: &str = include_str!("workflows/gitlab.yml");

/// What a pipeline of GitLab is, where there was none.
const GITLAB_PIPELINE: &str = "include:\n  - local: .gitlab/wasmsign.yml\n";

/// The files of a platform. Those that are there stay; what is to be done by hand then is told as advice.
///
/// # Errors
///
/// Exit code 4 where one cannot be read.
pub(super) fn changes(
    ci: Ci,
    place: &Place,
    public: &str,
    advice: &mut Vec<String>,
) -> Result<Vec<Change>> {
    match ci {
        Ci::GitHub => {
            let about = "tests pull requests, and signs releases of tags";
            Ok(vec![workflow(".github/workflows/wasmsign.yml", GITHUB, about, place, public)?])
        }
        Ci::GitLab => {
            let about = "tests merge requests, and signs releases of tags";
            let jobs = workflow(".gitlab/wasmsign.yml", GITLAB, about, place, public)?;
            Ok(vec![jobs, pipeline(place, advice)?])
        }
    }
}

fn workflow(name: &str, text: &str, about: &str, place: &Place, public: &str) -> Result<Change> {
    let path = place.top.join(name);
    if path.symlink_metadata().is_ok() {
        return Ok(Change::kept(&path, about));
    }
    let directory = match place.root_from_top()? {
        top if top.is_empty() => ".".to_owned(),
        below => below,
    };
    let filled = text
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
        .replace("@DIRECTORY@", &quoted(&directory))
        .replace("@PUBLIC@", &quoted(public));
    Ok(Change::text(&path, None, filled, about.to_owned()))
}

/// The file that GitLab reads.
fn pipeline(place: &Place, advice: &mut Vec<String>) -> Result<Change> {
    let path = place.top.join(".gitlab-ci.yml");
    let about = "includes .gitlab/wasmsign.yml";
    match read(&path)? {
        None => Ok(Change::text(&path, None, GITLAB_PIPELINE.to_owned(), about.to_owned())),
        Some(text) if text.contains(".gitlab/wasmsign.yml") => Ok(Change::kept(&path, about)),
        Some(_) => {
            advice.push(
                "add `- local: .gitlab/wasmsign.yml` to `include` in .gitlab-ci.yml".to_owned(),
            );
            Ok(Change::kept(&path, "does not include .gitlab/wasmsign.yml yet"))
        }
    }
}

/// A value of a variable, as YAML has it, in quotes where it wants them.
fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let begins_plainly = text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.');
    match text.chars().all(is_plain) && begins_plainly {
        true => text.to_owned(),
        // A string of JSON is one of YAML.
        false => serde_json::Value::from(text).to_string(),
    }
}
