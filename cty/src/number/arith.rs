//! Arithmetic.
//!
//! Results of up to [`Number::EXACT_DIGITS`] significant digits are exact, which they are not in
//! Terraform (though its text hides that). Longer ones, such as `1/3`, are rounded to the 512
//! binary digits that Terraform computes with, so that `1/3*3` is 1 here too.

use std::cmp::Ordering;

use bigdecimal::{BigDecimal, RoundingMode};
use num_bigint::{BigInt, BigUint, Sign};

use super::{Number, NumberError, Repr};

/// Binary digits of Terraform's numbers.
const PRECISION: u64 = 512;

impl Number {
    /// Arithmetic is exact up to so many significant digits: all that 512 binary digits can tell
    /// apart.
    pub const EXACT_DIGITS: u64 = 154;

    /// `self + other`; fails for opposing infinities.
    pub fn add(&self, other: &Self) -> Result<Self, NumberError> {
        if let (Repr::Int(a), Repr::Int(b)) = (&self.0, &other.0)
            && let Some(sum) = a.checked_add(*b)
        {
            return Ok(sum.into());
        }
        match (self.to_decimal(), other.to_decimal()) {
            (Some(a), Some(b)) => rounded(a + b),
            (None, None) if self != other => Err(NumberError::Undefined(
                "can't compute sum of opposing infinities",
            )),
            (None, _) => Ok(self.clone()),
            (_, None) => Ok(other.clone()),
        }
    }

    /// `self - other`; fails for equal infinities.
    pub fn sub(&self, other: &Self) -> Result<Self, NumberError> {
        match self.is_finite() || self != other {
            true => self.add(&other.neg()),
            false => Err(NumberError::Undefined(
                "can't subtract infinity from itself",
            )),
        }
    }

    /// `self * other`; fails for zero times infinity.
    pub fn mul(&self, other: &Self) -> Result<Self, NumberError> {
        if let (Repr::Int(a), Repr::Int(b)) = (&self.0, &other.0)
            && let Some(product) = a.checked_mul(*b)
        {
            return Ok(product.into());
        }
        match (self.to_decimal(), other.to_decimal()) {
            (Some(a), Some(b)) => rounded(a * b),
            _ => infinity_of_signs(self, other)
                .ok_or(NumberError::Undefined("can't multiply zero by infinity")),
        }
    }

    /// `self / other`; an infinity if `other` is zero, as in Terraform. Fails for `0/0` and for
    /// infinity by infinity.
    pub fn div(&self, other: &Self) -> Result<Self, NumberError> {
        const UNDEFINED: NumberError =
            NumberError::Undefined("can't divide zero by zero or infinity by infinity");
        match (self.to_decimal(), other.to_decimal()) {
            (Some(_), Some(_)) if *other == Self::ZERO => match self.sign() {
                Ordering::Greater => Ok(Self::INFINITY),
                Ordering::Less => Ok(Self::NEG_INFINITY),
                Ordering::Equal => Err(UNDEFINED),
            },
            (Some(a), Some(b)) => quotient(&a, &b),
            (Some(_), None) => Ok(Self::ZERO),
            (None, Some(_)) if *other == Self::ZERO => Ok(self.clone()),
            (None, Some(_)) => infinity_of_signs(self, other).ok_or(UNDEFINED),
            (None, None) => Err(UNDEFINED),
        }
    }

    /// The remainder of the division rounded towards zero: it has the sign of `self`. As in
    /// Terraform, `self` if `other` is zero, and an infinity if either is one.
    pub fn rem(&self, other: &Self) -> Result<Self, NumberError> {
        if *other == Self::ZERO {
            return Ok(self.clone());
        }
        match (self.to_decimal(), other.to_decimal()) {
            (Some(a), Some(b)) => rounded(a % b),
            _ => infinity_of_signs(self, other).ok_or(NumberError::Undefined(
                "can't use modulo with zero and infinity",
            )),
        }
    }

    /// `-self`.
    pub fn neg(&self) -> Self {
        match &self.0 {
            Repr::Int(n) => match n.checked_neg() {
                Some(n) => n.into(),
                None => Self::from(n.unsigned_abs()),
            },
            // 2^63 is the one decimal whose negative is an `Int`.
            Repr::Decimal(d) => Self::from_decimal(-BigDecimal::clone(d)).unwrap_or(Self::ZERO),
            Repr::Infinity => Self::NEG_INFINITY,
            Repr::NegInfinity => Self::INFINITY,
        }
    }

    /// The distance from zero.
    pub fn abs(&self) -> Self {
        match self.sign() {
            Ordering::Less => self.neg(),
            _ => self.clone(),
        }
    }

    /// The next whole number below, or itself.
    pub fn floor(&self) -> Self {
        self.to_whole(RoundingMode::Floor)
    }

    /// The next whole number above, or itself.
    pub fn ceil(&self) -> Self {
        self.to_whole(RoundingMode::Ceiling)
    }

    /// The whole number without the fraction: towards zero.
    pub fn trunc(&self) -> Self {
        self.to_whole(RoundingMode::Down)
    }

    fn to_whole(&self, mode: RoundingMode) -> Self {
        match &self.0 {
            Repr::Decimal(d) if !self.is_integer() => {
                // Shorter than the number itself, so within the limits.
                Self::from_decimal(d.with_scale_round(0, mode)).unwrap_or_else(|_| self.clone())
            }
            _ => self.clone(),
        }
    }
}

/// The infinity of a product; `None` if a factor is zero.
fn infinity_of_signs(a: &Number, b: &Number) -> Option<Number> {
    match (a.sign(), b.sign()) {
        (Ordering::Equal, _) | (_, Ordering::Equal) => None,
        (a, b) if a == b => Some(Number::INFINITY),
        _ => Some(Number::NEG_INFINITY),
    }
}

/// A result as this crate keeps it: exact if short, else with Terraform's precision.
fn rounded(d: BigDecimal) -> Result<Number, NumberError> {
    let d = d.normalized();
    if d.decimal_digit_count() <= Number::EXACT_DIGITS {
        return Number::from_decimal(d);
    }
    let (coefficient, scale) = d.into_bigint_and_scale();
    let (n, d) = fraction(coefficient, scale);
    Number::from_decimal(round_ratio(&n, d.magnitude()))
}

fn quotient(a: &BigDecimal, b: &BigDecimal) -> Result<Number, NumberError> {
    let ((a, a_scale), (b, b_scale)) = (a.as_bigint_and_scale(), b.as_bigint_and_scale());
    let (n, d) = fraction(a.into_owned(), a_scale - b_scale);
    let (n, d) = (n, d * &*b);
    let n = if d.sign() == Sign::Minus { -n } else { n };
    let approximate = round_ratio(&n, d.magnitude());
    // A quotient with an end in decimal digits is worth having exactly: 0.3/0.1 is 3.
    let short = shorten(&approximate);
    let exact =
        &short * BigDecimal::from(BigInt::from(d.magnitude().clone())) == BigDecimal::from(n);
    match exact {
        true => Number::from_decimal(short),
        false => Number::from_decimal(approximate),
    }
}

/// `coefficient * 10^-scale` as numerator and denominator.
pub(super) fn fraction(coefficient: BigInt, scale: i64) -> (BigInt, BigInt) {
    // Scales of finite numbers are bounded, and so are their differences.
    let power = BigInt::from(10).pow(u32::try_from(scale.unsigned_abs()).unwrap_or(u32::MAX));
    match scale > 0 {
        true => (coefficient, power),
        false => (coefficient * power, BigInt::from(1)),
    }
}

/// The number of [`Number::EXACT_DIGITS`] digits next to this one.
fn shorten(d: &BigDecimal) -> BigDecimal {
    let surplus = d.decimal_digit_count() as i64 - Number::EXACT_DIGITS as i64;
    match surplus > 0 {
        true => d
            .with_scale_round(d.fractional_digit_count() - surplus, RoundingMode::HalfEven)
            .normalized(),
        false => d.clone(),
    }
}

/// `n/d`, rounded to [`PRECISION`] binary digits, ties to even. `d` is not zero.
fn round_ratio(n: &BigInt, d: &BigUint) -> BigDecimal {
    if n.sign() == Sign::NoSign {
        return BigDecimal::from(0);
    }
    let (mantissa, exponent) = binary(n.magnitude(), d);
    from_binary(BigInt::from_biguint(n.sign(), mantissa), exponent)
}

/// `n/d` as `mantissa * 2^exponent` with a mantissa of [`PRECISION`] binary digits.
pub(super) fn binary(n: &BigUint, d: &BigUint) -> (BigUint, i64) {
    let mut shift = PRECISION as i64 - (n.bits() as i64 - d.bits() as i64);
    let scaled = |shift: i64| match shift >= 0 {
        true => (n << shift, d.clone()),
        false => (n.clone(), d << -shift),
    };
    let (mut top, mut bottom) = scaled(shift);
    let mut quotient = &top / &bottom;
    if quotient.bits() > PRECISION {
        shift -= 1;
        (top, bottom) = scaled(shift);
        quotient = &top / &bottom;
    }
    let remainder = top - &quotient * &bottom;
    let round_up = match (remainder << 1u8).cmp(&bottom) {
        Ordering::Less => false,
        Ordering::Equal => quotient.bit(0),
        Ordering::Greater => true,
    };
    if round_up {
        quotient += 1u8;
    }
    (quotient, -shift)
}

/// The decimal of `mantissa * 2^exponent`.
fn from_binary(mantissa: BigInt, exponent: i64) -> BigDecimal {
    if exponent >= 0 {
        return BigDecimal::new(mantissa << exponent, 0);
    }
    // 2^-n = 5^n / 10^n; the fewer the better.
    let spare = mantissa.trailing_zeros().unwrap_or(0);
    let places = exponent.unsigned_abs();
    let shift = spare.min(places);
    let places = places - shift;
    let fives = BigInt::from(5).pow(u32::try_from(places).unwrap_or(u32::MAX));
    BigDecimal::new((mantissa >> shift) * fives, places as i64)
}
