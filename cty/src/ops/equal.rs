//! Equality of any two values.

use crate::{Data, Marks, Refinement, Type, Value};

/// Whether two values are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Equality {
    /// They are.
    Equal,
    /// They are not, however what is unknown turns out.
    Different,
    /// It depends on what is unknown.
    Undecided,
}

/// `a == b`, never null. Values of different types are different, but all nulls are equal.
///
/// The result carries all marks of both, except that comparing with null looks at the outside
/// alone.
pub fn equal(a: &Value, b: &Value) -> Value {
    let result = match equality(a, b) {
        Equality::Equal => Value::bool(true),
        Equality::Different => Value::bool(false),
        Equality::Undecided => Value::unknown_not_null(Type::Bool),
    };
    let marks: fn(&Value) -> Marks = match a.is_null() != b.is_null() {
        true => |value| value.marks().clone(),
        false => Value::deep_marks,
    };
    result.with_marks(&marks(a)).with_marks(&marks(b))
}

/// [`equal`] without marks.
pub fn equality(a: &Value, b: &Value) -> Equality {
    match (a.data(), b.data()) {
        (Data::Null(_), Data::Null(_)) => Equality::Equal,
        (Data::Null(_), _) => null_and(b),
        (_, Data::Null(_)) => null_and(a),
        (Data::Unknown(x, known), Data::Unknown(y, other)) => {
            // Two unknowns can both turn out null unless one cannot.
            let not_null =
                |r: &Option<std::sync::Arc<Refinement>>| r.as_ref().is_some_and(|r| r.not_null);
            match (not_null(known) || not_null(other)) && never_one_type(x, y) {
                true => Equality::Different,
                false => Equality::Undecided,
            }
        }
        (Data::Unknown(ty, known), _) => unknown_and(ty, known.as_deref(), b),
        (_, Data::Unknown(ty, known)) => unknown_and(ty, known.as_deref(), a),
        _ => known(a, b),
    }
}

fn null_and(other: &Value) -> Equality {
    match other.is_definitely_not_null() {
        true => Equality::Different,
        false => Equality::Undecided,
    }
}

/// An unknown value and a known one that is not null.
fn unknown_and(ty: &Type, known: Option<&Refinement>, other: &Value) -> Equality {
    match never_one_type(ty, &other.ty()) || known.is_some_and(|known| excludes(known, other)) {
        true => Equality::Different,
        false => Equality::Undecided,
    }
}

/// True if the types differ however their dynamic parts turn out.
fn never_one_type(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Dynamic, _) | (_, Type::Dynamic) => false,
        (Type::List(a), Type::List(b))
        | (Type::Set(a), Type::Set(b))
        | (Type::Map(a), Type::Map(b)) => never_one_type(a, b),
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() != b.len() || a.iter().zip(&**b).any(|(a, b)| never_one_type(a, b))
        }
        (Type::Object(a), Type::Object(b)) => {
            !a.attributes.keys().eq(b.attributes.keys())
                || a.attributes
                    .values()
                    .zip(b.attributes.values())
                    .any(|(a, b)| never_one_type(a, b))
        }
        _ => a != b,
    }
}

/// True if a value so refined cannot turn out to be `other`.
fn excludes(known: &Refinement, other: &Value) -> bool {
    if let Some(n) = other.as_number() {
        let below =
            |(limit, inclusive): &(crate::Number, bool)| n < limit || n == limit && !inclusive;
        let above =
            |(limit, inclusive): &(crate::Number, bool)| n > limit || n == limit && !inclusive;
        return known.lower.as_ref().is_some_and(below) || known.upper.as_ref().is_some_and(above);
    }
    if let (Some(text), Some(prefix)) = (other.as_str(), &known.prefix) {
        return !text.starts_with(&**prefix);
    }
    let len = match other.data() {
        Data::List(_, elements) => elements.len(),
        Data::Map(_, entries) => entries.len(),
        Data::Set(_, elements) if other.is_wholly_known() => elements.len(),
        _ => return false,
    } as u64;
    known.min_length.is_some_and(|min| len < min) || known.max_length.is_some_and(|max| len > max)
}

fn known(a: &Value, b: &Value) -> Equality {
    let (a_type, b_type) = (a.ty(), b.ty());
    if a_type != b_type {
        // Only an unknown part can still change its type.
        let settled = has_known_type(a) && has_known_type(b);
        return match settled || never_one_type(&a_type, &b_type) {
            true => Equality::Different,
            false => Equality::Undecided,
        };
    }
    match (a.data(), b.data()) {
        (Data::Set(_, x), Data::Set(_, y)) => {
            sets(a.is_wholly_known() && b.is_wholly_known(), x, y)
        }
        (Data::List(_, x), Data::List(_, y)) | (Data::Tuple(x), Data::Tuple(y)) => {
            match x.len() == y.len() {
                true => in_order(x.iter().zip(&**y)),
                false => Equality::Different,
            }
        }
        (Data::Map(_, x), Data::Map(_, y)) | (Data::Object(x), Data::Object(y)) => {
            match x.keys().eq(y.keys()) {
                true => in_any_order(x.values().zip(y.values())),
                false => Equality::Different,
            }
        }
        (x, y) if x == y => Equality::Equal,
        _ => Equality::Different,
    }
}

fn sets(are_known: bool, x: &[Value], y: &[Value]) -> Equality {
    match are_known {
        true if x == y => Equality::Equal,
        true => Equality::Different,
        false if x.is_empty() != y.is_empty() => Equality::Different,
        false => Equality::Undecided,
    }
}

/// False if the type of some part is unknown.
fn has_known_type(value: &Value) -> bool {
    match value.data() {
        Data::Unknown(ty, _) => !ty.has_dynamic(),
        _ => value.children().all(has_known_type),
    }
}

/// The first pair that is not equal decides. Terraform looks no further than that, though a
/// difference behind what is unknown would say enough.
fn in_order<'v>(pairs: impl Iterator<Item = (&'v Value, &'v Value)>) -> Equality {
    let mut verdicts = pairs.map(|(a, b)| equality(a, b));
    let first = verdicts.find(|verdict| *verdict != Equality::Equal);
    first.unwrap_or(Equality::Equal)
}

/// As [`in_order`] whatever the order, since Terraform goes through entries in any: one run may
/// find a difference where the next finds something unknown.
fn in_any_order<'v>(pairs: impl Iterator<Item = (&'v Value, &'v Value)>) -> Equality {
    pairs.fold(Equality::Equal, |sum, (a, b)| match (sum, equality(a, b)) {
        (Equality::Undecided, _) | (_, Equality::Undecided) => Equality::Undecided,
        (Equality::Different, _) | (_, Equality::Different) => Equality::Different,
        (Equality::Equal, Equality::Equal) => Equality::Equal,
    })
}
