//! Everything that is printed: results on standard output, all else on standard error.

mod build;
mod clean;
mod config;
mod inspect;
mod key;
mod printer;
mod progress;
mod rebuild;
mod rebuilt;
mod rewrite;
mod schema;
mod screen;
mod sign;
mod values;
mod verify;

pub use printer::Report;
pub use progress::Progress;
pub use schema::schema;
pub use screen::{Color, Format, Screen, print_error};
