//! One job a file: from a request to what was done. Nothing is printed here: an [`Observer`] handles the events.

pub(crate) mod adopt;
pub(crate) mod attach;
pub(crate) mod build;
pub(crate) mod cargo;
pub(crate) mod clean;
pub(crate) mod config;
pub(crate) mod detach;
pub(crate) mod init;
pub(crate) mod inspect;
pub(crate) mod key;
pub(crate) mod keygen;
pub(crate) mod manual;
pub(crate) mod migrate;
pub(crate) mod new;
pub(crate) mod partition;
pub(crate) mod pin;
pub(crate) mod rebuild;
pub(crate) mod release;
pub(crate) mod select;
pub(crate) mod sign;
pub(crate) mod signature_file;
pub(crate) mod signed;
pub(crate) mod split;
pub(crate) mod trust;
pub(crate) mod verify;

mod event;
mod jobs;
mod key_file;
mod parallel;
mod resolve;
mod signers;

pub(crate) use event::{Event, Observer};
pub(crate) use signers::Signers;
