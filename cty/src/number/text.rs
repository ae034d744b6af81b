//! Decimal text.

use std::fmt;
use std::str::FromStr;

use bigdecimal::BigDecimal;
use num_bigint::{BigInt, BigUint};

use super::arith::{binary, fraction};
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
    let zeros = |b: &char| *b == '0';
    let fraction_digits = fraction.trim_end_matches('0').len();
    let digits: String = [whole, &fraction[..fraction_digits]].concat();
    let leading = digits.chars().take_while(zeros).count();
    let digits = &digits[leading..];
    if digits.is_empty() {
        return Ok(Number::ZERO);
    }
    // Counted before it is parsed: parsing takes quadratic time.
    let significant = digits.trim_end_matches('0').len();
    if significant as u64 > Number::MAX_DIGITS {
        return Err(NumberError::OutOfRange);
    }
    let scale = fraction_digits as i64 - exponent - (digits.len() - significant) as i64;
    let coefficient =
        BigInt::from_str(&digits[..significant]).map_err(|_| NumberError::NotANumber)?;
    Number::from_decimal(BigDecimal::new(
        if negative { -coefficient } else { coefficient },
        scale,
    ))
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

impl fmt::Display for Number {
    /// Plain decimal notation, never an exponent, as Terraform turns numbers into strings: beyond
    /// [`Number::EXACT_DIGITS`] the fewest digits that name the same 512-bit float.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Int(n) => f.pad_integral(*n >= 0, "", &n.unsigned_abs().to_string()),
            Repr::Decimal(d) if d.decimal_digit_count() <= Self::EXACT_DIGITS => {
                f.pad(&d.to_plain_string())
            }
            Repr::Decimal(d) => f.pad(&shortest(d).to_plain_string()),
            Repr::Infinity => f.pad("+Inf"),
            Repr::NegInfinity => f.pad("-Inf"),
        }
    }
}

/// The decimal with the fewest digits among those that round to the same 512-bit float, by the
/// rule of Go's `big.Float.Text`.
fn shortest(d: &BigDecimal) -> BigDecimal {
    let (coefficient, scale) = d.as_bigint_and_scale();
    let sign = coefficient.sign();
    let (n, denominator) = fraction(coefficient.into_owned(), scale);
    let (mantissa, exponent) = binary(n.magnitude(), denominator.magnitude());
    // Half a unit in the last place to either side, all three with as many decimal places.
    let middle = mantissa.clone() << 1u8;
    let (middle, places) = unit_places(middle, exponent - 1);
    let (half, _) = unit_places(1u8.into(), exponent - 1);
    let [lower, digits, upper] =
        [&middle - &half, middle.clone(), &middle + &half].map(|n| n.to_string());
    let width = upper.len();
    let [lower, digits, upper] = [lower, digits, upper].map(|n| format!("{n:0>width$}"));
    let kept = shortest_digits(
        lower.as_bytes(),
        digits.as_bytes(),
        upper.as_bytes(),
        !mantissa.bit(0),
    );
    let dropped = (width - kept.len()) as i64;
    let kept = BigUint::parse_bytes(&kept, 10).unwrap_or(middle);
    BigDecimal::new(BigInt::from_biguint(sign, kept), places - dropped).normalized()
}

/// `n * 2^exponent` as an integer and how many of its decimal places lie behind the point.
fn unit_places(n: BigUint, exponent: i64) -> (BigUint, i64) {
    match u32::try_from(-exponent) {
        Ok(places) => (n * BigUint::from(5u8).pow(places), places.into()),
        Err(_) => (n << exponent, 0),
    }
}

/// The shortest head of `digits`, rounded up or down, that stays between the bounds; these count
/// as inside if `inclusive`. All three have the same length.
fn shortest_digits(lower: &[u8], digits: &[u8], upper: &[u8], inclusive: bool) -> Vec<u8> {
    let used = |text: &[u8]| text.len() - text.iter().rev().take_while(|b| **b == b'0').count();
    let (lower_len, upper_len, len) = (used(lower), used(upper), used(digits));
    for i in 0..len {
        let (l, d, u) = (lower[i], digits[i], upper[i]);
        let down = l != d || inclusive && i + 1 == lower_len;
        let up = d != u && (inclusive || d + 1 < u || i + 1 < upper_len);
        let head = &digits[..=i];
        match (down, up) {
            (true, true) if rounds_up(&digits[..len], i + 1) => return increment(head),
            (true, _) => return head.to_vec(),
            (false, true) => return increment(head),
            (false, false) => {}
        }
    }
    digits.to_vec()
}

/// Whether rounding to `n` digits goes up; ties to even.
fn rounds_up(digits: &[u8], n: usize) -> bool {
    match digits.get(n) {
        Some(b'5') if n + 1 == digits.len() => digits[n - 1] % 2 == 1,
        Some(next) => *next >= b'5',
        None => false,
    }
}

/// The next higher number of the same length; the first digit is never a lone nine here, since
/// the upper bound has no more digits.
fn increment(digits: &[u8]) -> Vec<u8> {
    let mut digits = digits.to_vec();
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            break;
        }
        *digit = b'0';
    }
    digits
}
