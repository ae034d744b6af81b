//! What is known of a value that is one of two: what both have in common.

use cty::{Data, Number, Refinement, Type, Value};

/// A value of type `ty` that is `yes` or `no`. Numbers keep their bounds and collections theirs
/// on the length; where the bounds meet, the value is known after all.
pub(super) fn either(yes: &Value, no: &Value, ty: &Type) -> Value {
    if yes.is_null() && no.is_null() {
        return Value::null(ty.clone());
    }
    let not_null = yes.is_definitely_not_null() && no.is_definitely_not_null();
    let mut known = Refinement {
        not_null,
        ..Refinement::default()
    };
    match ty {
        Type::Number => {
            let ((a_low, a_high), (b_low, b_high)) = (bounds(yes), bounds(no));
            known.lower = wider(a_low, b_low, |a, b| a < b);
            known.upper = wider(a_high, b_high, |a, b| a > b);
            if let (true, Some((low, true)), Some((high, true))) =
                (not_null, &known.lower, &known.upper)
                && low == high
            {
                return Value::number(low.clone());
            }
        }
        Type::List(_) | Type::Set(_) | Type::Map(_) if yes.ty() == no.ty() => {
            let ((a_min, a_max), (b_min, b_max)) = (lengths(yes), lengths(no));
            known.min_length = a_min.zip(b_min).map(|(a, b)| a.min(b));
            known.max_length = a_max.zip(b_max).map(|(a, b)| a.max(b));
            if let (true, Some(length)) = (not_null, known.min_length)
                && known.max_length == Some(length)
                && let Some(value) = of_length(ty, length)
            {
                return value;
            }
        }
        _ => {}
    }
    Value::refined(ty.clone(), known)
}

/// A limit, and whether the number can be the limit itself.
type Bound = Option<(Number, bool)>;

fn bounds(value: &Value) -> (Bound, Bound) {
    match value.data() {
        Data::Number(number) => {
            let bound = Some((number.clone(), true));
            (bound.clone(), bound)
        }
        Data::Unknown(_, Some(known)) => (known.lower.clone(), known.upper.clone()),
        _ => (None, None),
    }
}

fn wider(a: Bound, b: Bound, is_wider: fn(&Number, &Number) -> bool) -> Bound {
    let (a, b) = (a?, b?);
    Some(if a.0 == b.0 {
        (a.0, a.1 || b.1)
    } else if is_wider(&a.0, &b.0) {
        a
    } else {
        b
    })
}

fn lengths(value: &Value) -> (Option<u64>, Option<u64>) {
    match value.data() {
        Data::Set(_, elements) if elements.len() > 1 && !value.is_wholly_known() => {
            (Some(1), Some(elements.len() as u64))
        }
        Data::Unknown(_, known) => match known {
            Some(known) => (known.min_length, known.max_length),
            None => (None, None),
        },
        _ => {
            let length = value.children().count() as u64;
            (Some(length), Some(length))
        }
    }
}

/// The collection of that many elements of which nothing is known, where its form allows one.
fn of_length(ty: &Type, length: u64) -> Option<Value> {
    /// Longer lists stay unknown as a whole.
    const MAX: u64 = 1024;
    match ty {
        Type::List(element) if length <= MAX => {
            let element = Type::clone(element);
            let elements = (0..length).map(|_| Value::unknown(element.clone()));
            Some(Value::list(element.clone(), elements))
        }
        Type::Set(element) if length == 0 => Some(Value::set(Type::clone(element), [])),
        Type::Map(element) if length == 0 => Some(Value::map::<&str>(Type::clone(element), [])),
        _ => None,
    }
}
