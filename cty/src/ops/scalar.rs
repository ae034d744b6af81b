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
    let mut results = possible_orders(&a, &b).into_iter().map(test);
    let first = results.next();
    let result = match first {
        Some(result) if results.all(|other| other == result) => Value::bool(result),
        _ => Value::unknown_not_null(Type::Bool),
    };
    Ok(result.with_marks(&a_marks).with_marks(&b_marks))
}

/// How two numbers can turn out to compare, as far as their bounds tell.
fn possible_orders(a: &Value, b: &Value) -> Vec<Ordering> {
    if let (Some(a), Some(b)) = (a.as_number(), b.as_number()) {
        return vec![a.cmp(b)];
    }
    let ((a_low, a_high), (b_low, b_high)) = (bounds(a), bounds(b));
    let mut orders = vec![Ordering::Less, Ordering::Equal, Ordering::Greater];
    let drop = |orders: &mut Vec<Ordering>, high: Bound, low: Bound, above: Ordering| {
        if let (Some((high, high_in)), Some((low, low_in))) = (high, low) {
            match high.cmp(&low) {
                // All of one side lies below all of the other.
                Ordering::Less => orders.retain(|o| *o == above.reverse()),
                Ordering::Equal if !(high_in && low_in) => orders.retain(|o| *o == above.reverse()),
                Ordering::Equal => orders.retain(|o| *o != above),
                Ordering::Greater => {}
            }
        }
    };
    drop(&mut orders, a_high, b_low, Ordering::Greater);
    drop(&mut orders, b_high, a_low, Ordering::Less);
    orders
}

/// A limit, and whether the number can be the limit itself.
type Bound = Option<(Number, bool)>;

fn bounds(n: &Value) -> (Bound, Bound) {
    match n.data() {
        Data::Number(n) => (Some((n.clone(), true)), Some((n.clone(), true))),
        Data::Unknown(_, Some(known)) => (known.lower.clone(), known.upper.clone()),
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
