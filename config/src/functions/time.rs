//! Functions of times in RFC 3339 text. The present is nowhere asked.

use cty::Value;
use jiff::SignedDuration;
use jiff::civil::{DateTime, Weekday};

use super::FunctionError;
use super::signature::{Function, Outcome, Param, Returns, Shape};

const STRING: Returns = Returns::Shape(Shape::String);

/// A local time and how far its zone is from UTC.
#[derive(Clone, Copy)]
pub(super) struct Stamp {
    pub(super) civil: DateTime,
    pub(super) offset_minutes: i32,
}

impl Stamp {
    /// The same instant in UTC.
    fn utc(&self) -> Option<DateTime> {
        let offset = SignedDuration::from_mins(i64::from(self.offset_minutes));
        self.civil.checked_sub(offset).ok()
    }
}

/// As RFC 3339 writes it, whole seconds.
pub(super) fn rfc3339(stamp: &Stamp) -> String {
    let civil = stamp.civil;
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}",
        civil.year(),
        civil.month(),
        civil.day(),
        civil.hour(),
        civil.minute(),
        civil.second(),
        zone(stamp, ":", "Z")
    )
}

/// The offset, or `utc` if there is none.
fn zone(stamp: &Stamp, separator: &str, utc: &str) -> String {
    if stamp.offset_minutes == 0 {
        return utc.to_owned();
    }
    let sign = if stamp.offset_minutes < 0 { '-' } else { '+' };
    let minutes = stamp.offset_minutes.unsigned_abs();
    format!("{sign}{:02}{separator}{:02}", minutes / 60, minutes % 60)
}

/// Reads strict RFC 3339: every part with all its digits, `T` and `Z` in capitals.
fn parse(text: &str) -> Result<Stamp, String> {
    parse_stamp(text).map_err(|what| format!("not a valid RFC3339 timestamp: {what}"))
}

fn parse_stamp(text: &str) -> Result<Stamp, String> {
    let mut rest = text;
    let year = part(&mut rest, 4, 0..=9999, "year")?;
    literal(&mut rest, '-')?;
    let month = part(&mut rest, 2, 1..=12, "month")?;
    literal(&mut rest, '-')?;
    let day = part(&mut rest, 2, 1..=31, "day of month")?;
    let Some(after) = rest.strip_prefix('T') else {
        return Err("missing required time introducer 'T'".to_owned());
    };
    rest = after;
    let hour = part(&mut rest, 2, 0..=23, "hour")?;
    literal(&mut rest, ':')?;
    let minute = part(&mut rest, 2, 0..=59, "minute")?;
    literal(&mut rest, ':')?;
    let second = part(&mut rest, 2, 0..=59, "second")?;
    let nanosecond = fraction(&mut rest);
    let offset_minutes = offset(rest)?;
    let small = |part: i32| i8::try_from(part).unwrap_or_default();
    DateTime::new(
        i16::try_from(year).unwrap_or_default(),
        small(month),
        small(day),
        small(hour),
        small(minute),
        small(second),
        nanosecond,
    )
    .map(|civil| Stamp {
        civil,
        offset_minutes,
    })
    .map_err(|_| "day out of range".to_owned())
}

fn part(
    rest: &mut &str,
    length: usize,
    range: std::ops::RangeInclusive<i32>,
    what: &str,
) -> Result<i32, String> {
    if rest.is_empty() {
        return Err(format!("end of string before {what}"));
    }
    let digits = rest
        .get(..length)
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let number = digits
        .and_then(|digits| digits.parse().ok())
        .filter(|number| range.contains(number));
    match number {
        Some(number) => {
            *rest = &rest[length..];
            Ok(number)
        }
        None if what == "hour" && digits.is_some() => {
            Err("hour must be between 0 and 23 inclusive".to_owned())
        }
        None => Err(format!("cannot use {rest:?} as {what}")),
    }
}

fn literal(rest: &mut &str, wanted: char) -> Result<(), String> {
    match rest.strip_prefix(wanted) {
        Some(after) => {
            *rest = after;
            Ok(())
        }
        None if rest.is_empty() => Err(format!("end of string where \"{wanted}\" is expected")),
        None => Err(format!("found {rest:?} where \"{wanted}\" is expected")),
    }
}

/// Digits after a point, cut to nanoseconds.
fn fraction(rest: &mut &str) -> i32 {
    let Some(after) = rest.strip_prefix('.') else {
        return 0;
    };
    let count = after.bytes().take_while(u8::is_ascii_digit).count();
    if count == 0 {
        return 0;
    }
    *rest = &after[count..];
    let digits = &after[..count.min(9)];
    format!("{digits:0<9}").parse().unwrap_or_default()
}

fn offset(rest: &str) -> Result<i32, String> {
    if rest == "Z" {
        return Ok(0);
    }
    let bad = || match rest {
        "" => "end of string before UTC offset".to_owned(),
        _ => format!("cannot use {rest:?} as UTC offset"),
    };
    let (sign, mut clock) = match rest.split_at_checked(1) {
        Some(("+", clock)) => (1, clock),
        Some(("-", clock)) => (-1, clock),
        _ => return Err(bad()),
    };
    let hours = part(&mut clock, 2, 0..=23, "UTC offset").map_err(|_| bad())?;
    literal(&mut clock, ':').map_err(|_| bad())?;
    let minutes = part(&mut clock, 2, 0..=59, "UTC offset").map_err(|_| bad())?;
    if !clock.is_empty() {
        return Err(bad());
    }
    Ok(sign * (hours * 60 + minutes))
}

pub(super) const TIMECMP: Function = Function::new(
    &[Param::string("timestamp_a"), Param::string("timestamp_b")],
    Returns::Shape(Shape::Number),
    |args| {
        let read = |i: usize| {
            let stamp = parse(args.str(i)).map_err(|message| FunctionError::at(i, message))?;
            stamp
                .utc()
                .ok_or_else(|| FunctionError::at(i, "the time is out of range"))
        };
        Ok(Value::int(read(0)?.cmp(&read(1)?) as i64))
    },
);

pub(super) const TIMEADD: Function = Function::new(
    &[Param::string("timestamp"), Param::string("duration")],
    STRING,
    |args| {
        let stamp = parse(args.str(0)).map_err(FunctionError::new)?;
        let duration = parse_duration(args.str(1)).map_err(FunctionError::new)?;
        let civil = stamp
            .civil
            .checked_add(duration)
            .map_err(|_| FunctionError::new("the resulting time is out of range"))?;
        Ok(Value::string(rfc3339(&Stamp { civil, ..stamp })))
    },
)
.nullable();

/// A duration as Go writes one: `1h30m`, `-1.5h`, `250ms`.
fn parse_duration(text: &str) -> Result<SignedDuration, String> {
    let invalid = || format!("time: invalid duration {text:?}");
    let (sign, mut rest) = match text.split_at_checked(1) {
        Some(("-", rest)) => (-1, rest),
        Some(("+", rest)) => (1, rest),
        _ => (1, text),
    };
    if rest == "0" {
        return Ok(SignedDuration::ZERO);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut nanoseconds: i128 = 0;
    while !rest.is_empty() {
        let number = take(&mut rest, |letter| letter.is_ascii_digit() || letter == '.');
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.len() + fraction.len() == 0 || fraction.contains('.') {
            return Err(invalid());
        }
        let unit = take(&mut rest, |letter| {
            !letter.is_ascii_digit() && letter != '.'
        });
        let scale: i128 = match unit {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "" => return Err(format!("time: missing unit in duration {text:?}")),
            _ => return Err(format!("time: unknown unit {unit:?} in duration {text:?}")),
        };
        let digits = |text: &str| match text {
            "" => Ok(0i128),
            _ => text.parse().map_err(|_| invalid()),
        };
        // More digits than these are far below a nanosecond.
        let fraction = fraction.get(..18).unwrap_or(fraction);
        let part = digits(fraction)? * scale / 10i128.pow(fraction.len() as u32);
        let amount = digits(whole)?.checked_mul(scale).ok_or_else(invalid)?;
        nanoseconds = nanoseconds.checked_add(amount + part).ok_or_else(invalid)?;
    }
    i64::try_from(sign * nanoseconds)
        .map(SignedDuration::from_nanos)
        .map_err(|_| invalid())
}

fn take<'a>(rest: &mut &'a str, belongs: impl Fn(char) -> bool) -> &'a str {
    let end = rest.find(|letter| !belongs(letter)).unwrap_or(rest.len());
    let (taken, left) = rest.split_at(end);
    *rest = left;
    taken
}

pub(super) const FORMATDATE: Function = Function::new(
    &[Param::string("format"), Param::string("time")],
    STRING,
    |args| -> Outcome {
        let stamp = parse(args.str(1)).map_err(|message| FunctionError::at(1, message))?;
        let mut out = String::new();
        let mut rest = args.str(0);
        while let Some(first) = rest.chars().next() {
            if first == '\'' {
                rest = quoted(rest, &mut out)?;
            } else if first.is_ascii_alphabetic() {
                let verb = take(&mut rest, |letter| letter == first);
                out.push_str(&date_part(verb, first, &stamp)?);
            } else {
                let is_literal = |letter: char| letter != '\'' && !letter.is_ascii_alphabetic();
                out.push_str(take(&mut rest, is_literal));
            }
        }
        Ok(Value::string(out))
    },
);

/// Text between apostrophes, where two of them stand for one; what follows it.
fn quoted<'a>(text: &'a str, out: &mut String) -> Result<&'a str, FunctionError> {
    if let Some(after) = text.strip_prefix("''") {
        out.push('\'');
        return Ok(after);
    }
    let mut rest = &text[1..];
    loop {
        let Some(at) = rest.find('\'') else {
            return Err(FunctionError::at(0, "unterminated literal '"));
        };
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        match rest.strip_prefix('\'') {
            Some(after) => {
                out.push('\'');
                rest = after;
            }
            None => return Ok(rest),
        }
    }
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn date_part(verb: &str, letter: char, stamp: &Stamp) -> Result<String, FunctionError> {
    let civil = stamp.civil;
    let month = MONTHS[usize::from(civil.month().unsigned_abs()) - 1];
    let weekday = weekday_name(civil.weekday());
    let afternoon = civil.hour() >= 12;
    let twelve = match civil.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let number = |number: i8| {
        if verb.len() == 1 {
            number.to_string()
        } else {
            format!("{number:02}")
        }
    };
    Ok(match (letter, verb.len()) {
        ('Y', 2) => format!("{:02}", civil.year().rem_euclid(100)),
        ('Y', 4) => format!("{:04}", civil.year()),
        ('M', 1 | 2) => number(civil.month()),
        ('M', 3) => month[..3].to_owned(),
        ('M', 4) => month.to_owned(),
        ('D', 1 | 2) => number(civil.day()),
        ('E', 3) => weekday[..3].to_owned(),
        ('E', 4) => weekday.to_owned(),
        ('h', 1 | 2) => number(civil.hour()),
        ('H', 1 | 2) => number(twelve),
        ('A', 2) => (if afternoon { "PM" } else { "AM" }).to_owned(),
        ('a', 2) => (if afternoon { "pm" } else { "am" }).to_owned(),
        ('m', 1 | 2) => number(civil.minute()),
        ('s', 1 | 2) => number(civil.second()),
        ('Z', 1) => zone(stamp, ":", "Z"),
        ('Z', 3) => zone(stamp, "", "UTC"),
        ('Z', 4) => zone(stamp, "", "+0000"),
        ('Z', 5) => zone(stamp, ":", "+00:00"),
        _ => {
            let advice = match letter {
                'Y' => ": year must either be \"YY\" or \"YYYY\"",
                'M' => ": month must be \"M\", \"MM\", \"MMM\", or \"MMMM\"",
                'D' => ": day of month must either be \"D\" or \"DD\"",
                'E' => ": day of week must either be \"EEE\" or \"EEEE\"",
                'h' => ": 24-hour must either be \"h\" or \"hh\"",
                'H' => ": 12-hour must either be \"H\" or \"HH\"",
                'A' => ": must be \"AA\"",
                'a' => ": must be \"aa\"",
                'm' => ": minute must either be \"m\" or \"mm\"",
                's' => ": second must either be \"s\" or \"ss\"",
                'Z' => ": timezone must be Z, ZZZZ, or ZZZZZ",
                _ => "",
            };
            let message = format!("invalid date format verb {verb:?}{advice}");
            return Err(FunctionError::at(0, message));
        }
    })
}

fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}
