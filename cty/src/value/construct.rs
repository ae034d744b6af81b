//! Making values.
//!
//! Strings and keys are NFC-normalised, as Terraform does, so that equal text is equal. Elements
//! of collections that are a bare `null` or an unknown of unknown type take the element type.

use std::collections::BTreeMap;
use std::sync::Arc;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::{Data, Refinement, Value, set_order};
use crate::{Marks, Number, Type};

impl Value {
    /// Text, NFC-normalised.
    pub fn string(text: impl Into<Arc<str>>) -> Self {
        Data::String(normalize(text.into())).into()
    }

    /// `true` or `false`.
    pub fn bool(b: bool) -> Self {
        Data::Bool(b).into()
    }

    /// A number.
    pub fn number(n: impl Into<Number>) -> Self {
        Data::Number(n.into()).into()
    }

    /// A whole number.
    pub fn int(n: i64) -> Self {
        Self::number(n)
    }

    /// A null of a type; optional attributes of the type are no part of a value's type.
    pub fn null(ty: Type) -> Self {
        Data::Null(ty.without_optional()).into()
    }

    /// An unknown value of a type; see [`Value::null`] on optional attributes.
    pub fn unknown(ty: Type) -> Self {
        Data::Unknown(ty.without_optional(), None).into()
    }

    /// An unknown value that will not be null, as the results of operators and most functions.
    pub fn unknown_not_null(ty: Type) -> Self {
        let not_null = Refinement {
            not_null: true,
            ..Refinement::default()
        };
        Self::refined(ty, not_null)
    }

    /// An unknown value of which something is known, or the value itself if that says all: a
    /// number between equal bounds, an empty collection, and (as in Terraform) a list of known
    /// length, whose elements are then unknown.
    ///
    /// A refinement that says nothing is dropped, and so is any on [`Type::Dynamic`] (Terraform
    /// allows none there).
    pub fn refined(ty: Type, refinement: Refinement) -> Self {
        if ty == Type::Dynamic || refinement == Refinement::default() {
            return Self::unknown(ty);
        }
        let ty = ty.without_optional();
        match settled(&ty, &refinement) {
            Some(value) => value,
            None => Data::Unknown(ty, Some(Arc::new(refinement))).into(),
        }
    }

    /// A list. If the element type is or contains [`Type::Dynamic`], the type that the elements
    /// have in common is taken instead; if they have none, the list is one that no codec writes.
    pub fn list(element: Type, elements: impl IntoIterator<Item = Self>) -> Self {
        let (element, elements) = collect(element, elements);
        Data::List(element, elements.into()).into()
    }

    /// A set: sorted, duplicates merged. Unknown elements are never duplicates, since they may
    /// turn out different. Marks of elements move to the set, since elements cannot be told apart.
    pub fn set(element: Type, elements: impl IntoIterator<Item = Self>) -> Self {
        let (element, elements) = collect(element, elements);
        let mut marks = Marks::NONE;
        let mut plain = Vec::with_capacity(elements.len());
        for value in elements {
            let (value, inner) = value.unmark_deep();
            marks = marks.union(&inner);
            plain.push(value);
        }
        set_order::sort(&mut plain);
        plain.dedup_by(|a, b| a == b && a.is_wholly_known());
        Self::from(Data::Set(element, plain.into())).with_marks(&marks)
    }

    /// A map. A repeated key keeps its last element.
    pub fn map<K: Into<Arc<str>>>(
        element: Type,
        entries: impl IntoIterator<Item = (K, Self)>,
    ) -> Self {
        let (keys, values): (Vec<Arc<str>>, Vec<Self>) = entries
            .into_iter()
            .map(|(key, value)| (normalize(key.into()), value))
            .unzip();
        let (element, values) = collect(element, values);
        let entries: BTreeMap<_, _> = keys.into_iter().zip(values).collect();
        Data::Map(element, Arc::new(entries)).into()
    }

    /// An object. A repeated name keeps its last value.
    pub fn object<K: Into<Arc<str>>>(attributes: impl IntoIterator<Item = (K, Self)>) -> Self {
        let attributes: BTreeMap<_, _> = attributes
            .into_iter()
            .map(|(name, value)| (normalize(name.into()), value))
            .collect();
        Data::Object(Arc::new(attributes)).into()
    }

    /// The object without attributes.
    pub fn empty_object() -> Self {
        Data::Object(Arc::default()).into()
    }

    /// A tuple.
    pub fn tuple(elements: impl IntoIterator<Item = Self>) -> Self {
        Data::Tuple(elements.into_iter().collect()).into()
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::string(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::string(text)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::bool(b)
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::int(n)
    }
}

impl From<Number> for Value {
    fn from(n: Number) -> Self {
        Self::number(n)
    }
}

/// The same text in normal form C.
pub(crate) fn normalize(text: Arc<str>) -> Arc<str> {
    if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return text;
    }
    text.nfc().collect::<String>().into()
}

/// The longest list made of a known length alone: the length may be anyone's word.
const MAX_SETTLED: u64 = 128;

fn settled(ty: &Type, known: &Refinement) -> Option<Value> {
    if !known.not_null {
        return None;
    }
    if let (Type::Number, Some((lower, true)), Some((upper, true))) =
        (ty, &known.lower, &known.upper)
    {
        return (lower == upper).then(|| Value::number(lower.clone()));
    }
    let length = known.min_length.unwrap_or(0);
    if known.max_length != Some(length) {
        return None;
    }
    match (ty, length) {
        (Type::List(element), 0..=MAX_SETTLED) => {
            let unknown = Value::unknown(Type::clone(element));
            let elements = std::iter::repeat_n(unknown, length as usize);
            Some(Value::list(Type::clone(element), elements))
        }
        (Type::Set(element), 0 | 1) => {
            let unknown = Value::unknown(Type::clone(element));
            let elements = (0..length).map(|_| unknown.clone());
            Some(Value::set(Type::clone(element), elements))
        }
        (Type::Map(element), 0) => Some(Value::map::<Arc<str>>(Type::clone(element), [])),
        _ => None,
    }
}

/// Gives elements without a type of their own the element type.
fn collect(element: Type, elements: impl IntoIterator<Item = Value>) -> (Type, Vec<Value>) {
    let mut element = element.without_optional();
    let mut elements: Vec<Value> = elements.into_iter().collect();
    if element.has_dynamic() {
        element = common_type(&elements).unwrap_or(element);
    }
    for value in &mut elements {
        let takes = |ty: &Type| ty.has_dynamic() && *ty != element && ty.accepts(&element);
        let typed = match &value.data {
            Data::Null(ty) if takes(ty) => Data::Null(element.clone()),
            Data::Unknown(ty, known) if takes(ty) => Data::Unknown(element.clone(), known.clone()),
            _ => continue,
        };
        value.data = typed;
    }
    (element, elements)
}

/// The one type of all elements, nulls and unknowns of unsettled type aside.
fn common_type(elements: &[Value]) -> Option<Type> {
    let first = typed(elements.iter()).next()?;
    typed(elements.iter())
        .all(|ty| ty == first)
        .then_some(first)
}

/// True if the elements have more than one type, nulls and unknowns of unsettled type aside.
pub(crate) fn types_differ(elements: &mut dyn Iterator<Item = &Value>) -> bool {
    let mut types = typed(elements);
    let first = types.next();
    types.any(|ty| Some(ty) != first)
}

fn typed<'v>(elements: impl Iterator<Item = &'v Value>) -> impl Iterator<Item = Type> {
    elements.filter_map(|value| match value.data() {
        Data::Null(ty) | Data::Unknown(ty, _) if ty.has_dynamic() => None,
        _ => Some(value.ty()),
    })
}
