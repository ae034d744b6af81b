//! Into collections and structures.
//!
//! A part carries its own marks, those of what it was taken from, and those of the key.

use std::sync::Arc;

use super::{KeyProblem, OpError};
use crate::convert::convert;
use crate::value::construct::normalize;
use crate::{Data, Number, Refinement, Type, Value};

/// `collection[key]`.
pub fn index(collection: &Value, key: &Value) -> Result<Value, OpError> {
    if collection.is_null() {
        return Err(OpError::IndexNull);
    }
    if key.is_null() {
        return Err(OpError::NullKey);
    }
    let ty = collection.ty();
    let found = match &ty {
        Type::Dynamic => Value::unknown(Type::Dynamic),
        _ if key.ty() == Type::Dynamic && !matches!(ty, Type::Set(_)) && !ty.is_primitive() => {
            Value::unknown(Type::Dynamic)
        }
        Type::List(element) => match sequence_key(key)? {
            Some(at) => in_sequence(collection, at, || Some(Type::clone(element)))?,
            None => Value::unknown(Type::clone(element)),
        },
        Type::Tuple(types) => match sequence_key(key)? {
            Some(at) => in_sequence(collection, at, || types.get(at_usize(at)).cloned())?,
            None => Value::unknown(Type::Dynamic),
        },
        Type::Map(element) => match (text_key(key)?, collection.entries()) {
            (Some(key), Some(entries)) => entries.get(&key).cloned().ok_or(ABSENT)?,
            _ => Value::unknown(Type::clone(element)),
        },
        Type::Object(object) => match text_key(key)? {
            Some(name) => match (collection.attribute(&name), object.attributes.get(&name)) {
                (Some(value), _) => value.clone(),
                (None, Some(ty)) => Value::unknown(ty.clone()),
                (None, None) => return Err(OpError::InvalidKey(absent_attribute(key))),
            },
            None => Value::unknown(Type::Dynamic),
        },
        Type::Set(_) => return Err(OpError::IndexSet),
        Type::String | Type::Number | Type::Bool => return Err(OpError::NotIndexable),
    };
    Ok(found.with_marks(collection.marks()).with_marks(key.marks()))
}

const ABSENT: OpError = OpError::InvalidKey(KeyProblem::Absent);

fn absent_attribute(key: &Value) -> KeyProblem {
    match key.as_number() {
        Some(_) => KeyProblem::NumberForObject,
        None => KeyProblem::Absent,
    }
}

/// A known key of a list or tuple; `None` if it is unknown.
fn sequence_key(key: &Value) -> Result<Option<u64>, OpError> {
    let key = convert_key(key, &Type::Number)?;
    let Some(n) = key.as_number() else {
        return Ok(None);
    };
    let problem = match n {
        n if !n.is_integer() => KeyProblem::Fraction,
        n if n.sign().is_lt() => KeyProblem::Negative,
        // No collection is as long as that.
        n => return Ok(Some(n.to_u64().unwrap_or(u64::MAX))),
    };
    Err(OpError::InvalidKey(problem))
}

/// A known key of a map or object; `None` if it is unknown.
fn text_key(key: &Value) -> Result<Option<Arc<str>>, OpError> {
    Ok(convert_key(key, &Type::String)?.as_str().map(Arc::from))
}

fn convert_key(key: &Value, want: &Type) -> Result<Value, OpError> {
    convert(key, want).map_err(|error| OpError::InvalidKey(KeyProblem::Type(error)))
}

fn at_usize(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// The element of a list or tuple; of an unknown one an unknown of the type, if there is one.
fn in_sequence(sequence: &Value, at: u64, ty: impl Fn() -> Option<Type>) -> Result<Value, OpError> {
    let problem = match sequence.elements() {
        Some(elements) => match elements.get(at_usize(at)) {
            Some(element) => return Ok(element.clone()),
            None if elements.is_empty() => KeyProblem::Empty,
            None => KeyProblem::TooLarge,
        },
        None => match ty() {
            Some(ty) => return Ok(Value::unknown(ty)),
            None => KeyProblem::TooLarge,
        },
    };
    Err(OpError::InvalidKey(problem))
}

/// `object.name`, also of a map.
pub fn get_attr(object: &Value, name: &str) -> Result<Value, OpError> {
    if object.is_null() {
        return Err(OpError::AttributeOfNull);
    }
    let name = normalize(name.into());
    let ty = object.ty();
    let found = match &ty {
        Type::Dynamic => Value::unknown(Type::Dynamic),
        Type::Object(object_type) => {
            match (object.attribute(&name), object_type.attributes.get(&name)) {
                (Some(value), _) => value.clone(),
                (None, Some(ty)) => Value::unknown(ty.clone()),
                (None, None) => return Err(OpError::NoAttribute(name.to_string())),
            }
        }
        Type::Map(element) => match object.entries() {
            Some(entries) => match entries.get(&name) {
                Some(value) => value.clone(),
                None => return Err(OpError::NoElement(name.to_string())),
            },
            None => Value::unknown(Type::clone(element)),
        },
        _ => return Err(no_attributes(&ty, &name)),
    };
    Ok(found.with_marks(object.marks()))
}

fn no_attributes(ty: &Type, name: &Arc<str>) -> OpError {
    match ty {
        Type::List(element) => match &**element {
            Type::Object(object) => {
                let has_it = object.attributes.contains_key(name);
                OpError::AttributeOfList(has_it.then(|| name.to_string()))
            }
            _ => OpError::NoAttributes,
        },
        Type::Set(element) if matches!(**element, Type::Object(_)) => OpError::AttributeOfSet,
        ty if ty.is_primitive() => OpError::AttributeOfPrimitive(ty.friendly_name()),
        _ => OpError::NoAttributes,
    }
}

/// Whether `collection[key]` would be found: a bool, unknown if that depends on what is unknown.
/// A key of another type than the collection's is not found.
pub fn has_index(collection: &Value, key: &Value) -> Value {
    let found = match index(collection, key) {
        Ok(_) if !collection.is_known() || !key.is_known() => match settled(collection, key) {
            true => Value::bool(true),
            false => Value::unknown_not_null(Type::Bool),
        },
        Ok(_) => Value::bool(true),
        Err(_) => Value::bool(false),
    };
    found.with_marks(collection.marks()).with_marks(key.marks())
}

/// True if the type of an unknown tuple or object alone says that it has the key.
fn settled(collection: &Value, key: &Value) -> bool {
    key.is_known() && matches!(collection.ty(), Type::Tuple(_) | Type::Object(_))
}

/// How many elements or attributes a collection or structure has; an unknown number, with bounds
/// if there are any, where that depends on what is unknown. Elements of a set that are unknown
/// may turn out equal to others.
pub fn length(collection: &Value) -> Result<Value, OpError> {
    if collection.is_null() {
        return Err(OpError::NullOperand);
    }
    let (min, max) = match (collection.data(), collection.ty()) {
        (_, Type::Tuple(types)) => exactly(types.len()),
        (_, Type::Object(object)) => exactly(object.attributes.len()),
        (Data::List(_, elements), _) => exactly(elements.len()),
        (Data::Map(_, entries), _) => exactly(entries.len()),
        (Data::Set(_, elements), _) => match elements.len() {
            n if n < 2 || collection.is_wholly_known() => exactly(n),
            n => (1, Some(n as u64)),
        },
        (Data::Unknown(..), Type::Dynamic) => (0, None),
        (Data::Unknown(..), ty) if ty.is_collection() => {
            let known = collection.refinement();
            let min = known.and_then(|r| r.min_length).unwrap_or(0);
            (min, known.and_then(|r| r.max_length))
        }
        _ => return Err(OpError::NoLength),
    };
    let length = match Some(min) == max {
        true => Value::number(min),
        false => Value::refined(
            Type::Number,
            Refinement {
                not_null: true,
                lower: Some((min.into(), true)),
                upper: max.map(|max| (Number::from(max), true)),
                ..Refinement::default()
            },
        ),
    };
    Ok(length.with_marks(collection.marks()))
}

fn exactly(n: usize) -> (u64, Option<u64>) {
    (n as u64, Some(n as u64))
}
