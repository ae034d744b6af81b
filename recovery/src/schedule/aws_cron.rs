//! [`AwsCron`]: the cron dialect of EventBridge, which DLM takes over:
//! `cron(minutes hours day-of-month month day-of-week year)`, in UTC.
//!
//! From the EventBridge user guide: names and numbers (`SUN` is 1), lists, ranges, steps; `L`
//! (last day; `6L` last Friday), `W` (nearest weekday), `#` (`3#2` second Tuesday); years 1970 to
//! 2199; one of the two day fields is `?`. From the grammar of Quartz, on which EventBridge
//! stands: ranges may wrap (`FRI-MON`), `/5` is `*/5`, `L-3` is the third day before the last,
//! `LW` is the last weekday.

use std::fmt;
use std::str::FromStr;

use super::calendar::{Calendar, FIRST_YEAR, LAST_YEAR, Years};
use super::month::{Days, OfMonth, OfWeek};

/// A parsed `cron(...)`; `Display` gives it as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsCron {
    text: String,
    calendar: Calendar,
}

/// The six fields, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CronField {
    /// 0 to 59
    Minutes,
    /// 0 to 23
    Hours,
    /// 1 to 31
    DayOfMonth,
    /// 1 to 12 or JAN to DEC
    Month,
    /// 1 to 7 or SUN to SAT
    DayOfWeek,
    /// 1970 to 2199
    Year,
}

/// Why a text is not a cron expression of AWS.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    /// Not `cron(...)` at all.
    #[error("{0:?} is not of the form cron(minutes hours day-of-month month day-of-week year)")]
    Form(String),
    /// Not six fields.
    #[error(
        "a cron expression of AWS has six fields (minutes hours day-of-month month day-of-week \
         year), this one has {0}"
    )]
    Fields(usize),
    /// Neither or both day fields are `?`.
    #[error(
        "exactly one of day-of-month and day-of-week must be \"?\" (no specific value), the \
         other says which days"
    )]
    Days,
    /// One field is wrong.
    #[error("the {field} {text:?} {problem}")]
    Field {
        /// Which.
        field: CronField,
        /// As it was written.
        text: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl AwsCron {
    /// The sets it describes.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }
}

impl fmt::Display for AwsCron {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

impl FromStr for AwsCron {
    type Err = CronError;

    fn from_str(text: &str) -> Result<Self, CronError> {
        let inner = text
            .strip_prefix("cron(")
            .and_then(|rest| rest.strip_suffix(')'));
        let inner = inner.ok_or_else(|| CronError::Form(text.to_owned()))?;
        let fields: Vec<&str> = inner.split_whitespace().collect();
        let &[minutes, hours, of_month, month, of_week, year] = fields.as_slice() else {
            return Err(CronError::Fields(fields.len()));
        };
        let days = match (of_month, of_week) {
            ("?", "?") => return Err(CronError::Days),
            (_, "?") => Days::OfMonth(days_of_month(of_month)?),
            ("?", _) => Days::OfWeek(days_of_week(of_week)?),
            _ => return Err(CronError::Days),
        };
        Ok(Self {
            text: text.to_owned(),
            calendar: Calendar {
                minutes: set(CronField::Minutes, minutes)?,
                hours: narrow(set(CronField::Hours, hours)?),
                days,
                months: narrow16(set(CronField::Month, month)?),
                years: years(year)?,
            },
        })
    }
}

impl CronField {
    /// The lowest and the highest number.
    fn range(self) -> (u16, u16) {
        match self {
            Self::Minutes => (0, 59),
            Self::Hours => (0, 23),
            Self::DayOfMonth => (1, 31),
            Self::Month => (1, 12),
            Self::DayOfWeek => (1, 7),
            Self::Year => (FIRST_YEAR.unsigned_abs(), LAST_YEAR.unsigned_abs()),
        }
    }

    /// Names that stand for the numbers from the lowest on.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Month => &[
                "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
            ],
            Self::DayOfWeek => &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
            _ => &[],
        }
    }

    fn wrong(self, text: &str, problem: impl Into<String>) -> CronError {
        CronError::Field {
            field: self,
            text: text.to_owned(),
            problem: problem.into(),
        }
    }

    /// A number or a name.
    fn number(self, text: &str) -> Result<u16, CronError> {
        let (low, high) = self.range();
        let name = self
            .names()
            .iter()
            .position(|name| name.eq_ignore_ascii_case(text));
        if let Some(index) = name {
            return Ok(low + u16::try_from(index).unwrap_or_default());
        }
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match text.parse::<u16>() {
            Ok(number) if digits && (low..=high).contains(&number) => Ok(number),
            _ => Err(self.wrong(text, self.expected())),
        }
    }

    fn expected(self) -> String {
        let (low, high) = self.range();
        match self.names() {
            [first, .., last] => format!("must be {low} to {high} or {first} to {last}"),
            _ => format!("must be {low} to {high}"),
        }
    }
}

impl fmt::Display for CronField {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::DayOfMonth => "day-of-month",
            Self::Month => "month",
            Self::DayOfWeek => "day-of-week",
            Self::Year => "year",
        })
    }
}

/// The numbers of one part of a list: `*`, `5`, `1-5`, `*/2`, `3/2`, `1-9/2`, `/2`.
fn numbers(field: CronField, part: &str) -> Result<Vec<u16>, CronError> {
    let (low, high) = field.range();
    let (base, step) = match part.split_once('/') {
        Some((base, step)) => (base, Some(step_of(field, part, step)?)),
        None => (part, None),
    };
    let (from, to) = match base.split_once('-') {
        Some((from, to)) => (field.number(from)?, field.number(to)?),
        None if base == "*" || (base.is_empty() && step.is_some()) => (low, high),
        None => {
            let from = field.number(base)?;
            (from, if step.is_some() { high } else { from })
        }
    };
    let every = usize::from(step.unwrap_or(1));
    if from <= to {
        return Ok((from..=to).step_by(every).collect());
    }
    if field == CronField::Year {
        return Err(field.wrong(part, "must go from the earlier year to the later"));
    }
    // Quartz lets a range run over the end: FRI-MON is Friday to Monday.
    Ok((from..=high).chain(low..=to).step_by(every).collect())
}

fn step_of(field: CronField, part: &str, step: &str) -> Result<u16, CronError> {
    let (low, high) = field.range();
    let span = high - low + 1;
    match step.parse::<u16>() {
        Ok(step) if (1..=span).contains(&step) => Ok(step),
        _ => Err(field.wrong(part, format!("must have a step of 1 to {span}"))),
    }
}

/// A list as a set of bits.
fn set(field: CronField, text: &str) -> Result<u64, CronError> {
    let mut bits = 0;
    for part in text.split(',') {
        for number in numbers(field, part)? {
            bits |= 1 << number;
        }
    }
    Ok(bits)
}

/// Bits of a field whose numbers stay below 32.
fn narrow(bits: u64) -> u32 {
    u32::try_from(bits).unwrap_or(u32::MAX)
}

/// Bits of a field whose numbers stay below 16.
fn narrow16(bits: u64) -> u16 {
    u16::try_from(bits).unwrap_or(u16::MAX)
}

fn days_of_month(text: &str) -> Result<OfMonth, CronError> {
    const FIELD: CronField = CronField::DayOfMonth;
    let mut days = OfMonth::default();
    for part in text.split(',') {
        let upper = part.to_ascii_uppercase();
        if upper == "L" {
            days.from_last.push(0);
        } else if upper == "LW" {
            days.last_weekday = true;
        } else if let Some(back) = upper.strip_prefix("L-") {
            let back = back.parse().ok().filter(|back| (1..=30).contains(back));
            let problem = || FIELD.wrong(part, "must count back 1 to 30 days from the last");
            days.from_last.push(back.ok_or_else(problem)?);
        } else if let Some(day) = upper.strip_suffix('W') {
            days.nearest.push(byte(FIELD.number(day)?));
        } else {
            days.days |= narrow(set(FIELD, part)?);
        }
    }
    Ok(days)
}

fn days_of_week(text: &str) -> Result<OfWeek, CronError> {
    const FIELD: CronField = CronField::DayOfWeek;
    let mut days = OfWeek::default();
    for part in text.split(',') {
        let upper = part.to_ascii_uppercase();
        if upper == "L" {
            // Alone it is the last day of the week, Saturday.
            days.days |= 1 << 7;
        } else if let Some(day) = upper.strip_suffix('L') {
            days.last |= 1 << FIELD.number(day)?;
        } else if let Some((day, nth)) = part.split_once('#') {
            let nth = nth.parse().ok().filter(|nth| (1..=5).contains(nth));
            let nth = nth.ok_or_else(|| FIELD.wrong(part, "must be the 1st to 5th, as in 3#2"))?;
            days.nth.push((byte(FIELD.number(day)?), nth));
        } else {
            days.days |= u8::try_from(set(FIELD, part)?).unwrap_or(u8::MAX);
        }
    }
    if days.nth.len() > 1 {
        return Err(FIELD.wrong(text, "may have a single \"#\""));
    }
    Ok(days)
}

fn byte(number: u16) -> u8 {
    u8::try_from(number).unwrap_or(u8::MAX)
}

fn years(text: &str) -> Result<Years, CronError> {
    if text == "*" {
        return Ok(Years::Every);
    }
    let mut years = Vec::new();
    for part in text.split(',') {
        let numbers = numbers(CronField::Year, part)?;
        years.extend(
            numbers
                .into_iter()
                .filter_map(|year| i16::try_from(year).ok()),
        );
    }
    years.sort_unstable();
    years.dedup();
    Ok(Years::Listed(years))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    /// The next `count` fire times after 1 September 2026, a Tuesday.
    fn fires(text: &str, count: usize) -> Vec<String> {
        let after: Timestamp = "2026-09-01T00:00:00Z".parse().unwrap();
        let cron: AwsCron = text.parse().unwrap();
        let fires = cron.calendar().fires_after(after).take(count);
        fires
            .map(|fire| fire.strftime("%a %F %H:%M").to_string())
            .collect()
    }

    #[test]
    fn the_user_guides_examples_fire_as_it_says() {
        for (text, expected) in [
            (
                "cron(0 10 * * ? *)",
                ["Tue 2026-09-01 10:00", "Wed 2026-09-02 10:00"],
            ),
            (
                "cron(15 12 * * ? *)",
                ["Tue 2026-09-01 12:15", "Wed 2026-09-02 12:15"],
            ),
            (
                "cron(0 18 ? * MON-FRI *)",
                ["Tue 2026-09-01 18:00", "Wed 2026-09-02 18:00"],
            ),
            (
                "cron(0 8 1 * ? *)",
                ["Tue 2026-09-01 08:00", "Thu 2026-10-01 08:00"],
            ),
            (
                "cron(0/15 * * * ? *)",
                ["Tue 2026-09-01 00:15", "Tue 2026-09-01 00:30"],
            ),
            (
                "cron(0/10 * ? * MON-FRI *)",
                ["Tue 2026-09-01 00:10", "Tue 2026-09-01 00:20"],
            ),
            (
                "cron(0/5 8-17 ? * MON-FRI *)",
                ["Tue 2026-09-01 08:00", "Tue 2026-09-01 08:05"],
            ),
            (
                "cron(0/30 20-2 ? * MON-FRI *)",
                ["Tue 2026-09-01 00:30", "Tue 2026-09-01 01:00"],
            ),
            (
                "cron(15 10 ? * 6L 2019-2027)",
                ["Fri 2026-09-25 10:15", "Fri 2026-10-30 10:15"],
            ),
            (
                "cron(0 9 ? * 2#1 *)",
                ["Mon 2026-09-07 09:00", "Mon 2026-10-05 09:00"],
            ),
        ] {
            assert_eq!(fires(text, 2), expected, "{text}");
        }
    }

    #[test]
    fn days_are_found_where_the_calendar_is_awkward() {
        for (text, expected) in [
            // The last day of a month, leap February included.
            (
                "cron(0 3 L FEB ? *)",
                ["Sun 2027-02-28 03:00", "Tue 2028-02-29 03:00"],
            ),
            (
                "cron(0 3 L-2 * ? *)",
                ["Mon 2026-09-28 03:00", "Thu 2026-10-29 03:00"],
            ),
            (
                "cron(0 3 LW * ? *)",
                ["Wed 2026-09-30 03:00", "Fri 2026-10-30 03:00"],
            ),
            // 1 August 2026 is a Saturday and 1 November a Sunday: never into another month.
            (
                "cron(0 3 1W 11,8 ? *)",
                ["Mon 2026-11-02 03:00", "Mon 2027-08-02 03:00"],
            ),
            (
                "cron(0 3 1W 5 ? 2027,2028)",
                ["Mon 2027-05-03 03:00", "Mon 2028-05-01 03:00"],
            ),
            (
                "cron(0 3 31W 10 ? 2027,2028)",
                ["Fri 2027-10-29 03:00", "Tue 2028-10-31 03:00"],
            ),
            (
                "cron(0 3 15W * ? *)",
                ["Tue 2026-09-15 03:00", "Thu 2026-10-15 03:00"],
            ),
            // A day that most months lack.
            (
                "cron(0 3 31 * ? *)",
                ["Sat 2026-10-31 03:00", "Thu 2026-12-31 03:00"],
            ),
            (
                "cron(0 3 29 2 ? *)",
                ["Tue 2028-02-29 03:00", "Sun 2032-02-29 03:00"],
            ),
            (
                "cron(0 3 ? * TUE#5 *)",
                ["Tue 2026-09-29 03:00", "Tue 2026-12-29 03:00"],
            ),
            // Ranges run over the end.
            (
                "cron(0 3 ? * FRI-SUN *)",
                ["Fri 2026-09-04 03:00", "Sat 2026-09-05 03:00"],
            ),
            (
                "cron(0 3 1 NOV-JAN ? *)",
                ["Sun 2026-11-01 03:00", "Tue 2026-12-01 03:00"],
            ),
            (
                "cron(0 3 ? * L *)",
                ["Sat 2026-09-05 03:00", "Sat 2026-09-12 03:00"],
            ),
            (
                "cron(0 3 ? * sun,1 *)",
                ["Sun 2026-09-06 03:00", "Sun 2026-09-13 03:00"],
            ),
        ] {
            assert_eq!(fires(text, 2), expected, "{text}");
        }
        assert_eq!(fires("cron(0 3 31 2 ? *)", 1), [""; 0]);
        assert_eq!(fires("cron(0 3 1 1 ? 2020)", 1), [""; 0]);
        assert_eq!(fires("cron(0 3 1 1 ? 2199)", 5), ["Tue 2199-01-01 03:00"]);
    }

    #[test]
    fn what_is_no_cron_of_aws_is_refused_with_the_field() {
        let texts = [
            "0 3 * * ? *",
            "cron(0 3 * * ?)",
            "cron(0 3 * * * *)",
            "cron(0 3 ? * ? *)",
            "cron(60 3 * * ? *)",
            "cron(0 24 * * ? *)",
            "cron(0 3 32 * ? *)",
            "cron(0 3 L-31 * ? *)",
            "cron(0 3 * 13 ? *)",
            "cron(0 3 ? * 0 *)",
            "cron(0 3 ? * MON#6 *)",
            "cron(0 3 ? * MON#1,TUE#1 *)",
            "cron(0 3 * * ? 1969)",
            "cron(0 3 * * ? 2030-2020)",
            "cron(0/0 3 * * ? *)",
            "cron(1,,2 3 * * ? *)",
            "cron(+5 3 * * ? *)",
            "cron(@ 3 * * ? *)",
        ];
        let refusals: Vec<String> = texts
            .iter()
            .map(|text| text.parse::<AwsCron>().unwrap_err().to_string())
            .collect();
        insta::assert_snapshot!(refusals.join("\n"), @r##"
        "0 3 * * ? *" is not of the form cron(minutes hours day-of-month month day-of-week year)
        a cron expression of AWS has six fields (minutes hours day-of-month month day-of-week year), this one has 5
        exactly one of day-of-month and day-of-week must be "?" (no specific value), the other says which days
        exactly one of day-of-month and day-of-week must be "?" (no specific value), the other says which days
        the minutes "60" must be 0 to 59
        the hours "24" must be 0 to 23
        the day-of-month "32" must be 1 to 31
        the day-of-month "L-31" must count back 1 to 30 days from the last
        the month "13" must be 1 to 12 or JAN to DEC
        the day-of-week "0" must be 1 to 7 or SUN to SAT
        the day-of-week "MON#6" must be the 1st to 5th, as in 3#2
        the day-of-week "MON#1,TUE#1" may have a single "#"
        the year "1969" must be 1970 to 2199
        the year "2030-2020" must go from the earlier year to the later
        the minutes "0/0" must have a step of 1 to 60
        the minutes "" must be 0 to 59
        the minutes "+5" must be 0 to 59
        the minutes "@" must be 0 to 59
        "##);
    }

    #[test]
    fn it_is_shown_as_it_was_written() {
        let text = "cron(0  3 * * ? *)";
        assert_eq!(text.parse::<AwsCron>().unwrap().to_string(), text);
    }
}
