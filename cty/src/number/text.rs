//! Decimal text.

use std::fmt;
use std::str::FromStr;

use num_bigint::BigInt;

use super::binary::shortest;
use super::decimal::Decimal;
use super::{Number, NumberError, Repr};

impl FromStr for Number {
    type Err = NumberError;

    /// Reads what Terraform reads as a number: an optional sign, digits with at most one point
    /// before, among or after them, an optional decimal exponent; `Inf` with an optional sign.
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let (negative, unsigned) = match text.as_bytes() {
            [b'-', ..] => (true, &text[1..]),
            [b'+', ..] => (false, &text[1..]),
            _ => (false, text),
        };
        if matches!(unsigned, "Inf" | "inf") {
            return Ok(if negative {
                Self::NEG_INFINITY
            } else {
                Self::INFINITY
            });
        }
        let (mantissa, exponent) = match unsigned.find(['e', 'E']) {
            Some(at) => (&unsigned[..at], parse_exponent(&unsigned[at + 1..])?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let is_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !is_digits(whole) || !is_digits(fraction) {
            return Err(NumberError::NotANumber);
        }
        from_parts(negative, whole, fraction, exponent)
    }
}

/// The exponent, saturated: anything beyond an `i32` is out of range (or the number is zero).
fn parse_exponent(text: &str) -> Result<i64, NumberError> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(NumberError::NotANumber);
    }
    let magnitude = digits.parse::<i32>().map_or(i64::from(i32::MAX), i64::from);
    Ok(if negative { -magnitude } else { magnitude })
}

fn from_parts(
    negative: bool,
    whole: &str,
    fraction: &str,
    exponent: i64,
) -> Result<Number, NumberError> {
    let digits = [whole, fraction].concat();
    let exponent = exponent - fraction.len() as i64;
    let significant = digits.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Ok(match negative {
            true => Number::NEG_ZERO,
            false => Number::ZERO,
        });
    }
    // Checked on the text: parsing takes quadratic time.
    let stripped = digits.len() - digits.trim_end_matches('0').len();
    let exponent = exponent + stripped as i64;
    let magnitude = exponent + significant.len() as i64 - 1;
    if significant.len() as u64 > Number::MAX_DIGITS || magnitude.abs() > Number::MAX_EXPONENT {
        return Err(NumberError::OutOfRange);
    }
    let coefficient = BigInt::from_str(significant).map_err(|_| NumberError::NotANumber)?;
    let coefficient = if negative { -coefficient } else { coefficient };
    Number::from_decimal(Decimal::new(coefficient, exponent))
}

impl Number {
    /// All digits, in plain notation: reads back as the same number. [`Display`](fmt::Display)
    /// rounds as Terraform does.
    pub fn to_exact_string(&self) -> String {
        match &self.0 {
            Repr::Decimal(d) => d.to_plain_string(),
            _ => self.to_string(),
        }
    }
}

impl Number {
    /// Ten significant digits, with an exponent if that is shorter: Go's `%.10g`, by which
    /// Terraform orders numbers inside elements of sets.
    pub(crate) fn to_short_string(&self) -> String {
        const DIGITS: u64 = 10;
        let Some(d) = self.to_decimal() else {
            return self.to_string();
        };
        let d = d.round(DIGITS);
        let exponent = d.magnitude();
        if d.is_zero() || (-4..DIGITS as i64).contains(&exponent) {
            return d.to_plain_string();
        }
        let mantissa = Decimal::new(d.coefficient().clone(), d.exponent() - exponent);
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{}e{sign}{:02}", mantissa.to_plain_string(), exponent.abs())
    }
}

impl fmt::Display for Number {
    /// Plain decimal notation, never an exponent, as Terraform turns numbers into strings: beyond
    /// [`Number::EXACT_DIGITS`] the fewest digits that name the same 512-bit float.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::NegZero => f.pad_integral(false, "", "0"),
            Repr::Int(n) => f.pad_integral(*n >= 0, "", &n.unsigned_abs().to_string()),
            Repr::Decimal(d) if d.digits() <= Self::EXACT_DIGITS => f.pad(&d.to_plain_string()),
            Repr::Decimal(d) => f.pad(&shortest(d).to_plain_string()),
            Repr::Infinity => f.pad("+Inf"),
            Repr::NegInfinity => f.pad("-Inf"),
        }
    }
}
