//! What a trust file is asked.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use wasmsign_core::trust::Time;

use crate::error::{Error, Result};
use crate::sys::files;

/// What a trust file is asked about a module.
pub(crate) struct Question {
    /// The module's name; that of its file where there is none.
    pub(crate) name: Option<String>,
    /// The time at which keys must be valid; now where there is none.
    pub(crate) at: Option<Time>,
}

impl Question {
    /// The time at which keys must be valid, to the second where it is now.
    pub(crate) fn time(&self) -> Time {
        let seconds = || {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
            Time::from_unix_seconds(since.as_secs().try_into().ok()?)
        };
        self.at.or_else(seconds).unwrap_or_else(Time::now)
    }

    /// The name of a module in the rules.
    ///
    /// # Errors
    ///
    /// Exit code 2: standard input has no name.
    pub(crate) fn name_of(&self, module: &Path) -> Result<String> {
        let of_file = || match files::is_dash(module) {
            true => None,
            false => Some(module.file_name()?.to_string_lossy().into_owned()),
        };
        self.name.clone().or_else(of_file).ok_or_else(|| {
            Error::usage(format!("`{}` has no name that a rule could match", module.display()))
                .advice("pass the name of the module with `--name`")
        })
    }
}
