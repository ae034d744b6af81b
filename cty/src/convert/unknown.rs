//! What is known of the result of converting an unknown value.

use super::unify::unify;
use crate::{Refinement, Type, Value};

/// The unknown result; a known bound on a length or "not null" carries over where it must hold.
pub(super) fn convert_unknown(got: &Type, known: Option<&Refinement>, want: &Type) -> Value {
    let ty = dynamic_replace(got, want);
    if ty == *got {
        return Value::refined(ty, known.cloned().unwrap_or_default());
    }
    let (min_length, max_length) = lengths(got, known, &ty);
    let refinement = Refinement {
        not_null: known.is_some_and(|r| r.not_null),
        min_length: min_length.filter(|n| *n > 0),
        max_length,
        ..Refinement::default()
    };
    Value::refined(ty, refinement)
}

fn lengths(got: &Type, known: Option<&Refinement>, want: &Type) -> (Option<u64>, Option<u64>) {
    // Equal elements of a set become one, but some element stays.
    let into_set = |min: Option<u64>| match want {
        Type::Set(_) => min.map(|n| n.min(1)),
        _ => min,
    };
    match (got, want) {
        (Type::Object(object), Type::Map(_)) => {
            let n = object.attributes.len() as u64;
            (Some(n), Some(n))
        }
        (Type::Tuple(elements), Type::List(_) | Type::Set(_)) => {
            let n = elements.len() as u64;
            (into_set(Some(n)), Some(n))
        }
        _ if got.is_collection() && want.is_collection() => (
            into_set(known.and_then(|r| r.min_length)),
            known.and_then(|r| r.max_length),
        ),
        _ => (None, None),
    }
}

/// `want` with its [`Type::Dynamic`] parts replaced by what they become for a value of `got`.
pub(super) fn dynamic_replace(got: &Type, want: &Type) -> Type {
    match (got, want) {
        (Type::Dynamic, _) => want.clone(),
        (_, Type::Dynamic) => got.clone(),
        (Type::List(got) | Type::Set(got), Type::List(want)) => {
            Type::list(dynamic_replace(got, want))
        }
        (Type::List(got) | Type::Set(got), Type::Set(want)) => {
            Type::set(dynamic_replace(got, want))
        }
        (Type::Tuple(got), Type::List(want)) => Type::list(elements_replace(got, want)),
        (Type::Tuple(got), Type::Set(want)) => Type::set(elements_replace(got, want)),
        (Type::Map(got), Type::Map(want)) => Type::map(dynamic_replace(got, want)),
        (Type::Object(got), Type::Map(want)) => {
            let types: Vec<Type> = got.attributes.values().cloned().collect();
            Type::map(elements_replace(&types, want))
        }
        (Type::Object(got), Type::Object(want)) => {
            Type::object(want.attributes.iter().map(|(name, want)| {
                let replaced = match got.attributes.get(name) {
                    Some(got) => dynamic_replace(got, want),
                    None => want.clone(),
                };
                (name.clone(), replaced)
            }))
        }
        (Type::Map(got), Type::Object(want)) => Type::object(
            want.attributes
                .iter()
                .map(|(name, want)| (name.clone(), dynamic_replace(got, want))),
        ),
        (Type::Tuple(got), Type::Tuple(want)) => Type::Tuple(
            got.iter()
                .zip(&**want)
                .map(|(got, want)| dynamic_replace(got, want))
                .collect(),
        ),
        _ => want.clone(),
    }
}

fn elements_replace(got: &[Type], want: &Type) -> Type {
    match unify(got) {
        Some(got) => dynamic_replace(&got, want),
        None => want.clone(),
    }
}
