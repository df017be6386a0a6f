//! The tables of the manifests: from `Cargo.toml` files to options that cannot be wrong.
//!
//! `file` knows the lines of a manifest, `node` turns its values into the wanted types. Every key is declared once, in the
//! `table!` that it belongs to (`options`, `optimize`, `transform`, `sections`, `keys`), by its name, kind, default and
//! meaning; `kind` says how values are read, shown and described. `environment` and `command_line` are layers above all
//! manifests. All tables are read and checked, those of other profiles too; only then is a package asked for, and its layers
//! cover each other key by key in `settings`, where each value keeps its origin. `listing` shows them, `schema` describes
//! the tables.

mod command_line;
mod embed;
mod environment;
mod file;
mod globs;
mod keys;
mod kind;
mod listing;
mod manifests;
mod misspelt;
mod module_manifest;
mod names;
mod node;
mod optimize;
mod options;
mod packaged;
mod parts;
mod place;
mod schema;
mod sections;
mod setting;
mod settings;
mod table;
mod tables;
mod template;
#[cfg(test)]
mod tests;
mod text;
mod transform;

pub use command_line::CommandLine;
pub use environment::Environment;
pub use globs::SectionGlob;
pub use listing::Entry;
pub use manifests::Manifests;
pub use optimize::{Features, Interface, Keep, Optimize, OptimizeOptions, Timeout, Tool};
pub use options::{Options, Placement, Unfinished};
pub use schema::schema;
pub use sections::Sections;
pub use setting::Origin;
pub use settings::{PackageConfig, Settings};
#[cfg(test)]
use template::PathTemplate;
pub use template::{FileSet, fill};
pub use transform::{After, Transform};
