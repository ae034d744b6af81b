//! Terraform's JSON notation.
//!
//! serde_json hands out each value as the slice of text it stands in, so that spans come for free
//! and repeated keys are kept.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::template;
use super::tree::{Attribute, Block, Body, Expr, ExprKind, Item, Key, Label, Literal, Span};
use super::{Spans, SyntaxError};

/// How deep JSON may nest, as serde_json limits it too.
const MAX_JSON_DEPTH: usize = 128;

#[derive(Default)]
struct Building {
    attributes: Vec<Attribute>,
    blocks: Vec<Block>,
}

impl Building {
    fn done(self, span: Span) -> Body {
        Body {
            attributes: self.attributes.into(),
            blocks: self.blocks.into(),
            span,
            is_incomplete: false,
        }
    }
}

/// Reads a `.tf.json`.
pub(super) fn parse_config(text: &str) -> Result<Body, SyntaxError> {
    let mut body = Building::default();
    for root in bodies(&document(text)?)? {
        for property in root {
            let Property { key, span, value } = property;
            match labels_of(key) {
                Some(labels) => blocks(key, *span, value, labels, &mut Vec::new(), &mut body)?,
                None if key.as_ref() == "//" => {}
                None => body.attributes.push(attribute(property, Text::Template)?),
            }
        }
    }
    Ok(body.done(Span::new(0..text.len())))
}

/// Reads a `.tfvars.json`: all text is literal.
pub(super) fn parse_values(text: &str) -> Result<Body, SyntaxError> {
    let root = document(text)?;
    let Kind::Object(properties) = &root.kind else {
        return Err(SyntaxError::new(
            "a JSON object is expected here",
            root.span,
        ));
    };
    Ok(Body {
        attributes: properties
            .iter()
            .map(|property| attribute(property, Text::Literal))
            .collect::<Result<_, _>>()?,
        blocks: Box::default(),
        span: root.span,
        is_incomplete: false,
    })
}

/// Labels of the blocks that may stand at the top of a file.
fn labels_of(type_name: &str) -> Option<usize> {
    match type_name {
        "resource" | "data" | "ephemeral" | "action" => Some(2),
        "provider" | "variable" | "output" | "module" | "check" => Some(1),
        "terraform" | "locals" | "moved" | "removed" | "import" => Some(0),
        _ => None,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    Template,
    Literal,
}

struct Node<'a> {
    kind: Kind<'a>,
    span: Span,
}

enum Kind<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    String(Cow<'a, str>),
    Array(Vec<Node<'a>>),
    Object(Vec<Property<'a>>),
}

struct Property<'a> {
    key: Cow<'a, str>,
    span: Span,
    value: Node<'a>,
}

fn document(text: &str) -> Result<Node<'_>, SyntaxError> {
    let json = text.strip_prefix('\u{feff}').unwrap_or(text);
    let raw: &RawValue = serde_json::from_str(json).map_err(|error| {
        let at = text.len() - json.len() + offset_of(json, error.line(), error.column());
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or(&message);
        SyntaxError::new(message, Span::new(at..at))
    })?;
    node(text, raw, 0)
}

fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start = if line <= 1 {
        0
    } else {
        text.match_indices('\n')
            .nth(line - 2)
            .map_or(text.len(), |(at, _)| at + 1)
    };
    let mut at = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// serde_json lends slices of the text it read, so their addresses tell where they stand.
fn place(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

fn node<'a>(text: &'a str, raw: &'a RawValue, depth: usize) -> Result<Node<'a>, SyntaxError> {
    let json = raw.get();
    let start = place(text, json);
    let span = Span::new(start..start + json.len());
    if depth > MAX_JSON_DEPTH {
        let message = format!("this nests more than {MAX_JSON_DEPTH} levels deep");
        return Err(SyntaxError::new(message, span));
    }
    let unreadable = |error: serde_json::Error| SyntaxError::new(error.to_string(), span);
    let kind = match json.as_bytes().first() {
        Some(b'{') => {
            let entries: Entries<'a> = serde_json::from_str(json).map_err(unreadable)?;
            let mut previous = start + 1;
            let mut properties = Vec::with_capacity(entries.0.len());
            for (key, raw) in entries.0 {
                let value = node(text, raw, depth + 1)?;
                let between = text
                    .get(previous..value.span.range().start)
                    .unwrap_or_default();
                let quote = previous + between.find('"').unwrap_or_default();
                let close = previous + between.rfind('"').map_or(between.len(), |at| at + 1);
                previous = value.span.range().end;
                let span = Span::new(quote..close);
                properties.push(Property { key, span, value });
            }
            Kind::Object(properties)
        }
        Some(b'[') => {
            let elements: Vec<&RawValue> = serde_json::from_str(json).map_err(unreadable)?;
            let elements = elements.into_iter().map(|raw| node(text, raw, depth + 1));
            Kind::Array(elements.collect::<Result<_, _>>()?)
        }
        Some(b'"') => Kind::String(
            serde_json::from_str::<Lent<'a>>(json)
                .map_err(unreadable)?
                .0,
        ),
        Some(b'n') => Kind::Null,
        Some(b't') => Kind::Bool(true),
        Some(b'f') => Kind::Bool(false),
        _ => Kind::Number(json),
    };
    Ok(Node { kind, span })
}

/// A string, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Lent<'a>(#[serde(borrow)] Cow<'a, str>);

/// The entries of an object, repeated keys included.
struct Entries<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Entries<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some((Lent(key), value)) = map.next_entry::<Lent<'de>, &'de RawValue>()? {
                    entries.push((key, value));
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// An object or an array of objects, as the bodies it stands for.
fn bodies<'n, 'a>(node: &'n Node<'a>) -> Result<Vec<&'n [Property<'a>]>, SyntaxError> {
    let object = |node: &'n Node<'a>| match &node.kind {
        Kind::Object(properties) => Ok(properties.as_slice()),
        _ => Err(SyntaxError::new(
            "a JSON object is expected here",
            node.span,
        )),
    };
    match &node.kind {
        Kind::Array(elements) => elements.iter().map(object).collect(),
        Kind::Null => Ok(Vec::new()),
        _ => Ok(vec![object(node)?]),
    }
}

fn blocks(
    type_name: &str,
    header: Span,
    node: &Node<'_>,
    labels_left: usize,
    labels: &mut Vec<Label>,
    into: &mut Building,
) -> Result<(), SyntaxError> {
    for properties in bodies(node)? {
        if labels_left == 0 {
            into.blocks.push(Block {
                type_name: type_name.into(),
                labels: labels.as_slice().into(),
                header,
                span: header.to(node.span),
                body: Arc::new(body(type_name, properties, node.span)?),
            });
            continue;
        }
        for property in properties.iter().filter(|property| property.key != "//") {
            labels.push(Label {
                text: property.key.as_ref().into(),
                span: property.span,
            });
            let rest = labels_left - 1;
            blocks(
                type_name,
                property.span,
                &property.value,
                rest,
                labels,
                into,
            )?;
            labels.pop();
        }
    }
    Ok(())
}

fn body(type_name: &str, properties: &[Property<'_>], span: Span) -> Result<Body, SyntaxError> {
    let mut body = Building::default();
    for property in properties.iter().filter(|property| property.key != "//") {
        let key = property.key.as_ref();
        // Known without a provider's schema; `dynamic` and `provisioner` carry a label.
        let labels = match (type_name, key) {
            ("locals", _) => None,
            (_, "dynamic" | "provisioner") | ("terraform", "backend" | "provider_meta") => Some(1),
            (_, "lifecycle" | "connection" | "content" | "validation")
            | ("terraform", "required_providers" | "cloud") => Some(0),
            _ => None,
        };
        if let Some(labels) = labels {
            let (span, value) = (property.span, &property.value);
            blocks(key, span, value, labels, &mut Vec::new(), &mut body)?;
            continue;
        }
        let literal = type_name == "variable" && key == "default";
        let text = if literal {
            Text::Literal
        } else {
            Text::Template
        };
        let mut read = attribute(property, text)?;
        let nests = !matches!(
            (type_name, key),
            ("locals" | "terraform" | "variable" | "output" | "module", _)
                | (_, "for_each" | "depends_on" | "providers")
        );
        if nests && may_be_blocks(&property.value) {
            read.maybe_block = true;
            let (span, value) = (property.span, &property.value);
            blocks(key, span, value, 0, &mut Vec::new(), &mut body)?;
        }
        body.attributes.push(read);
    }
    Ok(body.done(span))
}

fn may_be_blocks(node: &Node<'_>) -> bool {
    let is_object = |node: &Node<'_>| matches!(node.kind, Kind::Object(_));
    match &node.kind {
        // Null and an empty array are no block at all.
        Kind::Object(_) | Kind::Null => true,
        Kind::Array(elements) => elements.iter().all(is_object),
        _ => false,
    }
}

fn attribute(property: &Property<'_>, text: Text) -> Result<Attribute, SyntaxError> {
    Ok(Attribute {
        name: property.key.as_ref().into(),
        name_span: property.span,
        expr: expr(&property.value, text)?,
        maybe_block: false,
        repeats: false,
    })
}

fn expr(node: &Node<'_>, text: Text) -> Result<Expr, SyntaxError> {
    let span = node.span;
    let kind = match &node.kind {
        Kind::Null => ExprKind::Literal(Literal::Null),
        Kind::Bool(value) => ExprKind::Literal(Literal::Bool(*value)),
        Kind::Number(digits) => {
            let number: cty::Number = digits.parse().map_err(|_| {
                SyntaxError::new(format!("{digits} is no number that can be read"), span)
            })?;
            ExprKind::Literal(Literal::Number(number))
        }
        Kind::String(string) => return text_expr(string, span, text),
        Kind::Array(elements) => ExprKind::Tuple(
            elements
                .iter()
                .map(|element| expr(element, text))
                .collect::<Result<_, _>>()?,
        ),
        Kind::Object(properties) => ExprKind::Object(
            properties
                .iter()
                .map(|property| {
                    Ok(Item {
                        key: Key::Expr(text_expr(&property.key, property.span, text)?),
                        value: expr(&property.value, text)?,
                        repeats: false,
                    })
                })
                .collect::<Result<_, _>>()?,
        ),
    };
    Ok(Expr { kind, span })
}

fn text_expr(string: &str, span: Span, text: Text) -> Result<Expr, SyntaxError> {
    match text {
        Text::Literal => Ok(Expr {
            kind: ExprKind::Literal(Literal::Text(string.into())),
            span,
        }),
        Text::Template => {
            template::parse(string, template::Kind::Bare, Spans::Fixed(span), span, 0)
        }
    }
}
