//! Writing.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::text;
use crate::codec::Place;
use crate::{Data, EncodeError, EncodeProblem, Number, PathStep, Type, Value};

/// Writes a value as a type, compact, attributes and keys in order. Marks are not written.
///
/// The value must have the type, parts under [`Type::Dynamic`] aside; a bare null may stand
/// anywhere, an unknown value nowhere.
pub fn encode(value: &Value, ty: &Type) -> Result<String, EncodeError> {
    encode_value(value, ty).map(|json| text::write(&json))
}

/// [`encode`] before it is text.
pub fn encode_value(value: &Value, ty: &Type) -> Result<Json, EncodeError> {
    Encoder::new(Number::to_exact_string).value(value, ty)
}

/// Writes a value as `jsonencode` does: its own structure, with no mention of types, and numbers
/// as Terraform turns them into text.
pub fn encode_plain(value: &Value) -> Result<String, EncodeError> {
    let json = Encoder::new(Number::to_string).value(value, &value.ty())?;
    Ok(text::write(&json))
}

struct Encoder {
    place: Place,
    digits: fn(&Number) -> String,
}

impl Encoder {
    fn new(digits: fn(&Number) -> String) -> Self {
        Self {
            place: Place::default(),
            digits,
        }
    }

    fn value(&mut self, value: &Value, ty: &Type) -> Result<Json, EncodeError> {
        if !self.place.enter() {
            return Err(self.place.encode_error(EncodeProblem::TooDeep));
        }
        let json = self.bare(value, ty)?;
        self.place.leave();
        Ok(json)
    }

    fn bare(&mut self, value: &Value, ty: &Type) -> Result<Json, EncodeError> {
        if !value.is_known() {
            return Err(self.place.encode_error(EncodeProblem::Unknown));
        }
        if *ty == Type::Dynamic {
            let own = value.ty();
            if own != Type::Dynamic {
                return self.dynamic(value, &own);
            }
        }
        match (value.data(), ty) {
            (Data::Null(got), _) => {
                self.place.check_placeholder(got, ty)?;
                Ok(Json::Null)
            }
            (Data::Bool(b), Type::Bool) => Ok(Json::Bool(*b)),
            (Data::Number(n), Type::Number) => self.number(n),
            (Data::String(text), Type::String) => Ok(Json::String(text.to_string())),
            (Data::List(_, elements), Type::List(element)) => {
                self.elements(elements, element, PathStep::Index)
            }
            (Data::Set(_, elements), Type::Set(element)) => {
                self.elements(elements, element, PathStep::Element)
            }
            (Data::Tuple(elements), Type::Tuple(types)) => self.tuple(elements, types),
            (Data::Map(_, entries), Type::Map(element)) => self.map(entries, element),
            (Data::Object(_), Type::Object(object)) => {
                let attributes = self.place.attributes(value, object)?;
                let attributes = attributes.into_iter().map(|(name, value, ty)| {
                    let step = PathStep::Attribute(name.clone());
                    Ok((name.to_string(), self.part(step, value, ty)?))
                });
                attributes.collect::<Result<_, _>>().map(Json::Object)
            }
            _ => Err(self.place.mismatch(value.ty(), ty)),
        }
    }

    fn part(&mut self, step: PathStep, value: &Value, ty: &Type) -> Result<Json, EncodeError> {
        self.place.path.push(step);
        let json = self.value(value, ty)?;
        self.place.path.pop();
        Ok(json)
    }

    fn dynamic(&mut self, value: &Value, own: &Type) -> Result<Json, EncodeError> {
        let mut pair = serde_json::Map::new();
        pair.insert("value".to_owned(), self.value(value, own)?);
        pair.insert("type".to_owned(), own.to_json_value());
        Ok(Json::Object(pair))
    }

    fn number(&mut self, n: &Number) -> Result<Json, EncodeError> {
        // An infinity is the one number whose text is no JSON number.
        (self.digits)(n)
            .parse()
            .map(Json::Number)
            .map_err(|_| self.place.encode_error(EncodeProblem::Infinite))
    }

    fn elements(
        &mut self,
        elements: &[Value],
        element: &Type,
        step: fn(u64) -> PathStep,
    ) -> Result<Json, EncodeError> {
        self.place.check_elements(element, &mut elements.iter())?;
        let elements = (0u64..).zip(elements);
        elements
            .map(|(index, value)| self.part(step(index), value, element))
            .collect()
    }

    fn tuple(&mut self, elements: &[Value], types: &[Type]) -> Result<Json, EncodeError> {
        if elements.len() != types.len() {
            return Err(self.place.encode_error(EncodeProblem::TupleLength {
                want: types.len(),
                got: elements.len(),
            }));
        }
        let elements = (0u64..).zip(elements.iter().zip(types));
        elements
            .map(|(index, (value, ty))| self.part(PathStep::Index(index), value, ty))
            .collect()
    }

    fn map(
        &mut self,
        entries: &BTreeMap<Arc<str>, Value>,
        element: &Type,
    ) -> Result<Json, EncodeError> {
        self.place.check_elements(element, &mut entries.values())?;
        let entries = entries.iter().map(|(key, value)| {
            let step = PathStep::Key(key.clone());
            Ok((key.to_string(), self.part(step, value, element)?))
        });
        entries.collect::<Result<_, _>>().map(Json::Object)
    }
}
