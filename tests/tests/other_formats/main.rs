//! The formats that sign a file as a whole: `sign --as`, `verify --as`, `migrate`, `signature-format`, and the programs that
//! people have for them.
#![cfg(unix)]

mod bad;
mod build;
mod given;
mod migrate;
mod policy;
mod programs;
mod sign;
