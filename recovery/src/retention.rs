//! How long backups are kept, and the history that guarantees.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

use crate::schedule::Schedule;

/// How long backups are kept: by number or by age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// The newest so many.
    Count(u32),
    /// Until they are so old.
    Age(Age),
}

/// An age in the unit it was written in: a month is not thirty days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age {
    /// How many units.
    pub interval: u32,
    /// Which unit.
    pub unit: AgeUnit,
}

/// The unit of an age.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgeUnit {
    /// Days of 24 hours (UTC has no others).
    Days,
    /// Seven days.
    Weeks,
    /// Months of the calendar: 28 to 31 days.
    Months,
    /// Years of the calendar: 365 or 366 days.
    Years,
}

impl AgeUnit {
    /// Every unit in AWS's spelling.
    pub const WORDS: [(&'static str, Self); 4] = [
        ("DAYS", Self::Days),
        ("WEEKS", Self::Weeks),
        ("MONTHS", Self::Months),
        ("YEARS", Self::Years),
    ];

    /// How many of this unit make a hundred years, as DLM counts its limit.
    pub fn hundred_years(self) -> u32 {
        match self {
            Self::Days => 36_500,
            Self::Weeks => 5_200,
            Self::Months => 1_200,
            Self::Years => 100,
        }
    }
}

impl Retention {
    /// The history that is always there right after a backup: how far back the oldest kept one
    /// reaches at the worst moment of the years walked from `after` on.
    ///
    /// `None` if the schedule does not make that many backups any more. Assumes that each run
    /// succeeds, on time.
    pub fn history(self, schedule: &Schedule, after: Timestamp) -> Option<SignedDuration> {
        match self {
            Self::Age(age) => Some(age.at_least()),
            Self::Count(0) => Some(SignedDuration::ZERO),
            Self::Count(count) => history_of(count, schedule, after),
        }
    }
}

/// The shortest span that `count` fire times in a row cover.
fn history_of(count: u32, schedule: &Schedule, after: Timestamp) -> Option<SignedDuration> {
    let reach = usize::try_from(count - 1).ok()?;
    let newest = schedule.fires_after(after).skip(reach);
    let oldest = schedule.fires_after(after);
    let limit = after.saturating_add(WALK).unwrap_or(Timestamp::MAX);
    let spans = oldest
        .zip(newest)
        .enumerate()
        // The first span always counts, however rare the schedule.
        .take_while(|(index, (oldest, _))| *index == 0 || *oldest < limit);
    spans
        .map(|(_, (oldest, newest))| newest.duration_since(oldest))
        .min()
}

/// Two leap years: a schedule by days of the week or month has shown all its gaps by then, but
/// for those around a century's missing leap day.
const WALK: SignedDuration = SignedDuration::from_hours(24 * 366 * 9);

impl Age {
    /// The moment so long before `now`, by the calendar in UTC: a month before 31 March is 28 or
    /// 29 February. The beginning of time if there is no such moment.
    pub fn before(self, now: Timestamp) -> Timestamp {
        let now = TimeZone::UTC.to_datetime(now);
        let then = self.span().and_then(|span| now.checked_sub(span));
        then.and_then(|then| TimeZone::UTC.to_timestamp(then))
            .unwrap_or(Timestamp::MIN)
    }

    /// The shortest time that this age can be, whenever it is counted from: a month is at least
    /// 28 days, and four years may be without a leap day. Exact up to a hundred years, which is
    /// the most that DLM keeps.
    pub fn at_least(self) -> SignedDuration {
        let Ok(span) = self.span() else {
            return SignedDuration::MAX;
        };
        // No run of years has fewer leap days than those that begin shortly before 1900, which
        // was no leap year.
        let starts = (1893..=1901i16).flat_map(|year| (1..=12i8).map(move |month| (year, month)));
        let lengths = starts.filter_map(|(year, month)| {
            let start = Date::new(year, month, 1).ok()?;
            Some(start.duration_until(start.checked_add(span).ok()?))
        });
        lengths.min().unwrap_or(SignedDuration::MAX)
    }

    fn span(self) -> Result<Span, jiff::Error> {
        let count = i64::from(self.interval);
        match self.unit {
            AgeUnit::Days => Span::new().try_days(count),
            AgeUnit::Weeks => Span::new().try_weeks(count),
            AgeUnit::Months => Span::new().try_months(count),
            AgeUnit::Years => Span::new().try_years(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::schedule::AwsCron;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn age(interval: u32, unit: AgeUnit) -> Age {
        Age { interval, unit }
    }

    fn cron(text: &str) -> Schedule {
        Schedule::AwsCron(text.parse::<AwsCron>().unwrap())
    }

    #[test]
    fn a_month_is_not_thirty_days() {
        let month = age(1, AgeUnit::Months);
        assert_eq!(
            month.before(at("2026-03-31T03:00:00Z")),
            at("2026-02-28T03:00:00Z")
        );
        assert_eq!(
            month.before(at("2028-03-31T03:00:00Z")),
            at("2028-02-29T03:00:00Z")
        );
        assert_eq!(
            age(1, AgeUnit::Years).before(at("2028-02-29T00:00:00Z")),
            at("2027-02-28T00:00:00Z")
        );
        assert_eq!(
            age(4_000_000, AgeUnit::Years).before(at("2028-02-29T00:00:00Z")),
            Timestamp::MIN
        );
    }

    #[test]
    fn the_shortest_run_of_each_unit_is_known() {
        for (interval, unit, in_days) in [
            (10, AgeUnit::Days, 10),
            (2, AgeUnit::Weeks, 14),
            (1, AgeUnit::Months, 28),
            (2, AgeUnit::Months, 59),
            (3, AgeUnit::Months, 89),
            (6, AgeUnit::Months, 181),
            (12, AgeUnit::Months, 365),
            (1, AgeUnit::Years, 365),
            (4, AgeUnit::Years, 1460),
            (8, AgeUnit::Years, 2921),
            (100, AgeUnit::Years, 36_524),
        ] {
            let least = age(interval, unit).at_least();
            assert_eq!(least.as_hours(), in_days * 24, "{interval} {unit:?}");
        }
    }

    #[test]
    fn a_count_reaches_back_as_far_as_its_worst_run_of_gaps() {
        let after = at("2026-09-01T00:00:00Z");
        let history = |count, text| {
            Retention::Count(count)
                .history(&cron(text), after)
                .unwrap()
                .as_hours()
        };
        assert_eq!(history(7, "cron(0 3 * * ? *)"), 6 * 24);
        assert_eq!(history(1, "cron(0 3 * * ? *)"), 0);
        assert_eq!(history(0, "cron(0 3 * * ? *)"), 0);
        // Weekdays only: two in a row are a day apart at worst.
        assert_eq!(history(2, "cron(0 3 ? * MON-FRI *)"), 24);
        assert_eq!(history(6, "cron(0 3 ? * MON-FRI *)"), 7 * 24);
        // On the last days of months February makes the shortest pause.
        assert_eq!(history(2, "cron(0 3 L * ? *)"), 28 * 24);
        let once = cron("cron(0 3 1 1 ? 2027)");
        assert_eq!(Retention::Count(2).history(&once, after), None);
        let month = Retention::Age(age(1, AgeUnit::Months));
        assert_eq!(month.history(&once, after).unwrap().as_hours(), 28 * 24);
    }

    proptest! {
        #[test]
        fn no_age_is_shorter_than_its_least(
            interval in 0u32..=100,
            unit in 0usize..4,
            hours in -613_000i64..2_000_000,
        ) {
            let age = age(interval, AgeUnit::WORDS[unit].1);
            let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours);
            prop_assert!(now.duration_since(age.before(now)) >= age.at_least());
        }

        #[test]
        fn more_backups_never_reach_less_far(count in 1u32..60, hour in 0u8..24) {
            let cron = cron(&format!("cron(0 {hour},7 ? * MON,TUE,SAT *)"));
            let after = at("2026-01-01T00:00:00Z");
            let less = Retention::Count(count).history(&cron, after).unwrap();
            let more = Retention::Count(count + 1).history(&cron, after).unwrap();
            prop_assert!(less <= more);
        }
    }
}
