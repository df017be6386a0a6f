//! `sections`: which custom sections go, come, and are signed together.

use super::embed::EmbedLayer;
use super::globs::SectionGlobs;
use super::kind::Maybe;
use super::parts::Parts;
use super::table::table;

table! {
    /// What happens to custom sections, after the optimizer and before signing.
    pub struct Sections, layer SectionsLayer, named "Sections" {
        /// Custom sections to drop: globs on their names.
        "remove" remove: SectionGlobs = SectionGlobs::default();
        /// Custom sections to add, by name.
        "embed" embed in EmbedLayer;
        /// The parts to sign, in this order: lists of globs on the names of custom sections, or `@standard` for every section
        /// that is not custom. A section that no part names joins the first.
        "parts" parts: Maybe<Parts> = None;
        /// Whether sections say what Cargo.toml says of the package, as `wasm-tools metadata show` reads it: `version`,
        /// `description`, `authors`, `licenses`, `homepage`, `source` and `revision`.
        "metadata" metadata: bool = false;
        /// Whether the `producers` section names this program.
        "producers" producers: bool = false;
    }
}
