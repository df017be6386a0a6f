//! Signing a file into another one, and checking the result before it is published.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use wasmsign_core::formats::sections::SignatureData;
use wasmsign_core::inspect;
use wasmsign_core::sign::{self, NewSignature, Signed};
use wasmsign_core::wasm::Section;
use wasmsign_core::{Policy, Require, Verified, Verifier};

use crate::error::{Error, Result, of_module, of_signing};
use crate::sys::files::{self, Access, Staged};

/// What signing has made: all of it checked, none of it published.
pub struct Sealed {
    /// The signature data.
    pub data: SignatureData,
    /// How many signatures are new.
    pub added: usize,
    /// What the check of the written file has proved.
    pub verified: Verified,
}

/// Opens a module that will be read twice, or out of order. Standard input (`-`) is kept in a temporary file for it.
///
/// # Errors
///
/// Exit code 4: there is no such file, it cannot be read, or it is a directory or a pipe.
pub fn open(path: &Path) -> Result<File> {
    if files::is_dash(path) {
        let failed = |source| Error::io("failed to read standard input into a file", source);
        return files::spooled_stdin().map_err(failed);
    }
    let failed = |source| Error::io(format!("failed to read `{}`", path.display()), source);
    // Checked before opening: opening a pipe waits for its writer.
    match std::fs::metadata(path).map_err(failed)?.is_file() {
        true => File::open(path).map_err(failed),
        false => {
            Err(failed(std::io::Error::other("expected a regular file, found something else")))
        }
    }
}

/// The sections of a module.
///
/// # Errors
///
/// Exit code 3 where it is malformed, 4 where it cannot be read.
pub fn sections(name: &Path, module: &File) -> Result<Vec<Section>> {
    let sections = inspect::sections(rewound(name, module)?);
    sections.map(|(sections, _)| sections).map_err(|error| of_module(name, error))
}

/// Signs `module` into `staged`, checks and syncs it. `name` is what messages call the module.
///
/// # Errors
///
/// Those of signing; exit code 1 where the check does not hold, 4 where something cannot be written.
pub fn embedded(
    name: &Path,
    module: &File,
    staged: &mut Staged,
    signatures: &[NewSignature<'_>],
) -> Result<Sealed> {
    let signed = sign::embed(rewound(name, module)?, staged.file(), signatures)
        .map_err(|error| of_signing(name, staged.target(), error))?;
    let verifier = verifier(&signed, signatures)?;
    let verified = synced(staged, |file| verifier.verify(file))?;
    Ok(Sealed {
        data: signed.data,
        added: signed.added,
        verified: verified.map_err(|error| unsound(name, error))?,
    })
}

/// Signs `module`, writes the signature data into `staged`, checks and syncs it.
///
/// `earlier` is signature data to add to.
///
/// # Errors
///
/// As [`embedded`].
pub fn detached(
    name: &Path,
    module: &File,
    earlier: Option<&[u8]>,
    staged: &mut Staged,
    signatures: &[NewSignature<'_>],
) -> Result<Sealed> {
    let signed = sign::detached(rewound(name, module)?, earlier, signatures)
        .map_err(|error| of_module(name, error))?;
    write_data(&signed.data, staged)?;
    let written = written_bytes(staged)?;
    let verified = verifier(&signed, signatures)?.verify_detached(rewound(name, module)?, &written);
    Ok(Sealed {
        data: signed.data,
        added: signed.added,
        verified: verified.map_err(|error| unsound(name, error))?,
    })
}

/// As [`detached`], without a file: the data, and the proof that it verifies.
///
/// # Errors
///
/// As [`embedded`].
pub fn detached_data(
    name: &Path,
    module: &File,
    earlier: Option<&[u8]>,
    signatures: &[NewSignature<'_>],
) -> Result<(SignatureData, Verified)> {
    let signed = sign::detached(rewound(name, module)?, earlier, signatures)
        .map_err(|error| of_module(name, error))?;
    let data = signed.data.encode();
    let verified = verifier(&signed, signatures)?.verify_detached(rewound(name, module)?, &data);
    let verified = verified.map_err(|error| unsound(name, error))?;
    Ok((signed.data, verified))
}

/// Writes signature data, without looking at it.
///
/// # Errors
///
/// Exit code 4.
pub fn write_data(data: &SignatureData, staged: &mut Staged) -> Result<()> {
    let written = staged.file().write_all(&data.encode());
    written.map_err(|source| {
        Error::io(format!("failed to write `{}`", staged.target().display()), source)
    })
}

/// The first position of a file that may have been read before.
///
/// # Errors
///
/// Exit code 4.
pub fn rewound<'a>(name: &Path, mut file: &'a File) -> Result<&'a File> {
    let rewound = file.seek(SeekFrom::Start(0));
    rewound.map_err(|source| Error::io(format!("failed to read `{}`", name.display()), source))?;
    Ok(file)
}

/// What a file holds once it is on the disk.
///
/// # Errors
///
/// Exit code 4.
pub fn written_bytes(staged: &mut Staged) -> Result<Vec<u8>> {
    let written = synced(staged, |mut file| {
        let mut data = Vec::new();
        file.read_to_end(&mut data).map(|_| data)
    })?;
    written.map_err(|source| {
        Error::io(format!("failed to read `{}`", staged.path().display()), source)
    })
}

/// Reads a file from its start while the system writes it to the disk.
///
/// # Errors
///
/// Exit code 4.
pub fn synced<T>(staged: &mut Staged, read: impl FnOnce(&File) -> T) -> Result<T> {
    let failed = |source| Error::io("failed to read a temporary file", source);
    staged.file().seek(SeekFrom::Start(0)).map_err(failed)?;
    let file = staged.file().try_clone().map_err(failed)?;
    let staged: &Staged = staged;
    std::thread::scope(|scope| {
        let sync = scope.spawn(|| staged.sync());
        let value = read(&file);
        sync.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        Ok(value)
    })
}

/// All signers must have signed.
fn verifier(signed: &Signed, signatures: &[NewSignature<'_>]) -> Result<Verifier> {
    let keys = signatures.iter().map(|signature| signature.signer.public_key().clone());
    let policy = Policy::default().require(Require::All).expect(Some(signed.kind));
    Verifier::builder(keys)
        .policy(policy)
        .with_identity()
        .build()
        .map_err(|error| Error::usage("what is signed cannot be verified").because(error))
}

fn unsound(name: &Path, error: impl Into<wasmsign_core::Error>) -> Error {
    of_module(name, error).advice(
        "the file that was just written does not verify and has been removed; the disk may be \
         faulty",
    )
}

/// Begins a temporary file in the place where `target` will be.
///
/// # Errors
///
/// Exit code 4.
pub fn stage(target: &Path) -> Result<Staged> {
    Staged::new(target, Access::Usual)
}
