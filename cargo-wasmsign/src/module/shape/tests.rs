//! Shaping: what comes out, what is refused, and what signatures over it reach.

mod bench;
mod files;
mod generated;
mod order;
mod signed;
