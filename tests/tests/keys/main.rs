//! Keys: made, read, and never repeated.

#[cfg(unix)]
mod agent;
mod directory;
mod github;
mod keygen;
#[cfg(unix)]
mod pkcs11;
mod secrets;
mod server;
#[cfg(unix)]
mod softhsm;
