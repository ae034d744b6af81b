//! Decimal numbers of any size.
//!
//! - `text`: parsing and printing, as Terraform does both.
//! - `convert`: from and to machine integers and floats.
//! - `arith`: arithmetic.

mod arith;
mod convert;
mod text;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use bigdecimal::BigDecimal;

/// A number as Terraform has it: decimal, of any size that anybody writes, or an infinity.
///
/// Terraform computes with 512-bit binary floats parsed from decimal text; a decimal never loses
/// what was written. Equality is exact: `0.1` differs from the `f64` nearest to it.
///
/// Finite numbers have at most [`Number::MAX_DIGITS`] significant digits and lie between
/// `1e-MAX_EXPONENT` and `1eMAX_EXPONENT` in magnitude (or are zero), so that no text of a few
/// bytes can fill the memory.
#[derive(Clone, PartialEq, Eq)]
pub struct Number(Repr);

/// One number has one representation: what fits an `i64` is `Int`; a decimal is normalised.
#[derive(Clone, PartialEq, Eq)]
enum Repr {
    Int(i64),
    Decimal(Arc<BigDecimal>),
    Infinity,
    NegInfinity,
}

/// Text or arithmetic that makes no number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// The text is not a decimal number; Terraform's words.
    #[error("a number is required")]
    NotANumber,
    /// The number is longer or larger than this crate holds.
    #[error(
        "the number is out of range: more than {} digits, or an exponent beyond {}",
        Number::MAX_DIGITS,
        Number::MAX_EXPONENT
    )]
    OutOfRange,
    /// `0 / 0`, `infinity - infinity` and their like; Terraform's words.
    #[error("{0}")]
    Undefined(&'static str),
}

impl Number {
    /// The most significant digits of a number.
    pub const MAX_DIGITS: u64 = 16_384;
    /// The largest decimal exponent, either way.
    pub const MAX_EXPONENT: i64 = 4_096;

    /// Zero.
    pub const ZERO: Self = Self(Repr::Int(0));
    /// Positive infinity.
    pub const INFINITY: Self = Self(Repr::Infinity);
    /// Negative infinity.
    pub const NEG_INFINITY: Self = Self(Repr::NegInfinity);

    /// False for the infinities.
    pub fn is_finite(&self) -> bool {
        matches!(self.0, Repr::Int(_) | Repr::Decimal(_))
    }

    /// True for finite numbers without a fraction.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Int(_) => true,
            Repr::Decimal(d) => d.fractional_digit_count() <= 0,
            Repr::Infinity | Repr::NegInfinity => false,
        }
    }

    /// `Less` for negative numbers, `Equal` for zero, `Greater` for positive ones.
    pub fn sign(&self) -> Ordering {
        self.cmp(&Self::ZERO)
    }

    /// Checks the limits and picks the representation.
    fn from_decimal(d: BigDecimal) -> Result<Self, NumberError> {
        // The magnitude first: it costs nothing, and nothing below may see a wild exponent.
        let digits = d.decimal_digit_count();
        let exponent = digits as i128 - 1 - i128::from(d.fractional_digit_count());
        if d.sign() == bigdecimal::num_bigint::Sign::NoSign {
            return Ok(Self::ZERO);
        }
        if exponent.abs() > i128::from(Self::MAX_EXPONENT) {
            return Err(NumberError::OutOfRange);
        }
        let d = d.normalized();
        if d.decimal_digit_count() > Self::MAX_DIGITS {
            return Err(NumberError::OutOfRange);
        }
        Ok(match convert::decimal_to_i64(&d) {
            Some(n) => Self(Repr::Int(n)),
            None => Self(Repr::Decimal(Arc::new(d))),
        })
    }

    /// The decimal of a finite number.
    fn to_decimal(&self) -> Option<BigDecimal> {
        match &self.0 {
            Repr::Int(n) => Some(BigDecimal::from(*n)),
            Repr::Decimal(d) => Some(BigDecimal::clone(d)),
            Repr::Infinity | Repr::NegInfinity => None,
        }
    }
}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Repr::Int(n) => n.hash(state),
            Repr::Decimal(d) => d.hash(state),
            Repr::Infinity => f64::INFINITY.to_bits().hash(state),
            Repr::NegInfinity => f64::NEG_INFINITY.to_bits().hash(state),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let rank = |n: &Self| match n.0 {
            Repr::NegInfinity => -1,
            Repr::Int(_) | Repr::Decimal(_) => 0,
            Repr::Infinity => 1,
        };
        match (&self.0, &other.0) {
            (Repr::Int(a), Repr::Int(b)) => a.cmp(b),
            (Repr::Decimal(a), Repr::Decimal(b)) => a.cmp(b),
            _ => match (self.to_decimal(), other.to_decimal()) {
                (Some(a), Some(b)) => a.cmp(&b),
                _ => rank(self).cmp(&rank(other)),
            },
        }
    }
}
