//! Keys: made, read, and never repeated.

mod directory;
mod keygen;
mod secrets;
