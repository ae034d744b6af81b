//! What values are made from where a real provider would ask its API.

use std::sync::Arc;

use cty::{Data, Path, PathStep, Type, Value};
use sha2::{Digest, Sha256};
use tfplugin::schema::{Attribute, Block, Nesting, Shape};

/// The value with something of its type for everything unknown.
///
/// Strings are `stub-` and 16 hexadecimal digits, numbers 1 to 65536, bools false, collections
/// empty; objects and tuples are filled inside; what may be of any type becomes a string. All of it
/// follows from `kind` (the type of the resource or data source), the path and the known values.
pub fn fill(kind: &str, value: Value) -> Value {
    let seed = seed(kind, &value);
    let filled = value.transform(&mut |path, value| {
        Ok::<_, std::convert::Infallible>(match value.data() {
            Data::Unknown(ty, _) => made(ty, &seed, path),
            _ => value,
        })
    });
    match filled {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

/// What is known of a value, in one hash.
fn seed(kind: &str, value: &Value) -> Sha256 {
    let mut seed = Sha256::new_with_prefix(kind);
    value.walk(&mut |path, value| {
        let known = match value.data() {
            Data::Bool(b) => b.to_string(),
            Data::Number(n) => n.to_string(),
            Data::String(s) => s.to_string(),
            _ => return true,
        };
        add(&mut seed, path, &known);
        true
    });
    seed
}

/// Lengths keep neighbours apart.
fn add(seed: &mut Sha256, path: &Path, text: &str) {
    for step in path.steps() {
        let step = match step {
            PathStep::Attribute(name) => format!(".{name}"),
            PathStep::Key(key) => format!("[{key:?}]"),
            PathStep::Index(place) | PathStep::Element(place) => format!("[{place}]"),
        };
        seed.update(step);
    }
    seed.update(text.len().to_be_bytes());
    seed.update(text);
}

fn made(ty: &Type, seed: &Sha256, path: &Path) -> Value {
    if let Some(empty) = empty(ty) {
        return empty;
    }
    match ty {
        Type::Number => Value::int((hash(seed, path) % 65_536) as i64 + 1),
        Type::Bool => Value::bool(false),
        Type::Object(object) => Value::object(object.attributes.iter().map(|(name, ty)| {
            let at = path.join(PathStep::Attribute(name.clone()));
            (name.clone(), made(ty, seed, &at))
        })),
        Type::Tuple(types) => Value::tuple(
            (0..)
                .zip(types.iter())
                .map(|(i, ty)| made(ty, seed, &path.join(PathStep::Index(i)))),
        ),
        _ => Value::string(format!("stub-{:016x}", hash(seed, path))),
    }
}

/// An empty collection, of a collection type.
pub(crate) fn empty(ty: &Type) -> Option<Value> {
    match ty {
        Type::List(element) => Some(Value::list(element.as_ref().clone(), [])),
        Type::Set(element) => Some(Value::set(element.as_ref().clone(), [])),
        Type::Map(element) => {
            let none: [(Arc<str>, Value); 0] = [];
            Some(Value::map(element.as_ref().clone(), none))
        }
        _ => None,
    }
}

fn hash(seed: &Sha256, path: &Path) -> u64 {
    let mut seed = seed.clone();
    add(&mut seed, path, "");
    let digest = seed.finalize();
    digest
        .iter()
        .take(8)
        .fold(0, |hash, byte| hash << 8 | u64::from(*byte))
}

/// The value with every computed attribute that is null unknown instead.
pub(crate) fn open(block: &Block, value: &Value) -> Value {
    let Data::Object(entries) = value.data() else {
        return value.clone();
    };
    Value::object(entries.iter().map(|(name, value)| {
        let value = match (block.attribute(name), block.nested(name)) {
            (Some(attribute), _) => open_attribute(attribute, value),
            (None, Some(nested)) => {
                each(nested.nesting, value, &|value| open(&nested.block, value))
            }
            (None, None) => value.clone(),
        };
        (name.clone(), value)
    }))
}

fn open_attribute(attribute: &Attribute, value: &Value) -> Value {
    match &attribute.shape {
        _ if value.is_null() && attribute.mode.is_computed() => Value::unknown(attribute.ty()),
        Shape::Nested(nested) => each(nested.nesting, value, &|value| {
            let Data::Object(entries) = value.data() else {
                return value.clone();
            };
            let inside = nested.attributes.iter().filter_map(|attribute| {
                let value = entries.get(&attribute.name)?;
                Some((attribute.name.clone(), open_attribute(attribute, value)))
            });
            Value::object(inside)
        }),
        Shape::Type(_) => value.clone(),
    }
}

/// The value with each object of a nesting replaced.
fn each(nesting: Nesting, value: &Value, replace: &dyn Fn(&Value) -> Value) -> Value {
    match (nesting, value.data()) {
        (Nesting::Single, _) => replace(value),
        (Nesting::List, Data::List(ty, elements)) => {
            Value::list(ty.clone(), elements.iter().map(replace))
        }
        (Nesting::Set, Data::Set(ty, elements)) => {
            Value::set(ty.clone(), elements.iter().map(replace))
        }
        (Nesting::Map, Data::Map(ty, entries)) => Value::map(
            ty.clone(),
            entries
                .iter()
                .map(|(key, value)| (key.clone(), replace(value))),
        ),
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(name: &str) -> Value {
        let rule = |days| {
            let id = Value::unknown(Type::String);
            Value::object([("days", Value::int(days)), ("id", id)])
        };
        Value::object([
            ("name", Value::string(name)),
            ("id", Value::unknown(Type::String)),
            ("port", Value::unknown(Type::Number)),
            ("any", Value::unknown(Type::Dynamic)),
            ("tags", Value::unknown(Type::map(Type::String))),
            ("rules", Value::set(rule(1).ty(), [rule(1), rule(2)])),
            (
                "owner",
                Value::unknown(Type::object([("id", Type::String), ("own", Type::Bool)])),
            ),
            (
                "pair",
                Value::unknown(Type::tuple([Type::String, Type::Bool])),
            ),
        ])
    }

    #[test]
    fn everything_gets_a_value_of_its_type() {
        let filled = fill("aws_s3_bucket", bucket("a"));
        assert!(filled.is_wholly_known());
        assert_eq!(filled.attribute("name"), Some(&Value::string("a")));
        for name in ["id", "any"] {
            let text = filled.attribute(name).unwrap().as_str().unwrap();
            assert_eq!((text.len(), &text[..5]), (21, "stub-"), "{name}");
        }
        assert!(filled.attribute("port").unwrap().as_i64().unwrap() > 0);
        assert!(
            filled
                .attribute("tags")
                .unwrap()
                .entries()
                .unwrap()
                .is_empty()
        );
        let owner = filled.attribute("owner").unwrap();
        assert_eq!(owner.attribute("own"), Some(&Value::bool(false)));
        assert_ne!(owner.attribute("id"), filled.attribute("id"));
        let rules = filled.attribute("rules").unwrap().elements().unwrap();
        assert_ne!(rules[0].attribute("id"), rules[1].attribute("id"));
    }

    #[test]
    fn values_follow_from_the_kind_and_what_is_known() {
        let id = |kind: &str, name: &str| fill(kind, bucket(name)).attribute("id").cloned();
        assert_eq!(id("aws_s3_bucket", "a"), id("aws_s3_bucket", "a"));
        assert_ne!(id("aws_s3_bucket", "a"), id("aws_s3_bucket", "b"));
        assert_ne!(id("aws_s3_bucket", "a"), id("aws_ebs_volume", "a"));
    }
}
