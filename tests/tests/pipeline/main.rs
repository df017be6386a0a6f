//! What happens to a module between cargo and the signature: transforms, optimizers, sections, and the cache.

mod cache;
mod cache_shared;
mod checked;
mod components;
mod embedded;
mod guarantees;
mod module_manifest;
mod opt_level;
mod optimize;
mod products;
mod shape;
mod steps;
mod tool;
mod transform;
