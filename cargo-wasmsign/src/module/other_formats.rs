//! The formats that sign a file as a whole: where their signatures stand, and which of them go together.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use wasmsign_core::formats::Format;

use super::seal;
use crate::error::{Error, Result};

/// The formats that this version writes.
pub const WRITTEN: [Format; 6] = [
    Format::Wasmsign2,
    Format::Wasmsign1,
    Format::WasmSign,
    Format::Minisign,
    Format::Sshsig,
    Format::Oak,
];

/// What is appended to a module's name for the file of its signature; none where that stands in the module alone.
pub fn suffix(format: Format) -> Option<&'static str> {
    match format {
        Format::Wasmsign2 | Format::Sshsig => Some(".sig"),
        Format::Minisign => Some(".minisig"),
        Format::Oak => Some(".endorsement"),
        Format::Sigstore => Some(".sigstore.json"),
        _ => None,
    }
}

/// The file beside a module in which its signature of a format is looked for.
pub fn file_beside(module: &Path, format: Format) -> Option<PathBuf> {
    let mut name = module.as_os_str().to_owned();
    name.push(suffix(format)?);
    Some(name.into())
}

/// Whether signatures of a format stand in files of their own alone.
pub fn is_detached(format: Format) -> bool {
    format != Format::Wasmsign2 && suffix(format).is_some()
}

/// Refuses formats of which one would break another, and those that this version does not write.
///
/// # Errors
///
/// Exit code 2. `embeds` says whether the signature of the default format goes into the module.
pub fn check_together(formats: &[Format], embeds: bool) -> Result<()> {
    if let Some(format) = formats.iter().find(|format| !WRITTEN.contains(format)) {
        return Err(Error::usage(format!("this version does not write {format} signatures"))
            .advice(format!("sign in one of these formats: {}", names(&WRITTEN))));
    }
    let twice = formats.iter().enumerate().find(|(index, it)| formats[..*index].contains(it));
    if let Some((_, format)) = twice {
        return Err(Error::usage(format!("the format {format} was given twice"))
            .advice("name each format once"));
    }
    if formats.contains(&Format::Wasmsign2) && formats.contains(&Format::Sshsig) && !embeds {
        return Err(Error::usage(
            "a detached wasmsign2 signature and an sshsig signature would both be NAME.sig",
        )
        .advice(
            "embed the wasmsign2 signature, or make the two one by one, with `--signature FILE`",
        ));
    }
    let at_the_end: Vec<_> = formats.iter().filter(|format| format.ends_the_module()).collect();
    match (&at_the_end[..], embeds && formats.contains(&Format::Wasmsign2)) {
        ([], _) | ([_], false) => Ok(()),
        ([first, second, ..], _) => Err(Error::usage(format!(
            "a module cannot have a {first} and a {second} signature: each must be the last section, and is over all \
             that stands before it"
        ))
        .advice("sign two copies of the module, one in each format")),
        ([format], true) => Err(Error::usage(format!(
            "a module cannot have a {format} and an embedded wasmsign2 signature: the one is put before what the \
             other has signed"
        ))
        .advice("make the wasmsign2 signature a detached one, or sign two copies of the module")),
    }
}

/// The names of formats, as a message has them.
pub fn names(formats: &[Format]) -> String {
    formats.iter().map(|format| format.name()).collect::<Vec<_>>().join(", ")
}

/// Whether a file begins as WebAssembly does.
///
/// # Errors
///
/// Exit code 4.
pub fn begins_as_wasm(name: &Path, file: &File) -> Result<bool> {
    let mut start = Vec::new();
    let mut source = seal::rewound(name, file)?.take(4);
    let read = source.read_to_end(&mut start);
    read.map_err(|source| Error::io(format!("failed to read `{}`", name.display()), source))?;
    Ok(start == b"\0asm")
}
