//! Sign and verify WebAssembly modules, strictly.
//!
//! A module is signed by a custom section `signature` at its head, or by the same bytes in a file of
//! their own (WebAssembly tool-conventions, *Signatures.md*; Ed25519 over SHA-256). This crate reads and
//! writes that format and refuses everything that it does not say in so many bytes.
//!
//! ```
//! use std::io::Cursor;
//! use wasmsign_core::{SecretKey, Verifier, sign};
//!
//! let module = b"\0asm\x01\0\0\0";
//! let secret = SecretKey::from_seed(&[7; 32]);
//!
//! let mut signed = Cursor::new(Vec::new());
//! let signature = sign::Signature { signer: &secret, key_id: sign::KeyId::Auto };
//! sign::embed(Cursor::new(module), &mut signed, &[signature])?;
//!
//! let verifier = Verifier::new([secret.public_key().clone()]).with_identity();
//! let verified = verifier.verify(signed.get_ref().as_slice())?;
//! println!("{} may run", verified.identity().expect("the verifier was asked for it"));
//!
//! signed.get_mut().push(0);
//! assert!(verifier.verify(signed.get_ref().as_slice()).is_err());
//! # Ok::<(), wasmsign_core::Error>(())
//! ```
//!
//! # What a `Verified` proves
//!
//! [`Verified`] has no public constructor: whoever holds one has had a [`Verifier`] read a file from its first
//! byte to its last, and the file met the verifier's [`Policy`]. It proves that **each** key in
//! [`Verified::signers`] has signed **every** byte before the offset [`Verified::covered`], and that these are as
//! many distinct keys as [`Require`] asks for. Take it as a parameter where only verified modules may go.
//!
//! ## What is not covered
//!
//! - The eight bytes of the **header**, which tell a module from a component. [`Policy::expect`] is the only word on
//!   them; at first it takes nothing but modules.
//! - The **signature section** itself, with its key ids. A [`verify::Signer::key_id`] is a hint that anyone could
//!   have changed; [`verify::Signer::public_key`] is the key that has really signed.
//! - Everything **behind [`Verified::covered`]**, where the policy is content with a prefix.
//! - What is not in the file: its **name**, its **age**, the version it says it is, the place it was fetched
//!   from. An old release stays validly signed for ever. Hosts that must refuse it keep a list of the
//!   [`Identity`] of what they run, or a least version that they read from the covered bytes.
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
//! another file by then; bytes in memory stay what they were.
//!
//! ```
//! # use std::io::Cursor;
//! # use wasmsign_core::{SecretKey, Verified, Verifier, sign};
//! # let secret = SecretKey::from_seed(&[7; 32]);
//! # let signature = sign::Signature { signer: &secret, key_id: sign::KeyId::Auto };
//! # let mut signed = Cursor::new(Vec::new());
//! # sign::embed(Cursor::new(b"\0asm\x01\0\0\0"), &mut signed, &[signature])?;
//! # let (file, public) = (signed.into_inner(), secret.public_key().clone());
//! # fn instantiate(module: &[u8], proof: &Verified) { assert_eq!(module.len() as u64, proof.total()) }
//! let verified = Verifier::new([public]).verify(&file[..])?; // any `Read`, a slice too
//! instantiate(&file, &verified);
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
//! # let signer = sign::Signature { signer: &secret, key_id: sign::KeyId::Auto };
//! # let public = secret.public_key().clone();
//! # let made = sign::detached(&module[..], None, &[signer])?.data.encode();
//! # let read = |_: &str| made;
//! let signature: Vec<u8> = read("module.wasm.sig");
//! let verified = Verifier::new([public]).verify_detached(&module[..], &signature)?;
//! assert_eq!(verified.covered(), 8);
//! # Ok::<(), wasmsign_core::Error>(())
//! ```
//!
//! For files there are [`Verifier::verify_path`] and [`Verifier::verify_path_detached`]. Where the platform
//! hashes faster than code can there, as browsers do, a [`verify::Survey`] leaves the hashing to it.
//!
//! **As a part of the program**: `include_signed!` of the crate `wasmsign-macros` verifies a file while the program is
//! compiled, and gives its bytes as an [`included::VerifiedModule`].
//!
//! **In an async program.** Hashing is work for a thread that may block; a [`Verifier`] is cheap to clone, and both
//! it and a [`VerifyingReader`] over owned input can be sent there. With tokio, for one:
//!
//! ```ignore
//! let verifier = verifier.clone();
//! let body = SyncIoBridge::new(StreamReader::new(response.bytes_stream())); // of tokio-util
//! let (module, verified) = tokio::task::spawn_blocking(move || {
//!     verifier.reader(body).with_cap(32 << 20).into_bytes()
//! })
//! .await??;
//! ```
//!
//! # The modules
//!
//! Bytes come in through `stream`, are cut into sections and divided at delimiters by [`wasm`], in one pass. [`formats`]
//! decodes what was signed, [`verify`] tries the keys and says what is enough. [`sign`] is the other direction; [`edit`]
//! puts delimiters into a module, and moves a signature out of it and back. [`inspect`] tells what
//! is there without trusting it. [`included`] is what `wasmsign-macros` verifies while a program is compiled.
//! Every cap is in [`limits`].

mod digest;
pub mod edit;
pub mod error;
pub mod formats;
pub mod included;
pub mod inspect;
pub mod keys;
pub mod limits;
pub mod sign;
mod stream;
pub mod verify;
pub mod wasm;

pub use digest::{Identity, NotAnIdentity};
pub use edit::{delimited, detach, split};
pub use error::{Error, Result};
pub use formats::sections::{data as signature_data, delimiter};
pub use keys::{KeyEncoding, KeyError, PublicKey, SecretKey};
pub use verify::policy::{self, Policy, Require};
pub use verify::{Verified, Verifier, VerifyingReader};
pub use wasm::pass::Boundary;
pub use wasm::section;
