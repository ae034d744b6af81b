//! Laws of numbers.

use std::cmp::Ordering;

use cty::Number;
use proptest::prelude::*;

use crate::generate::numbers;

/// Whole numbers and short fractions: what arithmetic is exact for.
fn short() -> impl Strategy<Value = Number> {
    "-?[0-9]{1,30}(\\.[0-9]{1,30})?".prop_map(|text| text.parse().unwrap_or(Number::ZERO))
}

fn is_close(a: &Number, b: &Number) -> Result<bool, cty::NumberError> {
    if a == b {
        return Ok(true);
    }
    let off = a.sub(b)?.div(b)?.abs();
    Ok(off < "1e-150".parse()?)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn text_reads_back(n in numbers(true)) {
        prop_assert_eq!(&n.to_exact_string().parse::<Number>()?, &n);
    }

    /// What is printed is the number, or names the same 512-bit float.
    #[test]
    fn display_is_close(n in numbers(false)) {
        let shown: Number = n.to_string().parse()?;
        prop_assert!(is_close(&shown, &n)?);
        prop_assert_eq!(shown.to_string(), n.to_string());
        prop_assert!(!n.to_string().contains(['e', 'E']));
    }

    #[test]
    fn order_is_total(a in numbers(true), b in numbers(true), c in numbers(true)) {
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a.cmp(&b) == Ordering::Equal, a == b);
        if a <= b && b <= c {
            prop_assert!(a <= c);
        }
    }

    #[test]
    fn floats_are_exact(x in any::<f64>(), y in any::<f64>()) {
        prop_assume!(!x.is_nan() && !y.is_nan());
        let (a, b) = (Number::try_from(x)?, Number::try_from(y)?);
        prop_assert_eq!(Some(a.cmp(&b)), x.partial_cmp(&y));
        prop_assert_eq!(a.to_f64_exact(), Some(x));
        prop_assert_eq!(Number::shortest(x)?.to_f64(), x);
    }

    #[test]
    fn short_arithmetic_is_exact(a in short(), b in short(), c in short()) {
        prop_assert_eq!(a.add(&b)?, b.add(&a)?);
        prop_assert_eq!(a.add(&b)?.sub(&b)?, a.clone());
        prop_assert_eq!(a.mul(&b)?, b.mul(&a)?);
        prop_assert_eq!(a.mul(&b.add(&c)?)?, a.mul(&b)?.add(&a.mul(&c)?)?);
        if b != Number::ZERO {
            prop_assert_eq!(a.mul(&b)?.div(&b)?, a);
        }
    }

    /// Division and multiplication undo each other, as they seem to in Terraform.
    #[test]
    fn division_is_close(a in short(), b in short()) {
        prop_assume!(b != Number::ZERO);
        prop_assert!(is_close(&a.div(&b)?.mul(&b)?, &a)?);
    }

    #[test]
    fn remainder_belongs_to_the_whole_quotient(a in short(), b in short()) {
        prop_assume!(b != Number::ZERO);
        let rest = a.rem(&b)?;
        prop_assert!(rest.abs() < b.abs());
        prop_assert!(rest == Number::ZERO || rest.sign() == a.sign());
        let whole = a.sub(&rest)?.div(&b)?;
        prop_assert!(whole.is_integer());
    }

    #[test]
    fn rounding_is_to_the_neighbours(a in short()) {
        let (low, high) = (a.floor(), a.ceil());
        prop_assert!(low.is_integer() && high.is_integer() && low <= a && a <= high);
        prop_assert!(high.sub(&low)? <= Number::from(1));
        prop_assert_eq!(a.is_integer(), low == high);
        prop_assert_eq!(a.neg().floor(), a.ceil().neg());
    }
}
