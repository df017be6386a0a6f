//! Whether this call may use the network.

use std::sync::atomic::{AtomicBool, Ordering};

static OFFLINE: AtomicBool = AtomicBool::new(false);

/// Keeps every part of this call from the network, if `offline` says so: `--offline` may stand at a command, among the words
/// for cargo and in cargo's configuration.
pub(crate) fn stay_away_if(offline: bool) {
    OFFLINE.fetch_or(offline, Ordering::Relaxed);
}

/// Whether the network must not be used.
pub(crate) fn is_offline() -> bool {
    OFFLINE.load(Ordering::Relaxed)
}
