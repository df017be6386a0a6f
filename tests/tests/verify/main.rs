//! Modules: verified, and looked at.

mod inspect;
mod verify;
