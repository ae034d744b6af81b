//! DLM's cron expressions: EventBridge's six fields, `cron(0 3 * * ? *)`.
//!
//! Kept apart from the domain's own reading of them on purpose: the sandbox imports nothing of
//! ours, so that it is a second opinion.

use jiff::civil::{Date, Weekday, date};

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
/// The unit of gaps is the minute.
pub(super) const MINUTES_A_DAY: i64 = 24 * 60;
/// How far fire times are followed: over a leap day and back.
const YEARS: i16 = 9;

/// A parsed expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cron {
    minutes: Vec<i32>,
    hours: Vec<i32>,
    months: Vec<i32>,
    days: Days,
    years: Vec<i32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Days {
    OfMonth(Vec<i32>),
    LastOfMonth,
    /// The weekday (Monday to Friday) nearest to a day of the month.
    NearestWeekday(i32),
    OfWeek(Vec<i32>),
    LastOfWeekday(i32),
    NthOfWeekday(i32, i32),
}

/// The gaps between fire times, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gaps {
    pub(super) shortest: i64,
    pub(super) longest: i64,
    pub(super) average: i64,
}

impl Cron {
    /// Parses `cron(...)`; the error says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let inner = text
            .strip_prefix("cron(")
            .and_then(|rest| rest.strip_suffix(')'))
            .filter(|inner| (11..=100).contains(&inner.len()) && !inner.contains('\n'))
            .ok_or("it is not cron(...) with 11 to 100 characters inside")?;
        let fields: Vec<&str> = inner.split_whitespace().collect();
        let [minutes, hours, of_month, months, of_week, years] = fields[..] else {
            return Err(format!("it has {} fields, not 6", fields.len()));
        };
        let days = match (of_month, of_week) {
            ("?", "?") => return Err("day-of-month and day-of-week are both ?".into()),
            (day, "?") => Self::of_month(day)?,
            ("?", day) => Self::of_week(day)?,
            _ => return Err("one of day-of-month and day-of-week must be ?".into()),
        };
        Ok(Self {
            minutes: numbers("minutes", minutes, 0, 59, &[])?,
            hours: numbers("hours", hours, 0, 23, &[])?,
            months: numbers("month", months, 1, 12, &MONTHS)?,
            years: numbers("year", years, 1970, 2199, &[])?,
            days,
        })
    }

    fn of_month(field: &str) -> Result<Days, String> {
        if field == "L" {
            return Ok(Days::LastOfMonth);
        }
        if let Some(day) = field.strip_suffix('W') {
            return Ok(Days::NearestWeekday(number(
                "day-of-month",
                day,
                1,
                31,
                &[],
            )?));
        }
        numbers("day-of-month", field, 1, 31, &[]).map(Days::OfMonth)
    }

    fn of_week(field: &str) -> Result<Days, String> {
        if let Some((day, nth)) = field.split_once('#') {
            let day = number("day-of-week", day, 1, 7, &DAYS)?;
            return Ok(Days::NthOfWeekday(
                day,
                number("day-of-week", nth, 1, 5, &[])?,
            ));
        }
        if let Some(day) = field.strip_suffix('L').filter(|day| !day.is_empty()) {
            return Ok(Days::LastOfWeekday(number(
                "day-of-week",
                day,
                1,
                7,
                &DAYS,
            )?));
        }
        let field = if field == "L" { "7" } else { field };
        numbers("day-of-week", field, 1, 7, &DAYS).map(Days::OfWeek)
    }

    /// Whether it names weekdays; months then have four or five of them.
    pub(super) fn is_by_weekday(&self) -> bool {
        matches!(
            self.days,
            Days::OfWeek(_) | Days::LastOfWeekday(_) | Days::NthOfWeekday(..)
        )
    }

    /// The gaps between the fire times of nine years; none if it fires less than twice in them.
    pub(super) fn gaps(&self) -> Option<Gaps> {
        let start = date(2025, 1, 1);
        let mut fires = 0i64;
        let (mut first, mut last) = (None, None);
        let (mut shortest, mut longest) = (i64::MAX, 0);
        for (number, day) in start.series(jiff::Span::new().days(1)).enumerate() {
            if day.year() >= start.year() + YEARS {
                break;
            }
            if !self.fires_on(day) {
                continue;
            }
            let midnight = number as i64 * MINUTES_A_DAY;
            for (hour, minute) in self
                .hours
                .iter()
                .flat_map(|h| self.minutes.iter().map(move |m| (h, m)))
            {
                let now = midnight + i64::from(hour * 60 + minute);
                if let Some(last) = last {
                    shortest = shortest.min(now - last);
                    longest = longest.max(now - last);
                }
                first.get_or_insert(now);
                last = Some(now);
                fires += 1;
            }
        }
        let (first, last) = (first?, last?);
        (fires > 1).then(|| Gaps {
            shortest,
            longest,
            average: (last - first) / (fires - 1),
        })
    }

    fn fires_on(&self, day: Date) -> bool {
        self.years.contains(&i32::from(day.year()))
            && self.months.contains(&i32::from(day.month()))
            && self.days.contain(day)
    }
}

impl Days {
    fn contain(&self, day: Date) -> bool {
        let of_month = i32::from(day.day());
        let of_week = i32::from(day.weekday().to_sunday_one_offset());
        let last = i32::from(day.days_in_month());
        match self {
            Self::OfMonth(days) => days.contains(&of_month),
            Self::LastOfMonth => of_month == last,
            Self::NearestWeekday(wanted) => nearest_weekday(day, *wanted) == Some(of_month),
            Self::OfWeek(days) => days.contains(&of_week),
            Self::LastOfWeekday(wanted) => of_week == *wanted && of_month > last - 7,
            Self::NthOfWeekday(wanted, nth) => of_week == *wanted && (of_month - 1) / 7 + 1 == *nth,
        }
    }
}

/// The day of `month`'s month that is the weekday nearest to `wanted`, within the month.
fn nearest_weekday(month: Date, wanted: i32) -> Option<i32> {
    let last = i32::from(month.days_in_month());
    let day = month.with().day(i8::try_from(wanted).ok()?).build().ok()?;
    Some(match day.weekday() {
        Weekday::Saturday if wanted == 1 => 3,
        Weekday::Saturday => wanted - 1,
        Weekday::Sunday if wanted == last => wanted - 2,
        Weekday::Sunday => wanted + 1,
        _ => wanted,
    })
}

/// The numbers that a field names, sorted: `*`, `5`, `1-5`, `1,3`, `0/15`, `MON-FRI`.
fn numbers(
    name: &str,
    field: &str,
    least: i32,
    most: i32,
    words: &[&str],
) -> Result<Vec<i32>, String> {
    let mut found = Vec::new();
    for part in field.split(',') {
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(number(name, step, 1, most, &[])?)),
            None => (part, None),
        };
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (least, most),
            Some((from, to)) => (
                number(name, from, least, most, words)?,
                number(name, to, least, most, words)?,
            ),
            None => {
                let from = number(name, range, least, most, words)?;
                (from, if step.is_some() { most } else { from })
            }
        };
        if from > to {
            return Err(format!("{name} `{part}` runs backwards"));
        }
        found.extend((from..=to).step_by(usize::try_from(step.unwrap_or(1)).unwrap_or(1)));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn number(name: &str, text: &str, least: i32, most: i32, words: &[&str]) -> Result<i32, String> {
    let word = words.iter().position(|word| *word == text);
    word.and_then(|at| i32::try_from(at + 1).ok())
        .or_else(|| {
            text.bytes()
                .all(|b| b.is_ascii_digit())
                .then(|| text.parse().ok())
                .flatten()
        })
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("{name} `{text}` is not from {least} to {most}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = MINUTES_A_DAY;

    fn gaps(fields: &str) -> (i64, i64) {
        let gaps = Cron::parse(&format!("cron({fields})"))
            .unwrap()
            .gaps()
            .unwrap();
        (gaps.shortest, gaps.longest)
    }

    #[test]
    fn gaps_come_from_fire_times() {
        assert_eq!(gaps("0 3 * * ? *"), (DAY, DAY));
        assert_eq!(gaps("0 0/6 * * ? *"), (6 * 60, 6 * 60));
        assert_eq!(gaps("0,30 9 * * ? *"), (30, DAY - 30));
        assert_eq!(gaps("0 18 ? * MON-FRI *"), (DAY, 3 * DAY));
        assert_eq!(gaps("0 0 1 * ? *"), (28 * DAY, 31 * DAY));
        assert_eq!(gaps("0 0 ? * 1#2 *"), (28 * DAY, 35 * DAY));
        assert_eq!(gaps("0 0 ? * 6L *"), (28 * DAY, 35 * DAY));
        assert_eq!(gaps("0 0 L * ? *"), (28 * DAY, 31 * DAY));
        assert_eq!(gaps("0 0 29 2 ? *"), (1461 * DAY, 1461 * DAY));
        assert_eq!(gaps("0 0 1 JAN,JUL ? *"), (181 * DAY, 184 * DAY));
    }

    #[test]
    fn the_nearest_weekday_stays_in_its_month() {
        // 1 February 2025 is a Saturday, 30 November 2025 a Sunday, 15 June 2025 a Sunday.
        assert_eq!(nearest_weekday(date(2025, 2, 5), 1), Some(3));
        assert_eq!(nearest_weekday(date(2025, 11, 5), 30), Some(28));
        assert_eq!(nearest_weekday(date(2025, 6, 5), 15), Some(16));
        assert_eq!(nearest_weekday(date(2025, 2, 5), 31), None);
    }

    #[test]
    fn one_that_fires_once_has_no_gaps() {
        assert_eq!(Cron::parse("cron(0 0 1 1 ? 2026)").unwrap().gaps(), None);
        assert_eq!(Cron::parse("cron(0 0 1 1 ? 1999)").unwrap().gaps(), None);
    }

    #[test]
    fn faults_are_named() {
        let faults = [
            "0 3 * * ? *",
            "cron(0 3 * * *)",
            "cron(0 3 * * ? * *)",
            "cron(0 3 * * * *)",
            "cron(0 3 ? * ? *)",
            "cron(60 3 * * ? *)",
            "cron(0 24 * * ? *)",
            "cron(0 3 32 * ? *)",
            "cron(0 3 ? * FOO *)",
            "cron(0 3 ? * 5-2 *)",
            "cron(0/0 3 * * ? *)",
            "cron(+5 3 * * ? *)",
        ]
        .map(|text| format!("{text}: {}", Cron::parse(text).unwrap_err()));
        insta::assert_snapshot!(faults.join("\n"), @r#"
        0 3 * * ? *: it is not cron(...) with 11 to 100 characters inside
        cron(0 3 * * *): it is not cron(...) with 11 to 100 characters inside
        cron(0 3 * * ? * *): it has 7 fields, not 6
        cron(0 3 * * * *): one of day-of-month and day-of-week must be ?
        cron(0 3 ? * ? *): day-of-month and day-of-week are both ?
        cron(60 3 * * ? *): minutes `60` is not from 0 to 59
        cron(0 24 * * ? *): hours `24` is not from 0 to 23
        cron(0 3 32 * ? *): day-of-month `32` is not from 1 to 31
        cron(0 3 ? * FOO *): day-of-week `FOO` is not from 1 to 7
        cron(0 3 ? * 5-2 *): day-of-week `5-2` runs backwards
        cron(0/0 3 * * ? *): minutes `0` is not from 1 to 59
        cron(+5 3 * * ? *): minutes `+5` is not from 0 to 59
        "#);
    }
}
