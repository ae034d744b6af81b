//! [`Interval`]: every 1, 2, 3, 4, 6, 8, 12 or 24 hours from a time of day, in UTC.

use std::fmt;
use std::str::FromStr;

use super::calendar::{Calendar, Years};
use super::month::{Days, OfMonth};

/// The hours that a day divides into evenly and that DLM offers.
const HOURS: &[u8] = &[1, 2, 3, 4, 6, 8, 12, 24];

/// A time of day in UTC, to the minute; midnight by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct TimeOfDay {
    hour: u8,
    minute: u8,
}

/// A schedule that repeats every so many hours, every day alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    hours: u8,
    from: TimeOfDay,
    calendar: Calendar,
}

/// Why an interval or its time is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntervalError {
    /// A number of hours that is not offered.
    #[error("an interval must be 1, 2, 3, 4, 6, 8, 12 or 24 hours, not {0}")]
    Hours(i64),
    /// Not `HH:MM`.
    #[error("{0:?} is not a time of day in UTC: write hours and minutes as in \"03:00\"")]
    Time(String),
}

impl TimeOfDay {
    /// Minutes since midnight.
    pub fn minutes(self) -> u16 {
        u16::from(self.hour) * 60 + u16::from(self.minute)
    }
}

impl FromStr for TimeOfDay {
    type Err = IntervalError;

    fn from_str(text: &str) -> Result<Self, IntervalError> {
        let wrong = || IntervalError::Time(text.to_owned());
        let two = |part: &str| {
            let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse::<u8>().ok()).flatten()
        };
        let (hour, minute) = text.split_once(':').ok_or_else(wrong)?;
        match (two(hour), two(minute)) {
            (Some(hour @ ..24), Some(minute @ ..60)) => Ok(Self { hour, minute }),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:02}:{:02}", self.hour, self.minute)
    }
}

impl Interval {
    /// Every `hours` hours, one of them at `from`.
    pub fn new(hours: i64, from: TimeOfDay) -> Result<Self, IntervalError> {
        let known = u8::try_from(hours)
            .ok()
            .filter(|hours| HOURS.contains(hours));
        let hours = known.ok_or(IntervalError::Hours(hours))?;
        let each = (0..24 / hours).map(|index| (from.hour + index * hours) % 24);
        let calendar = Calendar {
            minutes: 1 << from.minute,
            hours: each.fold(0, |set, hour| set | 1 << hour),
            days: Days::OfMonth(OfMonth {
                days: u32::MAX << 1,
                ..OfMonth::default()
            }),
            months: 0b1_1111_1111_1110,
            years: Years::Every,
        };
        Ok(Self {
            hours,
            from,
            calendar,
        })
    }

    /// Hours from one backup to the next.
    pub fn hours(&self) -> u8 {
        self.hours
    }

    /// A time of day at which it fires.
    pub fn from(&self) -> TimeOfDay {
        self.from
    }

    /// The sets it describes.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_divides_a_day_is_an_interval() {
        let from: TimeOfDay = "03:00".parse().unwrap();
        for hours in [1, 2, 3, 4, 6, 8, 12, 24] {
            assert!(Interval::new(hours, from).is_ok(), "{hours}");
        }
        for hours in [0, 5, 7, 48, -1, 256 + 12] {
            assert_eq!(Interval::new(hours, from), Err(IntervalError::Hours(hours)));
        }
    }

    #[test]
    fn a_time_of_day_has_two_digits_twice() {
        assert_eq!("23:59".parse::<TimeOfDay>().unwrap().minutes(), 1439);
        for wrong in [
            "24:00", "3:00", "03:60", "0300", "03:0", "+3:00", "", "03:00Z",
        ] {
            assert!(wrong.parse::<TimeOfDay>().is_err(), "{wrong}");
        }
    }
}
