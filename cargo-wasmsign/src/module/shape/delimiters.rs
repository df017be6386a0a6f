//! Where the bytes of delimiters come from.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use wasmsign_core::formats::sections::DelimiterKey;
use wasmsign_core::sign::{self, SignError, Signer};
use wasmsign_core::wasm::Section;

use crate::error::{Error, Result};

/// What the parts of a module end with.
/// One value is used for every module of a build, so a signer is asked once.
pub enum Delimiters {
    /// Nothing: the parts are an order and no more. So it is in a build without signatures.
    None,
    /// Delimiters that the next build makes again.
    Derived(DelimiterKey),
    /// Random ones: a build that cannot be made again.
    Random,
    /// The delimiters of an existing module, in order: it is to be made again.
    Given(Vec<[u8; 16]>),
}

/// Gives the content of each delimiter, told the hash of the body before it.
pub(super) type Source<'a> = Box<dyn FnMut(&[u8; 32]) -> [u8; 16] + 'a>;

impl Delimiters {
    /// What decides their bytes beside the key and the module. It is no secret.
    pub fn fingerprint(&self) -> String {
        match self {
            Self::None => "none".into(),
            Self::Derived(_) => "derived".into(),
            Self::Random => "random".into(),
            Self::Given(given) => format!("{given:?}"),
        }
    }

    /// Delimiters that this signer can make again, or [`Delimiters::Random`] where it never signs twice alike, which
    /// is worth a warning.
    ///
    /// # Errors
    ///
    /// Those of the signer.
    pub fn of_signer(signer: &dyn Signer) -> Result<Self, SignError> {
        Ok(sign::delimiter_key(signer)?.map_or(Self::Random, Self::Derived))
    }

    /// The delimiters of a module that is to be made again; `sections` are its own.
    ///
    /// # Errors
    ///
    /// Exit code 3 where a delimiter has not 16 bytes, 4 where the module cannot be read.
    pub fn of_module(name: &Path, mut module: &File, sections: &[Section]) -> Result<Self> {
        let customs = sections.iter().filter(|section| section.is_delimiter());
        let contents = customs.filter_map(|section| section.custom.as_ref()).map(|custom| {
            if custom.content.end - custom.content.start != 16 {
                let (name, offset) = (name.display(), custom.content.start);
                let text =
                    format!("`{name}`: the delimiter at offset {offset} is not 16 bytes long");
                return Err(Error::malformed(text));
            }
            let mut content = [0; 16];
            let read = module.seek(SeekFrom::Start(custom.content.start));
            read.and_then(|_| module.read_exact(&mut content)).map_err(|source| {
                Error::io(format!("failed to read `{}`", name.display()), source)
            })?;
            Ok(content)
        });
        contents.collect::<Result<_>>().map(Self::Given)
    }

    /// The source of `count` delimiters; `None` where there are to be none.
    pub(super) fn source(&self, count: usize) -> Result<Option<Source<'_>>> {
        let listed = |delimiters: Vec<[u8; 16]>| -> Option<Source<'_>> {
            let mut delimiters = delimiters.into_iter();
            Some(Box::new(move |_| {
                delimiters.next().expect("there is one for each part, and no part ends twice")
            }))
        };
        match self {
            Self::None => Ok(None),
            Self::Derived(key) => Ok(Some(Box::new(|before| key.delimiter(before)))),
            Self::Random => random_delimiters(count).map(listed),
            Self::Given(given) => {
                // Another number is a difference that whoever compares the modules will find.
                let missing = std::iter::repeat_n([0; 16], count.saturating_sub(given.len()));
                Ok(listed(given.iter().copied().chain(missing).collect()))
            }
        }
    }
}

/// This many unpredictable delimiters.
///
/// # Errors
///
/// Exit code 4.
pub fn random_delimiters(count: usize) -> Result<Vec<[u8; 16]>> {
    let mut delimiters = vec![[0; 16]; count];
    getrandom::fill(delimiters.as_flattened_mut())
        .map_err(|source| Error::io("failed to get random bytes from the system", source))?;
    Ok(delimiters)
}
