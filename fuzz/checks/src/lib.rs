//! What fuzzing checks of wasmsign-core: one function a target, which panics on a finding.
//!
//! Nothing here knows the fuzzer, so that tests on stable can replay inputs. Where there is something to compare with,
//! it does not come from the code under test: [`model`] reads sections in the plainest way, and [`originals`] remembers
//! what was really signed.

pub mod attempt;
pub mod encode;
pub mod keys;
pub mod model;
pub mod originals;
pub mod pieces;
pub mod reader;
pub mod sections;
pub mod signature_data;
pub mod text;
pub mod verify;

pub use keys::check_keys;
pub use reader::check_reader;
pub use sections::check_sections;
pub use signature_data::check_signature_data;
pub use verify::check_verify;

/// A check of one input.
pub type Check = fn(&[u8]);

/// Every target by its name, which is that of its directory of seeds too.
pub const TARGETS: [(&str, Check); 5] = [
    ("keys", check_keys),
    ("reader", check_reader),
    ("sections", check_sections),
    ("signature_data", check_signature_data),
    ("verify", check_verify),
];
