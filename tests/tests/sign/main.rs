//! Signatures: made, added, detached, attached, and for parts of a module.

mod detach_attach;
mod detached;
mod dylink;
mod named_keys;
mod sign;
mod split;
mod use_cases;
