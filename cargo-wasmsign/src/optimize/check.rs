//! After Binaryen, in a child: whether it left a module, and one that hosts know.

use serde::{Deserialize, Serialize};
use wasmparser::{Parser, ValidPayload, Validator, WasmFeatures};

use super::beyond;
use super::job::{Allowed, Job};
use crate::error::Result;

/// What the optimizer has left.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Left {
    /// A whole module.
    Module,
    /// No module, and a fragment that says what lies there instead.
    Nothing(String),
}

/// Looks at the output of a job: Binaryen does not notice a full disk, and knows nothing of hosts.
///
/// Function bodies are looked into only where features are listed; Binaryen has validated them.
///
/// # Errors
///
/// Usage, where the module needs a feature that is not listed.
pub(super) fn check(job: &Job) -> Result<Left> {
    let module = match std::fs::read(&job.output) {
        Ok(module) => module,
        Err(error) => return Ok(Left::Nothing(format!("left no output: {error}"))),
    };
    if let Err(error) = check_frames(&module) {
        let (message, offset) = (error.message(), error.offset());
        let reason = format!("left no whole module: {message} (at offset {offset:#x})");
        return Ok(Left::Nothing(reason));
    }
    if let Allowed::Only(listed) = &job.features {
        beyond::refuse(job, &module, listed)?;
    }
    Ok(Left::Module)
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
    use crate::optimize::testing::{TempDir, adder, job};

    fn left(bytes: &[u8]) -> Left {
        let dir = TempDir::new();
        let path = dir.write("out.wasm", bytes);
        check(&job("in.wasm", path)).unwrap()
    }

    fn reason(left: Left) -> String {
        match left {
            Left::Nothing(reason) => reason,
            Left::Module => panic!("taken for a module"),
        }
    }

    #[test]
    fn a_whole_module_passes() {
        assert_eq!(left(&adder()), Left::Module);
    }

    #[test]
    fn a_torn_or_missing_one_does_not() {
        let module = adder();
        for end in [0, 3, 9, module.len() - 1] {
            assert!(reason(left(&module[..end])).contains("no whole module"), "{end}");
        }
        let missing = check(&job("in.wasm", "/nonexistent")).unwrap();
        assert!(reason(missing).contains("left no output"));
    }
}
