//! What a scalar means.
//!
//! go-cty-yaml mixes versions: booleans are YAML 1.1's, integers 1.2's (`0o14`), dates become
//! RFC 3339 text.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cty::{Number, NumberError, Type, Value};
use jiff::civil::DateTime;
use saphyr_parser::ScalarStyle;

use crate::functions::time::{Stamp, rfc3339};

/// A scalar as the parser gives it.
pub(super) struct Scalar<'a> {
    pub(super) text: &'a str,
    pub(super) style: ScalarStyle,
    pub(super) tag: Option<Tag<'a>>,
}

/// A tag that was written.
#[derive(Clone, Copy)]
pub(super) enum Tag<'a> {
    /// `!!str`: `str`.
    Core(&'a str),
    /// Anything else.
    Other(&'a str),
}

/// The value of a scalar.
pub(super) fn resolve(scalar: &Scalar<'_>) -> Result<Value, String> {
    let value = resolve_tagged(scalar)?;
    let is_block = matches!(scalar.style, ScalarStyle::Literal | ScalarStyle::Folded);
    if is_block && scalar.tag.is_none() {
        // A block is text, but the text of what it would mean elsewhere: `yes` becomes `true`.
        return cty::convert::convert(&value, &Type::String).map_err(|error| error.to_string());
    }
    Ok(value)
}

fn resolve_tagged(scalar: &Scalar<'_>) -> Result<Value, String> {
    let text = scalar.text;
    let tag = match scalar.tag {
        None => "",
        Some(Tag::Core(
            tag @ ("str" | "bool" | "int" | "float" | "null" | "timestamp" | "binary"),
        )) => tag,
        Some(Tag::Core(tag)) => return Err(format!("unsupported tag \"!!{tag}\"")),
        Some(Tag::Other(tag)) => return Err(format!("unsupported tag {tag:?}")),
    };
    if !matches!(tag, "str" | "binary")
        && let Some(value) = by_look(text, scalar.style, tag)?
    {
        return Ok(value);
    }
    let cannot = || Err(format!("cannot parse {text:?} as !!{tag}"));
    match tag {
        "binary" if STANDARD.decode(text).is_err() => Err(format!(
            "cannot parse {text:?} as !!binary: not valid base64"
        )),
        "null" => Ok(Value::null(Type::Dynamic)),
        "bool" => cannot(),
        "timestamp" => timestamp(text).map_or_else(cannot, Ok),
        "int" | "float" => number(text).map_or_else(cannot, Ok),
        _ => Ok(Value::string(text)),
    }
}

/// What the first character hints at; what is found so wins over the tag.
fn by_look(text: &str, style: ScalarStyle, tag: &str) -> Result<Option<Value>, String> {
    const MEANINGFUL: &str = "+-.~0123456789yYnNtTfFoO";
    let first = text.chars().next();
    if !first.is_none_or(|first| MEANINGFUL.contains(first)) {
        return Ok(None);
    }
    if matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) {
        return Ok(Some(Value::string(text)));
    }
    if let Some(value) = word(text) {
        return Ok(Some(value));
    }
    if tag.is_empty() && matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err("floating point NaN is not supported".to_owned());
    }
    if matches!(tag, "" | "timestamp")
        && let Some(value) = timestamp(text)
    {
        return Ok(Some(value));
    }
    if looks_numeric(text) {
        let cannot = || format!("cannot parse {text:?} as !!int");
        return number(text).map(Some).ok_or_else(cannot);
    }
    Ok(None)
}

/// Words with a meaning.
fn word(text: &str) -> Option<Value> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Value::bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Value::bool(false)
        }
        "" | "~" | "null" | "Null" | "NULL" => Value::null(Type::Dynamic),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::number(Number::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::number(Number::NEG_INFINITY),
        _ => return None,
    })
}

/// YAML 1.2's integers, `0o` and `0x` ones too, and its decimal fractions.
fn looks_numeric(text: &str) -> bool {
    let digits = |digits: &str, radix| {
        !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix))
    };
    match text.get(..2) {
        Some("0o") => digits(&text[2..], 8),
        Some("0x") => digits(&text[2..], 16),
        _ => {
            let is_plain = text.bytes().all(|byte| b"0123456789+-.eE".contains(&byte));
            is_plain && text.parse::<Number>() != Err(NumberError::NotANumber)
        }
    }
}

fn number(text: &str) -> Option<Value> {
    let text = text.replace('_', "");
    if let Ok(number) = text.parse::<Number>() {
        return Some(Value::number(number));
    }
    let (digits, radix) = match text.get(..2)? {
        "0x" | "0X" => (&text[2..], 16),
        "0o" | "0O" => (&text[2..], 8),
        "0b" | "0B" => (&text[2..], 2),
        _ => return None,
    };
    u64::from_str_radix(digits, radix).ok().map(Value::number)
}

/// The time as RFC 3339 writes it: `2001-1-2`, with a time after a space, or with `T` and an
/// offset. Numbers may lack leading zeros.
fn timestamp(text: &str) -> Option<Value> {
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some((&text[at..=at], &text[at + 1..]))),
        None => (text, None),
    };
    let mut parts = date.splitn(3, '-');
    let year = digits(parts.next()?, 4..=4)?;
    let (month, day) = (digits(parts.next()?, 1..=2)?, digits(parts.next()?, 1..=2)?);
    let (clock, offset) = match time {
        None => ("0:0:0", 0),
        Some((" ", clock)) => (clock, 0),
        Some((_, rest)) => split_offset(rest)?,
    };
    let mut parts = clock.splitn(3, ':');
    let (hour, minute) = (digits(parts.next()?, 1..=2)?, digits(parts.next()?, 1..=2)?);
    let second = parts.next()?;
    let second = match second.split_once('.') {
        Some((second, fraction)) => digits(fraction, 1..=64).and(Some(second))?,
        None => second,
    };
    let second = digits(second, 1..=2)?;
    let small = |part: i64| i8::try_from(part).ok();
    let civil = DateTime::new(
        i16::try_from(year).ok()?,
        small(month)?,
        small(day)?,
        small(hour)?,
        small(minute)?,
        small(second)?,
        0,
    )
    .ok()?;
    Some(Value::string(rfc3339(&Stamp {
        civil,
        offset_minutes: offset,
    })))
}

/// A clock with `Z` or an offset behind it, in minutes.
fn split_offset(text: &str) -> Option<(&str, i32)> {
    if let Some(clock) = text.strip_suffix('Z') {
        return Some((clock, 0));
    }
    let at = text.rfind(['+', '-'])?;
    let (hours, minutes) = text[at + 1..].split_once(':')?;
    let minutes = digits(hours, 2..=2)? * 60 + digits(minutes, 2..=2)?;
    let minutes = i32::try_from(minutes).ok()?;
    Some((
        &text[..at],
        if text[at..].starts_with('-') {
            -minutes
        } else {
            minutes
        },
    ))
}

fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let all_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    (length.contains(&text.len()) && all_digits)
        .then(|| text.get(..text.len().min(18))?.parse().ok())?
}
