//! Points in time, on which the validity of keys depends.

use core::fmt;
use core::str::FromStr;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use toml_datetime::{Datetime, Offset as TomlOffset};

/// A point in time, to the nanosecond, in the years 0 to 9999.
///
/// Read from RFC 3339: a date with a time and an offset, or a date alone, which is 00:00 UTC of that day. Displayed
/// as RFC 3339 in UTC.
///
/// ```
/// use wasmsign_core::trust::Time;
///
/// let time: Time = "2026-03-01T01:30:00+02:00".parse()?;
/// assert_eq!(time.to_string(), "2026-02-28T23:30:00Z");
/// assert!(time < "2026-03-01".parse()?);
/// assert!("2026-02-29".parse::<Time>().is_err());
/// # Ok::<(), wasmsign_core::trust::ParseTimeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(Timestamp);

/// A text that is no date and no date-time with an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseTimeError {
    /// It is none of RFC 3339, or no day of the calendar.
    #[error(
        "expected a date or a date-time as in RFC 3339, such as 2026-01-31 or 2026-01-31T12:00:00Z"
    )]
    NotATime,
    /// It is a date-time without an offset: nobody knows which moment is meant.
    #[error("a date-time needs an offset from UTC: `Z`, or one such as `+02:00`")]
    NoOffset,
}

impl ParseTimeError {
    /// A stable kebab-case word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "not-a-time"
    }
}

impl Time {
    /// The present, by the clock of the system.
    ///
    /// # Panics
    ///
    /// Where there is no clock: on `wasm32-unknown-unknown`. Take [`Time::from_unix_seconds`] there.
    #[must_use]
    pub fn now() -> Self {
        let now = Timestamp::try_from(std::time::SystemTime::now());
        Self(now.unwrap_or(Timestamp::MAX))
    }

    /// So many seconds after 1970-01-01T00:00:00Z, leap seconds not counted; `None` after the year 9999 and as far
    /// before the year 0.
    #[must_use]
    pub fn from_unix_seconds(seconds: i64) -> Option<Self> {
        Timestamp::from_second(seconds).ok().map(Self)
    }

    /// The moment that a date or date-time of TOML means.
    pub(super) fn from_toml(written: &Datetime) -> Result<Self, ParseTimeError> {
        let date = written.date.ok_or(ParseTimeError::NotATime)?;
        let (time, offset) = match (written.time, written.offset) {
            (None, None) => {
                (toml_datetime::Time { hour: 0, minute: 0, second: None, nanosecond: None }, 0)
            }
            (Some(time), Some(TomlOffset::Z)) => (time, 0),
            (Some(time), Some(TomlOffset::Custom { minutes })) => (time, minutes),
            (Some(_), None) => return Err(ParseTimeError::NoOffset),
            (None, Some(_)) => return Err(ParseTimeError::NotATime),
        };
        let moment = DateTime::new(
            i16::try_from(date.year).map_err(|_| ParseTimeError::NotATime)?,
            date.month.cast_signed(),
            date.day.cast_signed(),
            time.hour.cast_signed(),
            time.minute.cast_signed(),
            // A leap second counts as the one before it, as in POSIX.
            time.second.unwrap_or(0).min(59).cast_signed(),
            time.nanosecond.unwrap_or(0).cast_signed(),
        );
        let offset = Offset::from_seconds(i32::from(offset) * 60);
        let stamp = moment.and_then(|moment| offset?.to_timestamp(moment));
        stamp.map(Self).map_err(|_| ParseTimeError::NotATime)
    }
}

impl FromStr for Time {
    type Err = ParseTimeError;

    fn from_str(text: &str) -> Result<Self, ParseTimeError> {
        let written: Datetime = text.parse().map_err(|_| ParseTimeError::NotATime)?;
        Self::from_toml(&written)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<std::time::SystemTime> for Time {
    /// A moment after the year 9999 is the last one of it.
    fn from(time: std::time::SystemTime) -> Self {
        Self(Timestamp::try_from(time).unwrap_or(Timestamp::MAX))
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

    fn utc(text: &str) -> std::string::String {
        text.parse::<Time>().map_or_else(|error| error.to_string(), |time| time.to_string())
    }

    #[test]
    fn offsets_and_leap_days_are_counted() {
        for (text, moment) in [
            ("2026-01-01", "2026-01-01T00:00:00Z"),
            ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
            ("2026-01-01T00:00:00+14:00", "2025-12-31T10:00:00Z"),
            ("2025-12-31T23:59:59-00:01", "2026-01-01T00:00:59Z"),
            ("2028-02-29", "2028-02-29T00:00:00Z"),
            ("2000-02-29T23:00:00-01:00", "2000-03-01T00:00:00Z"),
            ("2024-02-28T23:59:60Z", "2024-02-28T23:59:59Z"),
            ("2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00.5Z"),
            ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
        ] {
            assert_eq!(utc(text), moment, "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in [
            "",
            "now",
            "2026",
            "2026-13-01",
            "2026-00-01",
            "2026-01-32",
            "2026-02-29",
            "1900-02-29",
            "12:00:00",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:60:00Z",
            "2026-01-01T00:00:00+24:00",
            "2026-01-01Z",
            "2026-01-01T00:00:00Z ",
            " 2026-01-01",
            "2026-1-1",
            "1767225600",
        ] {
            assert_eq!(text.parse::<Time>(), Err(ParseTimeError::NotATime), "{text}");
        }
        assert_eq!("2026-01-01T00:00:00".parse::<Time>(), Err(ParseTimeError::NoOffset));
    }

    #[test]
    fn seconds_of_unix_are_the_same_moments() {
        let leap_day = "2024-02-29".parse().ok();
        assert_eq!(Time::from_unix_seconds(1_709_164_800), leap_day);
        assert_eq!(Time::from_unix_seconds(i64::MAX), None);
        let system = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_709_164_800);
        assert_eq!(Some(Time::from(system)), leap_day);
    }
}
