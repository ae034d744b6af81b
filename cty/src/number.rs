//! Decimal numbers of any size.

use std::fmt;
use std::str::FromStr;

use bigdecimal::BigDecimal;

/// A number as Terraform has it: decimal, of any size, or an infinity.
///
/// Terraform computes with 512-bit binary floats parsed from decimal text; a decimal of any
/// length never loses what was written.
#[derive(Clone, Debug)]
pub enum Number {
    /// A finite decimal.
    Finite(BigDecimal),
    /// Positive infinity.
    Infinity,
    /// Negative infinity.
    NegInfinity,
}

/// The text is not a decimal number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a number")]
pub struct ParseNumberError(pub String);

impl FromStr for Number {
    type Err = ParseNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        BigDecimal::from_str(text)
            .map(|n| Self::Finite(n.normalized()))
            .map_err(|_| ParseNumberError(text.to_owned()))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finite(n) => f.write_str(&n.to_plain_string()),
            Self::Infinity => f.write_str("Infinity"),
            Self::NegInfinity => f.write_str("-Infinity"),
        }
    }
}

impl From<i64> for Number {
    fn from(n: i64) -> Self {
        Self::Finite(BigDecimal::from(n).normalized())
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        use std::cmp::Ordering::{Equal, Greater, Less};
        match (self, other) {
            (Self::Finite(a), Self::Finite(b)) => a.cmp(b),
            (Self::Infinity, Self::Infinity) | (Self::NegInfinity, Self::NegInfinity) => Equal,
            (Self::Infinity, _) | (_, Self::NegInfinity) => Greater,
            (_, Self::Infinity) | (Self::NegInfinity, _) => Less,
        }
    }
}
