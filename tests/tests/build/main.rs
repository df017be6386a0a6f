//! Builds as cargo knows them: what is built, with which flags, for whom, and what is said of it.

mod cargo_messages;
mod clean;
mod examples;
mod flags;
mod fresh;
mod keys;
mod messages;
mod parallel;
mod partition;
mod rebuild;
mod selection;
mod signers;
mod targets;
mod terminal;
mod workspace;
