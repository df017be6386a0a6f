//! The time that a release says, where somebody has set one: `SOURCE_DATE_EPOCH`.

use wasmsign_core::trust::Time;

use crate::error::{Error, Result};

const VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// The time in the variable. Without it a release says no time at all, so that it can be made again.
///
/// # Errors
///
/// Exit code 2 where it is not a number of seconds.
pub(super) fn read() -> Result<Option<Time>> {
    let Some(text) = std::env::var_os(VARIABLE).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let seconds = text.to_str().and_then(|text| text.parse().ok());
    let time = seconds.and_then(Time::from_unix_seconds);
    time.map(Some).ok_or_else(|| {
        Error::usage(format!("{VARIABLE} is not a number of seconds since 1970"))
            .advice("set it to the time of the commit, `git log -1 --format=%ct`, or unset it")
    })
}
