//! The pages of docs/ beside what they tell of, and the scripts that README.md names.

mod hosts;
mod reuse_optimizer;
