//! The first steps: completions, manual pages and help; a new project, and the tables in one that is there.
#![cfg(unix)]

mod completions;
mod init;
mod manual;
mod new;
mod workflows;
