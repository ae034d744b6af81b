//! State files: JSON of this or an older version of a schema, read without loss.

use cty::{DecodeError, Type, Value};
use serde_json::Value as Json;

use crate::schema::{Block, Nesting};
use crate::walk::Fields;

/// What to do with attributes that the schema lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extra {
    /// Leave them out: a newer release wrote them, or an older one.
    Drop,
    /// Refuse them: an upgrade forgot them.
    Refuse,
}

/// Reads state. Attributes left out are null, blocks left out are none.
///
/// # Errors
/// A value is not of its type, or an attribute is refused.
pub(crate) fn read(
    mut json: Json,
    block: &Block,
    ty: &Type,
    extra: Extra,
) -> Result<Value, DecodeError> {
    fit(&mut json, block.fields(), extra);
    cty::json::decode_value(&json, ty)
}

fn fit(json: &mut Json, fields: Fields<'_>, extra: Extra) {
    let Json::Object(entries) = json else {
        return;
    };
    if extra == Extra::Drop {
        entries.retain(|name, _| {
            fields.attributes.iter().any(|a| *a.name == **name)
                || fields.blocks.iter().any(|b| *b.name == **name)
        });
    }
    for attribute in fields.attributes {
        if let (Some(value), Some((nesting, fields))) =
            (entries.get_mut(&*attribute.name), attribute.shape.nested())
        {
            fit_each(value, nesting, fields, extra);
        }
    }
    for nested in fields.blocks {
        let value = entries.entry(&*nested.name).or_insert(Json::Null);
        if value.is_null() {
            *value = match nested.nesting {
                Nesting::Single => Json::Null,
                Nesting::List | Nesting::Set => Json::Array(Vec::new()),
                Nesting::Map => Json::Object(serde_json::Map::new()),
            };
        }
        fit_each(value, nested.nesting, nested.block.fields(), extra);
    }
}

fn fit_each(json: &mut Json, nesting: Nesting, fields: Fields<'_>, extra: Extra) {
    match (nesting, json) {
        (Nesting::Single, json) => fit(json, fields, extra),
        (Nesting::List | Nesting::Set, Json::Array(elements)) => {
            for element in elements {
                fit(element, fields, extra);
            }
        }
        (Nesting::Map, Json::Object(entries)) => {
            for (_, element) in entries {
                fit(element, fields, extra);
            }
        }
        // Not of its type: decoding will say so, with the path.
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prelude::*;

    model! {
        struct Thing {
            name: Attr<String> = required(),
            size: Attr<cty::Number> = optional(),
            rule: Many<Rule> = list(),
            tag: Many<Rule> = set(),
        }
    }

    model! {
        struct Rule {
            id: Attr<String> = optional(),
            inner: Many<Inner> = list(),
        }
    }

    model! {
        struct Inner {
            on: Attr<bool> = optional(),
        }
    }

    fn thing(json: &str, extra: Extra) -> Result<Thing, String> {
        let json = serde_json::from_str(json).unwrap();
        let value = read(json, Thing::block(), Thing::ty(), extra).map_err(|e| e.to_string())?;
        Thing::from_value(&value).map_err(|e| e.to_string())
    }

    #[test]
    fn what_is_missing_is_null_or_none() {
        let read = thing(r#"{"name":"a","rule":[{"id":"b"}]}"#, Extra::Refuse);
        let expected = Thing {
            name: "a".into(),
            rule: Many::from_iter([Rule {
                id: "b".into(),
                ..Rule::default()
            }]),
            ..Thing::default()
        };
        assert_eq!(read, Ok(expected));
    }

    #[test]
    fn numbers_keep_every_digit() {
        let digits = "123456789012345678901234567890.123456789";
        let read = thing(&format!(r#"{{"name":"a","size":{digits}}}"#), Extra::Refuse).unwrap();
        assert_eq!(read.size, Attr::Known(digits.parse().unwrap()));
    }

    #[test]
    fn what_the_schema_lacks_goes_or_is_refused() {
        let json = r#"{"name":"a","old":1,"tag":[{"id":"b","older":[]}]}"#;
        assert!(thing(json, Extra::Drop).is_ok());
        insta::assert_snapshot!(thing(json, Extra::Refuse).unwrap_err(), @r#"unsupported attribute "old""#);
        let inside = r#"{"name":"a","tag":[{"id":"b","older":[]}]}"#;
        insta::assert_snapshot!(thing(inside, Extra::Refuse).unwrap_err(), @r#"tag[...]: unsupported attribute "older""#);
    }
}
