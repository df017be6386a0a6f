//! Which files the commands read and write.

mod destinations;
mod standard_streams;
