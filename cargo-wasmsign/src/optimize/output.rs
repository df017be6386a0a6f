//! Whether the optimizer left a module.

use std::path::Path;

use wasmparser::{Parser, ValidPayload, Validator, WasmFeatures};

/// Checks that a whole module lies at `path`: Binaryen does not notice a full disk.
///
/// Function bodies are not looked into; Binaryen has validated them.
///
/// # Errors
///
/// A fragment that says what lies there instead.
pub(super) fn check(path: &Path) -> Result<(), String> {
    let bytes = std::fs::read(path).map_err(|error| format!("left no output: {error}"))?;
    check_frames(&bytes).map_err(|error| {
        format!("left no whole module: {} (at offset {:#x})", error.message(), error.offset())
    })
}

fn check_frames(bytes: &[u8]) -> Result<(), wasmparser::Error> {
    let mut validator = Validator::new_with_features(WasmFeatures::all());
    for payload in Parser::new(0).parse_all(bytes) {
        if let ValidPayload::End(_) = validator.payload(&payload?)? {
            return Ok(());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::optimize::testing::{TempDir, adder};

    fn verdict(bytes: &[u8]) -> Result<(), String> {
        let dir = TempDir::new();
        let path = dir.write("out.wasm", bytes);
        check(&path)
    }

    #[test]
    fn a_whole_module_passes() {
        verdict(&adder()).unwrap();
    }

    #[test]
    fn a_torn_or_missing_one_does_not() {
        let module = adder();
        for end in [0, 3, 9, module.len() - 1] {
            assert!(verdict(&module[..end]).unwrap_err().contains("no whole module"), "{end}");
        }
        assert!(check(Path::new("/nonexistent")).unwrap_err().contains("left no output"));
    }
}
