//! Children of ourselves, for whatever needs a whole module in memory: it is not our memory then, and not
//! our end where it dies of it. The task travels on standard input, the answer on standard output.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::capabilities::Abilities;
use super::deadline::Limit;
use super::job::{Job, path_bytes};
use super::names::Names;
use super::{check, failure, prepare, unoptimized};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::sys::child;

/// The hidden first argument that makes the program its own helper; see [`child_main`].
pub const CHILD_ARGUMENT: &str = "__task";

/// What a child is for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Task {
    /// Find out what the module needs, and edit it before Binaryen sees it. Answers with [`Prepared`].
    ///
    /// [`Prepared`]: prepare::Prepared
    Prepare {
        /// The job.
        job: Job,
        /// Where the edited module goes, if anything is edited.
        #[serde(with = "path_bytes")]
        edited: PathBuf,
        /// Those of the tool that shall optimize it.
        abilities: Abilities,
    },
    /// Bring back what the optimizer should have left, and look at the rest. Answers with [`Left`](check::Left).
    Check {
        /// What is known of the optimizer's work.
        work: check::Work,
        /// What the module has declared.
        names: Names,
    },
    /// Do what is asked for without an optimizer. Answers with whether there was anything to do.
    Unoptimized(Job),
    /// Validate a module or a component in full. Answers with [`Left`](check::Left).
    Look {
        /// What messages call it.
        #[serde(with = "path_bytes")]
        name: PathBuf,
        /// Where it is.
        #[serde(with = "path_bytes")]
        path: PathBuf,
    },
}

impl Task {
    /// The module as messages call it.
    fn name(&self) -> &Path {
        match self {
            Self::Prepare { job, .. } | Self::Unoptimized(job) => &job.name,
            Self::Check { work, .. } => &work.job.name,
            Self::Look { name, .. } => name,
        }
    }
}

/// A program like this one.
#[derive(Debug, Clone)]
pub(super) enum Helper {
    /// This very program, or a copy.
    Program(PathBuf),
    /// Tests have no such program: their tasks are done by the process itself.
    #[cfg(test)]
    Here,
}

impl Helper {
    /// This program.
    pub(super) fn this() -> Result<Self> {
        #[cfg(test)]
        return Ok(Self::Here);
        #[cfg(not(test))]
        std::env::current_exe().map(Self::Program).map_err(|source| {
            Error::tool("failed to find the path of this program, which must start itself")
                .because(source)
        })
    }

    /// Has a task done in time, and gives its answer.
    ///
    /// # Errors
    ///
    /// The child's own, as it would have said it here; tool where it died of the task, or the time was over.
    pub(super) fn ask<T: DeserializeOwned>(&self, task: &Task, limit: &Limit) -> Result<T> {
        let output = self.output(task, limit)?;
        let answer: Option<Result<T, Failure>> = serde_json::from_slice(&output.stdout).ok();
        match answer {
            Some(answer) if output.status.success() => answer.map_err(Error::from),
            _ => Err(failure::lost_helper(task.name(), &output)),
        }
    }

    fn output(&self, task: &Task, limit: &Limit) -> Result<child::Output> {
        let program = match self {
            Self::Program(program) => program,
            #[cfg(test)]
            Self::Here => {
                let stdout = answer(task);
                return Ok(child::Output {
                    status: Default::default(),
                    stdout,
                    stderr: Vec::new(),
                });
            }
        };
        let text = serde_json::to_vec(task).map_err(|source| {
            Error::tool("failed to send the child process its task").because(source)
        })?;
        let mut command = Command::new(program);
        command.arg(CHILD_ARGUMENT).stdout(Stdio::piped());
        limit.output(&mut command, &text).map_err(|source| {
            limit.error(task.name(), source, |source| {
                Error::tool("failed to start a second process of this program").because(source)
            })
        })
    }
}

/// An error on its way from the child.
#[derive(Debug, Serialize, Deserialize)]
struct Failure {
    exit: Exit,
    message: String,
    causes: Option<String>,
    advice: Option<String>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let first = std::error::Error::source(&error);
        let causes: Vec<_> =
            std::iter::successors(first, |cause| cause.source()).map(ToString::to_string).collect();
        Self {
            exit: error.exit(),
            message: error.to_string(),
            causes: (!causes.is_empty()).then(|| causes.join("\n")),
            advice: error.what_to_do().map(str::to_owned),
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let error = Self::new(failure.exit, failure.message);
        let error = match failure.causes {
            Some(causes) => error.because(causes),
            None => error,
        };
        match failure.advice {
            Some(advice) => error.advice(advice),
            None => error,
        }
    }
}

/// The whole program when its first argument is [`CHILD_ARGUMENT`].
pub fn child_main() -> ExitCode {
    end_with_parent();
    let mut text = Vec::new();
    let task = std::io::stdin().lock().read_to_end(&mut text);
    let task = task.ok().and_then(|_| serde_json::from_slice(&text).ok());
    let done = match &task {
        None => Err("failed to read the task".to_owned()),
        Some(task) => std::io::stdout().write_all(&answer(task)).map_err(|error| error.to_string()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            // Without standard error, only the exit code can report this.
            let _ = writeln!(std::io::stderr(), "{reason}");
            ExitCode::FAILURE
        }
    }
}

/// Does a task in this process; the answer as the parent reads it.
fn answer(task: &Task) -> Vec<u8> {
    match task {
        Task::Prepare { job, edited, abilities } => said(prepare::prepare(job, edited, abilities)),
        Task::Check { work, names } => {
            said(names.bring_back(&work.job).and_then(|()| check::check(work)))
        }
        Task::Unoptimized(job) => said(unoptimized::prepare(job)),
        Task::Look { name, path } => said(check::look(name, path)),
    }
}

fn said<T: Serialize>(result: Result<T>) -> Vec<u8> {
    // An answer that cannot be written is an empty one, which the parent takes for a failure.
    serde_json::to_vec(&result.map_err(Failure::from)).unwrap_or_default()
}

/// Has the system end us with the parent, should that be killed: nobody else would.
#[cfg(target_os = "linux")]
pub fn end_with_parent() {
    use rustix::process::{Signal, set_parent_process_death_signal};
    // Where a sandbox forbids it, the worst is a process that ends by itself a little later.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
}

/// Other systems have no such call: the child ends by itself, and its output is swept up by a later run.
#[cfg(not(target_os = "linux"))]
pub fn end_with_parent() {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_survives_the_pipe() {
        let sent = Error::usage("a").because("b").advice("c");
        let bytes = said::<()>(Err(sent));
        let received = serde_json::from_slice::<Result<(), Failure>>(&bytes).unwrap().unwrap_err();
        let error = Error::from(received);
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert_eq!((error.exit(), error.to_string(), cause), (Exit::Usage, "a".into(), "b".into()));
        assert_eq!(error.what_to_do(), Some("c"));
    }

    #[cfg(unix)]
    #[test]
    fn a_child_that_dies_or_babbles_is_told() {
        use crate::module::optimize::testing::{TempDir, job, tool};
        let dir = TempDir::new();
        let task = Task::Unoptimized(job("m.wasm", "out.wasm"));
        for (script, expected) in [("kill -KILL $$", "signal 9"), ("echo hm", "exit code 0")] {
            let helper = Helper::Program(tool(&dir, "helper", script));
            let error = helper.ask::<()>(&task, &Limit::begin(None)).unwrap_err();
            assert_eq!(error.exit(), Exit::Tool);
            let message = error.to_string();
            assert!(message.contains(expected) && message.contains("`m.wasm`"), "{message}");
        }
    }
}
