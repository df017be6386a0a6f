//! The signatures in files beside a module, each of which has the module's name and an ending of its own.

use std::error::Error as _;
use std::path::{Path, PathBuf};

use wasmsign_core::formats::oak::Endorsement;
use wasmsign_core::formats::sections::SignatureData;
use wasmsign_core::formats::{FileSignatures, Format, FormatError, minisign, sshsig};

use crate::error::{Error, Result};
use crate::ops::signature_file;
use crate::sys::hashing;

/// A file beside a module, by its name a signature.
pub(crate) struct Beside {
    pub(crate) path: PathBuf,
    /// The format that its name says, or its content.
    pub(crate) format: Format,
    /// What it says, or why it cannot be read.
    pub(crate) content: Result<Content, String>,
}

/// What a signature says. Nothing of it is verified.
pub(crate) enum Content {
    Sections(SignatureData),
    Minisign(minisign::Signature),
    Sshsig(sshsig::Signature),
    /// Each endorsement, and whether its hash is the module's.
    Oak(Vec<(Endorsement, bool)>),
    /// It is not read by this version.
    Unread,
}

/// The endings; none says the format of `.sig`, whose content does.
const ENDINGS: [(&str, Option<Format>); 4] = [
    (".sig", None),
    (".minisig", Some(Format::Minisign)),
    (".endorsement", Some(Format::Oak)),
    (".sigstore.json", Some(Format::Sigstore)),
];

/// The signatures beside a module.
///
/// # Errors
///
/// Exit code 4 where the module cannot be read again.
pub(crate) fn beside(module: &Path) -> Result<Vec<Beside>> {
    let mut all = Vec::new();
    for (ending, format) in ENDINGS {
        let mut path = module.as_os_str().to_owned();
        path.push(ending);
        let path = PathBuf::from(path);
        // Whatever else has this name is no signature.
        if !path.is_file() {
            continue;
        }
        let Some(data) = signature_file::read_if_any(&path).transpose() else { continue };
        let (format, content) = match data {
            Ok(data) => {
                let format = format.unwrap_or_else(|| FileSignatures::format_of(&data));
                (format, read(format, &data).map_err(|error| error.to_string()))
            }
            Err(error) => (format.unwrap_or(Format::Wasmsign2), Err(with_cause(&error))),
        };
        all.push(Beside { path, format, content });
    }
    compare_hashes(module, &mut all)?;
    Ok(all)
}

fn with_cause(error: &Error) -> String {
    error.source().map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"))
}

/// Decodes with the caps that verification has.
fn read(format: Format, data: &[u8]) -> Result<Content, FormatError> {
    Ok(match format {
        Format::Minisign => {
            FileSignatures::minisign(data)?;
            Content::Minisign(minisign::Signature::decode(data)?)
        }
        Format::Sshsig => {
            FileSignatures::sshsig(data, sshsig::NAMESPACE)?;
            Content::Sshsig(sshsig::Signature::decode(data)?)
        }
        Format::Oak => {
            FileSignatures::oak(data)?;
            let all = Endorsement::decode_all(data)?.into_iter();
            Content::Oak(all.map(|endorsement| (endorsement, false)).collect())
        }
        Format::Sigstore => Content::Unread,
        _ => Content::Sections(SignatureData::from_detached(data)?),
    })
}

/// Compares the hashes of endorsements with that of the module, which nobody else needs.
fn compare_hashes(module: &Path, all: &mut [Beside]) -> Result<()> {
    let endorsements = all.iter_mut().filter_map(|beside| match &mut beside.content {
        Ok(Content::Oak(endorsements)) => Some(endorsements),
        _ => None,
    });
    let mut all = endorsements.flatten().peekable();
    if all.peek().is_none() {
        return Ok(());
    }
    let failed = |source| Error::io(format!("failed to read `{}`", module.display()), source);
    let hash = hashing::sha256(module).map_err(failed)?;
    all.for_each(|(endorsement, agrees)| *agrees = hex::encode(endorsement.hash) == hash);
    Ok(())
}
