//! Terraform's JSON notation of types: `"string"`, `["list","string"]`, `["object",{"a":"bool"}]`.
//!
//! The form in provider schemas, state files and the wire form of dynamic values. An object may
//! carry a third element, the names of its optional attributes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use super::{ObjectType, Type};
use crate::value::construct::normalize;

/// The text is not a type in Terraform's notation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseTypeError {
    /// Not JSON.
    #[error("the type is not valid JSON: {0}")]
    Json(String),
    /// JSON, but no type; what stands there instead.
    #[error("{0} is not a type")]
    NotAType(String),
    /// An optional attribute that the object does not have.
    #[error("optional attribute {0:?} is not an attribute of its object")]
    UnknownOptional(String),
}

impl Type {
    /// Reads Terraform's JSON notation.
    ///
    /// Nesting is bounded by the JSON parser (128 levels).
    pub fn from_json(json: &str) -> Result<Self, ParseTypeError> {
        let json = serde_json::from_str(json).map_err(|e| ParseTypeError::Json(e.to_string()))?;
        Self::from_json_value(&json)
    }

    /// [`Type::from_json`] of JSON that is already parsed.
    pub fn from_json_value(json: &Json) -> Result<Self, ParseTypeError> {
        match json {
            Json::String(name) => primitive(name).ok_or_else(|| not_a_type(json)),
            Json::Array(parts) => match parts.as_slice() {
                [Json::String(kind), rest @ ..] => {
                    composite(kind, rest)?.ok_or_else(|| not_a_type(json))
                }
                _ => Err(not_a_type(json)),
            },
            _ => Err(not_a_type(json)),
        }
    }

    /// Terraform's JSON notation, compact, attributes in order of name.
    pub fn to_json(&self) -> String {
        self.to_json_value().to_string()
    }

    /// [`Type::to_json`] before it is text.
    pub fn to_json_value(&self) -> Json {
        let pair = |kind: &str, inner: Json| Json::Array(vec![kind.into(), inner]);
        match self {
            Self::Dynamic => "dynamic".into(),
            Self::String => "string".into(),
            Self::Number => "number".into(),
            Self::Bool => "bool".into(),
            Self::List(t) => pair("list", t.to_json_value()),
            Self::Set(t) => pair("set", t.to_json_value()),
            Self::Map(t) => pair("map", t.to_json_value()),
            Self::Tuple(ts) => pair("tuple", ts.iter().map(Self::to_json_value).collect()),
            Self::Object(object) => {
                let attributes = object.attributes.iter();
                let attributes = attributes.map(|(k, t)| (k.to_string(), t.to_json_value()));
                let mut parts: Vec<Json> =
                    vec!["object".into(), Json::Object(attributes.collect())];
                if !object.optional.is_empty() {
                    parts.push(object.optional.iter().map(|k| Json::from(&**k)).collect());
                }
                Json::Array(parts)
            }
        }
    }
}

fn primitive(name: &str) -> Option<Type> {
    match name {
        "string" => Some(Type::String),
        "number" => Some(Type::Number),
        "bool" => Some(Type::Bool),
        "dynamic" => Some(Type::Dynamic),
        _ => None,
    }
}

/// `None` if `kind` and `rest` do not make a type.
fn composite(kind: &str, rest: &[Json]) -> Result<Option<Type>, ParseTypeError> {
    Ok(Some(match (kind, rest) {
        ("list", [element]) => Type::list(Type::from_json_value(element)?),
        ("set", [element]) => Type::set(Type::from_json_value(element)?),
        ("map", [element]) => Type::map(Type::from_json_value(element)?),
        // Terraform writes null for no elements.
        ("tuple", [Json::Null]) => Type::tuple([]),
        ("tuple", [Json::Array(elements)]) => {
            let elements: Result<Vec<Type>, _> =
                elements.iter().map(Type::from_json_value).collect();
            Type::tuple(elements?)
        }
        ("object", [Json::Object(attributes), optional @ ..]) => {
            let mut types = BTreeMap::new();
            for (name, ty) in attributes {
                types.insert(normalize(name.as_str().into()), Type::from_json_value(ty)?);
            }
            let Some(optional) = optional_names(optional, &types)? else {
                return Ok(None);
            };
            Type::Object(Arc::new(ObjectType {
                attributes: types,
                optional,
            }))
        }
        _ => return Ok(None),
    }))
}

fn optional_names(
    rest: &[Json],
    attributes: &BTreeMap<Arc<str>, Type>,
) -> Result<Option<BTreeSet<Arc<str>>>, ParseTypeError> {
    let names = match rest {
        [] => return Ok(Some(BTreeSet::new())),
        [Json::Array(names)] => names,
        _ => return Ok(None),
    };
    let mut optional = BTreeSet::new();
    for name in names {
        let Json::String(name) = name else {
            return Ok(None);
        };
        match attributes.get_key_value(name.as_str()) {
            Some((name, _)) => optional.insert(name.clone()),
            None => return Err(ParseTypeError::UnknownOptional(name.clone())),
        };
    }
    Ok(Some(optional))
}

fn not_a_type(json: &Json) -> ParseTypeError {
    let mut text = json.to_string();
    if text.chars().count() > 80 {
        text = text.chars().take(79).chain(['…']).collect();
    }
    ParseTypeError::NotAType(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for json in [
            r#""string""#,
            r#""dynamic""#,
            r#"["list",["set",["map","number"]]]"#,
            r#"["tuple",[]]"#,
            r#"["tuple",["bool",["object",{}]]]"#,
            r#"["object",{"a":"string","b":["list","dynamic"]}]"#,
            r#"["object",{"a":"string","b":"bool"},["b"]]"#,
        ] {
            assert_eq!(Type::from_json(json).unwrap().to_json(), json);
        }
    }

    #[test]
    fn reads_the_empty_tuple_as_terraform_writes_it() {
        assert_eq!(
            Type::from_json(r#"["tuple",null]"#).unwrap(),
            Type::tuple([])
        );
    }

    #[test]
    fn refuses_what_is_no_type() {
        let message = |json: &str| Type::from_json(json).unwrap_err().to_string();
        assert_eq!(message(r#""int""#), r#""int" is not a type"#);
        assert_eq!(message(r#"["list"]"#), r#"["list"] is not a type"#);
        assert_eq!(message("3"), "3 is not a type");
        assert_eq!(
            message(r#"["object",{"a":"bool"},["b"]]"#),
            r#"optional attribute "b" is not an attribute of its object"#
        );
        assert!(message("[").starts_with("the type is not valid JSON"));
        let deep = format!(
            "{}\"string\"{}",
            "[\"list\",".repeat(5000),
            "]".repeat(5000)
        );
        assert!(message(&deep).contains("recursion limit"));
    }
}
