//! The command line, as it was typed.

mod cargo;
mod config;
mod refused;

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{
    ArgAction, ArgGroup, Args, ColorChoice, CommandFactory, FromArgMatches, Parser, Subcommand,
    ValueEnum,
};

pub use cargo::{Compilation, Mode, Packages, Resolution, Targets};
pub use config::Config;
pub use refused::{Refused, instead_of};

use crate::keys::KeyIdChoice;
use crate::manifest::SectionGlob;

/// How the headings of cargo's flags end.
const AS_IN_CARGO: &str = "(as in cargo)";

/// Build, optimize, sign and verify WebAssembly modules.
#[derive(Debug, Parser)]
#[command(name = "cargo-wasmsign", bin_name = "cargo wasmsign", version, about)]
#[command(propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What to say about it.
    #[command(flatten)]
    pub screen: Screen,
}

impl Color {
    /// As `--color` has it.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::from_str(word, false).ok()
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }
}

impl Cli {
    /// Reads the process's arguments.
    ///
    /// # Errors
    ///
    /// Where that cannot be done, or help is asked for: what is to be told, in this color.
    pub fn read(arguments: Vec<OsString>, color: Option<Color>) -> Result<Self, clap::Error> {
        let command = Self::command().mut_subcommand("verify", Rebuild::alone).color(match color {
            Some(Color::Always) => ColorChoice::Always,
            Some(Color::Never) => ColorChoice::Never,
            Some(Color::Auto) | None => ColorChoice::Auto,
        });
        Self::from_arg_matches(&command.try_get_matches_from(arguments)?)
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build with cargo, optimize, sign, verify and publish the modules of a package or workspace
    Build(Box<Build>),
    /// Show what the manifests, the environment and the command line say of each package, and where
    Config(Box<Config>),
    /// Sign existing modules
    Sign(Sign),
    /// Verify modules against public keys
    Verify(Box<Verify>),
    /// Show sections, signatures, identity and sizes of a module
    Inspect(Inspect),
    /// Make an Ed25519 key pair
    Keygen(Keygen),
    /// Add cutting points (delimiters), so that parts of a module can be verified alone
    Split(Split),
    /// Move the embedded signature of a module to a file
    Detach(Detach),
    /// Move a detached signature into its module
    Attach(Attach),
    /// Remove what this program has made in the target directory, or the cache of optimized modules alone
    Clean(Clean),
}

/// How results and messages are shown.
#[derive(Debug, Clone, Copy, Args)]
pub struct Screen {
    /// Print no messages
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print more messages; twice, cargo's own as well
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub verbose: u8,
    /// When to use colours [default: CARGO_TERM_COLOR, else auto]
    #[arg(long, global = true, value_name = "WHEN")]
    pub color: Option<Color>,
    /// How to print results
    #[arg(long, global = true, value_name = "FORMAT", default_value = "human")]
    pub format: Format,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On terminals that can show them.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The form of the results on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// For programs: one JSON object a line.
    Json,
}

/// `cargo wasmsign build`.
#[derive(Debug, Args)]
pub struct Build {
    /// What counts more than any manifest.
    #[command(flatten)]
    pub overrides: Overrides,
    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Which packages.
    #[command(flatten)]
    pub packages: Packages,
    /// Which targets of these packages.
    #[command(flatten)]
    pub targets: Targets,
    /// How they are compiled.
    #[command(flatten)]
    pub compilation: Compilation,
    /// How cargo finds and resolves things.
    #[command(flatten)]
    pub resolution: Resolution,
    /// What cargo takes and we do not.
    #[command(flatten)]
    pub refused: Refused,
    /// More arguments for cargo
    #[arg(last = true, value_name = "CARGO ARGS")]
    pub cargo_args: Vec<String>,
}

/// What is said in place of the manifest.
#[derive(Debug, Default, Args)]
pub struct Overrides {
    /// Sign with this secret key in place of the manifest's signers: a path, env:NAME, or ssh-agent:FINGERPRINT
    /// (repeatable)
    // A secret key that is typed here by mistake begins with hyphens, and must not end up in a message.
    #[arg(short, long = "key", value_name = "KEY", allow_hyphen_values = true)]
    pub keys: Vec<String>,
    /// Publish without signatures
    #[arg(long, conflicts_with = "keys")]
    pub no_sign: bool,
    /// Skip the optimizer
    #[arg(long)]
    pub no_optimize: bool,
    /// Copy what is published to this directory too
    #[arg(long, value_name = "DIR")]
    pub artifact_dir: Option<PathBuf>,
}

/// `cargo wasmsign sign`.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("of_manifest").args(["cargo_messages", "with"]).multiple(true)))]
pub struct Sign {
    /// The modules; `-` is standard input, and the signed one goes to standard output then
    #[arg(value_name = "MODULE", required_unless_present = "cargo_messages")]
    pub modules: Vec<PathBuf>,
    /// Sign what these messages of `cargo build --message-format=json` tell of, as `build` would: a file, or -
    #[arg(long, value_name = "FILE")]
    #[arg(conflicts_with_all = ["modules", "with", "public_key", "output", "signature", "key_id"])]
    pub cargo_messages: Option<PathBuf>,
    /// Path to the Cargo.toml of what was built, or whose keys `--with` names
    #[arg(long, value_name = "PATH", requires = "of_manifest")]
    pub manifest_path: Option<PathBuf>,
    /// Sign with this key of the manifest that is found from here, behind those of `--key` (repeatable)
    #[arg(long, value_name = "NAME")]
    pub with: Vec<String>,
    /// Secret key: a path, env:NAME for the key's text in a variable, or ssh-agent:FINGERPRINT (repeatable)
    // A secret key that is typed here by mistake begins with hyphens, and must not end up in a message.
    #[arg(short, long = "key", value_name = "KEY", allow_hyphen_values = true)]
    pub keys: Vec<String>,
    /// Public key that must belong to the secret key: a path, or the key's own text
    #[arg(short = 'K', long, value_name = "KEY", allow_hyphen_values = true)]
    pub public_key: Option<String>,
    /// Where the signed module goes [default: the module itself]
    #[arg(short, long, value_name = "FILE", conflicts_with = "signature")]
    pub output: Option<PathBuf>,
    /// Write the signature to this file, and leave the module as it is
    #[arg(short = 'S', long, value_name = "FILE")]
    pub signature: Option<PathBuf>,
    /// Hint stored beside the signature: auto, none, hex:H, or a text
    #[arg(long, value_name = "ID", default_value = "auto")]
    pub key_id: KeyIdChoice,
}

/// `cargo wasmsign verify`.
#[derive(Debug, Args)]
pub struct Verify {
    /// The modules; `-` is standard input
    #[arg(value_name = "MODULE", required = true)]
    pub modules: Vec<PathBuf>,
    /// Public key: a path, or the key's own text (repeatable)
    #[arg(short = 'K', long = "public-key", value_name = "KEY", allow_hyphen_values = true)]
    pub public_keys: Vec<String>,
    /// Detached signature to verify by [default: the module's own, or else that in MODULE.sig]
    #[arg(short = 'S', long, value_name = "FILE")]
    pub signature: Option<PathBuf>,
    /// Verify each module by its MODULE.sig, whatever it carries itself
    #[arg(long, conflicts_with = "signature")]
    pub detached: bool,
    /// How many of the keys must have signed: any, all, or a number
    #[arg(long, value_name = "N", default_value = "any", value_parser = required)]
    pub require: Required,
    /// How much of the file a signature must cover [default: whole, or prefix with --sections]
    #[arg(long, value_name = "HOW")]
    pub coverage: Option<Coverage>,
    /// Custom sections that the covered prefix must hold as well: a glob on names (repeatable)
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true)]
    pub sections: Vec<SectionGlob>,
    /// Kind of binary that the header must announce, which no signature covers
    #[arg(long, value_name = "KIND", default_value = "module")]
    pub expect: Expect,
    /// Whether the source gives the module.
    #[command(flatten)]
    pub rebuild: Rebuild,
}

/// Building a package again, to compare. The other flags are cargo's.
#[derive(Debug, Args)]
pub struct Rebuild {
    /// Build the package again, and say whether the module is what its source gives; keys need not be given then.
    /// Profile and target are those that the module's place tells of, unless flags say otherwise
    #[arg(long, help_heading = "Rebuilding")]
    pub rebuild: bool,
    /// Package to build [default: the one that makes a module of this name]
    #[arg(short, long, value_name = "SPEC", help_heading = "Rebuilding", requires = "rebuild")]
    pub package: Option<String>,
    /// Skip the optimizer, as the build of the module did
    #[arg(long, help_heading = "Rebuilding", requires = "rebuild")]
    pub no_optimize: bool,
    /// Which of its targets.
    #[command(flatten)]
    pub targets: Targets,
    /// How they are compiled.
    #[command(flatten)]
    pub compilation: Compilation,
    /// How cargo finds and resolves things.
    #[command(flatten)]
    pub resolution: Resolution,
}

impl Rebuild {
    /// Has cargo's flags mean something together with `--rebuild` alone.
    fn alone(verify: clap::Command) -> clap::Command {
        verify.mut_args(|flag| match flag.get_help_heading() {
            Some(heading) if heading.ends_with(AS_IN_CARGO) => flag.requires("rebuild"),
            _ => flag,
        })
    }
}

/// How many of the given keys must have signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Required {
    /// One.
    Any,
    /// Each.
    All,
    /// So many.
    AtLeast(NonZeroUsize),
}

fn required(text: &str) -> Result<Required, String> {
    match text {
        "any" => Ok(Required::Any),
        "all" => Ok(Required::All),
        _ => text
            .parse()
            .map(Required::AtLeast)
            .map_err(|_| "expected `any`, `all` or a number from 1".into()),
    }
}

/// How much of a file a signature must cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Coverage {
    /// Every byte to the end of the file.
    Whole,
    /// A prefix that holds every section that is not custom.
    Prefix,
}

/// The kind of binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Expect {
    /// A core module.
    Module,
    /// A component.
    Component,
    /// Either.
    Any,
}

/// `cargo wasmsign inspect`.
#[derive(Debug, Args)]
pub struct Inspect {
    /// The module; `-` is standard input
    #[arg(value_name = "MODULE")]
    pub module: PathBuf,
}

/// `cargo wasmsign keygen`.
#[derive(Debug, Args)]
pub struct Keygen {
    /// Where the secret key goes
    #[arg(short = 'k', long = "key", value_name = "FILE")]
    pub secret: PathBuf,
    /// Where the public key goes
    #[arg(short = 'K', long = "public-key", value_name = "FILE")]
    pub public: PathBuf,
    /// Form of both files
    #[arg(long, value_name = "FORM", default_value = "pem")]
    pub encoding: Encoding,
    /// Overwrite existing files
    #[arg(long)]
    pub force: bool,
}

/// The forms of key files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Encoding {
    /// PKCS#8 and SPKI in PEM.
    Pem,
    /// The specification's 65 and 33 bytes.
    Compact,
    /// OpenSSH.
    Openssh,
}

/// `cargo wasmsign split`.
#[derive(Debug, Args)]
pub struct Split {
    /// The module; `-` is standard input, and the result goes to standard output then
    #[arg(value_name = "MODULE")]
    pub module: PathBuf,
    /// Where the split module goes [default: the module itself]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Cut where custom sections that match and those that do not meet; sections that are not custom count as
    /// matching: a glob on names (repeatable) [default: one delimiter at the end]
    #[arg(long, value_name = "GLOB", allow_hyphen_values = true)]
    pub sections: Vec<SectionGlob>,
    /// Split a signed module too, whose signatures go
    #[arg(long)]
    pub drop_signatures: bool,
}

/// `cargo wasmsign detach`.
#[derive(Debug, Args)]
pub struct Detach {
    /// The module; `-` is standard input, and the result goes to standard output then
    #[arg(value_name = "MODULE")]
    pub module: PathBuf,
    /// Where the signature goes [default: MODULE.sig]
    #[arg(short = 'S', long, value_name = "FILE")]
    pub signature: Option<PathBuf>,
    /// Where the module without its signature goes [default: the module itself]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `cargo wasmsign attach`.
#[derive(Debug, Args)]
pub struct Attach {
    /// The module; `-` is standard input, and the result goes to standard output then
    #[arg(value_name = "MODULE")]
    pub module: PathBuf,
    /// Where the signature is [default: MODULE.sig]
    #[arg(short = 'S', long, value_name = "FILE")]
    pub signature: Option<PathBuf>,
    /// Where the signed module goes [default: the module itself]
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace an embedded signature
    #[arg(long)]
    pub force: bool,
}

/// `cargo wasmsign clean`.
#[derive(Debug, Args)]
pub struct Clean {
    /// Path to Cargo.toml
    #[arg(long, value_name = "PATH")]
    pub manifest_path: Option<PathBuf>,
    /// Directory for everything that is built
    #[arg(long, value_name = "DIRECTORY")]
    pub target_dir: Option<PathBuf>,
    /// Empty the cache of optimized modules, and leave the modules
    #[arg(long)]
    pub cache: bool,
}
