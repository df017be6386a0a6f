//! The command line, as it was typed.

mod build;
mod cargo;
mod clean;
mod completions;
mod config;
mod files;
mod format;
mod init;
mod key;
mod keygen;
mod man;
mod migrate;
mod new;
mod passphrase;
mod pin;
mod refused;
mod release;
mod sign;
mod trust;
mod verify;

use std::ffi::OsString;

use clap::{ArgAction, Args, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand};

pub use build::{Build, Overrides, Part};
pub use cargo::{Compilation, Mode, Packages, Resolution, Targets};
pub use clean::Clean;
pub use completions::Completions;
pub use config::{Config, Schema};
pub use files::{Attach, Detach, Inspect, Split};
pub use format::additional_data;
pub use init::Start;
pub use key::{Key, KeyCommand, KeyConvert, KeyShow, KeySucceed};
pub use keygen::{Encoding, Keygen};
pub use man::Man;
pub use migrate::Migrate;
pub use new::New;
pub use passphrase::Passphrase;
pub use pin::{Accept, List, Pin, PinCommand, Remove};
pub use refused::{Refused, instead_of};
pub use release::{
    Release, ReleaseBuild, ReleaseCommand, ReleaseMerge, ReleaseSign, ReleaseVerify, Signers,
};
pub use sign::Sign;
pub use trust::{Check, Explain, Import, Init, Trust, TrustCommand};
pub use verify::{Coverage, Expect, Rebuild, Verify};

use crate::report::{self, Color, Format};

/// The program, as shells find it.
pub const PROGRAM: &str = "cargo-wasmsign";

/// How the headings of cargo's flags end.
const AS_IN_CARGO: &str = "(as in cargo)";

/// Build, optimize, sign and verify WebAssembly modules.
#[derive(Debug, Parser)]
#[command(name = PROGRAM, bin_name = "cargo wasmsign", version, about)]
#[command(propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What to say about it.
    #[command(flatten)]
    pub screen: Screen,
}

impl Cli {
    /// Reads the process's arguments.
    ///
    /// # Errors
    ///
    /// Where the arguments are wrong, or ask for help: the text to print, in this color.
    pub fn read(arguments: Vec<OsString>, color: Option<Color>) -> Result<Self, clap::Error> {
        if let Some(cli) = Self::read_verify(&arguments) {
            return Ok(cli);
        }
        let command =
            Self::command().mut_subcommand("verify", Rebuild::require_rebuild).color(match color {
                Some(Color::Always) => ColorChoice::Always,
                Some(Color::Never) => ColorChoice::Never,
                Some(Color::Auto) | None => ColorChoice::Auto,
            });
        Self::from_arg_matches(&command.try_get_matches_from(arguments)?)
    }
}

impl Cli {
    /// Reads a call of `verify` in which nothing is wrong, in half the time: most of that goes into all the other commands.
    fn read_verify(arguments: &[OsString]) -> Option<Self> {
        arguments.get(1).filter(|word| *word == "verify")?;
        let command = OnlyVerify::command().mut_subcommand("verify", Rebuild::require_rebuild);
        let matches = command.try_get_matches_from(arguments).ok()?;
        let OnlyVerify { command: VerifyCommand::Verify(typed), screen } =
            OnlyVerify::from_arg_matches(&matches).ok()?;
        Some(Self { command: Command::Verify(typed), screen })
    }
}

/// The command line of `verify` alone.
#[derive(Debug, Parser)]
struct OnlyVerify {
    #[command(subcommand)]
    command: VerifyCommand,
    #[command(flatten)]
    screen: Screen,
}

#[derive(Debug, Subcommand)]
enum VerifyCommand {
    Verify(Box<Verify>),
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Create a project that builds, signs and tests at once
    New(New),
    /// Add what signing needs to an existing project
    Init(Box<Start>),
    /// Build with cargo, optimize, sign, verify and publish the modules of a package or workspace
    Build(Box<Build>),
    /// Make a directory of signed modules that anyone can check, from one version of the packages
    Release(Box<Release>),
    /// Show the settings of each package, and where each one comes from
    Config(Box<Config>),
    /// Sign existing modules
    Sign(Sign),
    /// Verify modules against public keys
    Verify(Box<Verify>),
    /// Check, explain, create and import trust files
    Trust(Trust),
    /// Show and change what a pin store remembers
    Pin(Pin),
    /// Verify a signature of another format, and replace it with one of the current format
    Migrate(Box<Migrate>),
    /// Show the sections, signatures, identity and sizes of a module
    Inspect(Inspect),
    /// Create an Ed25519 key pair
    Keygen(Keygen),
    /// Show and convert keys
    Key(Key),
    /// Add delimiters, so that parts of a module can be verified alone
    Split(Split),
    /// Move the embedded signature of a module to a file
    Detach(Detach),
    /// Move a detached signature into its module
    Attach(Attach),
    /// Remove everything that this program has put in the target directory
    Clean(Clean),
    /// Print a script that completes this command line in a shell
    Completions(Completions),
    /// Print the manual page, or write those of all commands
    Man(Man),
}

/// How results and messages are shown.
#[derive(Debug, Clone, Copy, Args)]
pub struct Screen {
    /// Print no messages
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more messages; given twice, cargo's own as well
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// When to use colours [default: CARGO_TERM_COLOR, else auto]
    #[arg(long, global = true, value_name = "WHEN")]
    pub color: Option<Color>,
    /// How to print results
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
}

impl From<Screen> for report::Screen {
    fn from(screen: Screen) -> Self {
        let Screen { quiet, verbose, color, format } = screen;
        Self { quiet, verbose, color, format }
    }
}
