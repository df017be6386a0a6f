//! What is known of a module, while it is made and afterwards.

use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::module::shape::Outline;

/// A module for everybody to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The module.
    pub path: PathBuf,
    /// Its detached signature, if there is one.
    pub signature_path: Option<PathBuf>,
    /// Its signatures in other formats that have files of their own.
    #[serde(default)]
    pub other_signatures: Vec<OtherSignature>,
    /// `sha256:` and 64 hexadecimal digits.
    pub identity: String,
    /// Whether it was there already.
    #[serde(skip)]
    pub fresh: bool,
    /// Its size at each step.
    pub sizes: Sizes,
    /// What the optimizer calls itself, where one ran.
    #[serde(default)]
    pub optimizer: Option<String>,
    /// Who has signed it.
    pub signers: Vec<SignerLine>,
}

/// Sizes of a module, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sizes {
    /// As cargo made it.
    pub built: u64,
    /// As the programs before the optimizer left it, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transformed: Option<u64>,
    /// As the optimizer left it; the same where it did not run.
    pub optimized: u64,
    /// As the programs after the optimizer left it, where there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished: Option<u64>,
    /// As it was published, its embedded signature included.
    pub published: u64,
}

/// A signature in a file of its own, of a format that knows no parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OtherSignature {
    /// The format: one of the names of `--as`.
    pub format: String,
    /// Where it is.
    pub path: PathBuf,
}

/// Who has signed a published module.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignerLine {
    /// The manifest's name, or the argument of `--key`.
    pub name: String,
    /// The hint beside the signature, in hexadecimal.
    pub key_id: Option<String>,
    /// The public key in compact form, in hexadecimal.
    pub public_key: String,
}

/// What has been done to a module, for somebody who waits.
#[derive(Debug, Clone)]
pub enum Step {
    /// Something is worth a look, and keeps nothing from being done.
    Warned {
        /// What it is.
        text: String,
    },
    /// Another process runs a program of the same manifest, which may write the same files.
    Waiting,
    /// The user's program has begun.
    Transforming {
        /// Its name.
        program: String,
    },
    /// The user's program is done.
    Transformed {
        /// Bytes before.
        from: u64,
        /// Bytes after.
        to: u64,
        /// The custom sections that went with it.
        dropped: Vec<String>,
    },
    /// An optimizer has begun. Another one may follow, if it turns out to be unable to read the module.
    Optimizing {
        /// What it calls itself.
        version: String,
    },
    /// The optimizer is still at work.
    StillOptimizing {
        /// For how long, in whole seconds.
        time: Duration,
    },
    /// The optimizer is done.
    Optimized {
        /// Bytes before.
        from: u64,
        /// Bytes after.
        to: u64,
        /// What the optimizer calls itself.
        tool: String,
        /// Whether it was optimized before, and only copied.
        cached: bool,
        /// The custom sections that went with it.
        dropped: Vec<String>,
    },
    /// Among the sections that the optimizer has dropped are some that it was not asked to drop.
    Dropped {
        /// Their names.
        sections: Vec<String>,
    },
    /// Its custom sections are those that were wished for.
    Shaped {
        /// What became of them.
        outline: Outline,
    },
    /// The module is signed and verified.
    Signed {
        /// Who has signed.
        signers: Vec<SignerLine>,
    },
}

/// Handles the steps of modules.
pub trait Observer: Sync {
    /// Handles a step of the module `name`.
    fn step(&self, name: &str, step: Step);
}
