//! From and to machine numbers.

use num_bigint::BigInt;

use super::binary::from_binary;
use super::decimal::{Decimal, power_of_ten};
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
            Err(_) => Self::from_limited(Decimal::new(n, 0)),
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
            _ if float.is_nan() => Err(NumberError::NotANumber),
            _ if float == 0.0 && float.is_sign_negative() => Ok(Self::NEG_ZERO),
            _ => {
                let (mantissa, exponent) = parts(float);
                Ok(Self::from_limited(from_binary(mantissa.into(), exponent)))
            }
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
            Repr::NegZero => Some(0),
            _ => None,
        }
    }

    /// The number if it is whole, not negative and fits.
    pub fn to_u64(&self) -> Option<u64> {
        match &self.0 {
            Repr::Int(n) => u64::try_from(*n).ok(),
            Repr::NegZero => Some(0),
            Repr::Decimal(d) if d.magnitude() < 20 => whole(d).and_then(|n| n.try_into().ok()),
            Repr::Decimal(_) => None,
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
            Repr::NegZero => -0.0,
            Repr::Decimal(d) => {
                let text = format!("{}e{}", d.coefficient(), d.exponent());
                // Digits with an exponent always parse.
                text.parse().unwrap_or(f64::NAN)
            }
            Repr::Infinity => f64::INFINITY,
            Repr::NegInfinity => f64::NEG_INFINITY,
        }
    }
}

/// A finite float as `mantissa * 2^exponent`.
fn parts(float: f64) -> (i64, i64) {
    const FRACTION_BITS: u32 = 52;
    let bits = float.to_bits();
    let fraction = (bits & ((1 << FRACTION_BITS) - 1)) as i64;
    let (mantissa, exponent) = match (bits >> FRACTION_BITS & 0x7ff) as i64 {
        // Subnormal: no leading one.
        0 => (fraction, 1),
        exponent => (fraction | 1 << FRACTION_BITS, exponent),
    };
    let sign = if float.is_sign_negative() { -1 } else { 1 };
    (sign * mantissa, exponent - 1023 - i64::from(FRACTION_BITS))
}

fn whole(d: &Decimal) -> Option<BigInt> {
    let zeros = u64::try_from(d.exponent()).ok()?;
    Some(d.coefficient() * BigInt::from(power_of_ten(zeros)))
}

pub(super) fn decimal_to_i64(d: &Decimal) -> Option<i64> {
    let zeros = u32::try_from(d.exponent()).ok()?;
    let coefficient = i64::try_from(d.coefficient()).ok()?;
    10i64.checked_pow(zeros)?.checked_mul(coefficient)
}
