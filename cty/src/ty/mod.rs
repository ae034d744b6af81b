//! Type constraints.

mod json;
mod name;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use json::ParseTypeError;

use crate::value::construct::normalize;

/// A type constraint, as in `type = map(list(string))`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// Any type: `any`, and the type of a bare `null`.
    Dynamic,
    /// Text.
    String,
    /// A decimal number of any size.
    Number,
    /// `true` or `false`.
    Bool,
    /// An ordered collection of one element type.
    List(Arc<Type>),
    /// An unordered collection of distinct elements of one type.
    Set(Arc<Type>),
    /// Text keys to elements of one type.
    Map(Arc<Type>),
    /// Named attributes, each with its own type.
    Object(Arc<ObjectType>),
    /// A fixed number of elements, each with its own type.
    Tuple(Arc<[Type]>),
}

/// The attributes of an object type.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectType {
    /// Every attribute and its type.
    pub attributes: BTreeMap<Arc<str>, Type>,
    /// Attributes that a value may leave out (`optional(...)` in a variable's type);
    /// conversion fills them with null. Never on the wire in schemas.
    pub optional: BTreeSet<Arc<str>>,
}

impl Type {
    /// `list(element)`.
    pub fn list(element: Type) -> Self {
        Self::List(Arc::new(element))
    }

    /// `set(element)`.
    pub fn set(element: Type) -> Self {
        Self::Set(Arc::new(element))
    }

    /// `map(element)`.
    pub fn map(element: Type) -> Self {
        Self::Map(Arc::new(element))
    }

    /// `tuple([elements])`.
    pub fn tuple(elements: impl Into<Arc<[Type]>>) -> Self {
        Self::Tuple(elements.into())
    }

    /// `object({name = type, ...})` with no optional attributes.
    pub fn object<K: Into<Arc<str>>>(attributes: impl IntoIterator<Item = (K, Type)>) -> Self {
        Self::Object(Arc::new(ObjectType {
            attributes: attributes
                .into_iter()
                .map(|(name, ty)| (normalize(name.into()), ty))
                .collect(),
            optional: BTreeSet::new(),
        }))
    }

    /// True for string, number and bool.
    pub fn is_primitive(&self) -> bool {
        matches!(self, Self::String | Self::Number | Self::Bool)
    }

    /// True if the type is, or contains, [`Type::Dynamic`].
    pub fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::String | Self::Number | Self::Bool => false,
            Self::List(t) | Self::Set(t) | Self::Map(t) => t.has_dynamic(),
            Self::Object(o) => o.attributes.values().any(Self::has_dynamic),
            Self::Tuple(ts) => ts.iter().any(Self::has_dynamic),
        }
    }

    /// The type without the mention of optional attributes, at any depth: the type of values.
    pub fn without_optional(&self) -> Self {
        if !self.has_optional() {
            return self.clone();
        }
        match self {
            Self::Dynamic | Self::String | Self::Number | Self::Bool => self.clone(),
            Self::List(t) => Self::list(t.without_optional()),
            Self::Set(t) => Self::set(t.without_optional()),
            Self::Map(t) => Self::map(t.without_optional()),
            Self::Object(o) => Self::object(
                o.attributes
                    .iter()
                    .map(|(name, ty)| (name.clone(), ty.without_optional())),
            ),
            Self::Tuple(ts) => Self::Tuple(ts.iter().map(Self::without_optional).collect()),
        }
    }

    fn has_optional(&self) -> bool {
        match self {
            Self::Dynamic | Self::String | Self::Number | Self::Bool => false,
            Self::List(t) | Self::Set(t) | Self::Map(t) => t.has_optional(),
            Self::Object(o) => {
                !o.optional.is_empty() || o.attributes.values().any(Self::has_optional)
            }
            Self::Tuple(ts) => ts.iter().any(Self::has_optional),
        }
    }

    /// The element type of a list, set or map.
    pub fn element(&self) -> Option<&Type> {
        match self {
            Self::List(t) | Self::Set(t) | Self::Map(t) => Some(t),
            _ => None,
        }
    }

    /// True for list, set and map.
    pub fn is_collection(&self) -> bool {
        self.element().is_some()
    }

    /// True if a value of type `got` is also one of this type: they are the same, parts that are
    /// [`Type::Dynamic`] here aside. No conversion is thought of.
    pub fn accepts(&self, got: &Type) -> bool {
        match (self, got) {
            (Self::Dynamic, _) => true,
            (Self::List(want), Self::List(got))
            | (Self::Set(want), Self::Set(got))
            | (Self::Map(want), Self::Map(got)) => want.accepts(got),
            (Self::Tuple(want), Self::Tuple(got)) => {
                want.len() == got.len() && want.iter().zip(&**got).all(|(w, g)| w.accepts(g))
            }
            (Self::Object(want), Self::Object(got)) => {
                want.attributes.len() == got.attributes.len()
                    && want.attributes.iter().all(|(name, want)| {
                        got.attributes
                            .get(name)
                            .is_some_and(|got| want.accepts(got))
                    })
            }
            _ => self == got,
        }
    }
}
