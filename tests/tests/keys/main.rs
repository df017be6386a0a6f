//! Keys: made, read, and never repeated.

mod keygen;
mod secrets;
