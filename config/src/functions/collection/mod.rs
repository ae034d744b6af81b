//! Functions of lists, maps and sets.
//!
//! - `list`: making sequences from sequences.
//! - `choose`: picking from sequences, choosing between values.
//! - `search`: finding in sequences, and reducing them to one value.
//! - `map`: maps and objects.
//! - `set`: set algebra.

pub(super) mod choose;
pub(super) mod list;
pub(super) mod map;
pub(super) mod search;
pub(super) mod set;

use cty::{Marks, Type, Value};

use super::FunctionError;

/// The elements of a known list, set or tuple, each with its own marks.
fn elements(value: &Value) -> &[Value] {
    value.elements().unwrap_or_default()
}

/// True for lists, sets and tuples, known or not.
fn is_sequence(ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::Set(_) | Type::Tuple(_))
}

/// A list or a tuple of these elements, as `ty` says.
fn sequence(ty: &Type, elements: Vec<Value>, marks: &Marks) -> Value {
    let value = match ty {
        Type::List(element) => Value::list(Type::clone(element), elements),
        _ => Value::tuple(elements),
    };
    value.with_marks(marks)
}

/// How a type is called in messages.
fn type_name(ty: &Type) -> String {
    ty.friendly_name()
}

/// How many elements a value has; `None` if that is not known, or it is no collection.
fn known_length(value: &Value) -> Option<u64> {
    cty::ops::length(value).ok()?.as_number()?.to_u64()
}

/// Refuses sequences whose elements have no common type.
fn unify(types: &[Type], message: &str) -> Result<Type, FunctionError> {
    cty::convert::unify(types).ok_or_else(|| FunctionError::new(message))
}
