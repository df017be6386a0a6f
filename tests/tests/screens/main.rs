//! What people see.

mod names_and_colours;
mod snapshots;
