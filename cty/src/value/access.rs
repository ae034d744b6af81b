//! Asking values. All of it looks through marks.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Data, Refinement, Value};
use crate::{Number, ObjectType, Type};

impl Value {
    /// The value's type. For objects and tuples it is put together on each call.
    pub fn ty(&self) -> Type {
        match &self.data {
            Data::Null(ty) | Data::Unknown(ty, _) => ty.clone(),
            Data::Bool(_) => Type::Bool,
            Data::Number(_) => Type::Number,
            Data::String(_) => Type::String,
            Data::List(element, _) => Type::list(element.clone()),
            Data::Set(element, _) => Type::set(element.clone()),
            Data::Map(element, _) => Type::map(element.clone()),
            Data::Object(attributes) => Type::Object(Arc::new(ObjectType {
                attributes: attributes
                    .iter()
                    .map(|(k, v)| (k.clone(), v.ty()))
                    .collect(),
                optional: Default::default(),
            })),
            Data::Tuple(elements) => Type::Tuple(elements.iter().map(Value::ty).collect()),
        }
    }

    /// True if it is known to be null.
    pub fn is_null(&self) -> bool {
        matches!(self.data, Data::Null(_))
    }

    /// True unless the value itself is unknown; parts of it may be.
    pub fn is_known(&self) -> bool {
        !matches!(self.data, Data::Unknown(..))
    }

    /// True if neither the value nor any part of it is unknown.
    pub fn is_wholly_known(&self) -> bool {
        self.is_known() && self.children().all(Value::is_wholly_known)
    }

    /// What is known of an unknown value, if anything.
    pub fn refinement(&self) -> Option<&Refinement> {
        match &self.data {
            Data::Unknown(_, refinement) => refinement.as_deref(),
            _ => None,
        }
    }

    /// True if the value cannot turn out null: known and not null, or refined so.
    pub fn is_definitely_not_null(&self) -> bool {
        match &self.data {
            Data::Null(_) => false,
            Data::Unknown(_, refinement) => refinement.as_ref().is_some_and(|r| r.not_null),
            _ => true,
        }
    }

    /// The text of a known string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) => Some(text),
            _ => None,
        }
    }

    /// A known bool.
    pub fn as_bool(&self) -> Option<bool> {
        match self.data {
            Data::Bool(b) => Some(b),
            _ => None,
        }
    }

    /// A known number.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.data {
            Data::Number(n) => Some(n),
            _ => None,
        }
    }

    /// A known whole number that fits.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number().and_then(Number::to_i64)
    }

    /// The elements of a known list, set or tuple.
    pub fn elements(&self) -> Option<&[Value]> {
        match &self.data {
            Data::List(_, elements) | Data::Set(_, elements) | Data::Tuple(elements) => {
                Some(elements)
            }
            _ => None,
        }
    }

    /// The elements of a known map or the attributes of a known object.
    pub fn entries(&self) -> Option<&BTreeMap<Arc<str>, Value>> {
        match &self.data {
            Data::Map(_, entries) | Data::Object(entries) => Some(entries),
            _ => None,
        }
    }

    /// An attribute of a known object (not an element of a map).
    pub fn attribute(&self, name: &str) -> Option<&Value> {
        match &self.data {
            Data::Object(attributes) => attributes.get(name),
            _ => None,
        }
    }

    /// The direct parts of a known list, set, tuple, map or object; none of anything else.
    pub fn children(&self) -> impl Iterator<Item = &Value> {
        let elements = self.elements().unwrap_or_default().iter();
        elements.chain(self.entries().into_iter().flat_map(BTreeMap::values))
    }
}
