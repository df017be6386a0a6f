//! The command line.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use wasmsign_core::manifest::VersionReq;

use crate::failure::Failure;

/// What `--help` prints.
pub const HELP: &str = "\
Runs one function of a signed WebAssembly module, after verifying the module

usage: host-wasmtime --key PUBLIC... [--package NAME] [--version REQ] MODULE --invoke NAME [INTEGER...]
       host-wasmtime --policy FILE [--name NAME] MODULE --invoke NAME [INTEGER...]

  --key PUBLIC...  a trusted public key: a path, or the key's own text (repeatable)
  --package NAME   refuse a module that does not say under its signature that it is of this package
  --version REQ    refuse one that does not say a version that meets this requirement, such as >=1.4
  --policy FILE    a trust file, in place of keys
  --name NAME      what the trust file knows the module as (its file name)
  --invoke NAME    the exported function to call; i32 and i64 arguments follow
  --seconds N      stop the module after N seconds (10)
  --timings        print to standard error how long verifying and compiling took

exit codes: 0 done, 1 refused (nothing of the module has run), 2 usage, 3 the module ran and failed";

/// What the command line asks for.
#[derive(Debug, PartialEq)]
pub enum Request {
    /// The help.
    Help,
    /// A call.
    Run(Box<Arguments>),
}

/// A call as it was typed.
#[derive(Debug, Default, PartialEq)]
pub struct Arguments {
    /// Paths or texts of the trusted keys.
    pub keys: Vec<OsString>,
    /// The path of a trust file.
    pub policy: Option<PathBuf>,
    /// What it knows the module as.
    pub name: Option<String>,
    /// The package that the module must say it is.
    pub package: Option<String>,
    /// The versions that it may say.
    pub version: Option<VersionReq>,
    /// The module's path.
    pub module: PathBuf,
    /// The name of an exported function.
    pub function: String,
    /// Its arguments.
    pub integers: Vec<i128>,
    /// How long it may run.
    pub seconds: u64,
    /// Whether to say how long things took.
    pub timings: bool,
}

/// What was seen so far.
#[derive(Default)]
struct Seen {
    arguments: Arguments,
    /// Other words than options before `--invoke`: further keys, and last the module.
    words: Vec<OsString>,
    function: Option<String>,
}

/// Reads the command line without the program's own name.
pub fn parse(arguments: impl Iterator<Item = OsString>) -> Result<Request, Failure> {
    let mut arguments = arguments;
    let mut seen =
        Seen { arguments: Arguments { seconds: 10, ..Arguments::default() }, ..Seen::default() };
    while let Some(argument) = arguments.next() {
        let (option, inline) = split(&argument);
        let mut value = || match inline.clone().or_else(|| arguments.next()) {
            Some(value) => Ok(value),
            None => Err(usage(format!("`{option}` needs a value"))),
        };
        match option {
            "--help" | "-h" => return Ok(Request::Help),
            "--key" => seen.arguments.keys.push(value()?),
            "--policy" if seen.arguments.policy.is_none() => {
                seen.arguments.policy = Some(value()?.into());
            }
            "--name" if seen.arguments.name.is_none() => {
                seen.arguments.name = Some(utf8(value()?)?);
            }
            "--package" => seen.arguments.package = Some(utf8(value()?)?),
            "--version" => seen.arguments.version = Some(requirement(&utf8(value()?)?)?),
            "--invoke" if seen.function.is_none() => seen.function = Some(utf8(value()?)?),
            "--seconds" => seen.arguments.seconds = number(&value()?)?,
            "--timings" => seen.arguments.timings = true,
            _ if is_option(option) => return Err(usage(format!("unexpected `{option}`"))),
            _ if seen.function.is_some() => seen.arguments.integers.push(number(&argument)?),
            _ => seen.words.push(argument),
        }
    }
    seen.finish()
}

impl Seen {
    fn finish(mut self) -> Result<Request, Failure> {
        let module = self.words.pop().ok_or_else(|| usage("there is no MODULE before --invoke"))?;
        let mut arguments = self.arguments;
        let has_keys = !arguments.keys.is_empty();
        arguments.keys.append(&mut self.words);
        match &arguments.policy {
            None if !has_keys => {
                return Err(usage("no --key and no --policy was given, so nothing can be trusted"));
            }
            None if arguments.name.is_some() => {
                return Err(usage("--name is for --policy; keys know no names"));
            }
            Some(_) if arguments.package.is_some() || arguments.version.is_some() => {
                return Err(usage(
                    "--package and --version are for --key: the trust file has its own",
                ));
            }
            Some(_) if !arguments.keys.is_empty() => {
                return Err(usage("--policy names the trusted keys: give no others"));
            }
            _ => {}
        }
        arguments.module = module.into();
        arguments.function = self.function.ok_or_else(|| usage("there is no --invoke"))?;
        Ok(Request::Run(Box::new(arguments)))
    }
}

/// An option with its value, if they are one argument; what is no option comes back as it is.
fn split(argument: &OsStr) -> (&str, Option<OsString>) {
    let text = argument.to_str().unwrap_or_default();
    match text.split_once('=') {
        Some((option, value)) if is_option(option) => (option, Some(value.into())),
        _ => (text, None),
    }
}

/// A minus before a digit belongs to a number.
fn is_option(text: &str) -> bool {
    text.strip_prefix('-').is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn number<T: std::str::FromStr>(text: &OsStr) -> Result<T, Failure> {
    let number = text.to_str().and_then(|text| text.parse().ok());
    number.ok_or_else(|| usage(format!("`{}` is not such an integer", text.display())))
}

fn requirement(text: &str) -> Result<VersionReq, Failure> {
    text.parse().map_err(|error| usage(format!("`{text}` is not a version requirement: {error}")))
}

fn utf8(text: OsString) -> Result<String, Failure> {
    text.into_string().map_err(|text| usage(format!("`{}` is not UTF-8", text.display())))
}

fn usage(text: impl Into<String>) -> Failure {
    Failure::Usage(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Request, Failure> {
        parse(line.split_whitespace().map(OsString::from))
    }

    fn run(line: &str) -> Arguments {
        match parsed(line) {
            Ok(Request::Run(arguments)) => *arguments,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn the_order_of_the_usage_line() {
        let arguments = run("--key a --key=b m.wasm --invoke f 1 -2 -9223372036854775808");
        assert_eq!(arguments.keys, ["a", "b"]);
        assert_eq!((arguments.module, &*arguments.function), ("m.wasm".into(), "f"));
        assert_eq!(arguments.integers, [1, -2, i64::MIN.into()]);
    }

    #[test]
    fn several_keys_may_follow_one_option() {
        let arguments = run("--key a b m.wasm --invoke f");
        assert_eq!(arguments.keys, ["a", "b"]);
        assert_eq!(arguments.module, PathBuf::from("m.wasm"));
    }

    #[test]
    fn a_trust_file_stands_in_place_of_keys() {
        let arguments = run("--policy t.toml --name plugins/m m.wasm --invoke f");
        assert_eq!(arguments.policy, Some("t.toml".into()));
        assert_eq!(arguments.name.as_deref(), Some("plugins/m"));
        assert_eq!(run("m.wasm --invoke f --policy=t.toml").name, None);
    }

    #[test]
    fn options_may_come_late() {
        let arguments = run("m.wasm --invoke f 7 --timings --key a --seconds 3");
        assert_eq!((arguments.seconds, arguments.timings), (3, true));
        assert_eq!((arguments.keys, arguments.integers), (vec!["a".into()], vec![7]));
    }

    #[test]
    fn a_package_and_a_version_may_be_asked_for() {
        let arguments = run("--key a --package codec --version=>=1.4 m.wasm --invoke f");
        assert_eq!(arguments.package.as_deref(), Some("codec"));
        assert_eq!(arguments.version.map(|version| version.to_string()), Some(">=1.4".into()));
        assert!(matches!(
            parsed("--key a --version one m.wasm --invoke f"),
            Err(Failure::Usage(_))
        ));
    }

    #[test]
    fn what_is_missing_or_unknown_is_told() {
        for line in [
            "",
            "m.wasm --invoke f",
            "--key a --invoke f",
            "--key a m.wasm",
            "--key a m.wasm --invoke",
            "--key a m.wasm --invoke f x",
            "--key a m.wasm --invoke f 1.5",
            "--key a m.wasm --invoke f --fast",
            "--key a m.wasm --invoke f --invoke g",
            "--key a m.wasm --invoke f --seconds -1",
            "--key a --name m m.wasm --invoke f",
            "--key a --policy t m.wasm --invoke f",
            "--policy t a m.wasm --invoke f",
            "--policy t --policy t m.wasm --invoke f",
        ] {
            assert!(matches!(parsed(line), Err(Failure::Usage(_))), "{line}");
        }
        assert_eq!(parsed("--key a --help").ok(), Some(Request::Help));
    }
}
