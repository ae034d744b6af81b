//! Reading.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::codec::Place;
use crate::value::construct::{normalize, types_differ};
use crate::{DecodeError, DecodeProblem, Number, ObjectType, Path, PathStep, Type, Value};

/// Reads one value of a type.
///
/// As lenient as Terraform: text where a number or bool is asked for is read as one, numbers and
/// bools where text is asked for become text, and attributes left out are null. Attributes that
/// the type lacks are an error.
pub fn decode(json: &str, ty: &Type) -> Result<Value, DecodeError> {
    decode_value(&parse(json)?, ty)
}

/// [`decode`] of JSON that is already parsed (with serde_json's `arbitrary_precision`).
pub fn decode_value(json: &Json, ty: &Type) -> Result<Value, DecodeError> {
    Decoder::default().value(json, ty)
}

/// Reads a value as `jsondecode` does: objects and tuples of what the text holds.
pub fn decode_implied(json: &str) -> Result<Value, DecodeError> {
    let json = parse(json)?;
    decode_value(&json, &imply_type(&json))
}

/// The type that JSON has by itself; a null has [`Type::Dynamic`].
pub fn imply_type(json: &Json) -> Type {
    match json {
        Json::Null => Type::Dynamic,
        Json::Bool(_) => Type::Bool,
        Json::Number(_) => Type::Number,
        Json::String(_) => Type::String,
        Json::Array(elements) => Type::Tuple(elements.iter().map(imply_type).collect()),
        Json::Object(entries) => Type::object(
            entries
                .iter()
                .map(|(key, value)| (key.as_str(), imply_type(value))),
        ),
    }
}

fn parse(json: &str) -> Result<Json, DecodeError> {
    serde_json::from_str(json).map_err(|e| DecodeError {
        path: Path::ROOT,
        problem: DecodeProblem::Json(e.to_string()),
    })
}

#[derive(Default)]
struct Decoder {
    place: Place,
}

impl Decoder {
    fn value(&mut self, json: &Json, ty: &Type) -> Result<Value, DecodeError> {
        if !self.place.enter() {
            return Err(self.error(DecodeProblem::TooDeep));
        }
        let value = self.bare(json, ty)?;
        self.place.leave();
        Ok(value)
    }

    fn bare(&mut self, json: &Json, ty: &Type) -> Result<Value, DecodeError> {
        match (json, ty) {
            (Json::Null, _) => Ok(Value::null(ty.clone())),
            (Json::Object(pair), Type::Dynamic) => self.dynamic(pair),
            (_, Type::Dynamic) => Err(self.error(DecodeProblem::Dynamic)),
            (Json::Bool(b), Type::Bool) => Ok(Value::bool(*b)),
            (Json::String(text), Type::Bool) => match text.as_str() {
                "true" | "1" => Ok(Value::bool(true)),
                "false" | "0" => Ok(Value::bool(false)),
                _ => Err(self.mismatch(json, ty)),
            },
            (Json::Number(n), Type::Number) => self.number(n.as_str()),
            (Json::String(text), Type::Number) => self.number(text),
            (Json::String(text), Type::String) => Ok(Value::string(text.as_str())),
            (Json::Number(n), Type::String) => Ok(Value::string(n.as_str())),
            (Json::Bool(b), Type::String) => Ok(Value::string(b.to_string())),
            (Json::Array(elements), Type::List(element)) => {
                let elements = self.elements(elements, element, PathStep::Index)?;
                Ok(Value::list(Type::clone(element), elements))
            }
            (Json::Array(elements), Type::Set(element)) => {
                let elements = self.elements(elements, element, PathStep::Element)?;
                Ok(Value::set(Type::clone(element), elements))
            }
            (Json::Array(elements), Type::Tuple(types)) => self.tuple(elements, types),
            (Json::Object(entries), Type::Map(element)) => self.map(entries, element),
            (Json::Object(attributes), Type::Object(object)) => self.object(attributes, object),
            _ => Err(self.mismatch(json, ty)),
        }
    }

    fn part(&mut self, step: PathStep, json: &Json, ty: &Type) -> Result<Value, DecodeError> {
        self.place.path.push(step);
        let value = self.value(json, ty)?;
        self.place.path.pop();
        Ok(value)
    }

    fn number(&self, text: &str) -> Result<Value, DecodeError> {
        text.parse::<Number>()
            .map(Value::number)
            .map_err(|problem| self.error(problem))
    }

    fn dynamic(&mut self, pair: &Map<String, Json>) -> Result<Value, DecodeError> {
        let (Some(value), Some(ty), 2) = (pair.get("value"), pair.get("type"), pair.len()) else {
            return Err(self.error(DecodeProblem::Dynamic));
        };
        let ty = Type::from_json_value(ty).map_err(|problem| self.error(problem))?;
        self.value(value, &ty)
    }

    fn elements(
        &mut self,
        elements: &[Json],
        element: &Type,
        step: fn(u64) -> PathStep,
    ) -> Result<Vec<Value>, DecodeError> {
        let parts = (0u64..).zip(elements);
        let values: Result<Vec<_>, _> = parts
            .map(|(index, json)| self.part(step(index), json, element))
            .collect();
        let values = values?;
        self.check_elements(element, &mut values.iter())?;
        Ok(values)
    }

    fn tuple(&mut self, elements: &[Json], types: &[Type]) -> Result<Value, DecodeError> {
        if elements.len() != types.len() {
            return Err(self.error(DecodeProblem::TupleLength {
                want: types.len(),
                got: elements.len() as u64,
            }));
        }
        let parts = (0u64..).zip(elements.iter().zip(types));
        let values: Result<Vec<_>, _> = parts
            .map(|(index, (json, ty))| self.part(PathStep::Index(index), json, ty))
            .collect();
        values.map(Value::tuple)
    }

    fn map(&mut self, entries: &Map<String, Json>, element: &Type) -> Result<Value, DecodeError> {
        let mut values: Vec<(Arc<str>, Value)> = Vec::with_capacity(entries.len());
        for (key, json) in entries {
            let key: Arc<str> = key.as_str().into();
            let value = self.part(PathStep::Key(key.clone()), json, element)?;
            values.push((key, value));
        }
        self.check_elements(element, &mut values.iter().map(|(_, value)| value))?;
        Ok(Value::map(element.clone(), values))
    }

    fn object(
        &mut self,
        attributes: &Map<String, Json>,
        object: &ObjectType,
    ) -> Result<Value, DecodeError> {
        let nulls = object.attributes.iter();
        let nulls = nulls.map(|(name, ty)| (name.clone(), Value::null(ty.clone())));
        let mut values: Vec<(Arc<str>, Value)> = nulls.collect();
        for (name, json) in attributes {
            let normal = normalize(name.as_str().into());
            let Some((name, ty)) = object.attributes.get_key_value(&normal) else {
                return Err(self.error(DecodeProblem::ExtraAttribute(normal)));
            };
            let value = self.part(PathStep::Attribute(name.clone()), json, ty)?;
            values.push((name.clone(), value));
        }
        Ok(Value::object(values))
    }

    fn check_elements(
        &self,
        element: &Type,
        elements: &mut dyn Iterator<Item = &Value>,
    ) -> Result<(), DecodeError> {
        match element.has_dynamic() && types_differ(elements) {
            true => Err(self.error(DecodeProblem::MixedElements)),
            false => Ok(()),
        }
    }

    fn mismatch(&self, json: &Json, ty: &Type) -> DecodeError {
        let got = match json {
            Json::Null => "null",
            Json::Bool(_) => "a bool",
            Json::Number(_) => "a number",
            Json::String(_) => "a string",
            Json::Array(_) => "an array",
            Json::Object(_) => "an object",
        };
        self.error(DecodeProblem::Mismatch {
            want: ty.clone(),
            got,
        })
    }

    fn error(&self, problem: impl Into<DecodeProblem>) -> DecodeError {
        self.place.decode_error(problem)
    }
}
