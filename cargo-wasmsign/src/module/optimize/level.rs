//! How much is optimized.

use serde::{Deserialize, Serialize};

use crate::text::words::{Words, words};

words! {
    /// Binaryen's optimization levels, as manifests and `wasm-opt -O…` write them.
    #[derive(Serialize, Deserialize)]
    pub enum Level {
        /// Nothing but the passes that are named.
        O0 = "0",
        /// Little, and fast to do.
        O1 = "1",
        /// More.
        O2 = "2",
        /// For speed.
        O3 = "3",
        /// For speed, however long it takes.
        O4 = "4",
        /// For size.
        Os = "s",
        /// For size above all.
        Oz = "z",
    }
}

impl Level {
    /// The level as manifests and `wasm-opt -O…` write it.
    pub fn as_str(self) -> &'static str {
        self.word()
    }
}
