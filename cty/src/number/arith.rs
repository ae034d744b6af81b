//! Arithmetic.
//!
//! Results of up to [`Number::EXACT_DIGITS`] significant digits are exact, which they are not in
//! Terraform (though its text mostly hides that). Longer ones, such as `1/3`, are rounded to the
//! 512 binary digits that Terraform computes with, so that `1/3*3` is 1 here too.

use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};

use super::binary::{nearest, shortest};
use super::decimal::{Decimal, power_of_ten};
use super::{Number, NumberError, Repr};

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
            // Both zeros negative: a minus is all that there is.
            (Some(a), Some(b)) if a.is_zero() && b.is_zero() => {
                Ok(zero(self.has_minus() && other.has_minus()))
            }
            (Some(a), Some(b)) => combined(&a, &b, Decimal::add),
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
            && product != 0
        {
            return Ok(product.into());
        }
        match (self.to_decimal(), other.to_decimal()) {
            (Some(a), Some(b)) if a.is_zero() || b.is_zero() => {
                Ok(zero(self.has_minus() != other.has_minus()))
            }
            (Some(a), Some(b)) => combined(&a, &b, Decimal::mul),
            _ => infinity_of_signs(self, other)
                .ok_or(NumberError::Undefined("can't multiply zero by infinity")),
        }
    }

    /// `self / other`; an infinity if `other` is zero, as in Terraform. Fails for `0/0` and for
    /// infinity by infinity.
    pub fn div(&self, other: &Self) -> Result<Self, NumberError> {
        const UNDEFINED: NumberError =
            NumberError::Undefined("can't divide zero by zero or infinity by infinity");
        let by_zero = *other == Self::ZERO;
        let minus = self.has_minus() != other.has_minus();
        let infinity = match minus {
            true => Self::NEG_INFINITY,
            false => Self::INFINITY,
        };
        match (self.to_decimal(), other.to_decimal()) {
            (Some(a), Some(_)) if by_zero && a.is_zero() => Err(UNDEFINED),
            (_, Some(_)) if by_zero => Ok(infinity),
            (Some(a), Some(_)) if a.is_zero() => Ok(zero(minus)),
            (Some(a), Some(b)) => quotient(&a, &b),
            (Some(_), None) => Ok(zero(minus)),
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
            // Terraform subtracts zero times `other`, and a minus survives that of a plus.
            (Some(a), Some(_)) if a.is_zero() => Ok(zero(self.has_minus() && !other.has_minus())),
            (Some(a), Some(b)) => combined(&a, &b, Decimal::rem),
            _ => infinity_of_signs(self, other).ok_or(NumberError::Undefined(
                "can't use modulo with zero and infinity",
            )),
        }
    }

    /// `-self`.
    pub fn neg(&self) -> Self {
        match &self.0 {
            Repr::Int(0) => Self::NEG_ZERO,
            Repr::NegZero => Self::ZERO,
            Repr::Int(n) => match n.checked_neg() {
                Some(n) => n.into(),
                None => Self::from(n.unsigned_abs()),
            },
            Repr::Decimal(d) => Self::from_limited(d.neg()),
            Repr::Infinity => Self::NEG_INFINITY,
            Repr::NegInfinity => Self::INFINITY,
        }
    }

    /// The distance from zero.
    pub fn abs(&self) -> Self {
        match self.has_minus() {
            true => self.neg(),
            false => self.clone(),
        }
    }

    /// The next whole number below, or itself.
    pub fn floor(&self) -> Self {
        self.to_whole(true)
    }

    /// The next whole number above, or itself.
    pub fn ceil(&self) -> Self {
        self.to_whole(false)
    }

    /// The whole number without the fraction: towards zero.
    pub fn trunc(&self) -> Self {
        self.to_whole(self.sign().is_gt())
    }

    fn to_whole(&self, down: bool) -> Self {
        match &self.0 {
            Repr::Decimal(d) => Self::from_limited(d.to_whole(down)),
            Repr::NegZero => Self::ZERO,
            _ => self.clone(),
        }
    }
}

fn zero(minus: bool) -> Number {
    match minus {
        true => Number::NEG_ZERO,
        false => Number::ZERO,
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

/// The exact result if it is short, else what Terraform computes: a float from floats.
fn combined(
    a: &Decimal,
    b: &Decimal,
    compute: fn(&Decimal, &Decimal) -> Decimal,
) -> Result<Number, NumberError> {
    let exact = compute(a, b);
    if exact.digits() <= Number::EXACT_DIGITS {
        return Number::from_decimal(exact);
    }
    let (n, d) = compute(&to_float(a), &to_float(b)).fraction();
    Number::from_decimal(settled(nearest(&n, &d)))
}

fn to_float(d: &Decimal) -> Decimal {
    let (n, d) = d.fraction();
    nearest(&n, &d)
}

/// A float that is the nearest to some short decimal stands for that decimal: `1.1/3*3` is 1.1.
/// The margin leaves alone floats whose text merely happens to end early.
fn settled(float: Decimal) -> Decimal {
    const MARGIN: u64 = 4;
    if float.is_zero() {
        return float;
    }
    let short = shortest(&float);
    match short.digits() + MARGIN <= Number::EXACT_DIGITS {
        true => short,
        false => float,
    }
}

fn quotient(a: &Decimal, b: &Decimal) -> Result<Number, NumberError> {
    let (top, bottom) = (a.coefficient(), b.coefficient());
    let exponent = a.exponent() - b.exponent();
    // A quotient that ends within the digits worth having is exact: 0.3/0.1 is 3.
    let shift = (Number::EXACT_DIGITS + b.digits()).saturating_sub(a.digits());
    let raised = top * BigInt::from(power_of_ten(shift));
    let ends = (&raised % bottom).sign() == Sign::NoSign;
    let exact = ends.then(|| Decimal::new(raised / bottom, exponent - shift as i64));
    if let Some(exact) = exact.filter(|d| d.digits() <= Number::EXACT_DIGITS) {
        return Number::from_decimal(exact);
    }
    let (a, b) = (to_float(a), to_float(b));
    let (n, d) = Decimal::new(a.coefficient().clone(), a.exponent() - b.exponent()).fraction();
    let n = match b.coefficient().sign() {
        Sign::Minus => -n,
        _ => n,
    };
    let d = d * b.coefficient().magnitude();
    Number::from_decimal(settled(nearest(&n, &d)))
}
