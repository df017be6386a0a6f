//! Modules: verified, and looked at.

mod inspect;
mod known_signatures;
mod verify;
