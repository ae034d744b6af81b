//! Which days of one month are meant: by number or by day of the week, with the awkward ones
//! (last day, nearest weekday, fifth Tuesday) worked out for the month at hand.

use jiff::civil::{Date, date};

const EPOCH: Date = date(1970, 1, 1);
const SUNDAY: u8 = 1;
const SATURDAY: u8 = 7;

/// One month of one year.
#[derive(Debug, Clone, Copy)]
pub(super) struct Month {
    /// Days from 1 January 1970 to the day before its first.
    before: i64,
    /// Day of the week of its first day; Sunday is 1.
    first: u8,
    /// 28 to 31.
    length: u8,
}

/// Which days of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Days {
    /// By their number.
    OfMonth(OfMonth),
    /// By their day of the week.
    OfWeek(OfWeek),
}

/// Days by their number in the month.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct OfMonth {
    /// Bit n: day n.
    pub(super) days: u32,
    /// Days before the last: 0 is the last.
    pub(super) from_last: Vec<u8>,
    /// The weekday (Monday to Friday) nearest to this day, within the month.
    pub(super) nearest: Vec<u8>,
    /// The last weekday.
    pub(super) last_weekday: bool,
}

/// Days by their day of the week, Sunday is 1.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct OfWeek {
    /// Bit n: every such day.
    pub(super) days: u8,
    /// Bit n: the last such day of the month.
    pub(super) last: u8,
    /// The so-manieth such day of the month: (day of the week, 1 to 5).
    pub(super) nth: Vec<(u8, u8)>,
}

impl Month {
    /// `None` for a month that no year has.
    pub(super) fn new(year: i16, month: i8) -> Option<Self> {
        let first = Date::new(year, month, 1).ok()?;
        Some(Self {
            before: EPOCH.duration_until(first).as_hours() / 24 - 1,
            first: first.weekday().to_sunday_one_offset().unsigned_abs(),
            length: first.days_in_month().unsigned_abs(),
        })
    }

    /// Days from 1 January 1970 to `day` of this month.
    pub(super) fn since_epoch(self, day: u8) -> i64 {
        self.before + i64::from(day)
    }

    /// Bit n: day n is one of `days`.
    pub(super) fn mask(self, days: &Days) -> u32 {
        match days {
            Days::OfMonth(days) => self.by_number(days),
            Days::OfWeek(days) => self.by_weekday(days),
        }
    }

    fn by_number(self, days: &OfMonth) -> u32 {
        let mut mask = days.days & ((u32::MAX >> (31 - self.length)) & !1);
        for back in days.from_last.iter().filter(|back| **back < self.length) {
            mask |= 1 << (self.length - back);
        }
        for day in days.nearest.iter().filter(|day| **day <= self.length) {
            mask |= 1 << self.nearest_weekday(*day);
        }
        if days.last_weekday {
            mask |= 1 << self.nearest_weekday(self.length);
        }
        mask
    }

    fn by_weekday(self, days: &OfWeek) -> u32 {
        let mut mask = 0;
        for day in 1..=self.length {
            let weekday = self.weekday(day);
            let every = days.days & (1 << weekday) != 0;
            let last = days.last & (1 << weekday) != 0 && day + 7 > self.length;
            let nth = days.nth.contains(&(weekday, (day - 1) / 7 + 1));
            if every || last || nth {
                mask |= 1 << day;
            }
        }
        mask
    }

    /// Sunday is 1.
    fn weekday(self, day: u8) -> u8 {
        (self.first + day - 2) % 7 + 1
    }

    /// The Monday to Friday nearest to `day` without leaving the month.
    fn nearest_weekday(self, day: u8) -> u8 {
        match self.weekday(day) {
            SATURDAY if day == 1 => 3,
            SATURDAY => day - 1,
            SUNDAY if day == self.length => day - 2,
            SUNDAY => day + 1,
            _ => day,
        }
    }
}
