//! Maps and objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use cty::{Data, Marks, Type, Value};

use super::{elements, sequence, type_name};
use crate::functions::FunctionError;
use crate::functions::limits::check_elements;
use crate::functions::signature::{
    Args, Function, Outcome, Param, Returns, STRINGS, Shape, secrecy,
};

/// The entries of a known map or object; none of anything else.
fn entries(value: &Value) -> impl Iterator<Item = (&Arc<str>, &Value)> {
    value.entries().into_iter().flatten()
}

pub(in crate::functions) const KEYS: Function = Function::new(
    &[Param::any("inputMap").unknown().marked()],
    Returns::Of(|args| match args[0].ty() {
        Type::Map(_) => Ok(STRINGS.ty()),
        Type::Object(object) => Ok(Type::tuple(vec![Type::String; object.attributes.len()])),
        _ => Err(FunctionError::at(0, "must have map or object type")),
    }),
    |args| {
        let map = &args.values[0];
        let keys: Vec<Value> = match map.data() {
            Data::Unknown(Type::Object(object), _) => object
                .attributes
                .keys()
                .cloned()
                .map(Value::string)
                .collect(),
            Data::Unknown(..) => {
                return Ok(Value::unknown(args.returns.clone()).with_marks(map.marks()));
            }
            _ => entries(map)
                .map(|(key, _)| Value::string(key.clone()))
                .collect(),
        };
        Ok(sequence(args.returns, keys, map.marks()))
    },
);

pub(in crate::functions) const VALUES: Function = Function::new(
    &[Param::any("mapping").marked()],
    Returns::Of(|args| match args[0].ty() {
        Type::Map(element) => Ok(Type::List(element)),
        Type::Object(object) => Ok(Type::tuple(
            object.attributes.values().cloned().collect::<Vec<_>>(),
        )),
        _ => Err(FunctionError::new(
            "values() requires a map as the first argument",
        )),
    }),
    |args| {
        let map = &args.values[0];
        let values = entries(map).map(|(_, value)| value.clone()).collect();
        Ok(sequence(args.returns, values, map.marks()))
    },
);

pub(in crate::functions) const LOOKUP: Function = Function::new(
    &[
        Param::any("inputMap").unknown().marked(),
        Param::string("key").unknown().marked(),
    ],
    Returns::Of(lookup_type),
    lookup,
)
.rest(Param::any("default").anything().marked())
.nullable();

fn lookup_type(args: &[Value]) -> Result<Type, FunctionError> {
    if args.len() > 3 {
        return Err(FunctionError::new(format!(
            "lookup() takes two or three arguments, got {}",
            args.len()
        )));
    }
    let default = args.get(2);
    match args[0].ty() {
        Type::Object(object) => {
            let Some(key) = args[1].as_str() else {
                return Ok(Type::Dynamic);
            };
            match (object.attributes.get(key), default) {
                (Some(ty), _) => Ok(ty.clone()),
                (None, Some(default)) => Ok(default.ty()),
                (None, None) => Err(FunctionError::at(
                    0,
                    format!("the given object has no attribute {key:?}"),
                )),
            }
        }
        Type::Map(element) => {
            if let Some(default) = default {
                cty::convert::convert(default, &element).map_err(|_| {
                    FunctionError::at(
                        2,
                        "the default value must have the same type as the map elements",
                    )
                })?;
            }
            Ok(Type::clone(&element))
        }
        _ => Err(FunctionError::at(
            0,
            "lookup() requires a map as the first argument",
        )),
    }
}

fn lookup(args: &Args<'_>) -> Outcome {
    let (map, key) = (&args.values[0], &args.values[1]);
    let marks = map.marks().union(key.marks());
    let (Some(found), Some(name)) = (map.entries(), key.as_str()) else {
        let unknown = Value::unknown(args.returns.clone()).with_marks(&marks);
        return Ok(args.waited(unknown));
    };
    let value = match (found.get(name), args.values.get(2)) {
        (Some(value), _) => value.clone(),
        (None, Some(default)) => cty::convert::convert(default, args.returns)
            .map_err(|error| FunctionError::at(2, error.to_string()))?,
        (None, None) => {
            let name = super::super::text::quoted_unless_sensitive(name, key.marks());
            return Err(FunctionError::new(format!(
                "lookup failed to find key {name}"
            )));
        }
    };
    Ok(value.with_marks(&marks))
}

pub(in crate::functions) const MERGE: Function = Function::new(&[], Returns::Of(merge_type), merge)
    .rest(Param::any("maps").null().dynamic().marked());

fn merge_type(args: &[Value]) -> Result<Type, FunctionError> {
    let Some(first) = args.first().map(Value::ty) else {
        return Ok(Value::empty_object().ty());
    };
    let mut same = true;
    let mut open = false;
    let mut attributes: BTreeMap<Arc<str>, Type> = BTreeMap::new();
    for arg in args {
        let ty = arg.ty();
        same &= ty == first;
        match &ty {
            Type::Dynamic => return Ok(Type::Dynamic),
            Type::Object(object) if !arg.is_null() => {
                attributes.extend(object.attributes.clone());
            }
            Type::Map(element) => {
                open |= !arg.is_known();
                let keys = entries(arg).map(|(key, _)| key.clone());
                attributes.extend(keys.map(|key| (key, Type::clone(element))));
            }
            Type::Object(_) => {}
            other => {
                return Err(FunctionError::new(format!(
                    "arguments must be maps or objects, got {:?}",
                    type_name(other)
                )));
            }
        }
    }
    Ok(match (same, open) {
        (true, _) => first,
        (false, true) => Type::Dynamic,
        (false, false) => Type::object(attributes),
    })
}

fn merge(args: &Args<'_>) -> Outcome {
    let mut merged = BTreeMap::new();
    let mut marks = Marks::NONE;
    for map in args.values {
        // A null adds nothing, but that it is null may be a secret.
        let own = map.marks();
        marks = marks.union(&if map.is_null() {
            secrecy(own)
        } else {
            own.clone()
        });
        merged.extend(entries(map).map(|(key, value)| (key.clone(), value.clone())));
        check_elements(merged.len())?;
    }
    let value = match args.returns {
        Type::Map(element) => Value::map(Type::clone(element), merged),
        // Nulls of one object type: Terraform gives an empty object of no attributes too.
        _ => Value::object(merged),
    };
    Ok(value.with_marks(&marks))
}

pub(in crate::functions) const ZIPMAP: Function = Function::new(
    &[
        Param::new("keys", STRINGS).marked(),
        Param::any("values").marked(),
    ],
    Returns::Of(zipmap_type),
    zipmap,
);

fn zipmap_type(args: &[Value]) -> Result<Type, FunctionError> {
    let (keys, values) = (&args[0], &args[1]);
    match values.ty() {
        Type::List(element) => Ok(Type::Map(element)),
        Type::Tuple(types) => {
            if !keys.is_wholly_known() {
                return Ok(Type::Dynamic);
            }
            let names = checked_keys(keys, types.len())?;
            Ok(Type::object(names.into_iter().zip(types.iter().cloned())))
        }
        _ => Err(FunctionError::new(
            "values argument must be a list or tuple value",
        )),
    }
}

/// The keys, as many as there are values and none of them null.
fn checked_keys(keys: &Value, values: usize) -> Result<Vec<Arc<str>>, FunctionError> {
    let keys = elements(keys);
    if keys.len() != values {
        return Err(FunctionError::new(format!(
            "number of keys ({}) does not match number of values ({values})",
            keys.len()
        )));
    }
    let name = |(i, key): (usize, &Value)| {
        let message = || format!("keys list has null value at index {i}");
        key.as_str()
            .map(Arc::from)
            .ok_or_else(|| FunctionError::new(message()))
    };
    keys.iter().enumerate().map(name).collect()
}

fn zipmap(args: &Args<'_>) -> Outcome {
    let (keys, values) = (&args.values[0], &args.values[1]);
    let mut marks = values.marks().union(&keys.deep_marks());
    if !keys.is_wholly_known() {
        marks = marks.union(&values.deep_marks());
        return Ok(Value::unknown(args.returns.clone()).with_marks(&marks));
    }
    let names = checked_keys(keys, elements(values).len())?;
    let zipped = names.into_iter().zip(elements(values).iter().cloned());
    let value = match args.returns {
        Type::Map(element) => Value::map(Type::clone(element), zipped),
        _ => Value::object(zipped),
    };
    Ok(value.with_marks(&marks))
}

const LISTS_OF_STRINGS: Shape = Shape::Map(&STRINGS);

pub(in crate::functions) const TRANSPOSE: Function = Function::new(
    &[Param::new("values", LISTS_OF_STRINGS)],
    Returns::Shape(LISTS_OF_STRINGS),
    |args| {
        let map = &args.values[0];
        if !map.is_wholly_known() {
            return Ok(Value::unknown(args.returns.clone()));
        }
        // Each key as often as it names the text, sorted: as Terraform leaves it.
        let mut turned: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
        for (key, list) in entries(map) {
            if list.is_null() {
                return Err(FunctionError::new("input must not contain null list"));
            }
            for text in elements(list) {
                let Some(text) = text.as_str() else {
                    return Err(FunctionError::new(
                        "input list must not contain null string",
                    ));
                };
                let keys = turned.entry(text.into()).or_default();
                keys.push(Value::string(key.clone()));
            }
        }
        let lists = turned
            .into_iter()
            .map(|(text, keys)| (text, Value::list(Type::String, keys)));
        Ok(Value::map(STRINGS.ty(), lists))
    },
);
