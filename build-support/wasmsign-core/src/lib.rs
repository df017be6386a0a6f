//! Sign and verify WebAssembly modules, strictly.
//!
//! A module is signed by a custom section `signature` at its head, or by the same bytes in a file of
//! their own (WebAssembly tool-conventions, *Signatures.md*; Ed25519 over SHA-256). This crate reads and
//! writes that format and refuses everything that it does not say in so many bytes.
//!
//! ```
//! use std::io::Cursor;
//! use wasmsign_core::sign::{self, NewSignature};
//! use wasmsign_core::{SecretKey, Verifier};
//!
//! let module = b"\0asm\x01\0\0\0";
//! let secret = SecretKey::from_seed(&[7; 32]);
//!
//! let mut signed = Cursor::new(Vec::new());
//! sign::embed(Cursor::new(module), &mut signed, &[NewSignature::by(&secret)])?;
//!
//! let verifier = Verifier::new([secret.public_key().clone()])?;
//! let module = verifier.verify_bytes(signed.get_ref())?;
//! println!("{} bytes may run", module.covered_bytes().len());
//!
//! signed.get_mut().push(0);
//! assert!(verifier.verify_bytes(signed.get_ref()).is_err());
//! # Ok::<(), wasmsign_core::Error>(())
//! ```
//!
//! # What a `Verified` proves
//!
//! [`Verified`] has no public constructor: whoever holds one has had a [`Verifier`] read a file from its first
//! byte to its last, and the file met the verifier's [`Policy`]. It proves that **each** key in
//! [`Verified::signers`] has signed **every** byte before the offset [`Verified::covered`], and that these are as
//! many distinct keys as [`Require`] asks for. [`VerifiedModule`] holds the proof together with the bytes that it is
//! about: take it as a parameter where only verified modules may go.
//!
//! ## What is not covered
//!
//! - The eight bytes of the **header**, which tell a module from a component. [`Policy::expect`] is the only word on
//!   them; at first it takes nothing but modules.
//! - The **signature section** itself, with its key ids. A [`verify::SignedBy::key_id`] is a hint that anyone could
//!   have changed; [`verify::SignedBy::public_key`] is the key that has really signed.
//! - Everything **behind [`Verified::covered`]**, where the policy is content with a prefix.
//! - What is not in the file: its **name**, its **age**, the place it was fetched from. An old release stays
//!   validly signed for ever, and so does every other module of the same publisher. Hosts that must refuse them ask
//!   for a package and a version ([`Policy::package`], [`Policy::version`]): they are read from the module manifest,
//!   which lies under the signature.
//! - That the module does no **harm**. A signature says who, not what.
//!
//! ## What a prefix means
//!
//! A module may be divided into parts by sections that are called `signature_delimiter`, and a signature is over the
//! hash up to each of them. [`Policy::prefix`] takes a file whose first parts are as they were signed, whatever
//! became of the later ones: stripped debug sections, say, or a custom section that another party has
//! added. So that nothing that *runs* is among the rest, every section that is not custom must lie in the covered
//! range. Custom sections behind it are anybody's: do not read them, or name those that you read in
//! [`Policy::prefix_with`].
//!
//! # Recipes for hosts
//!
//! **Verify, then instantiate the very bytes that were verified.** A path that is verified and then opened again may be
//! another file by then. A [`VerifiedModule`] has the bytes that were verified.
//!
//! ```
//! # use std::io::Cursor;
//! # use wasmsign_core::{SecretKey, VerifiedModule, Verifier, sign};
//! # let secret = SecretKey::from_seed(&[7; 32]);
//! # let mut signed = Cursor::new(Vec::new());
//! # sign::embed(Cursor::new(b"\0asm\x01\0\0\0"), &mut signed, &[sign::NewSignature::by(&secret)])?;
//! # let (file, public) = (signed.into_inner(), secret.public_key().clone());
//! fn instantiate(module: &VerifiedModule<'_>) {
//!     // engine.compile(module.covered_bytes())
//! }
//! instantiate(&Verifier::new([public])?.verify_bytes(file)?);
//! # Ok::<(), wasmsign_core::Error>(())
//! ```
//!
//! **From a stream, and no more than is covered**: [`Verifier::reader`] gives out the verified bytes without the
//! signature section, in prefix mode part by part while the rest still arrives. [`VerifyingReader`] shows how, and
//! what *provisional* means for bytes that have come before the verdict.
//!
//! **By a detached signature**, as in a `.sig` file beside the module:
//!
//! ```
//! # use wasmsign_core::{SecretKey, Verifier, sign};
//! # let secret = SecretKey::from_seed(&[7; 32]);
//! # let module = b"\0asm\x01\0\0\0";
//! # let public = secret.public_key().clone();
//! # let made = sign::detached(&module[..], None, &[sign::NewSignature::by(&secret)])?.data.encode();
//! # let read = |_: &str| made;
//! let signature: Vec<u8> = read("module.wasm.sig");
//! let module = Verifier::new([public])?.verify_bytes_detached(module, &signature)?;
//! assert_eq!(module.covered_bytes().len(), 8);
//! # Ok::<(), wasmsign_core::Error>(())
//! ```
//!
//! For files there are [`Verifier::verify_path`] and [`Verifier::verify_path_detached`]. Where the platform
//! hashes faster than code can there, as browsers do, [`Verifier::prehashed`] leaves the hashing to it.
//!
//! **As a part of the program**: `include_signed!` of the crate `wasmsign-macros` verifies a file while the program is
//! compiled, and gives it as a [`VerifiedModule`].
//!
//! **With a key that somebody else keeps**: [`sign::Pending`] gives the message out and takes the signature in.
//!
//! **In an async program.** Hashing is work for a thread that may block; a [`Verifier`] is cheap to clone, and both
//! it and a [`VerifyingReader`] over owned input can be sent there. With tokio, for one:
//!
//! ```ignore
//! let verifier = verifier.clone();
//! let body = SyncIoBridge::new(StreamReader::new(response.bytes_stream())); // of tokio-util
//! let module = tokio::task::spawn_blocking(move || {
//!     verifier.reader(body).with_cap(32 << 20).into_module()
//! })
//! .await??;
//! ```
//!
//! # Features
//!
//! | feature | default | without it |
//! | --- | --- | --- |
//! | `manifest` | yes | nobody knows what a module says of itself: no [`Verified::manifest`], [`Policy::package`] and [`Policy::version`] |
//! | `key-files` | yes | no PEM, DER and OpenSSH keys: compact ones alone, in bytes, hex and base64 |
//! | `sign` | yes | nothing is signed, split, attached or detached |
//! | `std` | yes | `no_std` with `alloc`: slices are verified, on the caller's thread; no streams, no files |
//! | `minisign` | no | no secret keys of minisign; its public ones come with `key-files` |
//! | `encrypted-keys` | no | no secret keys under a passphrase |
//! | `trust` | no | no trust files ([`trust`]), successions and pins |
//! | `serde` | no | [`PublicKey`] and [`Identity`] are not serialized as their text |
//!
//! With `default-features = false` a verifier stands on 27 other crates, with the default features on 45.
//! `sign` and `trust` imply `std`, `manifest` implies `serde`, `trust` implies `manifest`, and `encrypted-keys` implies
//! `minisign`, which implies `key-files`. Nobody pays for an identity that was not asked for: without
//! [`with_identity`](verify::VerifierBuilder::with_identity) there is one hash over a file and no second.
//!
//! # The layers
//!
//! | layer | its one job |
//! | --- | --- |
//! | [`limits`], `digest` | every cap with its reason; SHA-256 values and identities |
//! | `stream` | bytes that pass once: chunks, rolling hashes side by side |
//! | [`wasm`] | section frames and the boundaries of parts, never encoded anew |
//! | [`keys`] | keys that can only be valid, in every encoding in which people keep them |
//! | [`formats`] | how signatures are written down; what all of them say is a claim |
//! | [`manifest`] | what a module says of itself under its signature |
//! | [`verify`] | the policy, the search for valid signatures, coverage, the verdict |
//! | [`sign`] | the other direction |
//! | [`trust`] | trust files: who must have signed what, successions, pins |
//! | [`edit`] | delimiters put into a module; a signature taken out of it and put back |
//! | [`inspect`] | what is there, for those who look without trusting |
//! | [`error`] | the union of the layers' errors, each with a stable code |

#![no_std]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

mod digest;
#[cfg(feature = "sign")]
pub mod edit;
pub mod error;
pub mod formats;
#[cfg(feature = "std")]
pub mod inspect;
pub mod keys;
pub mod limits;
#[doc(hidden)]
pub mod macro_support;
#[cfg(feature = "manifest")]
pub mod manifest;
#[cfg(feature = "serde")]
mod serde_text;
#[cfg(feature = "sign")]
pub mod sign;
mod stream;
#[cfg(feature = "trust")]
pub mod trust;
pub mod verify;
pub mod wasm;

pub use digest::{Identity, ParseIdentityError};
pub use error::{Error, Result};
pub use keys::{KeyEncoding, KeyError, PublicKey, SecretKey};
#[cfg(feature = "manifest")]
pub use manifest::{ManifestError, ModuleManifest};
pub use stream::ReadError;
#[cfg(feature = "sign")]
pub use stream::WriteError;
#[cfg(feature = "std")]
pub use verify::VerifyingReader;
pub use verify::{
    Coverage, Policy, Require, SectionNames, Verified, VerifiedModule, Verifier, VerifyError,
};
