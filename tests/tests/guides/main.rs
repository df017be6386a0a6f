//! The pages of docs/ beside what they tell of.

mod hosts;
