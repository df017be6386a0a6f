//! What is done to the modules of a package, and where they go.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};
use wasmsign_core::formats::Format;
use wasmsign_core::sign::NewSignature;

use super::SignerLine;
use super::seal_as;
use super::statement::Statement;
use super::transform::program::Program;
use crate::error::{Error, Result};
use crate::keys::{KeyIdChoice, Signer};
use crate::manifest::{self, Placement, Unfinished};
use crate::module::optimize::{Cache, Optimizer, Ran};
use crate::module::shape::Delimiters;
use crate::sys::hashing::sha256;
use crate::text::hex::public_key_text;

/// What is done to the modules of one package.
#[derive(Clone)]
pub struct Recipe {
    /// cargo's profile.
    pub profile: String,
    /// The user's programs, in this order.
    pub transforms: Vec<manifest::Transform>,
    /// The optimizer and its settings, if it runs.
    pub optimize: Option<(Arc<Optimizer>, manifest::Optimize)>,
    /// What modules show their hosts and ask of them, with the optimizer and without.
    pub interface: manifest::Interface,
    /// What becomes of modules that are not finished.
    pub unfinished: Unfinished,
    /// Whether modules must carry the list of what they were built from.
    pub auditable: bool,
    /// What is to become of the custom sections.
    pub sections: manifest::Sections,
    /// What modules say of themselves; nothing without one.
    pub statement: Option<Statement>,
    /// Custom sections that say what Cargo.toml says of the package: names and texts.
    pub metadata: Vec<(&'static str, String)>,
    /// What parts end with.
    pub delimiters: Arc<Delimiters>,
    /// Who signs, in this order; nobody with `--no-sign`.
    pub signers: Vec<Arc<Signer>>,
    /// The hint beside each signature.
    pub key_id: KeyIdChoice,
    /// The formats of the signatures.
    pub formats: Vec<Format>,
    /// Where those of the default format go.
    pub placement: Placement,
    /// Where what was published is copied to.
    pub artifact_dir: Option<PathBuf>,
}

/// The directories of one target and profile: of the modules, and of what is remembered of them.
#[derive(Debug, Clone)]
pub struct OutputDirectory {
    /// The directory of the published files.
    pub published: PathBuf,
    /// The directory of what is remembered of them.
    pub state: PathBuf,
    /// What was optimized before, for any target and profile.
    pub cache: Cache,
}

impl OutputDirectory {
    /// Creates the directories that a file of this name lies in.
    ///
    /// # Errors
    ///
    /// Exit code 4.
    pub fn create(&self, file_name: &Path) -> Result<()> {
        for base in [&self.published, &self.state] {
            let directory = base.join(file_name.parent().unwrap_or(Path::new("")));
            fs_err::create_dir_all(directory)
                .map_err(|source| Error::io("failed to make a directory", source))?;
        }
        Ok(())
    }
}

impl Recipe {
    /// What is done to a module that was compiled with this `opt-level`.
    pub(super) fn for_opt_level(&self, opt_level: &str) -> Self {
        let settled = |(tool, options): &(Arc<Optimizer>, manifest::Optimize)| {
            Some((Arc::clone(tool), options.for_opt_level(opt_level)?))
        };
        Self { optimize: self.optimize.as_ref().and_then(settled), ..self.clone() }
    }

    /// A program, for the module of this name.
    pub(super) fn program<'a>(
        &'a self,
        transform: &'a manifest::Transform,
        file_name: &'a Path,
        output: &'a OutputDirectory,
    ) -> Program<'a> {
        Program { transform, file_name, profile: &self.profile, published: &output.published }
    }

    /// Everything but the module's own bytes that decides what is published.
    pub(super) fn fingerprint(&self, file_name: &Path, output: &OutputDirectory) -> String {
        let programs = self.transforms.iter();
        let programs: Vec<_> = programs
            .map(|transform| self.program(transform, file_name, output).fingerprint())
            .collect();
        let optimizer =
            self.optimize.as_ref().map(|(optimizer, options)| (optimizer.identity(), options));
        let keys: Vec<_> =
            self.signers.iter().map(|signer| (&signer.name, signer.public_key())).collect();
        let embedded: Vec<_> =
            self.sections.embed.iter().map(|embed| content(&embed.file)).collect();
        let parts = format!(
            "{} {programs:?} {optimizer:?} {:?} {:?} {} {:?} {embedded:?} {:?} {:?} {} {keys:?} {:?} {:?} {:?}",
            env!("CARGO_PKG_VERSION"),
            self.interface,
            self.unfinished,
            self.auditable,
            self.sections,
            self.statement,
            self.metadata,
            self.delimiters.fingerprint(),
            self.key_id,
            self.formats,
            self.placement
        );
        hex::encode(Sha256::digest(parts))
    }

    /// Whether the tool that has optimized a module is still one that would. A named one is in the fingerprint.
    pub(super) fn would_optimize_with(&self, tool: Option<&Ran>) -> bool {
        match (&self.optimize, tool) {
            (None, None) => true,
            (Some((optimizer, _)), Some(Ran { identity: Some(identity), .. })) => {
                optimizer.has(identity)
            }
            _ => false,
        }
    }

    /// The signatures of the default format to make, in order: none where that is none of the formats.
    pub(super) fn signatures(&self) -> Vec<NewSignature<'_>> {
        let is_wanted = self.formats.contains(&Format::Wasmsign2);
        let signers = self.signers.iter().filter(|it| is_wanted && it.secp256k1().is_none());
        signers.map(|signer| signer.signature(&self.key_id)).collect()
    }

    /// The other formats of the signatures, each with its signers; none where nobody signs.
    pub(super) fn other_signatures(&self) -> Result<Vec<(Format, Vec<&Signer>)>> {
        if self.signers.is_empty() {
            return Ok(Vec::new());
        }
        let signers: Vec<_> = self.signers.iter().map(|signer| &**signer).collect();
        let others = self.formats.iter().filter(|format| **format != Format::Wasmsign2);
        others.map(|format| Ok((*format, seal_as::given(*format, &signers)?))).collect()
    }

    /// Who signs, in words.
    pub(super) fn signer_lines(&self) -> Vec<SignerLine> {
        let line = |signer: &Arc<Signer>| {
            let key_id = signer.signature(&self.key_id).key_id.for_key(signer.public_key());
            SignerLine {
                name: signer.name.clone(),
                key_id: (!key_id.is_empty()).then(|| hex::encode(&key_id)),
                public_key: public_key_text(signer.public_key()),
            }
        };
        self.signers.iter().map(line).collect()
    }
}

/// The digest of a file's content. A file that cannot be read is one that has changed; a pipe is not read here, where it
/// would be waited for.
fn content(path: &Path) -> String {
    match path.is_file() {
        true => sha256(path).unwrap_or_default(),
        false => String::new(),
    }
}
