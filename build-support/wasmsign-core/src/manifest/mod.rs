//! What a module says of itself under its signature: the module manifest.
//!
//! A signature knows neither the name nor the version of what it signs, so a carrier can answer a request for one module
//! with another one of the same publisher, or with last year's. The manifest closes that. It is the content of a custom
//! section [`MANIFEST_SECTION`], as JSON in UTF-8 of at most [`MAX_MANIFEST_BYTES`](crate::limits::MAX_MANIFEST_BYTES):
//!
//! | key | value |
//! | --- | --- |
//! | `schema` | 1 |
//! | `package`, `version` | the cargo package and its version, which is a semantic version |
//! | `target`, `profile` | the cargo target and the cargo profile that it was built from |
//! | `revision` | `git:` and the commit's hexadecimal digits, or null |
//! | `dirty` | whether the package's directory had changes that are not in the commit, or null |
//! | `built` | the [`Identity`](crate::Identity) of what cargo made, before anything was done to it |
//! | `optimizer` | null, or an object of `name`, `version` and `options` |
//! | `extra` | an object of texts, for the publisher |
//!
//! A writer keeps this order, puts no white space between, and sorts `extra`. A reader takes any order and white space,
//! passes over keys that it does not know, and takes a missing `revision`, `dirty`, `optimizer` or `extra` for an empty one.
//! Everything else that differs is a [`ManifestError`], also a key that an object has twice.
//!
//! [`Verified::manifest`](crate::Verified::manifest) gives the manifest of a verified module. That is the only one to
//! act on: it lies under the signature, and there is no second one beside it.

mod builder;
mod document;
mod error;
mod found;
mod read;

pub use builder::ManifestBuilder;
pub use document::{MANIFEST_SECTION, ModuleManifest, Optimizer};
pub use error::ManifestError;
pub(crate) use found::FoundManifest;
pub use semver::{Error as VersionError, Version, VersionReq};
