//! Terraform's 512-bit floats: rounding to one, and the shortest text of one.

use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint, Sign};

use super::decimal::Decimal;

/// Binary digits of Terraform's numbers.
const PRECISION: u64 = 512;

/// `n/d` rounded to the nearest 512-bit float, ties to even, as an exact decimal. `d` is not
/// zero.
pub(super) fn nearest(n: &BigInt, d: &BigUint) -> Decimal {
    if n.sign() == Sign::NoSign {
        return Decimal::new(0, 0);
    }
    let (mantissa, exponent) = binary(n.magnitude(), d);
    from_binary(BigInt::from_biguint(n.sign(), mantissa), exponent)
}

/// `n/d` as `mantissa * 2^exponent`, rounded to a mantissa of [`PRECISION`] binary digits.
/// Neither is zero.
fn binary(n: &BigUint, d: &BigUint) -> (BigUint, i64) {
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
    if quotient.bits() > PRECISION {
        // All ones rounded up.
        quotient >>= 1u8;
        shift -= 1;
    }
    (quotient, -shift)
}

/// The decimal of `mantissa * 2^exponent`.
pub(super) fn from_binary(mantissa: BigInt, exponent: i64) -> Decimal {
    if exponent >= 0 {
        return Decimal::new(mantissa << exponent, 0);
    }
    // 2^-n = 5^n / 10^n; the fewer the better.
    let places = exponent.unsigned_abs();
    let spare = mantissa.trailing_zeros().unwrap_or(0).min(places);
    let places = places - spare;
    Decimal::new(
        (mantissa >> spare) * BigInt::from(power_of_five(places)),
        -(places as i64),
    )
}

fn power_of_five(n: u64) -> BigUint {
    BigUint::from(5u8).pow(u32::try_from(n).unwrap_or(u32::MAX))
}

/// The decimal with the fewest digits among those that round to the same 512-bit float, by the
/// rule of Go's `big.Float.Text`. `d` is not zero.
pub(super) fn shortest(d: &Decimal) -> Decimal {
    let (n, denominator) = d.fraction();
    let (mantissa, exponent) = binary(n.magnitude(), &denominator);
    // The float and half a unit in its last place to either side, all with as many places.
    let (middle, places) = unit_places(&mantissa << 1u8, exponent - 1);
    let (half, _) = unit_places(BigUint::from(1u8), exponent - 1);
    let texts = [&middle - &half, middle.clone(), &middle + &half].map(|n| n.to_string());
    let width = texts[2].len();
    let [lower, digits, upper] = texts.map(|text| format!("{text:0>width$}"));
    let kept = shortest_digits(
        lower.as_bytes(),
        digits.as_bytes(),
        upper.as_bytes(),
        !mantissa.bit(0),
    );
    let dropped = (width - kept.len()) as i64;
    let kept = BigUint::parse_bytes(&kept, 10).unwrap_or(middle);
    Decimal::new(BigInt::from_biguint(n.sign(), kept), dropped - places)
}

/// `n * 2^exponent` as an integer, and how many of its decimal places lie behind the point.
fn unit_places(n: BigUint, exponent: i64) -> (BigUint, i64) {
    match exponent < 0 {
        true => (n * power_of_five(exponent.unsigned_abs()), -exponent),
        false => (n << exponent, 0),
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

/// The next higher number of the same length. It is never all nines: `upper` is higher and no
/// longer.
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
