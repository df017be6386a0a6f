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
//! That the holders of the keys it names have signed every byte of [`Verified::covered`], except the
//! eight of the header and the signature section itself. The header's kind is checked against the policy.
//! It does not prove that the module is harmless, recent, or the one that was meant to run here.
//!
//! # The modules
//!
//! Bytes come in through `chunks`, are cut into sections by [`section`], hashed on `lane`s, and divided
//! at delimiters by `parts`, in one pass. [`signature_data`] decodes what was signed, `search` tries the
//! keys, [`policy`] says what is enough, [`verify`] puts these together. [`sign`] is the other direction;
//! [`inspect`] tells what is there without trusting it.
//! Every cap is in [`limits`].

mod chunks;
pub mod error;
mod identity;
pub mod inspect;
pub mod keys;
mod lane;
mod leb128;
pub mod limits;
mod message;
mod parts;
pub mod policy;
mod search;
pub mod section;
pub mod sign;
pub mod signature_data;
pub mod verify;

pub use error::{Error, Result};
pub use identity::{Identity, NotAnIdentity};
pub use keys::{KeyEncoding, KeyError, PublicKey, SecretKey};
pub use policy::{Policy, Require};
pub use verify::{Verified, Verifier, VerifyingReader};
