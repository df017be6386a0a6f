//! Files: written whole or not at all, locked, removed; and what is read and written without being one.

mod directory;
mod limit;
mod locks;
mod removal;
mod staged;
mod streams;
mod written;

pub use directory::StagedDirectory;
pub use limit::allow_many;
pub use locks::Exclusive;
pub use removal::Removal;
pub use staged::{Access, Staged, exists, remove_all, remove_strays};
pub use streams::{
    Output, is_dash, is_stdout, open, open_stream, output_kind, spooled, spooled_stdin,
};
pub use written::write_whole;
