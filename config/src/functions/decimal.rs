//! Numbers as decimal digits: rounding, and the notations of `format`.
//!
//! Terraform holds 512-bit binary floats. Their shortest decimal is what was written, so digits
//! can be taken from the decimal; only a tie (`%.2f` of 2.675) falls as the binary neighbour lies.

use std::cmp::Ordering;

use cty::Number;
use num_bigint::BigInt;

/// Bits of Terraform's numbers.
const PRECISION: u64 = 512;

/// A finite number: `±0.d₁d₂d₃… × 10^point`. Zero has no digits.
#[derive(Clone)]
pub(super) struct Decimal {
    pub(super) negative: bool,
    /// 0 to 9 each, no zero at either end.
    digits: Vec<u8>,
    point: i64,
}

impl Decimal {
    /// `None` for the infinities.
    pub(super) fn new(number: &Number) -> Option<Self> {
        if !number.is_finite() {
            return None;
        }
        let text = number.to_string();
        let (negative, text) = match text.strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, text.as_str()),
        };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let all: Vec<u8> = whole
            .bytes()
            .chain(fraction.bytes())
            .map(|byte| byte - b'0')
            .collect();
        let start = all
            .iter()
            .position(|digit| *digit != 0)
            .unwrap_or(all.len());
        let end = all
            .iter()
            .rposition(|digit| *digit != 0)
            .map_or(start, |last| last + 1);
        let digits = all[start..end].to_vec();
        let point = if digits.is_empty() {
            0
        } else {
            whole.len() as i64 - start as i64
        };
        Some(Self {
            negative,
            digits,
            point,
        })
    }

    /// `%f`: so many digits after the point.
    pub(super) fn fixed(&self, precision: usize) -> String {
        self.rounded(self.point.saturating_add(precision as i64))
            .plain(precision)
    }

    /// `%e`: one digit before the point, so many after it.
    pub(super) fn scientific(&self, precision: usize, letter: char) -> String {
        let rounded = self.rounded(precision as i64 + 1);
        rounded.with_exponent(precision, letter)
    }

    /// `%g`: whichever is shorter; with a precision so many significant digits, else as many as
    /// the number has.
    pub(super) fn general(&self, precision: Option<usize>, letter: char) -> String {
        let significant = precision.map(|precision| precision.max(1));
        let rounded = match significant {
            Some(significant) => self.rounded(significant as i64),
            None => self.clone(),
        };
        let count = rounded.digits.len();
        let threshold = match significant {
            None => 6,
            Some(wanted) if wanted > count && count as i64 >= rounded.point => count,
            Some(wanted) => wanted,
        };
        let exponent = rounded.exponent();
        if exponent < -4 || exponent >= threshold as i64 {
            return rounded.with_exponent(count.max(1) - 1, letter);
        }
        let after = (count as i64 - rounded.point).max(0);
        rounded.plain(usize::try_from(after).unwrap_or(0))
    }

    /// The exponent of the first digit.
    fn exponent(&self) -> i64 {
        if self.digits.is_empty() {
            0
        } else {
            self.point - 1
        }
    }

    /// The first `count` digits, rounded.
    fn rounded(&self, count: i64) -> Self {
        let Ok(count) = usize::try_from(count) else {
            return self.cut(0, false);
        };
        let Some(next) = self.digits.get(count) else {
            return self.clone();
        };
        let up = match (next.cmp(&5), self.digits.len() - count) {
            (Ordering::Equal, 1) => self.tie_goes_up(count),
            (order, _) => order.is_ge(),
        };
        self.cut(count, up)
    }

    fn cut(&self, count: usize, up: bool) -> Self {
        let mut digits = self.digits[..count].to_vec();
        let mut point = self.point;
        if up {
            while digits.last() == Some(&9) {
                digits.pop();
            }
            match digits.last_mut() {
                Some(last) => *last += 1,
                None => {
                    digits.push(1);
                    point += 1;
                }
            }
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        if digits.is_empty() {
            point = 0;
        }
        Self {
            negative: self.negative,
            digits,
            point,
        }
    }

    /// Half way between two neighbours in decimal: the nearest 512-bit float lies above, below,
    /// or on it too (then the even digit wins).
    fn tie_goes_up(&self, count: usize) -> bool {
        let even = count == 0 || self.digits[count - 1].is_multiple_of(2);
        let scale = self.digits.len() as i64 - self.point;
        let Ok(scale) = u32::try_from(scale) else {
            return !even;
        };
        let coefficient =
            BigInt::from_radix_be(num_bigint::Sign::Plus, &self.digits, 10).unwrap_or_default();
        let divisor = BigInt::from(10).pow(scale);
        let shift = (PRECISION + divisor.bits()).saturating_sub(coefficient.bits());
        let shifted = coefficient << shift;
        let mut quotient: BigInt = &shifted / &divisor;
        let mut unit = divisor;
        if quotient.bits() > PRECISION {
            quotient >>= 1;
            unit <<= 1;
        }
        let left: BigInt = shifted - &quotient * &unit;
        if left == BigInt::ZERO {
            return !even;
        }
        let twice: BigInt = left << 1;
        match twice.cmp(&unit) {
            Ordering::Equal => quotient.bit(0),
            order => order.is_gt(),
        }
    }

    fn plain(&self, after: usize) -> String {
        let digit = |at: i64| {
            let found = usize::try_from(at).ok().and_then(|at| self.digits.get(at));
            char::from(b'0' + found.copied().unwrap_or(0))
        };
        let mut text = String::new();
        if self.point > 0 {
            text.extend((0..self.point).map(digit));
        } else {
            text.push('0');
        }
        if after > 0 {
            text.push('.');
            text.extend((0..after as i64).map(|i| digit(self.point + i)));
        }
        text
    }

    fn with_exponent(&self, after: usize, letter: char) -> String {
        let digit = |at: usize| char::from(b'0' + self.digits.get(at).copied().unwrap_or(0));
        let mut text = String::from(digit(0));
        if after > 0 {
            text.push('.');
            text.extend((1..=after).map(digit));
        }
        let exponent = self.exponent();
        let sign = if exponent < 0 { '-' } else { '+' };
        text.push_str(&format!("{letter}{sign}{:02}", exponent.unsigned_abs()));
        text
    }
}

/// A float as Terraform prints one: its shortest decimal, but for a power of two the shortest
/// within half a unit on both sides, though the float below is nearer (`math/big` does so).
/// `None` for not-a-number.
pub(super) fn from_float(float: f64) -> Option<Number> {
    let shortest = Number::shortest(float).ok()?;
    let mantissa = float.to_bits() & ((1 << 52) - 1);
    if mantissa != 0 || !float.is_normal() {
        return Some(shortest);
    }
    let exact = Number::try_from(float).ok()?;
    let half_unit = Number::try_from(float.abs() * f64::EPSILON / 2.0).ok()?;
    for precision in 0..17 {
        let candidate: Number = format!("{float:.precision$e}").parse().ok()?;
        let distance = candidate.sub(&exact).ok()?;
        if distance <= half_unit && distance.neg() <= half_unit {
            return Some(candidate);
        }
    }
    Some(shortest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::new(&text.parse().unwrap()).unwrap()
    }

    #[test]
    fn ties_fall_as_the_binary_float_lies() {
        // Expected values are those of Terraform 1.11.
        assert_eq!(decimal("2.675").fixed(2), "2.67");
        assert_eq!(decimal("1.005").fixed(2), "1.00");
        assert_eq!(decimal("0.125").fixed(2), "0.12");
        assert_eq!(decimal("0.375").fixed(2), "0.38");
        assert_eq!(decimal("0.5").fixed(0), "0");
        assert_eq!(decimal("1.5").fixed(0), "2");
    }

    #[test]
    fn notations() {
        assert_eq!(decimal("0").fixed(2), "0.00");
        assert_eq!(decimal("999.999").fixed(1), "1000.0");
        assert_eq!(decimal("0.001").fixed(1), "0.0");
        assert_eq!(decimal("12345.678").scientific(6, 'e'), "1.234568e+04");
        assert_eq!(decimal("0").scientific(1, 'E'), "0.0E+00");
        assert_eq!(decimal("1000000").general(None, 'e'), "1e+06");
        assert_eq!(decimal("100000").general(None, 'e'), "100000");
        assert_eq!(decimal("0.00001").general(None, 'e'), "1e-05");
        assert_eq!(decimal("12345.678").general(Some(3), 'e'), "1.23e+04");
        assert_eq!(decimal("0").general(None, 'e'), "0");
    }

    #[test]
    fn powers_of_two_are_shortened_as_terraform_does() {
        let print = |float: f64| from_float(float).unwrap().to_string();
        assert_eq!(print(2f64.powi(64)), "18446744073709550000");
        assert_eq!(print(1024.0), "1024");
        assert_eq!(print(0.125), "0.125");
        assert_eq!(print(2.095903274289385), "2.095903274289385");
        assert!(from_float(f64::NAN).is_none());
    }
}
