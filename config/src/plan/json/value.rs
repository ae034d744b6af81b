//! A value of a plan as JSON: what is known of it, what is unknown and what is sensitive are three
//! trees of the same shape.
//!
//! An unknown attribute is left out of the first tree, an unknown element is null there, and the
//! second says `true` in its place. `true` may stand at any level of the second and the third.

use std::sync::Arc;

use cty::{Mark, Number, Type, Value};
use serde_json::{Map, Value as Json};

use crate::schema::Schema;
use crate::why::Why;

/// The three trees, or what is in one place of each.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    /// `None` where it is left out.
    pub(super) value: Option<&'a Json>,
    pub(super) unknown: Option<&'a Json>,
    pub(super) sensitive: Option<&'a Json>,
}

/// The value does not have the type that it should have.
pub(super) struct Mismatch;

/// One value of the three trees: attributes and blocks that the schema knows have its types if
/// they can, everything else has the type that it shows (objects and tuples).
pub(super) fn merge(parts: &Parts<'_>, schema: Option<&Schema>) -> Value {
    let Some(schema) = schema.filter(|_| !parts.is_unknown()) else {
        let ty = schema.map_or(Type::Dynamic, Schema::ty);
        return parts.as_type(&ty).unwrap_or_else(|_| parts.as_shown());
    };
    if !matches!(parts.value, Some(Json::Object(_))) {
        return parts.as_shown();
    }
    let known = schema.names().map(Arc::<str>::from);
    let known = known.map(|name| {
        let ty = schema.type_of(&name).unwrap_or(Type::Dynamic);
        let part = parts.entry(&name);
        let value = part.as_type(&ty).unwrap_or_else(|_| part.as_shown());
        (name, value)
    });
    // Those of another version of the provider.
    let others = parts.keys().into_iter();
    let others = others.filter(|name| schema.type_of(name).is_none());
    let others = others.map(|name| (Arc::from(name), parts.entry(name).as_shown()));
    parts.marked(Value::object(known.chain(others)))
}

impl<'a> Parts<'a> {
    fn is_unknown(&self) -> bool {
        matches!(self.unknown, Some(Json::Bool(true)))
    }

    fn marked(&self, value: Value) -> Value {
        match self.sensitive {
            // What is within is told one by one.
            None | Some(Json::Null | Json::Bool(false) | Json::Array(_) | Json::Object(_)) => value,
            // No host writes anything but `true`; what else it may mean, it is not shown.
            Some(_) => value.mark(Mark::Sensitive),
        }
    }

    /// What stands under a name.
    fn entry(&self, name: &str) -> Self {
        let of = |tree: Option<&'a Json>| tree.and_then(|tree| tree.get(name));
        Self {
            value: of(self.value),
            unknown: of(self.unknown),
            sensitive: of(self.sensitive),
        }
    }

    fn element(&self, at: usize) -> Self {
        let of = |tree: Option<&'a Json>| tree.and_then(|tree| tree.get(at));
        Self {
            value: of(self.value),
            unknown: of(self.unknown),
            sensitive: of(self.sensitive),
        }
    }

    /// The names that are there, unknown ones included.
    fn keys(&self) -> Vec<&'a str> {
        let object = |tree: Option<&'a Json>| tree.and_then(Json::as_object);
        let values = object(self.value);
        let mut keys: Vec<&str> = values.into_iter().flat_map(names).collect();
        let unknown = object(self.unknown).into_iter().flatten();
        let unknown = unknown.filter(|(_, tree)| holds_true(tree));
        let is_new = |name: &&str| !values.is_some_and(|values| values.contains_key(*name));
        keys.extend(unknown.map(|(name, _)| name.as_str()).filter(is_new));
        keys
    }

    /// How many elements there are.
    fn len(&self) -> usize {
        let of = |tree: Option<&Json>| tree.and_then(Json::as_array).map_or(0, Vec::len);
        match self.value {
            Some(Json::Array(elements)) => elements.len().max(of(self.unknown)),
            _ => 0,
        }
    }

    /// The value with the type that it shows.
    fn as_shown(&self) -> Value {
        let unknown = |why: &str| Value::unknown(Type::Dynamic).mark(Why::new(why).mark());
        let value = match self.value {
            _ if self.is_unknown() => Value::unknown(Type::Dynamic),
            None if self.unknown.is_some_and(holds_true) => self.shown_entries(),
            None | Some(Json::Null) => Value::null(Type::Dynamic),
            Some(Json::Bool(is)) => Value::bool(*is),
            Some(Json::Number(number)) => match number.as_str().parse::<Number>() {
                Ok(number) => Value::number(number),
                Err(error) => unknown(&error.to_string()),
            },
            Some(Json::String(text)) => Value::string(text.as_str()),
            Some(Json::Array(_)) => {
                Value::tuple((0..self.len()).map(|at| self.element(at).as_shown()))
            }
            Some(Json::Object(_)) => self.shown_entries(),
        };
        self.marked(value)
    }

    fn shown_entries(&self) -> Value {
        let keys = self.keys().into_iter();
        Value::object(keys.map(|name| (name, self.entry(name).as_shown())))
    }

    /// The value with a type, as leniently as the provider's schema is applied to JSON elsewhere:
    /// text is read as a number, numbers as text, and what an object lacks is null.
    pub(super) fn as_type(&self, ty: &Type) -> Result<Value, Mismatch> {
        if self.is_unknown() {
            return Ok(self.marked(Value::unknown(ty.clone())));
        }
        let value = match (self.value, ty) {
            (_, Type::Dynamic) => return Ok(self.as_shown()),
            (None | Some(Json::Null), _) if !self.unknown.is_some_and(holds_true) => {
                Value::null(ty.clone())
            }
            (Some(Json::Bool(is)), Type::Bool) => Value::bool(*is),
            (Some(Json::String(text)), Type::Bool) => match text.as_str() {
                "true" | "1" => Value::bool(true),
                "false" | "0" => Value::bool(false),
                _ => return Err(Mismatch),
            },
            (Some(Json::Number(number)), Type::Number) => self.number(number.as_str())?,
            (Some(Json::String(text)), Type::Number) => self.number(text)?,
            (Some(Json::String(text)), Type::String) => Value::string(text.as_str()),
            (Some(Json::Number(number)), Type::String) => Value::string(number.as_str()),
            (Some(Json::Bool(is)), Type::String) => Value::string(is.to_string()),
            (Some(Json::Array(_)), Type::List(element)) => {
                Value::list(Type::clone(element), self.elements(element)?)
            }
            (Some(Json::Array(_)), Type::Set(element)) => {
                Value::set(Type::clone(element), self.elements(element)?)
            }
            (Some(Json::Array(_)), Type::Tuple(types)) if types.len() == self.len() => {
                let parts = types.iter().enumerate();
                let parts = parts.map(|(at, ty)| self.element(at).as_type(ty));
                Value::tuple(parts.collect::<Result<Vec<_>, _>>()?)
            }
            (Some(Json::Object(_)) | None, Type::Map(element)) => {
                let entries = self.keys().into_iter();
                let entries = entries.map(|name| Ok((name, self.entry(name).as_type(element)?)));
                let entries: Vec<_> = entries.collect::<Result<_, Mismatch>>()?;
                Value::map(Type::clone(element), entries)
            }
            (Some(Json::Object(_)) | None, Type::Object(object)) => {
                let is_ours = |name: &&str| object.attributes.contains_key(*name);
                if !self.keys().iter().all(is_ours) {
                    return Err(Mismatch);
                }
                let attributes = object.attributes.iter();
                let attributes = attributes
                    .map(|(name, ty)| Ok((Arc::clone(name), self.entry(name).as_type(ty)?)));
                Value::object(attributes.collect::<Result<Vec<_>, Mismatch>>()?)
            }
            _ => return Err(Mismatch),
        };
        Ok(self.marked(value))
    }

    fn number(&self, text: &str) -> Result<Value, Mismatch> {
        let number = text.parse::<Number>();
        number.map(Value::number).map_err(|_| Mismatch)
    }

    fn elements(&self, ty: &Type) -> Result<Vec<Value>, Mismatch> {
        let parts = (0..self.len()).map(|at| self.element(at));
        parts.map(|part| part.as_type(ty)).collect()
    }
}

fn names(object: &Map<String, Json>) -> impl Iterator<Item = &str> {
    object.keys().map(String::as_str)
}

/// True if something in the tree is said to be unknown.
fn holds_true(tree: &Json) -> bool {
    match tree {
        Json::Bool(is) => *is,
        Json::Array(elements) => elements.iter().any(holds_true),
        Json::Object(entries) => entries.values().any(holds_true),
        Json::Null | Json::Number(_) | Json::String(_) => false,
    }
}
