//! Converting values, part by part.

use std::sync::Arc;

use super::unknown::{convert_unknown, dynamic_replace};
use super::{ConvertError, Mode, exists, mismatch, unify};
use crate::{Data, ObjectType, Path, PathStep, Type, Value};

type Result<T> = std::result::Result<T, ConvertError>;

pub(super) fn convert(value: &Value, want: &Type, path: &mut Path) -> Result<Value> {
    if *want == Type::Dynamic {
        return Ok(value.clone());
    }
    let converted = match value.data() {
        Data::Null(got) => Value::null(dynamic_replace(got, &want.without_optional())),
        Data::Unknown(got, refinement) => {
            if !exists(got, want, Mode::Unsafe) {
                return Err(error(path, mismatch(got, want)));
            }
            convert_unknown(got, refinement.as_deref(), &want.without_optional())
        }
        _ => known(value, want, path)?,
    };
    Ok(converted.with_marks(value.marks()))
}

fn known(value: &Value, want: &Type, path: &mut Path) -> Result<Value> {
    match (value.data(), want) {
        (Data::Bool(_), Type::Bool)
        | (Data::Number(_), Type::Number)
        | (Data::String(_), Type::String) => Ok(value.clone()),
        (Data::Bool(b), Type::String) => Ok(Value::string(b.to_string())),
        (Data::Number(n), Type::String) => Ok(Value::string(n.to_string())),
        (Data::String(text), Type::Number) => to_number(text, path),
        (Data::String(text), Type::Bool) => to_bool(text, path),
        (Data::List(got, elements) | Data::Set(got, elements), Type::List(want)) => {
            if is_set(value) && elements.len() > 1 && !value.is_wholly_known() {
                // How many elements it has depends on which of them turn out equal.
                let ty = dynamic_replace(&value.ty(), &Type::list(want.without_optional()));
                return Ok(Value::unknown(ty).with_marks(&value.deep_marks()));
            }
            let elements = convert_elements(elements, want, value, path)?;
            check_one_type(&elements, "list", path)?;
            Ok(Value::list(element_or(got, want), elements))
        }
        (Data::List(got, elements) | Data::Set(got, elements), Type::Set(want)) => {
            let elements = convert_elements(elements, want, value, path)?;
            check_one_type(&elements, "set", path)?;
            Ok(Value::set(element_or(got, want), elements))
        }
        (Data::Tuple(elements), Type::List(want)) => {
            let (element, elements) = tuple_elements(value, elements, want, path)?;
            let elements = unify_parts(elements, path)?;
            check_one_type(&elements, "list", path)?;
            Ok(Value::list(element, elements))
        }
        (Data::Tuple(elements), Type::Set(want)) => {
            let (element, elements) = tuple_elements(value, elements, want, path)?;
            check_one_type(&elements, "set", path)?;
            Ok(Value::set(element, elements))
        }
        (Data::Tuple(elements), Type::Tuple(types)) if elements.len() == types.len() => {
            let parts = (0u64..).zip(elements.iter().zip(&**types));
            let converted: Result<Vec<_>> = parts
                .map(|(i, (value, ty))| part(PathStep::Index(i), value, ty, path))
                .collect();
            converted.map(Value::tuple)
        }
        (Data::Map(got, _), Type::Map(want)) => to_map(value, got, want, path),
        (Data::Object(attributes), Type::Map(want)) => {
            let types: Vec<Type> = attributes.values().map(Value::ty).collect();
            match unify::element_type(types.iter(), want, Mode::Unsafe) {
                Some(element) => to_map(value, &element, &element, path),
                None if attributes.is_empty() => to_map(value, want, want, path),
                None => Err(error(path, mismatch(&value.ty(), &Type::Map(want.clone())))),
            }
        }
        (Data::Object(_), Type::Object(want)) => object_to_object(value, want, path),
        (Data::Map(got, _), Type::Object(want)) => map_to_object(value, got, want, path),
        _ => Err(error(path, mismatch(&value.ty(), want))),
    }
}

fn part(step: PathStep, value: &Value, want: &Type, path: &mut Path) -> Result<Value> {
    path.push(step);
    let converted = convert(value, want, path)?;
    path.pop();
    Ok(converted)
}

fn to_number(text: &str, path: &Path) -> Result<Value> {
    text.parse()
        .map(|n: crate::Number| Value::number(n))
        .map_err(|problem| error(path, problem.to_string()))
}

fn to_bool(text: &str, path: &Path) -> Result<Value> {
    let hint = match text {
        "true" | "1" => return Ok(Value::bool(true)),
        "false" | "0" => return Ok(Value::bool(false)),
        _ if text.eq_ignore_ascii_case("true") => {
            "; to convert from string, use lowercase \"true\""
        }
        _ if text.eq_ignore_ascii_case("false") => {
            "; to convert from string, use lowercase \"false\""
        }
        _ => "",
    };
    Err(error(path, format!("a bool is required{hint}")))
}

fn is_set(value: &Value) -> bool {
    matches!(value.data(), Data::Set(..))
}

/// The wanted element type, or the present one where any type will do.
fn element_or(got: &Type, want: &Type) -> Type {
    match want {
        Type::Dynamic => got.clone(),
        _ => want.without_optional(),
    }
}

fn convert_elements(
    elements: &[Value],
    want: &Type,
    collection: &Value,
    path: &mut Path,
) -> Result<Vec<Value>> {
    let step = match is_set(collection) {
        true => PathStep::Element,
        false => PathStep::Index,
    };
    let elements = (0u64..).zip(elements);
    elements
        .map(|(i, value)| part(step(i), value, want, path))
        .collect()
}

/// The elements of a tuple converted to one type, and that type.
fn tuple_elements(
    tuple: &Value,
    elements: &[Value],
    want: &Type,
    path: &mut Path,
) -> Result<(Type, Vec<Value>)> {
    let types: Vec<Type> = elements.iter().map(Value::ty).collect();
    let element = match unify::element_type(types.iter(), want, Mode::Unsafe) {
        Some(element) => element,
        None => want.clone(),
    };
    let elements = convert_elements(elements, &element, tuple, path)?;
    Ok((element, elements))
}

/// Makes parts of one type out of parts that were each converted to a type with
/// [`Type::Dynamic`] in it, and may each have become something else.
fn unify_parts(parts: Vec<Value>, path: &Path) -> Result<Vec<Value>> {
    let types: Vec<Type> = parts.iter().map(Value::ty).collect();
    if types.windows(2).all(|pair| pair[0] == pair[1]) {
        return Ok(parts);
    }
    let Some(ty) = unify(&types) else {
        return Err(error(
            path,
            "cannot find a common base type for all elements",
        ));
    };
    let converted = parts
        .iter()
        .map(|part| convert(part, &ty, &mut path.clone()));
    converted.collect()
}

fn check_one_type(elements: &[Value], kind: &str, path: &Path) -> Result<()> {
    match crate::value::construct::types_differ(&mut elements.iter()) {
        true => Err(error(
            path,
            format!("element types must all match for conversion to {kind}"),
        )),
        false => Ok(()),
    }
}

fn to_map(value: &Value, got: &Type, want: &Type, path: &mut Path) -> Result<Value> {
    let (mut keys, mut values) = (Vec::new(), Vec::new());
    for (key, value) in value.entries().into_iter().flatten() {
        values.push(part(PathStep::Key(key.clone()), value, want, path)?);
        keys.push(key.clone());
    }
    if want.has_dynamic() && *want != Type::Dynamic {
        values = unify_parts(values, path)?;
    }
    check_one_type(&values, "map", path)?;
    Ok(Value::map(
        element_or(got, want),
        keys.into_iter().zip(values),
    ))
}

fn object_to_object(value: &Value, want: &ObjectType, path: &mut Path) -> Result<Value> {
    let mut attributes: Vec<(Arc<str>, Value)> = Vec::with_capacity(want.attributes.len());
    for (name, ty) in &want.attributes {
        let converted = match value.attribute(name) {
            Some(value) => part(PathStep::Attribute(name.clone()), value, ty, path)?,
            None if want.optional.contains(name) => Value::null(ty.clone()),
            None => {
                let want = Type::Object(Arc::new(want.clone()));
                return Err(error(path, mismatch(&value.ty(), &want)));
            }
        };
        attributes.push((name.clone(), converted));
    }
    Ok(Value::object(attributes))
}

fn map_to_object(
    value: &Value,
    element: &Type,
    want: &ObjectType,
    path: &mut Path,
) -> Result<Value> {
    let entries = value.entries();
    let mut attributes: Vec<(Arc<str>, Value)> = Vec::with_capacity(want.attributes.len());
    for (name, ty) in &want.attributes {
        let converted = match entries.and_then(|entries| entries.get(name)) {
            Some(_) if !exists(element, ty, Mode::Unsafe) => {
                let why = mismatch(element, ty);
                let message =
                    format!("map element type is incompatible with attribute {name:?}: {why}");
                return Err(error(path, message));
            }
            Some(value) => part(PathStep::Key(name.clone()), value, ty, path)?,
            None if want.optional.contains(name) => Value::null(ty.clone()),
            None => {
                let message = format!("map has no element for required attribute {name:?}");
                return Err(error(path, message));
            }
        };
        attributes.push((name.clone(), converted));
    }
    Ok(Value::object(attributes))
}

fn error(path: &Path, message: impl Into<String>) -> ConvertError {
    ConvertError {
        path: path.clone(),
        message: message.into(),
    }
}
