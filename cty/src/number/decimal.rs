//! Finite decimals: a coefficient and a power of ten, always in lowest terms.

use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint, Sign};

/// `coefficient * 10^exponent`. The coefficient is no multiple of ten, and zero has exponent
/// zero, so equal numbers have equal parts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Decimal {
    coefficient: BigInt,
    exponent: i64,
}

/// `10^n`; `n` is bounded by the limits on numbers.
pub(super) fn power_of_ten(n: u64) -> BigUint {
    BigUint::from(10u8).pow(u32::try_from(n).unwrap_or(u32::MAX))
}

impl Decimal {
    pub(super) fn new(coefficient: impl Into<BigInt>, exponent: i64) -> Self {
        let mut lowest = Self {
            coefficient: coefficient.into(),
            exponent,
        };
        if lowest.coefficient.sign() == Sign::NoSign {
            lowest.exponent = 0;
            return lowest;
        }
        for zeros in [256, 16, 1] {
            lowest.strip(zeros);
        }
        lowest
    }

    /// Takes off zeros, so many at a time.
    fn strip(&mut self, zeros: u64) {
        let mut power = None;
        // Ten is even: without so many binary zeros there are not so many decimal ones.
        while self.coefficient.trailing_zeros().unwrap_or(0) >= zeros {
            let power = power.get_or_insert_with(|| BigInt::from(power_of_ten(zeros)));
            if (&self.coefficient % &*power).sign() != Sign::NoSign {
                return;
            }
            self.coefficient /= &*power;
            self.exponent += zeros as i64;
        }
    }

    pub(super) fn coefficient(&self) -> &BigInt {
        &self.coefficient
    }

    pub(super) fn exponent(&self) -> i64 {
        self.exponent
    }

    pub(super) fn is_zero(&self) -> bool {
        self.coefficient.sign() == Sign::NoSign
    }

    pub(super) fn is_integer(&self) -> bool {
        self.exponent >= 0
    }

    /// Significant digits; 1 for zero.
    pub(super) fn digits(&self) -> u64 {
        digits(self.coefficient.magnitude())
    }

    /// The power of ten of the first digit: 2 for 123.
    pub(super) fn magnitude(&self) -> i64 {
        self.exponent + self.digits() as i64 - 1
    }

    pub(super) fn neg(&self) -> Self {
        Self {
            coefficient: -&self.coefficient,
            exponent: self.exponent,
        }
    }

    pub(super) fn add(&self, other: &Self) -> Self {
        let (a, b, exponent) = self.aligned(other);
        Self::new(a + b, exponent)
    }

    pub(super) fn mul(&self, other: &Self) -> Self {
        Self::new(
            &self.coefficient * &other.coefficient,
            self.exponent + other.exponent,
        )
    }

    /// The remainder with the sign of `self`; `other` is not zero.
    pub(super) fn rem(&self, other: &Self) -> Self {
        let (a, b, exponent) = self.aligned(other);
        Self::new(a % b, exponent)
    }

    /// The next whole number: below if `down`, else above.
    pub(super) fn to_whole(&self, down: bool) -> Self {
        if self.is_integer() {
            return self.clone();
        }
        let power = BigInt::from(power_of_ten(self.exponent.unsigned_abs()));
        // Division goes towards zero, and there is a fraction.
        let whole = &self.coefficient / power;
        match (self.coefficient.sign() == Sign::Minus, down) {
            (true, true) => Self::new(whole - 1, 0),
            (false, false) => Self::new(whole + 1, 0),
            _ => Self::new(whole, 0),
        }
    }

    /// The nearest number of so many significant digits, ties to even.
    pub(super) fn round(&self, digits: u64) -> Self {
        let surplus = self.digits().saturating_sub(digits);
        if surplus == 0 {
            return self.clone();
        }
        let power = power_of_ten(surplus);
        let magnitude = self.coefficient.magnitude();
        let mut kept = magnitude / &power;
        let rest: BigUint = (magnitude - &kept * &power) << 1u8;
        let up = match rest.cmp(&power) {
            Ordering::Less => false,
            Ordering::Equal => kept.bit(0),
            Ordering::Greater => true,
        };
        if up {
            kept += 1u8;
        }
        let kept = BigInt::from_biguint(self.coefficient.sign(), kept);
        Self::new(kept, self.exponent + surplus as i64)
    }

    /// Both coefficients at one exponent.
    fn aligned(&self, other: &Self) -> (BigInt, BigInt, i64) {
        let exponent = self.exponent.min(other.exponent);
        let raise =
            |d: &Self| &d.coefficient * BigInt::from(power_of_ten((d.exponent - exponent) as u64));
        (raise(self), raise(other), exponent)
    }

    /// The number as a fraction of integers.
    pub(super) fn fraction(&self) -> (BigInt, BigUint) {
        let power = power_of_ten(self.exponent.unsigned_abs());
        match self.is_integer() {
            true => (&self.coefficient * BigInt::from(power), BigUint::from(1u8)),
            false => (self.coefficient.clone(), power),
        }
    }

    /// Digits with a point where it belongs, never an exponent.
    pub(super) fn to_plain_string(&self) -> String {
        let digits = self.coefficient.magnitude().to_string();
        let sign = match self.coefficient.sign() {
            Sign::Minus => "-",
            _ => "",
        };
        if self.exponent >= 0 {
            let zeros = "0".repeat(self.exponent as usize);
            return format!("{sign}{digits}{zeros}");
        }
        let places = self.exponent.unsigned_abs() as usize;
        let digits = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        format!("{sign}{whole}.{fraction}")
    }
}

/// Decimal digits of an integer; 1 for zero.
fn digits(n: &BigUint) -> u64 {
    // A bit less than the logarithm of two: the guess is never too high and hardly too low.
    let guess = n.bits().saturating_sub(1) * 30_102 / 100_000;
    let mut digits = guess + 1;
    let mut power = power_of_ten(digits);
    while *n >= power {
        power *= 10u8;
        digits += 1;
    }
    digits
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = self.coefficient.sign();
        let signs = sign.cmp(&other.coefficient.sign());
        if signs.is_ne() || sign == Sign::NoSign {
            return signs;
        }
        let magnitudes = match self.exponent == other.exponent {
            true => Ordering::Equal,
            false => self.magnitude().cmp(&other.magnitude()),
        };
        match (magnitudes, sign) {
            (Ordering::Equal, _) => {
                let (a, b, _) = self.aligned(other);
                a.cmp(&b)
            }
            (magnitudes, Sign::Minus) => magnitudes.reverse(),
            (magnitudes, _) => magnitudes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_lowest_terms() {
        for zeros in [0u64, 1, 15, 16, 17, 255, 300, 4096] {
            let d = Decimal::new(BigInt::from(power_of_ten(zeros)) * 7, -3);
            assert_eq!(d, Decimal::new(7, zeros as i64 - 3));
            assert_eq!(d.digits(), 1);
        }
        assert_eq!(Decimal::new(0, 99), Decimal::new(0, 0));
    }

    #[test]
    fn counts_digits() {
        assert_eq!(digits(&BigUint::from(0u8)), 1);
        for n in [1u64, 2, 3, 19, 20, 100, 154, 155, 5000, 16_384] {
            assert_eq!(digits(&(power_of_ten(n) - 1u8)), n);
            assert_eq!(digits(&power_of_ten(n)), n + 1);
        }
    }
}
