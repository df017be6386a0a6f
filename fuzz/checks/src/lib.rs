//! What fuzzing checks of wasmsign-core: one function a target, which panics on a finding.
//!
//! Nothing here knows the fuzzer, so that tests on stable can replay inputs. Where there is something to compare with,
//! it does not come from the code under test: [`model`] reads sections in the plainest way, and [`originals`] remembers
//! what was really signed.

pub mod attempt;
pub mod encode;
pub mod endorsed;
pub mod keys;
pub mod minisign;
pub mod model;
pub mod oak;
pub mod originals;
pub mod pieces;
pub mod reader;
pub mod secp256k1;
pub mod sections;
pub mod signature_data;
pub mod sshsig;
pub mod text;
pub mod verify;
pub mod wasm_sign;
pub mod wasmsign1;

pub use keys::check_keys;
pub use minisign::check_minisign;
pub use oak::check_oak;
pub use reader::check_reader;
pub use secp256k1::check_secp256k1;
pub use sections::check_sections;
pub use signature_data::check_signature_data;
pub use sshsig::check_sshsig;
pub use verify::check_verify;
pub use wasm_sign::check_wasm_sign;
pub use wasmsign1::check_wasmsign1;

/// A check of one input.
pub type Check = fn(&[u8]);

/// Every target by its name, which is that of its directory of seeds too.
pub const TARGETS: [(&str, Check); 11] = [
    ("keys", check_keys),
    ("minisign", check_minisign),
    ("oak", check_oak),
    ("reader", check_reader),
    ("secp256k1", check_secp256k1),
    ("sections", check_sections),
    ("signature_data", check_signature_data),
    ("sshsig", check_sshsig),
    ("verify", check_verify),
    ("wasm_sign", check_wasm_sign),
    ("wasmsign1", check_wasmsign1),
];
