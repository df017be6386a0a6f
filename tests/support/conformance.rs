//! The conformance vectors: what a case asks, and how any implementation is asked it.
//!
//! The protocol is in docs/CONFORMANCE.md.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// The longest that an implementation may take over one case.
const PATIENCE: Duration = Duration::from_secs(20);

/// `cases.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suite {
    /// Version of this form.
    pub format: u32,
    /// The cases, in the order of the rules.
    pub cases: Vec<Case>,
}

/// One module with the answer that it must get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// A word of its own, which its files are named after.
    pub name: String,
    /// The group of rules that it belongs to.
    pub rule: String,
    /// Where in the rules or in the specification its rule stands.
    pub section: String,
    /// What the case is.
    pub about: String,
    /// File of the module.
    pub module: String,
    /// File of the detached signature, if the case has one.
    pub signature: Option<String>,
    /// Files of the public keys, in compact form.
    pub public_keys: Vec<String>,
    /// `--require`, where it is given.
    pub require: Option<String>,
    /// `--coverage`, where it is given.
    pub coverage: Option<String>,
    /// Each `--sections`.
    pub sections: Vec<String>,
    /// `--expect`, where it is given.
    pub expect: Option<String>,
    /// `--package`, where it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// `--version`, where it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What a trust file is asked, where one decides in place of keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust: Option<Asked>,
    /// `--as`: the formats in which the signatures must be, where those are others than the default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formats: Option<String>,
    /// `--aad`, where it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub additional_data: Option<String>,
    /// `--namespace`, where it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The answer.
    pub verdict: Verdict,
    /// The words for the reason, of which `cargo wasmsign verify` gives one; empty where it verifies.
    pub reasons: Vec<String>,
}

/// A question to a trust file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// File of the trust file: `--policy`.
    pub policy: String,
    /// The module's name: `--name`.
    pub name: String,
    /// The time for the validity of keys: `--at`.
    pub at: String,
    /// Index of the rule that decides, from 0; null where none does.
    pub rule: Option<usize>,
}

/// The three answers of a verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Trusted.
    Verified,
    /// Read correctly, but not trusted.
    Refused,
    /// Not what the format says.
    Malformed,
}

/// What an implementation made of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The expected answer.
    Agrees,
    /// Not trusted, as it should be, but `refused` for `malformed` or the other way round.
    OtherRefusal,
    /// It trusts what it must not.
    Accepts,
    /// It does not trust what it should.
    Rejects,
    /// It crashed, hung, or gave an exit code that the protocol has not.
    Fails,
    /// It has no means to be asked this.
    NotOffered,
}

impl Verdict {
    /// The exit code that says it.
    pub fn exit_code(self) -> i32 {
        match self {
            Self::Verified => 0,
            Self::Refused => 1,
            Self::Malformed => 3,
        }
    }

    /// What an exit code amounts to where this answer is expected; `None` after a signal.
    pub fn outcome(self, code: Option<i32>) -> Outcome {
        match code {
            Some(code) if code == self.exit_code() => Outcome::Agrees,
            Some(0) => Outcome::Accepts,
            Some(1 | 3) if self == Self::Verified => Outcome::Rejects,
            Some(1 | 3) => Outcome::OtherRefusal,
            Some(2) => Outcome::NotOffered,
            _ => Outcome::Fails,
        }
    }
}

/// Where the vectors are in the repository.
pub fn directory() -> PathBuf {
    crate::repository().join("tests/conformance/vectors")
}

impl Suite {
    /// Reads `cases.json` of a directory of vectors.
    ///
    /// # Errors
    ///
    /// Where it is not there, or not of this form.
    pub fn read(directory: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&std::fs::read(directory.join("cases.json"))?)?)
    }
}

impl Case {
    /// The arguments that ask this case of a verifier: the module first, then what `verify` takes.
    pub fn arguments(&self, directory: &Path) -> Vec<OsString> {
        let file = |name: &String| directory.join(name).into_os_string();
        let mut arguments = vec![file(&self.module)];
        let mut flag = |name: &str, value: OsString| arguments.extend([name.into(), value]);
        self.public_keys.iter().for_each(|key| flag("-K", file(key)));
        self.signature.iter().for_each(|signature| flag("-S", file(signature)));
        self.require.iter().for_each(|require| flag("--require", require.into()));
        self.coverage.iter().for_each(|coverage| flag("--coverage", coverage.into()));
        self.sections.iter().for_each(|glob| flag("--sections", glob.into()));
        self.expect.iter().for_each(|kind| flag("--expect", kind.into()));
        self.package.iter().for_each(|name| flag("--package", name.into()));
        self.version.iter().for_each(|version| flag("--version", version.into()));
        self.formats.iter().for_each(|formats| flag("--as", formats.into()));
        self.additional_data.iter().for_each(|data| flag("--aad", data.into()));
        self.namespace.iter().for_each(|namespace| flag("--namespace", namespace.into()));
        if let Some(asked) = &self.trust {
            flag("--policy", file(&asked.policy));
            flag("--name", asked.name.as_str().into());
            flag("--at", asked.at.as_str().into());
        }
        arguments
    }

    /// Asks a command, and gives its exit code; `None` after a signal or when it took too long.
    ///
    /// # Errors
    ///
    /// Where the command cannot be started.
    pub fn ask(&self, command: &[OsString], directory: &Path) -> io::Result<Option<i32>> {
        let (program, first) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut call = Command::new(program);
        call.args(first).args(self.arguments(directory));
        call.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(wait(call.spawn()?)?.and_then(|status| status.code()))
    }
}

/// Waits for a child, but not for ever.
fn wait(mut child: Child) -> io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    while start.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

/// Does `work` on every case, a few at a time, and gives the results in the order of the cases.
pub fn on_all<T: Send>(cases: &[Case], work: impl Fn(&Case) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let result = (case.name.as_str(), work(case));
                    done.lock().expect("no thread panics while it holds this").push(result);
                }
            });
        }
    });
    let mut done = done.into_inner().expect("no thread panics while it holds this");
    let place = |name: &str| cases.iter().position(|case| case.name == name);
    done.sort_by_key(|(name, _)| place(name));
    done.into_iter().map(|(_, result)| result).collect()
}
