//! Between our types and the messages of the protocol. Besides `service`, nothing names both.

use cty::{DecodeError, EncodeError, Path, PathStep, Type, Value};

use crate::diagnostic::{Diagnostic, Diagnostics, Severity};
use crate::generated::tfplugin6 as pb;
use crate::path::addressable;
use crate::schema::{Attribute, Block, Mode, NestedBlock, Nesting, Schema, Shape};

/// A value as MessagePack.
pub(crate) fn dynamic(value: &Value, ty: &Type) -> Result<pb::DynamicValue, EncodeError> {
    Ok(pb::DynamicValue {
        msgpack: cty::msgpack::encode(value, ty)?,
        json: Vec::new(),
    })
}

/// A null of any type.
pub(crate) fn null() -> pb::DynamicValue {
    pb::DynamicValue {
        msgpack: vec![0xc0],
        json: Vec::new(),
    }
}

/// A value of a type: MessagePack, else JSON, else null.
pub(crate) fn value(dynamic: Option<&pb::DynamicValue>, ty: &Type) -> Result<Value, DecodeError> {
    match dynamic {
        Some(dynamic) if !dynamic.msgpack.is_empty() => cty::msgpack::decode(&dynamic.msgpack, ty),
        Some(dynamic) if !dynamic.json.is_empty() => {
            cty::json::decode(&String::from_utf8_lossy(&dynamic.json), ty)
        }
        _ => Ok(Value::null(ty.clone())),
    }
}

/// Messages to the user.
pub(crate) fn diagnostics(diagnostics: &Diagnostics) -> Vec<pb::Diagnostic> {
    diagnostics.iter().map(diagnostic).collect()
}

fn diagnostic(diagnostic: &Diagnostic) -> pb::Diagnostic {
    let severity = match diagnostic.severity {
        Severity::Error => pb::diagnostic::Severity::Error,
        Severity::Warning => pb::diagnostic::Severity::Warning,
    };
    let attribute = addressable(&diagnostic.attribute);
    pb::Diagnostic {
        severity: severity.into(),
        summary: diagnostic.summary.clone(),
        detail: diagnostic.detail.clone(),
        attribute: (!attribute.is_root()).then(|| path(&attribute)),
    }
}

/// A path; it must not lead into a set.
pub(crate) fn path(path: &Path) -> pb::AttributePath {
    use pb::attribute_path::step::Selector;
    let steps = path.steps().iter().map(|step| {
        let selector = match step {
            PathStep::Attribute(name) => Selector::AttributeName(name.to_string()),
            PathStep::Key(key) => Selector::ElementKeyString(key.to_string()),
            PathStep::Index(index) | PathStep::Element(index) => {
                Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX))
            }
        };
        pb::attribute_path::Step {
            selector: Some(selector),
        }
    });
    pb::AttributePath {
        steps: steps.collect(),
    }
}

/// A schema.
pub(crate) fn schema(schema: &Schema) -> pb::Schema {
    pb::Schema {
        version: schema.version.into(),
        block: Some(block(&schema.block)),
    }
}

fn block(block: &Block) -> pb::schema::Block {
    pb::schema::Block {
        attributes: block.attributes.iter().map(attribute).collect(),
        block_types: block.blocks.iter().map(nested_block).collect(),
        description: block.description.clone(),
        description_kind: pb::StringKind::Markdown.into(),
        deprecated: block.deprecated.is_some(),
        deprecation_message: block.deprecated.clone().unwrap_or_default(),
        ..pb::schema::Block::default()
    }
}

fn attribute(attribute: &Attribute) -> pb::schema::Attribute {
    let (ty, nested_type) = match &attribute.shape {
        Shape::Type(ty) => (ty.to_json().into_bytes(), None),
        Shape::Nested(nested) => {
            use pb::schema::object::NestingMode;
            let nesting = match nested.nesting {
                Nesting::Single => NestingMode::Single,
                Nesting::List => NestingMode::List,
                Nesting::Set => NestingMode::Set,
                Nesting::Map => NestingMode::Map,
            };
            let object = pb::schema::Object {
                attributes: nested.attributes.iter().map(self::attribute).collect(),
                nesting: nesting.into(),
                ..pb::schema::Object::default()
            };
            (Vec::new(), Some(object))
        }
    };
    pb::schema::Attribute {
        name: attribute.name.to_string(),
        r#type: ty,
        nested_type,
        description: attribute.description.clone(),
        description_kind: pb::StringKind::Markdown.into(),
        required: attribute.mode == Mode::Required,
        optional: matches!(attribute.mode, Mode::Optional | Mode::OptionalComputed),
        computed: attribute.mode.is_computed(),
        sensitive: attribute.sensitive,
        deprecated: attribute.deprecated.is_some(),
        deprecation_message: attribute.deprecated.clone().unwrap_or_default(),
        write_only: false,
    }
}

fn nested_block(nested: &NestedBlock) -> pb::schema::NestedBlock {
    use pb::schema::nested_block::NestingMode;
    let nesting = match nested.nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    // Of a single block core wants equal bounds, 0 or 1.
    let max = match nested.nesting {
        Nesting::Single => nested.min,
        Nesting::List | Nesting::Set | Nesting::Map => nested.max.unwrap_or(0),
    };
    pb::schema::NestedBlock {
        type_name: nested.name.to_string(),
        block: Some(block(&nested.block)),
        nesting: nesting.into(),
        min_items: nested.min.into(),
        max_items: max.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;
    use crate::prelude::*;

    model! {
        /// A policy.
        struct Policy {
            /// Its **name**.
            name: Attr<String> = required(),
            old: Attr<bool> = optional().deprecated("Use `name`."),
            secret: Attr<Vec<Attr<Pair>>> = optional_computed().sensitive(),
            details: One<Pair> = one().required(),
            single: One<Pair> = one().single(),
            pair: Many<Pair> = set().min(1).max(4),
            by_name: Keyed<Pair> = map(),
        }
    }

    model! {
        struct Pair {
            key: Attr<String> = required(),
            r#type: Attr<i64> = computed(),
        }
    }

    #[test]
    fn a_schema_says_it_all() {
        let schema = Schema {
            version: 3,
            block: Policy::block().clone(),
        };
        let message = super::schema(&schema);
        assert_eq!(message.version, 3);
        let mut lines = Vec::new();
        outline(&message.block.unwrap(), "", &mut lines);
        insta::assert_snapshot!(lines.join("\n"), @r#"
        name "string" required Its **name**.
        old "bool" optional deprecated Use `name`.
        secret LIST ["key \"string\" required", "type \"number\" computed"] optional computed sensitive
        details { LIST 1..1
          key "string" required
          type "number" computed
        single { SINGLE 0..0
          key "string" required
          type "number" computed
        pair { SET 1..4
          key "string" required
          type "number" computed
        by_name { MAP 0..0
          key "string" required
          type "number" computed
        "#);
    }

    /// One line per attribute and block, with all that is said of it.
    fn outline(block: &pb::schema::Block, indent: &str, lines: &mut Vec<String>) {
        assert_eq!(block.description_kind(), pb::StringKind::Markdown);
        for a in &block.attributes {
            lines.push(format!("{indent}{}", attribute_line(a)));
        }
        for b in &block.block_types {
            let (name, nesting) = (&b.type_name, b.nesting().as_str_name());
            let (min, max) = (b.min_items, b.max_items);
            lines.push(format!("{indent}{name} {{ {nesting} {min}..{max}"));
            outline(b.block.as_ref().unwrap(), &format!("{indent}  "), lines);
        }
    }

    fn attribute_line(a: &pb::schema::Attribute) -> String {
        let mut words = vec![a.name.clone()];
        words.push(String::from_utf8(a.r#type.clone()).unwrap());
        if let Some(nested) = &a.nested_type {
            let inner: Vec<String> = nested.attributes.iter().map(attribute_line).collect();
            words.push(format!("{} {inner:?}", nested.nesting().as_str_name()));
        }
        let flags = [
            (a.required, "required"),
            (a.optional, "optional"),
            (a.computed, "computed"),
            (a.sensitive, "sensitive"),
            (a.deprecated, "deprecated"),
        ];
        words.extend(flags.iter().filter(|f| f.0).map(|f| f.1.to_owned()));
        words.extend([a.deprecation_message.clone(), a.description.clone()]);
        words.retain(|word| !word.is_empty());
        words.join(" ")
    }

    #[test]
    fn absent_values_are_null_and_json_is_read() {
        let ty = Type::list(Type::Number);
        assert_eq!(value(None, &ty), Ok(Value::null(ty.clone())));
        let empty = pb::DynamicValue::default();
        assert_eq!(value(Some(&empty), &ty), Ok(Value::null(ty.clone())));
        assert_eq!(value(Some(&null()), &ty), Ok(Value::null(ty.clone())));
        let json = pb::DynamicValue {
            json: b"[1, 0.1]".to_vec(),
            ..pb::DynamicValue::default()
        };
        let tenth = Value::number("0.1".parse::<crate::Number>().unwrap());
        let expected = Value::list(Type::Number, [Value::int(1), tenth]);
        assert_eq!(value(Some(&json), &ty), Ok(expected));
    }

    #[test]
    fn diagnostics_point_at_what_has_an_address() {
        let mut said = Diagnostics::new();
        said.error(path!("rule", 0, "tags", Key("a")), "One", "Two.");
        let mut in_set = path!("tag");
        in_set.push(PathStep::Element(1));
        in_set.push(PathStep::Attribute("key".into()));
        said.warn(in_set, "Three", "");
        said.warn(Path::ROOT, "Four", "");
        let sent = diagnostics(&said);
        assert_eq!(sent[0].severity(), pb::diagnostic::Severity::Error);
        assert_eq!(sent[1].severity(), pb::diagnostic::Severity::Warning);
        let steps = |d: &pb::Diagnostic| d.attribute.clone().map(|a| a.steps);
        let step = |selector| pb::attribute_path::Step {
            selector: Some(selector),
        };
        use pb::attribute_path::step::Selector::{AttributeName, ElementKeyInt, ElementKeyString};
        assert_eq!(
            steps(&sent[0]).unwrap(),
            [
                step(AttributeName("rule".into())),
                step(ElementKeyInt(0)),
                step(AttributeName("tags".into())),
                step(ElementKeyString("a".into())),
            ]
        );
        assert_eq!(
            steps(&sent[1]).unwrap(),
            [step(AttributeName("tag".into()))]
        );
        assert_eq!(steps(&sent[2]), None);
    }
}
