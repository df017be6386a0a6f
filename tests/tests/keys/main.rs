//! Keys: made, read, and never repeated.

#[cfg(unix)]
mod agent;
mod allowed_signers;
mod directory;
mod encrypted;
mod github;
mod keygen;
mod passphrases;
#[cfg(unix)]
mod pkcs11;
mod secrets;
mod server;
#[cfg(unix)]
mod softhsm;
