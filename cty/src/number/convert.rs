//! From and to machine numbers.

use bigdecimal::BigDecimal;
use bigdecimal::num_bigint::BigInt;

use super::{Number, NumberError, Repr};

macro_rules! from_small {
    ($($int:ty),*) => {$(
        impl From<$int> for Number {
            fn from(n: $int) -> Self {
                Self(Repr::Int(n.into()))
            }
        }
    )*};
}

from_small!(i8, i16, i32, i64, u8, u16, u32);

impl From<u64> for Number {
    fn from(n: u64) -> Self {
        match i64::try_from(n) {
            Ok(n) => Self(Repr::Int(n)),
            Err(_) => Self(Repr::Decimal(std::sync::Arc::new(
                BigDecimal::from(n).normalized(),
            ))),
        }
    }
}

impl From<usize> for Number {
    fn from(n: usize) -> Self {
        Self::from(n as u64)
    }
}

impl TryFrom<f64> for Number {
    type Error = NumberError;

    /// The exact value, all digits of the binary fraction: `0.1` becomes
    /// `0.1000000000000000055511151231257827…`, which is what a float on Terraform's wire means.
    /// For a float somebody wrote down see [`Number::shortest`]. Fails for not-a-number.
    fn try_from(float: f64) -> Result<Self, NumberError> {
        match float {
            f64::INFINITY => Ok(Self::INFINITY),
            f64::NEG_INFINITY => Ok(Self::NEG_INFINITY),
            _ => BigDecimal::try_from(float)
                .map_err(|_| NumberError::NotANumber)
                .and_then(Self::from_decimal),
        }
    }
}

impl Number {
    /// The shortest decimal that reads back as the same float: `0.1` becomes `0.1`.
    /// Fails for not-a-number.
    pub fn shortest(float: f64) -> Result<Self, NumberError> {
        if float.is_infinite() {
            return Self::try_from(float);
        }
        format!("{float:e}").parse()
    }

    /// The number if it is whole and fits.
    pub fn to_i64(&self) -> Option<i64> {
        match self.0 {
            Repr::Int(n) => Some(n),
            _ => None,
        }
    }

    /// The number if it is whole, not negative and fits.
    pub fn to_u64(&self) -> Option<u64> {
        match &self.0 {
            Repr::Int(n) => u64::try_from(*n).ok(),
            Repr::Decimal(d) => decimal_to_bigint(d).and_then(|n| u64::try_from(n).ok()),
            Repr::Infinity | Repr::NegInfinity => None,
        }
    }

    /// The float of exactly this value, if there is one.
    pub fn to_f64_exact(&self) -> Option<f64> {
        let float = self.to_f64();
        (Self::try_from(float).as_ref() == Ok(self)).then_some(float)
    }

    /// The nearest float; beyond the range of floats an infinity.
    pub fn to_f64(&self) -> f64 {
        match &self.0 {
            Repr::Int(n) => *n as f64,
            Repr::Decimal(d) => {
                let (coefficient, scale) = d.as_bigint_and_scale();
                let text = format!("{coefficient}e{}", -scale);
                // Digits with an exponent always parse.
                text.parse().unwrap_or(f64::NAN)
            }
            Repr::Infinity => f64::INFINITY,
            Repr::NegInfinity => f64::NEG_INFINITY,
        }
    }
}

/// The integer of a normalised decimal of bounded exponent.
pub(super) fn decimal_to_bigint(d: &BigDecimal) -> Option<BigInt> {
    let (coefficient, scale) = d.as_bigint_and_scale();
    let zeros = u32::try_from(-scale).ok()?;
    Some(coefficient.into_owned() * BigInt::from(10).pow(zeros))
}

pub(super) fn decimal_to_i64(d: &BigDecimal) -> Option<i64> {
    let (coefficient, scale) = d.as_bigint_and_scale();
    let zeros = u32::try_from(-scale).ok()?;
    let coefficient = i64::try_from(&*coefficient).ok()?;
    10i64.checked_pow(zeros)?.checked_mul(coefficient)
}
