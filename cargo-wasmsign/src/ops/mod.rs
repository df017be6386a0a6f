//! One job a file: from a request to what was done.

pub(crate) mod adopt;
pub(crate) mod attach;
pub(crate) mod build;
pub(crate) mod clean;
pub(crate) mod config;
pub(crate) mod detach;
pub(crate) mod inspect;
pub(crate) mod jobs;
pub(crate) mod keygen;
pub(crate) mod rebuild;
pub(crate) mod resolve;
pub(crate) mod select;
pub(crate) mod sign;
pub(crate) mod signature_file;
pub(crate) mod split;
pub(crate) mod standard_streams;
pub(crate) mod verify;
