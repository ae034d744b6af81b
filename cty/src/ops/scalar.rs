//! Logic, comparison and arithmetic.

use std::cmp::Ordering;

use super::{OpError, Side};
use crate::convert::convert;
use crate::{Data, Marks, Number, NumberError, Type, Value};

/// `!a`.
pub fn not(a: &Value) -> Result<Value, OpError> {
    let (a, marks) = operand(a, &Type::Bool, Side::Only)?;
    let result = match a.as_bool() {
        Some(b) => Value::bool(!b),
        None => Value::unknown_not_null(Type::Bool),
    };
    Ok(result.with_marks(&marks))
}

/// `a || b`. A known `true` on either side decides, whatever the other is (Terraform 1.15).
pub fn or(a: &Value, b: &Value) -> Result<Value, OpError> {
    logic(a, b, true)
}

/// `a && b`. A known `false` on either side decides, whatever the other is (Terraform 1.15).
pub fn and(a: &Value, b: &Value) -> Result<Value, OpError> {
    logic(a, b, false)
}

fn logic(a: &Value, b: &Value, deciding: bool) -> Result<Value, OpError> {
    let (a, a_marks) = convert_operand(a, &Type::Bool, Side::Left)?;
    let (b, b_marks) = convert_operand(b, &Type::Bool, Side::Right)?;
    let result = match (a.as_bool(), b.as_bool()) {
        pair if pair.0 == Some(deciding) || pair.1 == Some(deciding) => Value::bool(deciding),
        _ if a.is_null() || b.is_null() => return Err(OpError::NullOperand),
        (Some(_), Some(_)) => Value::bool(!deciding),
        _ => Value::unknown_not_null(Type::Bool),
    };
    Ok(result.with_marks(&a_marks).with_marks(&b_marks))
}

/// `a < b`.
pub fn less(a: &Value, b: &Value) -> Result<Value, OpError> {
    compare(a, b, Ordering::is_lt)
}

/// `a <= b`.
pub fn less_or_equal(a: &Value, b: &Value) -> Result<Value, OpError> {
    compare(a, b, Ordering::is_le)
}

/// `a > b`.
pub fn greater(a: &Value, b: &Value) -> Result<Value, OpError> {
    compare(a, b, Ordering::is_gt)
}

/// `a >= b`.
pub fn greater_or_equal(a: &Value, b: &Value) -> Result<Value, OpError> {
    compare(a, b, Ordering::is_ge)
}

fn compare(a: &Value, b: &Value, test: fn(Ordering) -> bool) -> Result<Value, OpError> {
    let (a, a_marks) = operand(a, &Type::Number, Side::Left)?;
    let (b, b_marks) = operand(b, &Type::Number, Side::Right)?;
    let result = match order(&a, &b) {
        Some(order) => Value::bool(test(order)),
        None => Value::unknown_not_null(Type::Bool),
    };
    Ok(result.with_marks(&a_marks).with_marks(&b_marks))
}

/// How two numbers compare, as far as their bounds tell. As in Terraform, a bound decides only
/// what lies beyond it: a length, never negative, may not be said to be `>= 0`.
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    if let (Some(a), Some(b)) = (a.as_number(), b.as_number()) {
        return Some(a.cmp(b));
    }
    let ((a_low, a_high), (b_low, b_high)) = (bounds(a), bounds(b));
    let is_below = |high: Option<&Number>, low: Option<&Number>| {
        high.zip(low).is_some_and(|(high, low)| high < low)
    };
    if is_below(a_high, b_low) {
        return Some(Ordering::Less);
    }
    is_below(b_high, a_low).then_some(Ordering::Greater)
}

fn bounds(n: &Value) -> (Option<&Number>, Option<&Number>) {
    match n.data() {
        Data::Number(n) => (Some(n), Some(n)),
        Data::Unknown(_, Some(known)) => (
            known.lower.as_ref().map(|it| &it.0),
            known.upper.as_ref().map(|it| &it.0),
        ),
        _ => (None, None),
    }
}

/// `a + b`.
pub fn add(a: &Value, b: &Value) -> Result<Value, OpError> {
    arithmetic(a, b, Number::add)
}

/// `a - b`.
pub fn sub(a: &Value, b: &Value) -> Result<Value, OpError> {
    arithmetic(a, b, Number::sub)
}

/// `a * b`.
pub fn mul(a: &Value, b: &Value) -> Result<Value, OpError> {
    arithmetic(a, b, Number::mul)
}

/// `a / b`; by zero it is an infinity.
pub fn div(a: &Value, b: &Value) -> Result<Value, OpError> {
    arithmetic(a, b, Number::div)
}

/// `a % b`, with the sign of `a`.
pub fn rem(a: &Value, b: &Value) -> Result<Value, OpError> {
    arithmetic(a, b, Number::rem)
}

/// `-a`.
pub fn negate(a: &Value) -> Result<Value, OpError> {
    let (a, marks) = operand(a, &Type::Number, Side::Only)?;
    let result = match a.as_number() {
        Some(n) => Value::number(n.neg()),
        None => Value::unknown_not_null(Type::Number),
    };
    Ok(result.with_marks(&marks))
}

fn arithmetic(
    a: &Value,
    b: &Value,
    compute: fn(&Number, &Number) -> Result<Number, NumberError>,
) -> Result<Value, OpError> {
    let (a, a_marks) = operand(a, &Type::Number, Side::Left)?;
    let (b, b_marks) = operand(b, &Type::Number, Side::Right)?;
    let result = match (a.as_number(), b.as_number()) {
        (Some(a), Some(b)) => Value::number(compute(a, b)?),
        _ => Value::unknown_not_null(Type::Number),
    };
    Ok(result.with_marks(&a_marks).with_marks(&b_marks))
}

fn operand(value: &Value, want: &Type, side: Side) -> Result<(Value, Marks), OpError> {
    let (value, marks) = convert_operand(value, want, side)?;
    match value.is_null() {
        true => Err(OpError::NullOperand),
        false => Ok((value, marks)),
    }
}

fn convert_operand(value: &Value, want: &Type, side: Side) -> Result<(Value, Marks), OpError> {
    convert(value, want)
        .map(Value::unmark)
        .map_err(|error| OpError::Operand(side, error))
}
