//! Everything that is printed: results on standard output, all else on standard error.

mod build;
mod clean;
mod config;
mod explain;
mod init;
mod inspect;
mod key;
mod manifest;
mod manual;
mod migrate;
mod new;
mod pin;
mod printer;
mod progress;
mod rebuild;
mod rebuilt;
mod release;
mod rewrite;
mod schema;
mod screen;
mod sign;
mod trust;
mod values;
mod verify;

pub use printer::Report;
pub use progress::Progress;
pub use schema::schema;
pub use screen::{Color, Format, Screen, print_error};
