//! The keys of wasmsign 0.1: `02 00 00 00 ‖ public (32)` and `02 00 00 00 ‖ seed (32) ‖ public (32)`.

use zeroize::Zeroizing;

use super::compact;
use crate::keys::parsed::Encoded;

/// Ed25519.
const ALGORITHM: &[u8] = &[2, 0, 0, 0];

/// Reads such a key; `None` where it is none.
pub(super) fn read(bytes: &[u8]) -> Option<Encoded> {
    let key = bytes.strip_prefix(ALGORITHM)?;
    match key.len() {
        32 => Some(Encoded::CompactPublic(key.try_into().ok()?)),
        // Of full length from the start: a vector that grows leaves copies behind.
        64 => {
            let mut compact = Zeroizing::new(alloc::vec![compact::SECRET; 65]);
            compact[1..].copy_from_slice(key);
            Some(Encoded::CompactSecret(compact))
        }
        _ => None,
    }
}
