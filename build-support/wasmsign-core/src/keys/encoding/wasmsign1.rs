//! The keys of wasmsign 0.1: `02 00 00 00 ‖ public (32)` and `02 00 00 00 ‖ seed (32) ‖ public (32)`.

use zeroize::Zeroizing;

use crate::keys::parsed::Encoded;

/// Ed25519.
const ALGORITHM: &[u8] = &[2, 0, 0, 0];

/// Reads such a key; `None` where it is none.
pub(super) fn read(bytes: &[u8]) -> Option<Encoded> {
    let key = bytes.strip_prefix(ALGORITHM)?;
    match key.len() {
        32 => Some(Encoded::CompactPublic(key.try_into().ok()?)),
        // The two halves are those of the compact form.
        64 => Some(Encoded::CompactSecret(Zeroizing::new(key.to_vec()))),
        _ => None,
    }
}
