//! Keys: made, read, and never repeated.

#[cfg(unix)]
mod agent;
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
