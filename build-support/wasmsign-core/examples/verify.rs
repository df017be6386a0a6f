//! Verifies a file with a public key, without computing its identity:
//! `cargo run --release -p wasmsign-core --example verify -- MODULE PUBLIC_KEY_FILE`.

use std::error::Error;
use std::process::ExitCode;

use wasmsign_core::{PublicKey, Verifier};

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [module, key] = &arguments[..] else {
        return Err("usage: verify MODULE PUBLIC_KEY_FILE".into());
    };
    let key = PublicKey::decode(&std::fs::read(key)?)?;
    match Verifier::new([key])?.verify_path(module) {
        Ok(verified) => {
            println!("{module}: {} of {} bytes verified", verified.covered(), verified.total());
            Ok(ExitCode::SUCCESS)
        }
        Err(wasmsign_core::VerifyError::Refused(refusal)) => {
            println!("{module}: refused: {refusal}");
            Ok(ExitCode::FAILURE)
        }
        Err(error) => Err(error.into()),
    }
}
