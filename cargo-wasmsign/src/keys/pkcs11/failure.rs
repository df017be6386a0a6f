//! What is said of a token that does not do what it should.

use cryptoki::error::{Error as Pkcs11Error, RvError};

use crate::error::{Error, Result};

/// Every call of a module by its result, where `doing` is what it was for ("list its tokens").
pub(super) trait Called<T> {
    /// Exit code 5, with the module's reason.
    fn or_failed(self, doing: &str) -> Result<T>;
}

impl<T> Called<T> for Result<T, Pkcs11Error> {
    fn or_failed(self, doing: &str) -> Result<T> {
        self.map_err(|error| failed(doing, error))
    }
}

fn failed(doing: &str, error: Pkcs11Error) -> Error {
    let advice = match reason(&error) {
        Some(reason) if is_gone(reason) => {
            "it may have been unplugged: plug it in again, and try once more"
        }
        _ => "check with `pkcs11-tool --module PATH --list-slots` whether the token works",
    };
    Error::tool(format!("the PKCS#11 module failed to {doing}")).because(error).advice(advice)
}

/// What the module has said.
pub(super) fn reason(error: &Pkcs11Error) -> Option<&RvError> {
    match error {
        Pkcs11Error::Pkcs11(reason, _) => Some(reason),
        _ => None,
    }
}

/// Whether a token that was there has left.
fn is_gone(reason: &RvError) -> bool {
    use RvError::*;
    matches!(
        reason,
        DeviceRemoved
            | DeviceError
            | TokenNotPresent
            | TokenNotRecognized
            | SlotIdInvalid
            | SessionHandleInvalid
            | SessionClosed
            | KeyHandleInvalid
            | ObjectHandleInvalid
    )
}

/// Why a token did not let us in. The PIN is not tried again: most tokens lock after three wrong ones.
pub(super) fn of_login(error: Pkcs11Error, token: &str) -> Error {
    let (what, advice) = match reason(&error) {
        Some(RvError::PinIncorrect | RvError::PinInvalid | RvError::PinLenRange) => (
            "refuses the PIN",
            "correct the PIN; it was tried once, and after a few wrong ones the token locks",
        ),
        Some(RvError::PinLocked) => {
            ("is locked", "unlock it with its own tool, such as `pkcs11-tool --unlock-pin`")
        }
        Some(RvError::PinExpired | RvError::UserPinNotInitialized | RvError::PinTooWeak) => {
            ("needs a new PIN", "set one with its own tool, such as `pkcs11-tool --init-pin`")
        }
        _ => return failed("log in", error),
    };
    Error::usage(format!("the token {token} {what}")).because(error).advice(advice)
}
