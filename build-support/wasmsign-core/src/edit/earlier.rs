//! What becomes of earlier signatures.

use super::error::EditError;
use crate::digest::Identity;
use crate::sign::signature_is_alone;
use crate::wasm::Body;

/// What becomes of the signatures that a module carries, where an operation cannot keep them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Earlier {
    /// They stay: the operation is refused with [`EditError::Signed`].
    #[default]
    Refuse,
    /// They go.
    Drop,
}

impl Earlier {
    /// Refuses a module with signatures that must stay.
    pub(super) fn check(self, body: &Body) -> Result<(), EditError> {
        match body.embedded.is_some() && self == Self::Refuse {
            true => Err(EditError::Signed),
            false => Ok(()),
        }
    }
}

/// The identity, which the pass was asked for. Refuses a `signature` section that is not first and alone.
pub(super) fn lone_identity(body: &Body) -> Result<Identity, EditError> {
    signature_is_alone(body)?;
    Ok(body.identity.expect("it was asked for, and null only with a misplaced signature section"))
}
