//! Which signatures of a module are looked at, where they are not simply its own.

use std::fs::File;
use std::path::{Path, PathBuf};

use wasmsign_core::formats::{FileSignatures, Format, FormatError, sshsig};
use wasmsign_core::inspect::{self, Inspection};
use wasmsign_core::wasm::SIGNATURE;

use super::verdict::{Failure, SignatureSource};
use crate::error::{Error, Result, of_module};
use crate::module::other_formats::{begins_as_wasm, file_beside};
use crate::module::seal;
use crate::ops::signature_file;
use crate::sys::files;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asked {
    /// All that the module carries.
    Auto,
    /// Signatures of this format.
    Format(Format),
}

/// What is asked for, and what some formats must be told.
#[derive(Debug)]
pub(crate) struct Formats {
    /// Each of these must be there, and verify. Nothing where nobody says so.
    pub(crate) asked: Vec<Asked>,
    /// wasmsign1: what was signed besides the module.
    pub(crate) additional_data: Vec<u8>,
    /// sshsig: what the signature must be for.
    pub(crate) namespace: String,
}

impl Default for Formats {
    fn default() -> Self {
        let namespace = sshsig::NAMESPACE.to_owned();
        Self { asked: Vec::new(), additional_data: Vec::new(), namespace }
    }
}

/// One way in which a module is verified. Each gives a verdict.
#[derive(Debug)]
pub(super) enum Reading {
    /// By its own signature section, or a file that stands for it.
    Sections(SignatureSource),
    /// By a signature of another format, in this file where that has files.
    Other(Format, Option<PathBuf>),
    /// By all signatures of these formats that there are, together.
    Together(Vec<Format>),
}

impl Reading {
    /// The format that it is about.
    pub(super) fn format(&self) -> Format {
        match self {
            Self::Sections(_) => Format::Wasmsign2,
            Self::Other(format, _) => *format,
            Self::Together(formats) => formats.first().copied().unwrap_or(Format::Wasmsign2),
        }
    }
}

impl Reading {
    /// Whether the file need be no WebAssembly.
    pub(super) fn takes_any_file(&self) -> bool {
        match self {
            Self::Sections(_) => false,
            Self::Other(format, _) => *format == Format::Minisign,
            Self::Together(formats) => formats.contains(&Format::Minisign),
        }
    }
}

impl Formats {
    /// The ways in which a module is to be verified. `of_policy` are the formats that count by the trust file.
    pub(super) fn readings(
        &self,
        module: &Path,
        source: &SignatureSource,
        of_policy: Option<&[Format]>,
    ) -> Result<Vec<Reading>> {
        let named = match source {
            SignatureSource::Named(path) => Some((path, format_of_file(path)?)),
            _ => None,
        };
        if self.asked.is_empty() {
            return Ok(vec![match (named, of_policy) {
                (Some((_, Format::Wasmsign2)), _) => Reading::Sections(source.clone()),
                (Some((path, format)), _) => Reading::Other(format, Some(path.clone())),
                (None, Some(formats)) if formats != [Format::Wasmsign2] => {
                    Reading::Together(formats.to_vec())
                }
                (None, _) => Reading::Sections(source.clone()),
            }]);
        }
        let mut readings = Vec::new();
        for asked in &self.asked {
            match asked {
                Asked::Auto => readings.extend(found(module, named)?),
                Asked::Format(format) => readings.push(self.reading(*format, source, named)),
            }
        }
        Ok(readings)
    }

    fn reading(
        &self,
        format: Format,
        source: &SignatureSource,
        named: Option<(&PathBuf, Format)>,
    ) -> Reading {
        let is_asked = |format| self.asked.contains(&Asked::Format(format));
        match (format, named) {
            // The file is one of another format that is asked for as well.
            (Format::Wasmsign2, Some((_, found))) if found != format && is_asked(found) => {
                Reading::Sections(SignatureSource::Own)
            }
            (Format::Wasmsign2, _) => Reading::Sections(source.clone()),
            (_, Some((path, found))) if found == format || !is_asked(found) => {
                Reading::Other(format, (!format.ends_the_module()).then(|| path.clone()))
            }
            _ => Reading::Other(format, None),
        }
    }

    /// The signatures of a format, from this file or the one beside the module; `None` where there is no such file.
    pub(super) fn signatures(
        &self,
        module: &Path,
        format: Format,
        file: Option<&Path>,
        used: &mut Option<PathBuf>,
    ) -> Result<Option<FileSignatures>, Failure> {
        match format {
            Format::Wasmsign1 => {
                Ok(Some(FileSignatures::wasmsign1(&self.additional_data).map_err(of_format)?))
            }
            Format::WasmSign => Ok(Some(FileSignatures::wasm_sign())),
            _ => match self.content(module, format, file, used)? {
                Some(content) => self.decode(format, &content).map(Some),
                None => Ok(None),
            },
        }
    }

    fn content(
        &self,
        module: &Path,
        format: Format,
        file: Option<&Path>,
        used: &mut Option<PathBuf>,
    ) -> Result<Option<Vec<u8>>, Failure> {
        if let Some(file) = file {
            *used = Some(file.to_owned());
            return Ok(Some(signature_file::read(file)?));
        }
        let beside = (!files::is_dash(module)).then(|| file_beside(module, format)).flatten();
        let Some(path) = beside else { return Ok(None) };
        let content = signature_file::read_if_any(&path)?;
        // NAME.sig is what its content is.
        let content = content.filter(|content| {
            format != Format::Sshsig || FileSignatures::format_of(content) == format
        });
        *used = content.is_some().then_some(path);
        Ok(content)
    }

    fn decode(&self, format: Format, content: &[u8]) -> Result<FileSignatures, Failure> {
        let decoded = match format {
            Format::Minisign => FileSignatures::minisign(content),
            Format::Sshsig => FileSignatures::sshsig(content, &self.namespace),
            Format::Oak => FileSignatures::oak(content),
            _ => {
                return Err(Error::usage(format!(
                    "this version does not verify {format} signatures"
                ))
                .advice("verify it with the program that has made it")
                .into());
            }
        };
        decoded.map_err(of_format)
    }

    /// All signatures of these formats that a module has.
    pub(super) fn together(
        &self,
        module: &Path,
        formats: &[Format],
        has_own: bool,
    ) -> Result<FileSignatures, Failure> {
        let mut all = FileSignatures::none();
        for format in formats {
            let found = match format {
                Format::Wasmsign2 => Some(own(module, has_own)?),
                // A rule may name what other programs verify.
                Format::Sigstore => None,
                _ => self.signatures(module, *format, None, &mut None)?,
            };
            all = found.into_iter().fold(all, FileSignatures::and);
        }
        Ok(all)
    }
}

/// The signature section, or what stands for it beside the module.
fn own(module: &Path, has_own: bool) -> Result<FileSignatures> {
    let beside = match has_own || files::is_dash(module) {
        true => None,
        false => signature_file::read_if_any(&signature_file::beside(module))?,
    };
    let beside = beside.filter(|data| FileSignatures::format_of(data) == Format::Wasmsign2);
    Ok(beside.map_or_else(FileSignatures::embedded, |data| FileSignatures::detached(&data)))
}

fn of_format(error: FormatError) -> Failure {
    match error {
        FormatError::Malformed(fault) => Failure::Malformed(fault),
        other => Failure::Unread(Error::malformed("the signature cannot be read").because(other)),
    }
}

fn format_of_file(path: &Path) -> Result<Format> {
    // A stream is read once: what is in it is seen when it is used.
    match files::is_dash(path) || std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        true => Ok(Format::Wasmsign2),
        false => Ok(FileSignatures::format_of(&signature_file::read(path)?)),
    }
}

/// All signatures that a module carries, and the one in the file that was named.
fn found(module: &Path, named: Option<(&PathBuf, Format)>) -> Result<Vec<Reading>> {
    let mut readings = carried(module)?;
    if let Some((path, format)) = named {
        readings.push(match format {
            Format::Wasmsign2 => Reading::Sections(SignatureSource::Named(path.clone())),
            format => Reading::Other(format, Some(path.clone())),
        });
    }
    match readings.is_empty() {
        true => Ok(vec![Reading::Sections(SignatureSource::Own)]),
        false => Ok(readings),
    }
}

fn carried(module: &Path) -> Result<Vec<Reading>> {
    if files::is_dash(module) {
        return Err(Error::usage(
            "`--as auto` reads a module twice, and standard input can be read once",
        )
        .advice("pass the path of the module, or name the formats"));
    }
    let file = seal::open(module)?;
    if !begins_as_wasm(module, &file)? {
        return Ok(Vec::new());
    }
    let look = |file: &File| -> Result<Inspection> {
        let source = seal::rewound(module, file)?;
        inspect::inspect(source).map_err(|error| of_module(module, error))
    };
    // What is malformed is told when it is verified.
    let Ok(found) = look(&file) else { return Ok(Vec::new()) };
    let is_wasm_sign = matches!(found.at_the_end, Some((Format::WasmSign, _)));
    let only_section = found.section_count == 1;
    let mut readings = Vec::new();
    if found.signatures.is_some() && !(is_wasm_sign && only_section) {
        readings.push(Reading::Sections(SignatureSource::Own));
    }
    if found.sections.iter().any(|section| section.name() == Some("signature_wasmsign")) {
        readings.push(Reading::Other(Format::Wasmsign1, None));
    }
    if is_wasm_sign {
        readings.push(Reading::Other(Format::WasmSign, None));
    }
    let misplaced = |(index, name): (usize, Option<&str>)| index > 0 && name == Some(SIGNATURE);
    let mut names = found.sections.iter().map(|section| section.name()).enumerate();
    if readings.is_empty() && names.any(misplaced) {
        readings.push(Reading::Sections(SignatureSource::Own));
    }
    Ok(readings)
}
