//! [`Attr`]: a value that is known, null or unknown; and the Rust types it can hold.

use std::collections::{BTreeMap, BTreeSet};

use cty::{Number, Type, Value};

use super::Model;
use crate::diagnostic::Diagnostics;
use crate::path::Trail;
use crate::schema::{NestedType, Nesting, Shape};
use crate::validators::Size;

/// The value of an attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attr<T> {
    /// Given.
    Known(T),
    /// Not set.
    #[default]
    Null,
    /// Not known before apply.
    Unknown,
}

/// `map(string)`.
pub type StringMap = Attr<BTreeMap<String, Attr<String>>>;
/// `list(string)`.
pub type StringList = Attr<Vec<Attr<String>>>;
/// `set(string)`.
pub type StringSet = Attr<BTreeSet<Attr<String>>>;

impl<T> Attr<T> {
    /// The value, if it is known and not null.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// The value, if it is known and not null.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Null | Self::Unknown => None,
        }
    }

    /// True if not set.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// True if not known before apply.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// The same state of another type.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Attr<U> {
        match self {
            Self::Known(value) => Attr::Known(f(value)),
            Self::Null => Attr::Null,
            Self::Unknown => Attr::Unknown,
        }
    }

    /// Gives an unknown value its value; what the user set stays. For computed attributes after
    /// a create.
    pub fn fill(&mut self, value: impl Into<Self>) {
        if self.is_unknown() {
            *self = value.into();
        }
    }
}

impl Attr<String> {
    /// The text, if it is known and not null.
    pub fn as_str(&self) -> Option<&str> {
        self.known().map(String::as_str)
    }
}

impl Attr<bool> {
    /// True only if known to be true.
    pub fn is_true(&self) -> bool {
        matches!(self, Self::Known(true))
    }
}

impl<T> Attr<BTreeMap<String, Attr<T>>> {
    /// The entries if the map is known, not null, and so is each element.
    pub fn entries(&self) -> Option<BTreeMap<&str, &T>> {
        let entries = self.known()?.iter();
        entries
            .map(|(key, value)| Some((key.as_str(), value.known()?)))
            .collect()
    }

    /// A known map.
    pub fn of<K: Into<String>, V: Into<T>>(entries: impl IntoIterator<Item = (K, V)>) -> Self {
        let entries = entries.into_iter();
        Self::Known(
            entries
                .map(|(key, value)| (key.into(), Attr::Known(value.into())))
                .collect(),
        )
    }
}

impl<T> Attr<Vec<Attr<T>>> {
    /// The elements if the list is known, not null, and so is each of them.
    pub fn elements(&self) -> Option<Vec<&T>> {
        self.known()?.iter().map(Attr::known).collect()
    }

    /// A known list.
    pub fn of<V: Into<T>>(elements: impl IntoIterator<Item = V>) -> Self {
        let elements = elements.into_iter();
        Self::Known(elements.map(|value| Attr::Known(value.into())).collect())
    }
}

impl<T: Ord> Attr<BTreeSet<Attr<T>>> {
    /// The elements if the set is known, not null, and so is each of them.
    pub fn elements(&self) -> Option<BTreeSet<&T>> {
        self.known()?.iter().map(Attr::known).collect()
    }

    /// A known set.
    pub fn of<V: Into<T>>(elements: impl IntoIterator<Item = V>) -> Self {
        let elements = elements.into_iter();
        Self::Known(elements.map(|value| Attr::Known(value.into())).collect())
    }
}

impl<T> From<T> for Attr<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl From<&str> for Attr<String> {
    fn from(value: &str) -> Self {
        Self::Known(value.to_owned())
    }
}

impl<T: AttrType> Attr<T> {
    pub(crate) fn read(value: &Value, at: &Trail<'_>, diagnostics: &mut Diagnostics) -> Self {
        if value.is_null() {
            Self::Null
        } else if value.is_known() {
            T::read(value, at, diagnostics).map_or(Self::Unknown, Self::Known)
        } else {
            Self::Unknown
        }
    }

    pub(crate) fn write(&self) -> Value {
        match self {
            Self::Known(value) => value.write(),
            Self::Null => Value::null(T::value_type()),
            Self::Unknown => Value::unknown(T::value_type()),
        }
    }
}

/// A Rust type that an [`Attr`] can hold. Implement it for newtypes over one of these.
pub trait AttrType: Clone + Send + Sync + Sized + 'static {
    /// The type in the schema.
    fn shape() -> Shape;

    /// The type of its values.
    fn value_type() -> Type {
        Self::shape().ty()
    }

    /// Reads a known, non-null value of that type. `None`: it is not one of this Rust type, and
    /// `diagnostics` says why.
    fn read(value: &Value, at: &Trail<'_>, diagnostics: &mut Diagnostics) -> Option<Self>;

    /// The value.
    fn write(&self) -> Value;
}

/// Says that a value is not what `expected` says; for [`AttrType::read`].
pub fn unfit(at: &Trail<'_>, diagnostics: &mut Diagnostics, expected: &str) {
    let path = at.to_path();
    let detail = format!("Attribute {path}: {expected}");
    diagnostics.error(path, "Invalid attribute value", detail);
}

impl AttrType for String {
    fn shape() -> Shape {
        Shape::Type(Type::String)
    }

    fn read(value: &Value, at: &Trail<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let text = value.as_str();
        if text.is_none() {
            unfit(at, diagnostics, "text is needed.");
        }
        text.map(str::to_owned)
    }

    fn write(&self) -> Value {
        Value::string(self.as_str())
    }
}

impl AttrType for bool {
    fn shape() -> Shape {
        Shape::Type(Type::Bool)
    }

    fn read(value: &Value, at: &Trail<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let truth = value.as_bool();
        if truth.is_none() {
            unfit(at, diagnostics, "true or false is needed.");
        }
        truth
    }

    fn write(&self) -> Value {
        Value::bool(*self)
    }
}

impl AttrType for Number {
    fn shape() -> Shape {
        Shape::Type(Type::Number)
    }

    fn read(value: &Value, at: &Trail<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let number = value.as_number();
        if number.is_none() {
            unfit(at, diagnostics, "a number is needed.");
        }
        number.cloned()
    }

    fn write(&self) -> Value {
        Value::number(self.clone())
    }
}

macro_rules! integers {
    ($($int:ty)+) => {$(
        impl AttrType for $int {
            fn shape() -> Shape {
                Shape::Type(Type::Number)
            }

            fn read(
                value: &Value,
                at: &Trail<'_>,
                diagnostics: &mut Diagnostics,
            ) -> Option<Self> {
                let found = value.as_i64().and_then(|n| Self::try_from(n).ok());
                if found.is_none() {
                    let (min, max) = (Self::MIN, Self::MAX);
                    let expected = match value.as_number() {
                        Some(n) if n.is_integer() => format!("{n} is not between {min} and {max}."),
                        _ => "a whole number is needed.".to_owned(),
                    };
                    unfit(at, diagnostics, &expected);
                }
                found
            }

            fn write(&self) -> Value {
                Value::int(i64::from(*self))
            }
        }
    )+};
}
integers! { i64 i32 u32 }

/// Any value at all; the attribute is of type `dynamic`.
impl AttrType for Value {
    fn shape() -> Shape {
        Shape::Type(Type::Dynamic)
    }

    fn read(value: &Value, _: &Trail<'_>, _: &mut Diagnostics) -> Option<Self> {
        Some(value.clone())
    }

    fn write(&self) -> Value {
        self.clone()
    }
}

/// A model as the type of an attribute: an object whose attributes have descriptions of their own.
///
/// # Panics
/// If the model has blocks: an attribute cannot contain any.
impl<M: Model> AttrType for M {
    fn shape() -> Shape {
        let block = M::block();
        assert!(
            block.blocks.is_empty(),
            "a model used as the type of an attribute has attributes only, no blocks"
        );
        Shape::Nested(NestedType {
            nesting: Nesting::Single,
            attributes: block.attributes.clone(),
        })
    }

    fn value_type() -> Type {
        M::ty().clone()
    }

    fn read(value: &Value, at: &Trail<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        Some(M::decode(value, at, diagnostics))
    }

    fn write(&self) -> Value {
        M::encode(self)
    }
}

/// The shape of a collection over elements of a shape: objects keep their own attributes.
fn collection(element: Shape, nesting: Nesting) -> Shape {
    match element {
        Shape::Nested(nested) if nested.nesting == Nesting::Single => Shape::Nested(NestedType {
            nesting,
            attributes: nested.attributes,
        }),
        other => Shape::Type(nesting.over(other.ty())),
    }
}

impl<T: AttrType> AttrType for Vec<Attr<T>> {
    fn shape() -> Shape {
        collection(T::shape(), Nesting::List)
    }

    fn value_type() -> Type {
        Type::list(T::value_type())
    }

    fn read(value: &Value, at: &Trail<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Some(elements) = value.elements() else {
            unfit(at, diagnostics, "a list is needed.");
            return None;
        };
        let elements = elements.iter().enumerate();
        Some(
            elements
                .map(|(i, value)| Attr::read(value, &at.index(i), diagnostics))
                .collect(),
        )
    }

    fn write(&self) -> Value {
        Value::list(T::value_type(), self.iter().map(Attr::write))
    }
}

impl<T: AttrType + Ord> AttrType for BTreeSet<Attr<T>> {
    fn shape() -> Shape {
        collection(T::shape(), Nesting::Set)
    }

    fn value_type() -> Type {
        Type::set(T::value_type())
    }

    fn read(value: &Value, at: &Trail<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Some(elements) = value.elements() else {
            unfit(at, diagnostics, "a set is needed.");
            return None;
        };
        let elements = elements.iter().enumerate();
        Some(
            elements
                .map(|(i, value)| Attr::read(value, &at.element(i), diagnostics))
                .collect(),
        )
    }

    fn write(&self) -> Value {
        Value::set(T::value_type(), self.iter().map(Attr::write))
    }
}

impl<T: AttrType> AttrType for BTreeMap<String, Attr<T>> {
    fn shape() -> Shape {
        collection(T::shape(), Nesting::Map)
    }

    fn value_type() -> Type {
        Type::map(T::value_type())
    }

    fn read(value: &Value, at: &Trail<'_>, diagnostics: &mut Diagnostics) -> Option<Self> {
        let Some(entries) = value.entries() else {
            unfit(at, diagnostics, "a map is needed.");
            return None;
        };
        let entries = entries.iter();
        Some(
            entries
                .map(|(key, value)| {
                    let value = Attr::read(value, &at.key(key), diagnostics);
                    (key.to_string(), value)
                })
                .collect(),
        )
    }

    fn write(&self) -> Value {
        let entries = self.iter();
        Value::map(
            T::value_type(),
            entries.map(|(k, v)| (k.as_str(), v.write())),
        )
    }
}

impl<T> Size for Vec<Attr<T>> {
    fn size(&self) -> usize {
        self.len()
    }
}

impl<T> Size for BTreeSet<Attr<T>> {
    fn size(&self) -> usize {
        self.len()
    }
}

impl<T> Size for BTreeMap<String, Attr<T>> {
    fn size(&self) -> usize {
        self.len()
    }
}
