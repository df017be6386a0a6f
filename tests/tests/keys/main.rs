//! Keys: made, read, and never repeated.

mod directory;
mod github;
mod keygen;
mod secrets;
mod server;
