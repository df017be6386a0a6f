//! One error type for the program: what happened, why, what to do now, and the exit code.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::path::Path;

use wasmsign_core::sign::NotSignable;
use wasmsign_core::verify::Reason;
use wasmsign_core::wasm::Kind;
use wasmsign_core::wasm::{Malformed, Place, Rule};
use wasmsign_core::{ReadError, WriteError};

use crate::exit::Exit;
use crate::text::hex::public_key_text;
use crate::text::snippet::Snippet;

/// The result of everything in this program that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure as its reader needs it.
///
/// Messages are lower-case fragments without a full stop ("failed to read `a.wasm`"); the causes
/// follow on lines of their own, the advice last.
#[derive(Debug)]
pub struct Error {
    exit: Exit,
    message: String,
    /// The place in a file that it is about.
    place: Option<Box<Snippet>>,
    advice: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error that ends the program with `exit`.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), place: None, advice: None, source: None }
    }

    /// Flags, configuration or keys that do not fit together.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Input that is not what it should be.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(Exit::Malformed, message)
    }

    /// Something that could not be read or written.
    pub fn io(
        message: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        let source = source.into();
        let advice = source.downcast_ref().and_then(after_io_error);
        let error = Self::new(Exit::Io, message).because(source);
        match advice {
            Some(advice) => error.advice(advice),
            None => error,
        }
    }

    /// A child program that failed.
    pub fn tool(message: impl Into<String>) -> Self {
        Self::new(Exit::Tool, message)
    }

    /// Adds the cause.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Adds the place in a file that it is about.
    #[must_use]
    pub fn at(mut self, place: Snippet) -> Self {
        self.place = Some(Box::new(place));
        self
    }

    /// Says below the marked text, in a few words, what is wrong with it.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.place = self.place.map(|place| Box::new(place.label(label)));
        self
    }

    /// Adds what the reader should do now.
    #[must_use]
    pub fn advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Adds another way out to the advice.
    #[must_use]
    pub fn or_advice(mut self, advice: &str) -> Self {
        self.advice = Some(match self.advice {
            Some(first) => format!("{first}; {advice}"),
            None => advice.to_owned(),
        });
        self
    }

    /// Puts the name of the module that it is about before the message.
    #[must_use]
    pub fn named(mut self, module: &Path) -> Self {
        if !self.message.contains(&*module.to_string_lossy()) {
            self.message = format!("`{}`: {}", module.display(), self.message);
        }
        self
    }

    /// The same error, with the package that it concerns.
    #[must_use]
    pub fn of_package(mut self, package: &str) -> Self {
        if !self.message.contains(&format!("`{package}`")) {
            self.message = format!("package `{}`: {}", package.escape_debug(), self.message);
        }
        self
    }

    /// The exit code that this failure ends the program with.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// What happened, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The place in a file that it is about, if there is one.
    pub fn place(&self) -> Option<&Snippet> {
        self.place.as_deref()
    }

    /// What the reader should do now, if there is something to say.
    pub fn what_to_do(&self) -> Option<&str> {
        self.advice.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.place.iter().try_for_each(|place| write!(f, "{place}: "))?;
        f.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

/// What to do about a failure of the system, where that is the same everywhere.
fn after_io_error(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Some("free some space, or write to another disk; no existing file was changed")
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            Some("write to another directory, or remount the file system as writable")
        }
        io::ErrorKind::PermissionDenied => {
            Some("check the permissions of the file and of its directory")
        }
        io::ErrorKind::NotFound => Some("check the path"),
        io::ErrorKind::IsADirectory => Some("give the path of a file, not of a directory"),
        // EMFILE, which has no kind of its own.
        _ if cfg!(unix) && error.raw_os_error() == Some(24) => {
            Some("raise the limit of open files (`ulimit -n`), or build fewer packages at once")
        }
        _ => None,
    }
}

/// What the core says of signing a module into `output`.
pub fn of_signing(path: &Path, output: &Path, error: impl Into<wasmsign_core::Error>) -> Error {
    match error.into() {
        wasmsign_core::Error::Write(WriteError(source)) => {
            Error::io(format!("failed to write `{}`", output.display()), source)
        }
        other => of_module(path, other),
    }
}

/// What the core says of writing `path` anew into `output`; `done` is what could not be done with it.
pub fn of_rewriting(
    path: &Path,
    output: &Path,
    done: &str,
    error: impl Into<wasmsign_core::Error>,
) -> Error {
    match error.into() {
        wasmsign_core::Error::NotSignable(reason) => {
            Error::malformed(format!("`{}` cannot be {done}", path.display())).because(reason)
        }
        other => of_signing(path, output, other),
    }
}

/// What the core says of a file of detached signature data.
pub fn of_signature(path: &Path, error: impl Into<wasmsign_core::Error>) -> Error {
    match error.into() {
        wasmsign_core::Error::Format(reason) => {
            Error::malformed(format!("the signature `{}` cannot be read", path.display()))
                .because(reason)
        }
        other => of_module(path, other),
    }
}

/// What the core says of a module, with its file and the exit code.
pub fn of_module(path: &Path, error: impl Into<wasmsign_core::Error>) -> Error {
    use wasmsign_core::Error as Core;
    let path = path.display();
    match error.into() {
        Core::Read(ReadError { source, offset, .. }) => {
            Error::io(format!("failed to read `{path}` at offset {offset}"), source)
        }
        Core::Write(WriteError(source)) => {
            Error::io(format!("failed to write the signed form of `{path}`"), source)
        }
        Core::Malformed(fault) => {
            let advice = after_fault(&fault);
            Error::malformed(format!("`{path}` is malformed")).because(fault).advice(advice)
        }
        Core::Refused(refusal) => {
            let advice = after_refusal(refusal.reason());
            Error::new(Exit::Refused, format!("`{path}` is refused"))
                .because(refusal)
                .advice(advice)
        }
        Core::NotSignable(reason @ NotSignable::OtherFormat { .. }) => {
            Error::usage(format!("`{path}` cannot have both signatures"))
                .because(reason)
                .advice("sign the module as it was before, or move to the new format with `cargo wasmsign migrate`")
        }
        Core::NotSignable(reason @ (NotSignable::Comment | NotSignable::Algorithm)) => {
            Error::usage(format!("`{path}` cannot be signed so")).because(reason)
        }
        Core::NotSignable(reason @ NotSignable::Message) => {
            Error::usage(format!("`{path}` cannot be signed as it stands"))
                .because(reason)
                .advice("leave out `--legacy`, so that the hash of the file is signed")
        }
        Core::NotSignable(reason) => {
            Error::malformed(format!("`{path}` cannot be signed")).because(reason)
        }
        Core::Signed => Error::usage(format!("`{path}` is signed")),
        Core::Unsigned => {
            Error::new(Exit::Refused, format!("`{path}` has no embedded signature (no-signature)"))
                .advice("sign it first; `cargo wasmsign inspect` shows what it contains")
        }
        Core::Changed(_) => {
            Error::new(Exit::Io, format!("`{path}` changed while it was being read"))
                .advice("make sure that nothing else writes to it, and try again")
        }
        Core::Signer { source, public_key } => {
            let key = public_key_text(&public_key);
            let message =
                format!("the signer with the public key {key} returned no signature for `{path}`");
            of_signer(message, source)
        }
        other => Error::new(Exit::Io, format!("`{path}`")).because(other),
    }
}

/// What went wrong with a key that was asked for something else than a module's signature.
pub fn of_key_use(key: &str, error: impl Into<wasmsign_core::Error>) -> Error {
    let message = format!("failed to use the key `{}`", key.escape_debug());
    match error.into() {
        wasmsign_core::Error::Signer { source, .. } => of_signer(message, source),
        other => Error::tool(message).because(other),
    }
}

/// What a signer says of itself, with its own exit code and advice where it is one of ours.
fn of_signer(message: String, source: Box<dyn StdError + Send + Sync>) -> Error {
    match source.downcast::<Error>() {
        Ok(ours) => {
            let (exit, advice) = (ours.exit, ours.advice.clone());
            Error { exit, message, place: None, advice, source: Some(ours) }
        }
        Err(other) => Error::tool(message).because(other),
    }
}

/// What to do with a file that has this fault.
pub fn after_fault(fault: &Malformed) -> &'static str {
    match &fault.rule {
        Rule::LiteralForm => {
            "sign the module with a tool that writes the deployed form, such as `cargo wasmsign \
             sign`"
        }
        _ if fault.place == Place::DetachedSignature => {
            "get the signature from the signer again, or make it with `cargo wasmsign sign \
             --signature`"
        }
        Rule::Empty => "check that the program that writes the file succeeded",
        Rule::Header { .. } => "give a WebAssembly binary; assemble the text format (.wat) first",
        Rule::Truncated { .. } | Rule::SectionLeavesFile { .. } => {
            "get the file again: it is truncated"
        }
        _ => "get the file again from its author or signer",
    }
}

/// What to do with a module that is refused for this reason.
pub fn after_refusal(reason: &Reason) -> &'static str {
    match reason {
        Reason::KindMismatch { expected: Kind::Module } => {
            "pass `--expect component` if you want a component"
        }
        Reason::KindMismatch { expected: Kind::Component } => {
            "pass `--expect module` if you want a module"
        }
        Reason::MisplacedSignature { .. } => {
            "do not run it; get the module without the extra `signature` section, and have it \
             signed again"
        }
        Reason::NoSignature => {
            "sign it with `cargo wasmsign sign`, or pass its detached signature with `--signature`"
        }
        Reason::Unknown(_) => {
            "another tool or a newer version made this signature; verify it with that one"
        }
        Reason::TooManySignatures { .. } => {
            "have the module signed again, without the old signatures"
        }
        Reason::NoTrustedSignature => {
            "`cargo wasmsign inspect` shows which keys these signatures claim to be from; pass \
             another key only if you trust it"
        }
        Reason::CommentChanged => {
            "get the signature's file from the signer again; what its comments say is not to be believed"
        }
        Reason::SymbolMode => {
            "have the module signed again, with `cargo wasmsign sign`; `--as wasmsign1` makes the section that hosts read"
        }
        Reason::NotCovered => {
            "have the whole file signed, or accept a signed prefix with `--coverage prefix` and \
             ignore the rest"
        }
        Reason::NoRule => {
            "add a rule for this name to the trust file, or pass the name under which it knows the module with `--name`"
        }
        Reason::RoleNotMet { .. } => {
            "have the missing keys sign too; `cargo wasmsign trust explain` shows who has signed for which role"
        }
        Reason::RevokedKey => {
            "do not run it; get the module again, signed with a key that is not revoked"
        }
        Reason::KeyNotValid => {
            "get the module again, signed with a key that is valid now; `--at` asks about another time"
        }
        Reason::RevokedModule => "do not run it; get another version from its publisher",
        Reason::NoManifest => {
            "have the module built with `manifest = true`, and signed; without a module manifest, its package and \
             version are not known"
        }
        Reason::WrongPackage { .. } => "do not run it; get the module that you asked for",
        Reason::WrongVersion { .. } => "get a version that meets the requirement",
        Reason::PolicyNotMet { .. } => {
            "have the other keys sign too, or require fewer with `--require`"
        }
        _ => "do not run it; get the module again from its signer",
    }
}
