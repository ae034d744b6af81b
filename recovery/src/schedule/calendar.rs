//! [`Calendar`]: the sets that a cron expression describes, in UTC, and the walk over the
//! minutes that are in all of them.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::month::{Days, Month};
use super::{Gaps, Rhythm};

/// The first year a calendar knows.
pub(super) const FIRST_YEAR: i16 = 1970;
/// The last year a calendar knows (EventBridge's limit).
pub(super) const LAST_YEAR: i16 = 2199;

/// Sets of minutes, hours, days, months and years, in UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Bit n: minute n of the hour.
    pub(super) minutes: u64,
    /// Bit n: hour n of the day.
    pub(super) hours: u32,
    /// Which days of a month.
    pub(super) days: Days,
    /// Bit n: month n, January is 1.
    pub(super) months: u16,
    /// Which years.
    pub(super) years: Years,
}

/// A set of years.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Years {
    /// All that a calendar knows.
    Every,
    /// These, ascending.
    Listed(Vec<i16>),
}

impl Years {
    fn contains(&self, year: i16) -> bool {
        match self {
            Self::Every => true,
            Self::Listed(years) => years.binary_search(&year).is_ok(),
        }
    }
}

impl Calendar {
    /// The fire times after `after`.
    pub fn fires_after(&self, after: Timestamp) -> Fires<'_> {
        Fires {
            days: self.days_from(after),
            times: self.times(),
            today: None,
            after,
        }
    }

    /// How far apart the fire times after `after` are, up to the last year that a calendar knows.
    pub fn rhythm(&self, after: Timestamp) -> Rhythm {
        let mut fires = self.fires_after(after);
        let Some(first) = fires.next() else {
            return Rhythm::Never;
        };
        let Some(second) = fires.next() else {
            return Rhythm::Once(first);
        };
        let gap = second.duration_since(first);
        let mut gaps = Gaps {
            shortest: gap,
            longest: gap,
        };
        let mut days = self.days_from(first);
        match (days.next(), days.next()) {
            (Some(first_day), Some(second_day)) => {
                self.count_within_days(&mut gaps);
                self.count_between_days(&mut gaps, first_day, second_day, days);
            }
            _ => count_one_by_one(&mut gaps, second, fires),
        }
        Rhythm::Recurring(gaps)
    }

    /// Every day that fires fires at the same times, and the second day fires as a whole.
    fn count_within_days(&self, gaps: &mut Gaps) {
        for pair in self.times().windows(2) {
            gaps.count(minutes(pair[1]) - minutes(pair[0]));
        }
    }

    /// From the last time of each day to the first time of the next that fires.
    fn count_between_days(&self, gaps: &mut Gaps, first: i64, second: i64, rest: DaysFrom<'_>) {
        let times = self.times();
        let (Some(earliest), Some(latest)) = (times.first(), times.last()) else {
            return;
        };
        let overnight = minutes(*earliest) - minutes(*latest);
        let mut before = first;
        for day in std::iter::once(second).chain(rest) {
            gaps.count(SignedDuration::from_hours(24 * (day - before)) + overnight);
            before = day;
        }
    }

    /// The days that fire, from the one of `from` on.
    fn days_from(&self, from: Timestamp) -> DaysFrom<'_> {
        let date = TimeZone::UTC.to_datetime(from).date();
        let (year, number) = (date.year(), date.month());
        let month = self.month(year, number);
        DaysFrom {
            calendar: self,
            year,
            number,
            month: month.map(|(month, mask)| (month, mask & (u32::MAX << date.day()))),
        }
    }

    /// The minutes of a day that fire, ascending from midnight.
    fn times(&self) -> Vec<u16> {
        let hours = (0..24u16).filter(|hour| self.hours & (1 << hour) != 0);
        let of_hour = |hour: u16| {
            let minutes = (0..60u16).filter(|minute| self.minutes & (1 << minute) != 0);
            minutes.map(move |minute| hour * 60 + minute)
        };
        hours.flat_map(of_hour).collect()
    }

    /// A month that may fire, with its days as bits.
    fn month(&self, year: i16, number: i8) -> Option<(Month, u32)> {
        if self.months & (1 << number) == 0 || !self.years.contains(year) {
            return None;
        }
        let month = Month::new(year, number)?;
        Some((month, month.mask(&self.days)))
    }
}

/// A calendar with a single day left.
fn count_one_by_one(gaps: &mut Gaps, first: Timestamp, rest: Fires<'_>) {
    let mut before = first;
    for fire in rest {
        gaps.count(fire.duration_since(before));
        before = fire;
    }
}

impl Gaps {
    fn count(&mut self, gap: SignedDuration) {
        self.shortest = self.shortest.min(gap);
        self.longest = self.longest.max(gap);
    }
}

fn minutes(minutes: u16) -> SignedDuration {
    SignedDuration::from_mins(i64::from(minutes))
}

/// Iterator over the days that fire, counted from 1 January 1970.
#[derive(Debug, Clone)]
struct DaysFrom<'a> {
    calendar: &'a Calendar,
    year: i16,
    number: i8,
    /// The month of `year` and `number`, with the days that are left of it.
    month: Option<(Month, u32)>,
}

impl Iterator for DaysFrom<'_> {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        loop {
            if let Some((month, left)) = &mut self.month
                && *left != 0
            {
                let day = u8::try_from(left.trailing_zeros()).ok()?;
                *left &= *left - 1;
                return Some(month.since_epoch(day));
            }
            (self.year, self.number) = match self.number {
                12 => (self.year + 1, 1),
                number => (self.year, number + 1),
            };
            if self.year > LAST_YEAR {
                return None;
            }
            self.month = self.calendar.month(self.year, self.number);
        }
    }
}

/// Iterator over fire times, strictly ascending.
#[derive(Debug, Clone)]
pub struct Fires<'a> {
    days: DaysFrom<'a>,
    times: Vec<u16>,
    today: Option<(i64, usize)>,
    after: Timestamp,
}

impl Iterator for Fires<'_> {
    type Item = Timestamp;

    fn next(&mut self) -> Option<Timestamp> {
        loop {
            let (day, index) = match self.today.take() {
                Some(today) => today,
                None => (self.days.next()?, 0),
            };
            let Some(time) = self.times.get(index) else {
                if self.times.is_empty() {
                    return None;
                }
                continue;
            };
            self.today = Some((day, index + 1));
            let since_epoch = SignedDuration::from_hours(24 * day) + minutes(*time);
            let fire = Timestamp::UNIX_EPOCH.checked_add(since_epoch).ok()?;
            if fire > self.after {
                return Some(fire);
            }
        }
    }
}
