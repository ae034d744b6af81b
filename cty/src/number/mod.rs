//! Decimal numbers of any size.
//!
//! - `decimal`: finite decimals.
//! - `text`: parsing and printing, as Terraform does both.
//! - `convert`: from and to machine integers and floats.
//! - `arith`: arithmetic, rounded like Terraform's where it must be (`binary`).

mod arith;
mod binary;
mod convert;
mod decimal;
#[cfg(test)]
mod tests;
mod text;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use decimal::Decimal;

/// A number as Terraform has it: decimal, of any size that anybody writes, or an infinity.
///
/// Terraform computes with 512-bit binary floats parsed from decimal text; a decimal never loses
/// what was written. Equality is exact: `0.1` differs from the `f64` nearest to it. Zero keeps the
/// sign that floats give it, which only its text shows: `0 * -1` is `-0`, and equal to `0`.
///
/// A finite number has at most [`Number::MAX_DIGITS`] significant digits, and its first digit
/// stands for a power of ten of at most [`Number::MAX_EXPONENT`] either way, so that no text of a
/// few bytes can fill the memory. (Terraform takes `1e1000000000` for an infinity.)
#[derive(Clone)]
pub struct Number(Repr);

/// One number has one representation, but zero has two: what fits an `i64` is `Int`.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Int(i64),
    NegZero,
    Decimal(Arc<Decimal>),
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
    /// The largest power of ten of a number's first digit, either way.
    pub const MAX_EXPONENT: i64 = 4_096;

    /// Zero.
    pub const ZERO: Self = Self(Repr::Int(0));
    /// Zero with a minus sign.
    const NEG_ZERO: Self = Self(Repr::NegZero);
    /// Positive infinity.
    pub const INFINITY: Self = Self(Repr::Infinity);
    /// Negative infinity.
    pub const NEG_INFINITY: Self = Self(Repr::NegInfinity);

    /// False for the infinities.
    pub fn is_finite(&self) -> bool {
        !matches!(self.0, Repr::Infinity | Repr::NegInfinity)
    }

    /// True for finite numbers without a fraction.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Int(_) | Repr::NegZero => true,
            Repr::Decimal(d) => d.is_integer(),
            Repr::Infinity | Repr::NegInfinity => false,
        }
    }

    /// `Less` for negative numbers, `Equal` for zero, `Greater` for positive ones.
    pub fn sign(&self) -> Ordering {
        self.cmp(&Self::ZERO)
    }

    /// True if a minus sign stands before it, be it before zero.
    fn has_minus(&self) -> bool {
        matches!(self.0, Repr::NegZero) || self.sign().is_lt()
    }

    /// The same representation for both zeros.
    fn plain(&self) -> &Repr {
        match &self.0 {
            Repr::NegZero => &Repr::Int(0),
            other => other,
        }
    }

    /// The number, unless it is beyond the limits.
    fn from_decimal(d: Decimal) -> Result<Self, NumberError> {
        match d.magnitude().abs() <= Self::MAX_EXPONENT && d.digits() <= Self::MAX_DIGITS {
            true => Ok(Self::from_limited(d)),
            false => Err(NumberError::OutOfRange),
        }
    }

    /// The number, which lies within the limits, give or take one.
    fn from_limited(d: Decimal) -> Self {
        match convert::decimal_to_i64(&d) {
            Some(n) => Self(Repr::Int(n)),
            None => Self(Repr::Decimal(Arc::new(d))),
        }
    }

    /// The decimal of a finite number.
    fn to_decimal(&self) -> Option<Decimal> {
        match &self.0 {
            Repr::Int(n) => Some(Decimal::new(*n, 0)),
            Repr::NegZero => Some(Decimal::new(0, 0)),
            Repr::Decimal(d) => Some(Decimal::clone(d)),
            Repr::Infinity | Repr::NegInfinity => None,
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_exact_string())
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.plain() == other.plain()
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.plain().hash(state);
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
            Repr::Int(_) | Repr::NegZero | Repr::Decimal(_) => 0,
            Repr::Infinity => 1,
        };
        match (self.plain(), other.plain()) {
            (Repr::Int(a), Repr::Int(b)) => a.cmp(b),
            (Repr::Decimal(a), Repr::Decimal(b)) => a.cmp(b),
            _ => match (self.to_decimal(), other.to_decimal()) {
                (Some(a), Some(b)) => a.cmp(&b),
                _ => rank(self).cmp(&rank(other)),
            },
        }
    }
}
