//! Functions of numbers. Sums and comparisons are exact; `log` and `pow` compute with 64-bit
//! floats, as Terraform does.

use std::cmp::Ordering;

use cty::{Number, Value};

use super::FunctionError;
use super::decimal;
use super::signature::{Args, Function, Outcome, Param, Returns, Shape, whole};
use super::text::quoted_unless_sensitive;

const NUM: Param = Param::number("num");
const NUMBERS: Param = Param::number("numbers").dynamic();
const NUMBER: Returns = Returns::Shape(Shape::Number);

pub(super) const ABS: Function = Function::new(&[NUM.dynamic()], NUMBER, |args| {
    Ok(Value::number(args.number(0).abs()))
});

pub(super) const CEIL: Function = Function::new(&[NUM], NUMBER, |args| {
    Ok(Value::number(args.number(0).ceil()))
});

pub(super) const FLOOR: Function = Function::new(&[NUM], NUMBER, |args| {
    Ok(Value::number(args.number(0).floor()))
});

pub(super) const SIGNUM: Function = Function::new(&[NUM], NUMBER, |args| {
    // Terraform asks for a whole number here, though any has a sign.
    Ok(Value::int(args.int(0)?.signum()))
});

pub(super) const MAX: Function =
    Function::new(&[], NUMBER, |args| extreme(args, Ordering::Greater)).rest(NUMBERS);

pub(super) const MIN: Function =
    Function::new(&[], NUMBER, |args| extreme(args, Ordering::Less)).rest(NUMBERS);

/// The first that all others do not surpass.
fn extreme(args: &Args<'_>, surpassing: Ordering) -> Outcome {
    let numbers = args.values.iter().filter_map(Value::as_number);
    let best = numbers.reduce(|best, number| match number.cmp(best) == surpassing {
        true => number,
        false => best,
    });
    best.map(|number| Value::number(number.clone()))
        .ok_or_else(|| FunctionError::new("must pass at least one number"))
}

pub(super) const LOG: Function = Function::new(&[NUM, Param::number("base")], NUMBER, |args| {
    float(ln(args.number(0).to_f64()) / ln(args.number(1).to_f64()))
});

/// The natural logarithm by the steps that Go takes (FreeBSD's `e_log.c`), which round otherwise
/// than the C library's: `log(27, 3)` is a little more than 3.
fn ln(x: f64) -> f64 {
    const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
    const LN2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
    const L1: f64 = f64::from_bits(0x3fe5_5555_5555_5593);
    const L2: f64 = f64::from_bits(0x3fd9_9999_9997_fa04);
    const L3: f64 = f64::from_bits(0x3fd2_4924_9422_9359);
    const L4: f64 = f64::from_bits(0x3fcc_71c5_1d8e_78af);
    const L5: f64 = f64::from_bits(0x3fc7_4664_96cb_03de);
    const L6: f64 = f64::from_bits(0x3fc3_9a09_d078_c69f);
    const L7: f64 = f64::from_bits(0x3fc2_f112_df3e_5244);
    if !x.is_normal() || x < 0.0 {
        return x.ln();
    }
    let (mut mantissa, mut scale) = split_float(x);
    if mantissa < std::f64::consts::FRAC_1_SQRT_2 {
        mantissa *= 2.0;
        scale -= 1;
    }
    let (f, k) = (mantissa - 1.0, scale as f64);
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let odd = s2 * (L1 + s4 * (L3 + s4 * (L5 + s4 * L7)));
    let even = s4 * (L2 + s4 * (L4 + s4 * L6));
    let half = 0.5 * f * f;
    k * LN2_HIGH - ((half - (s * (half + (odd + even)) + k * LN2_LOW)) - f)
}

pub(super) const POW: Function = Function::new(&[NUM, Param::number("power")], NUMBER, |args| {
    float(power(args.number(0).to_f64(), args.number(1).to_f64()))
});

/// `base.powf(exponent)` by the steps that Go takes, which round otherwise than the C library's:
/// whole exponents by squaring mantissas, binary exponents aside.
fn power(base: f64, exponent: f64) -> f64 {
    let whole = exponent.abs().trunc();
    let is_plain = base != 0.0 && base != 1.0 && base.is_finite() && whole < f64::from(u32::MAX);
    if !is_plain || exponent == 1.0 || exponent != exponent.trunc() {
        return base.powf(exponent);
    }
    let mut left = whole as u64;
    let (mut mantissa, mut scale) = split_float(base);
    let (mut product, mut product_scale) = (1.0, 0i64);
    while left != 0 {
        if scale.abs() > 1 << 12 {
            // Far out of range either way.
            product_scale += scale;
            break;
        }
        if left & 1 == 1 {
            product *= mantissa;
            product_scale += scale;
        }
        mantissa *= mantissa;
        scale <<= 1;
        if mantissa < 0.5 {
            mantissa += mantissa;
            scale -= 1;
        }
        left >>= 1;
    }
    if exponent < 0.0 {
        product = 1.0 / product;
        product_scale = -product_scale;
    }
    // In two halves, for the scale alone may overflow.
    let scale = i32::try_from(product_scale.clamp(-4096, 4096)).unwrap_or(0);
    product * 2f64.powi(scale / 2) * 2f64.powi(scale - scale / 2)
}

/// A number as `mantissa * 2^scale`, the mantissa's magnitude in `0.5..1`.
fn split_float(float: f64) -> (f64, i64) {
    const EXPONENT: u64 = 0x7ff << 52;
    if !float.is_normal() {
        let (mantissa, scale) = split_float(float * 2f64.powi(64));
        return (mantissa, scale - 64);
    }
    let scale = ((float.to_bits() & EXPONENT) >> 52) as i64 - 1022;
    (
        f64::from_bits(float.to_bits() & !EXPONENT | 1022 << 52),
        scale,
    )
}

fn float(float: f64) -> Outcome {
    decimal::from_float(float)
        .map(Value::number)
        .ok_or_else(|| FunctionError::new("the result is not a number"))
}

pub(super) const PARSEINT: Function = Function::new(
    &[Param::any("number"), Param::number("base")],
    Returns::Of(|args| match args[0].ty() {
        cty::Type::String => Ok(cty::Type::Number),
        other => Err(FunctionError::at(
            0,
            format!(
                "first argument must be a string, not {}",
                other.friendly_name()
            ),
        )),
    }),
    parseint,
);

fn parseint(args: &Args<'_>) -> Outcome {
    let base = whole(&args.number(1)).map_err(|message| FunctionError::at(1, message))?;
    if !(2..=62).contains(&base) {
        return Err(FunctionError::at(
            1,
            "base must be a whole number between 2 and 62 inclusive",
        ));
    }
    let text = args.str(0);
    parse_in_base(text, base).map(Value::number).ok_or_else(|| {
        let text = quoted_unless_sensitive(text, &cty::Marks::NONE);
        FunctionError::at(0, format!("cannot parse {text} as a base {base} integer"))
    })
}

/// Longer than any number that fits [`Number::MAX_DIGITS`] usefully; parsing takes quadratic time.
const MAX_INTEGER_DIGITS: usize = 4096;

/// Digits are `0-9`, then letters of either case; above base 36 capitals follow small letters.
fn parse_in_base(text: &str, base: i64) -> Option<Number> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() || digits.len() > MAX_INTEGER_DIGITS {
        return None;
    }
    let radix = Number::from(base);
    let mut number = Number::ZERO;
    for byte in digits {
        let digit = i64::from(match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'z' => byte - b'a' + 10,
            b'A'..=b'Z' if base <= 36 => byte - b'A' + 10,
            b'A'..=b'Z' => byte - b'A' + 36,
            _ => return None,
        });
        if digit >= base {
            return None;
        }
        number = number.mul(&radix).ok()?.add(&Number::from(digit)).ok()?;
    }
    // Of whole numbers: there is no negative zero.
    let minus = negative && number != Number::ZERO;
    Some(if minus { number.neg() } else { number })
}
