//! The embedded optimizer: Binaryen, in a program that is built and installed together with this one. So the process that
//! holds keys has no C++ in it, and need not wait for it to be loaded.

pub(crate) mod protocol;

use std::env::consts::EXE_SUFFIX;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde::Deserialize;

use super::job::Call;
use crate::error::{Error, Result};
use crate::sys::child;
use crate::sys::exit_status::{in_words, last_words};
use crate::text::escape::escape;
use protocol::{GREET, Greeting, OPTIMIZE, Order, PROGRAM};

/// The variable that says where the program is.
const VARIABLE: &str = "CARGO_WASMSIGN_OPTIMIZER";

/// How long it may take to say its version. That is a matter of milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// How much of a greeting is read. It has some 4 KiB.
const GREETING: u64 = 1 << 20;

/// The program, found to be there.
#[derive(Debug)]
pub(crate) struct Embedded {
    program: PathBuf,
    /// The passes that it has, once it was asked; or why it will not do.
    passes: OnceLock<std::result::Result<Vec<String>, Unfit>>,
}

/// Why what was found is not the optimizer of this version.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Unfit {
    /// What it did, or is: the rest of a sentence about it.
    what: String,
    /// Its own words, or the system's.
    cause: Option<String>,
}

/// The optimizer that [`VARIABLE`] names, or the one beside this program, if there is one. An empty variable is an unset
/// one. Nothing is started.
///
/// # Errors
///
/// Tool, where the variable names what is no file.
pub(super) fn find() -> Result<Option<Embedded>> {
    match std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        Some(value) => named(&value).map(Some),
        // A system that does not tell where we are has nothing beside us.
        None => Ok(std::env::current_exe().ok().and_then(|program| beside(&program))),
    }
}

fn named(value: &OsStr) -> Result<Embedded> {
    let path = Path::new(value);
    // Relative paths begin where we were started; what has no absolute form is no file either.
    let program = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if program.is_file() {
        return Ok(Embedded::at(program));
    }
    let name = escape(&path.to_string_lossy());
    Err(Error::tool(format!("the optimizer `{name}`, set by `{VARIABLE}`, does not exist")).advice(
        format!("set it to the path of a `{PROGRAM}`, or unset it; {}", how_to_get_it(false)),
    ))
}

/// The one in the directory of a program, or in that of the program which its link leads to.
fn beside(program: &Path) -> Option<Embedded> {
    let real = program.canonicalize().ok();
    let places = [Some(program), real.as_deref()].into_iter().flatten().filter_map(Path::parent);
    let mut candidates = places.map(|place| place.join(format!("{PROGRAM}{EXE_SUFFIX}")));
    candidates.find(|path| path.is_file()).map(Embedded::at)
}

/// The error for one that is not there. `looks_in_path` says whether a `wasm-opt` in `PATH` would have done.
pub(super) fn missing(looks_in_path: bool) -> Error {
    let place = if looks_in_path { ", and no wasm-opt in PATH" } else { "" };
    Error::tool(format!(
        "the embedded optimizer is missing: there is no `{PROGRAM}` next to this program{place}"
    ))
    .advice(how_to_get_it(looks_in_path))
}

fn how_to_get_it(looks_in_path: bool) -> String {
    let other = match looks_in_path {
        true => "put a wasm-opt in PATH",
        false => "set `optimize.tool` to a wasm-opt",
    };
    format!(
        "`cargo install cargo-wasmsign --locked` installs both programs; or {other}, or set `optimize = false`"
    )
}

impl Embedded {
    /// The program at this path.
    pub(super) fn at(program: PathBuf) -> Self {
        Self { program, passes: OnceLock::new() }
    }

    /// Where it is.
    pub(super) fn program(&self) -> &Path {
        &self.program
    }

    /// The passes that it has. It is asked once, which takes some milliseconds: builds that have nothing to do need not
    /// wait for that.
    ///
    /// # Errors
    ///
    /// Tool, where it does not answer as the optimizer of this version does.
    pub(super) fn passes(&self) -> Result<&[String]> {
        let answer = self.passes.get_or_init(|| greet(&self.program));
        answer.as_deref().map_err(|unfit| self.refuse(unfit))
    }

    /// The command that does a call, and what it reads from standard input.
    ///
    /// # Errors
    ///
    /// Tool, where the order cannot be written.
    pub(super) fn command(&self, call: &Call) -> Result<(Command, Vec<u8>)> {
        let order = serde_json::to_vec(&Order::from(call)).map_err(|source| {
            Error::tool("failed to send the optimizer its job").because(source)
        })?;
        let mut command = Command::new(&self.program);
        command.arg(OPTIMIZE);
        Ok((command, order))
    }

    fn refuse(&self, unfit: &Unfit) -> Error {
        let name = escape(&self.program.to_string_lossy());
        let error = Error::tool(format!("the optimizer `{name}` {}", unfit.what));
        let error = match &unfit.cause {
            Some(cause) => error.because(cause.clone()),
            None => error,
        };
        error.advice(how_to_get_it(false))
    }
}

/// What the program has to say when it is asked who it is.
fn greet(program: &Path) -> std::result::Result<Vec<String>, Unfit> {
    let mut command = Command::new(program);
    command.arg(GREET).stdout(Stdio::piped());
    let output = child::output_within(Some(PATIENCE), GREETING, &mut command, &[])
        .map_err(|source| not_asked(&source))?;
    if !output.status.success() {
        let what = format!("{} when asked for its version", in_words(output.status));
        let words = last_words(&output.stderr);
        return Err(Unfit { what, cause: (!words.is_empty()).then_some(words) });
    }
    read(&output.stdout)
}

fn not_asked(source: &io::Error) -> Unfit {
    match source.kind() {
        io::ErrorKind::TimedOut => Unfit {
            what: format!("did not report its version within {} s", PATIENCE.as_secs()),
            cause: None,
        },
        _ => Unfit { what: "could not be started".to_owned(), cause: Some(source.to_string()) },
    }
}

/// Reads a greeting. Those of other versions may have another form, and say their version all the same.
fn read(greeting: &[u8]) -> std::result::Result<Vec<String>, Unfit> {
    #[derive(Deserialize)]
    struct AnyGreeting {
        version: String,
    }
    let garbage = |_| Unfit {
        what: "did not report its version: it is a different program".to_owned(),
        cause: None,
    };
    let AnyGreeting { version } = serde_json::from_slice(greeting).map_err(garbage)?;
    let own = env!("CARGO_PKG_VERSION");
    if version != own {
        let version: String = escape(&version).chars().take(60).collect();
        let what = format!("belongs to cargo-wasmsign {version}, but this is {own}");
        return Err(Unfit { what, cause: None });
    }
    serde_json::from_slice::<Greeting>(greeting).map(|greeting| greeting.passes).map_err(garbage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    fn refusal(greeting: &str) -> String {
        let embedded = Embedded::at("tool".into());
        let error = embedded.refuse(&read(greeting.as_bytes()).unwrap_err());
        assert_eq!(error.exit(), Exit::Tool);
        assert!(error.what_to_do().unwrap().contains("cargo install cargo-wasmsign"));
        error.to_string()
    }

    #[test]
    fn only_the_greeting_of_this_version_will_do() {
        let greeting = Greeting::new(vec!["vacuum".into()]);
        let text = serde_json::to_string(&greeting).unwrap();
        assert_eq!(read(text.as_bytes()).unwrap(), ["vacuum"]);
        let own = env!("CARGO_PKG_VERSION");
        let other = refusal(r#"{"version":"9.8.7\u001b","else":1}"#);
        assert!(other.contains("cargo-wasmsign 9.8.7\\u{1b}, but this is"), "{other}");
        for garbage in ["", "hm", "116", "{}", &text[..9], &format!(r#"{{"version":"{own}"}}"#)] {
            assert!(refusal(garbage).contains("it is a different program"), "{garbage}");
        }
    }

    #[test]
    fn it_lies_beside_the_program_or_beside_what_a_link_leads_to() {
        let directory = tempfile::tempdir().unwrap();
        let place = |name: &str| directory.path().join(name);
        std::fs::create_dir(place("bin")).unwrap();
        std::fs::write(place("bin/program"), "").unwrap();
        assert!(beside(&place("bin/program")).is_none());
        let optimizer = place("bin").join(format!("{PROGRAM}{EXE_SUFFIX}"));
        std::fs::write(&optimizer, "").unwrap();
        assert_eq!(beside(&place("bin/program")).unwrap().program(), optimizer);
        assert!(beside(&place("program")).is_none());
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("bin/program", place("program")).unwrap();
            let found = beside(&place("program")).unwrap();
            assert_eq!(found.program(), optimizer.canonicalize().unwrap());
        }
    }

    #[test]
    fn a_name_that_leads_nowhere_is_an_error() {
        let error = named(OsStr::new("no/such\u{1b}thing")).unwrap_err();
        assert_eq!(error.exit(), Exit::Tool);
        assert!(error.to_string().contains("no/such\\u{1b}thing"), "{error}");
        assert!(error.what_to_do().unwrap().contains(PROGRAM));
        let here = named(OsStr::new("Cargo.toml")).unwrap();
        assert!(here.program().is_absolute());
    }

    #[test]
    fn what_is_missing_is_said_with_how_to_get_it() {
        let says = |looks_in_path| missing(looks_in_path).what_to_do().unwrap().to_owned();
        assert!(says(true).contains("wasm-opt in PATH"));
        assert!(says(false).contains("`optimize.tool`"));
    }
}
