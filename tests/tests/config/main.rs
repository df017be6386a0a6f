//! What counts: manifests, the environment, flags, cargo's own configuration.

mod cargo_configuration;
mod misspelt;
mod precedence;
mod values;
