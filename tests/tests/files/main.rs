//! Which files the commands read and write.

mod destinations;
mod output_schema;
mod standard_streams;
