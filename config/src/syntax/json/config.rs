//! JSON values to bodies, as Terraform reads them without knowing a provider's schema.

use std::borrow::Cow;
use std::sync::Arc;

use super::super::error::SyntaxError;
use super::super::memory::{self, Memory, Purse};
use super::super::parser::Parser;
use super::super::tree::{
    Attribute, Block, Body, Expr, ExprKind, Item, Key, Label, Literal, Name, Span,
};
use super::super::{MAX_ERRORS, Parsed, repeats};
use super::read::{Kind, Node, Property, document};

/// Reads a `.tf.json`.
pub(in super::super) fn parse_config(text: &str, memory: &Memory) -> Parsed {
    let document = document(text, memory);
    let mut reader = Reader::new(text, document.errors, document.purse.sibling());
    let Some(root) = document.root else {
        return reader.parsed(Building::default().broken());
    };
    let mut body = Building::default();
    if matches!(root.kind, Kind::Array(_) | Kind::Object(_)) {
        for property in reader.properties(&root, None) {
            let Property { key, span, value } = property;
            match labels_of(key) {
                Some(labels) => {
                    let mut headers = Headers::new(key, *span, labels);
                    reader.blocks(value, &mut headers, &mut body);
                }
                None if key == "//" => {}
                None => {
                    let attribute = reader.attribute(property, Text::Template);
                    body.attributes.push(attribute);
                }
            }
        }
    } else if !matches!(root.kind, Kind::Invalid) {
        reader.error(
            "Root value must be object",
            "The root value in a JSON-based configuration must be either a JSON object or a JSON array of objects.",
            root.span,
        );
    }
    let body = reader.finish(body, root.span);
    reader.parsed(body)
}

/// Reads a `.tfvars.json`: all text is literal.
pub(in super::super) fn parse_values(text: &str, memory: &Memory) -> Parsed {
    let document = document(text, memory);
    let mut reader = Reader::new(text, document.errors, document.purse.sibling());
    let Some(root) = document.root else {
        return reader.parsed(Building::default().broken());
    };
    let mut body = Building::default();
    match &root.kind {
        Kind::Object(properties) => {
            for property in properties.iter().filter(|property| property.key != "//") {
                body.attributes
                    .push(reader.attribute(property, Text::Literal));
            }
        }
        Kind::Invalid => {}
        _ => reader.error(
            "Incorrect JSON value type",
            "A JSON object is required here, setting the values of variables.",
            root.span,
        ),
    }
    let body = reader.finish(body, root.span);
    reader.parsed(body)
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

/// What text means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    Template,
    Literal,
}

#[derive(Default)]
struct Building {
    attributes: Vec<Attribute>,
    blocks: Vec<Block>,
}

impl Building {
    fn broken(self) -> Body {
        Body {
            is_incomplete: true,
            ..Body::default()
        }
    }
}

/// The type of a block and its labels as far as they are known.
struct Headers<'a> {
    type_name: &'a str,
    span: Span,
    labels: Vec<Label>,
    missing: usize,
}

impl<'a> Headers<'a> {
    fn new(type_name: &'a str, span: Span, missing: usize) -> Self {
        Self {
            type_name,
            span,
            labels: Vec::new(),
            missing,
        }
    }
}

struct Reader<'s> {
    text: &'s str,
    errors: Vec<SyntaxError>,
    /// What is read now is read another time as a block, and reported then.
    is_quiet: bool,
    /// What the tree takes.
    purse: Purse<'s>,
    /// Nothing is read any more.
    is_over: bool,
}

impl<'s> Reader<'s> {
    fn new(text: &'s str, errors: Vec<SyntaxError>, purse: Purse<'s>) -> Self {
        Self {
            text,
            errors,
            is_quiet: false,
            purse,
            is_over: false,
        }
    }

    fn parsed(mut self, mut body: Body) -> Parsed {
        self.purse.keep();
        let mut errors = self.errors;
        errors.sort_by_key(|error| error.span);
        body.is_incomplete |= !errors.is_empty();
        Parsed {
            body: Arc::new(body),
            comments: Box::default(),
            errors,
        }
    }

    /// Accounts for memory; false once there is none left, which is said once.
    fn spend(&mut self, bytes: usize, span: Span) -> bool {
        if !self.is_over && !self.purse.spend(bytes) {
            self.is_over = true;
            self.errors.truncate(MAX_ERRORS - 1);
            self.errors.push(memory::too_large(span));
        }
        !self.is_over
    }

    fn error(&mut self, message: &'static str, detail: impl Into<Cow<'static, str>>, span: Span) {
        if !self.is_quiet && self.errors.len() < MAX_ERRORS {
            self.errors.push(SyntaxError::new(message, detail, span));
        }
    }

    fn finish(&mut self, building: Building, span: Span) -> Body {
        let mut attributes: Box<[Attribute]> = building.attributes.into();
        if repeats::mark_attributes(&mut attributes) {
            // As blocks they may repeat.
            let repeated = attributes.iter().filter(|it| it.repeats && !it.maybe_block);
            for attribute in repeated {
                let detail = format!(
                    "The argument {:?} was already set. Each argument may be set only once.",
                    attribute.name.as_str()
                );
                self.error("Duplicate argument", detail, attribute.name_span);
            }
        }
        Body {
            attributes,
            blocks: building.blocks.into(),
            span,
            is_incomplete: false,
        }
    }

    /// The properties of an object, or of all objects of an array; `label` names what their names are,
    /// if they stand for labels.
    fn properties<'n>(&mut self, node: &'n Node<'s>, label: Option<&str>) -> Vec<&'n Property<'s>> {
        let mut all: Vec<&Property<'s>> = Vec::new();
        let elements = match &node.kind {
            Kind::Array(elements) => elements.as_ref(),
            _ => std::slice::from_ref(node),
        };
        for element in elements {
            match &element.kind {
                Kind::Object(properties) => all.extend(properties),
                Kind::Invalid => {}
                Kind::Null if std::ptr::eq(element, node) => {}
                _ => {
                    let detail = match label {
                        Some(label) => format!(
                            "Either a JSON object or JSON array of objects is required here, to specify {label} labels for this block."
                        ),
                        None => "Either a JSON object or JSON array of objects is required here, to define arguments and child blocks.".to_owned(),
                    };
                    self.error("Incorrect JSON value type", detail, element.span);
                }
            }
        }
        all
    }

    fn blocks(&mut self, node: &Node<'s>, header: &mut Headers<'_>, into: &mut Building) {
        if header.missing > 0 {
            return self.labelled(node, header, into);
        }
        match &node.kind {
            Kind::Null | Kind::Invalid => {}
            Kind::Object(_) => into.blocks.extend(self.block(node, header)),
            Kind::Array(elements) => {
                for element in elements {
                    into.blocks.extend(self.block(element, header));
                }
            }
            _ => {
                let detail = format!(
                    "Either a JSON object or a JSON array is required, representing the contents of one or more {:?} blocks.",
                    header.type_name
                );
                self.error("Incorrect JSON value type", detail, node.span);
            }
        }
    }

    fn labelled(&mut self, node: &Node<'s>, header: &mut Headers<'_>, into: &mut Building) {
        let label = if header.missing > 1 { "type" } else { "name" };
        let errors = self.errors.len();
        let properties = self.properties(node, Some(label));
        let is_invalid = matches!(node.kind, Kind::Invalid);
        if properties.is_empty() && self.errors.len() == errors && !is_invalid {
            let detail = format!(
                "At least one object property is required, whose name represents the {} block's {label}.",
                header.type_name
            );
            self.error("Missing block label", detail, node.span);
        }
        header.missing -= 1;
        for property in properties {
            header.labels.push(Label {
                text: Name::new(&property.key),
                span: property.span,
            });
            let outer = std::mem::replace(&mut header.span, property.span);
            self.blocks(&property.value, header, into);
            header.span = outer;
            header.labels.pop();
        }
        header.missing += 1;
    }

    /// Nothing if there is no memory left.
    fn block(&mut self, node: &Node<'s>, header: &Headers<'_>) -> Option<Block> {
        let labels = header.labels.len() * size_of::<Label>();
        let size = size_of::<Block>() + size_of::<Body>() + 16 + labels;
        self.spend(size, node.span).then(|| Block {
            type_name: header.type_name.into(),
            labels: header.labels.as_slice().into(),
            header: header.span,
            span: header.span.to(node.span),
            body: Arc::new(self.body(header.type_name, node)),
        })
    }

    fn body(&mut self, type_name: &str, node: &Node<'s>) -> Body {
        let mut body = Building::default();
        if type_name == "locals" && !matches!(node.kind, Kind::Object(_) | Kind::Invalid) {
            self.error(
                "Incorrect JSON value type",
                "A JSON object is required here, setting the arguments for this block.",
                node.span,
            );
            return body.broken();
        }
        for property in self.properties(node, None) {
            let key = property.key.as_ref();
            // Known without a provider's schema; `dynamic` and `provisioner` carry a label.
            let labels = match (type_name, key) {
                (_, "//") => continue,
                // Providers have arguments of this name.
                (_, "dynamic") if !may_be_blocks(&property.value) => None,
                ("locals", _) => None,
                (_, "dynamic")
                | ("resource" | "removed", "provisioner")
                | ("terraform", "backend" | "provider_meta") => Some(1),
                (
                    "resource" | "data" | "ephemeral" | "action" | "removed" | "module",
                    "lifecycle",
                )
                | ("resource" | "removed" | "provisioner", "connection")
                | ("dynamic", "content")
                | ("variable", "validation")
                | ("terraform", "required_providers" | "cloud") => Some(0),
                _ => None,
            };
            if let Some(labels) = labels {
                let mut header = Headers::new(key, property.span, labels);
                self.blocks(&property.value, &mut header, &mut body);
                continue;
            }
            let nests = !matches!(
                (type_name, key),
                ("locals" | "terraform" | "variable" | "output" | "module", _)
                    | (_, "for_each" | "depends_on" | "providers")
            );
            let maybe_block = nests && may_be_blocks(&property.value);
            // Terraform evaluates these without anything in scope, which leaves text as it is.
            let is_literal = type_name == "variable"
                || matches!(
                    (type_name, key),
                    ("output", "description") | ("terraform", "required_version")
                );
            let text = if is_literal {
                Text::Literal
            } else {
                Text::Template
            };
            let was_quiet = self.is_quiet;
            self.is_quiet |= maybe_block;
            let mut attribute = self.attribute(property, text);
            self.is_quiet = was_quiet;
            if maybe_block {
                attribute.maybe_block = true;
                let mut header = Headers::new(key, property.span, 0);
                self.blocks(&property.value, &mut header, &mut body);
            }
            body.attributes.push(attribute);
        }
        self.finish(body, node.span)
    }

    fn attribute(&mut self, property: &Property<'s>, text: Text) -> Attribute {
        let without = size_of::<Attribute>() - size_of::<Expr>();
        self.spend(without + property.key.len(), property.span);
        Attribute {
            name: Name::new(&property.key),
            name_span: property.span,
            expr: self.expr(&property.value, text),
            maybe_block: false,
            repeats: false,
        }
    }

    fn expr(&mut self, node: &Node<'s>, text: Text) -> Expr {
        let span = node.span;
        if !self.spend(size_of::<Expr>(), span) {
            return Expr {
                kind: ExprKind::Invalid,
                span,
            };
        }
        let kind = match &node.kind {
            Kind::Null => ExprKind::Literal(Literal::Null),
            Kind::Bool(value) => ExprKind::Literal(Literal::Bool(*value)),
            Kind::Number(digits) => match digits.parse() {
                Ok(number) => ExprKind::Literal(Literal::Number(number)),
                // Larger than anybody writes; Terraform takes it.
                Err(_) => ExprKind::Invalid,
            },
            Kind::String(string) => return self.text(string, span, text),
            Kind::Array(elements) => {
                let elements = elements.iter().map(|element| self.expr(element, text));
                ExprKind::Tuple(elements.collect())
            }
            Kind::Object(properties) => ExprKind::Object(self.items(properties, text)),
            Kind::Invalid => ExprKind::Invalid,
        };
        Expr { kind, span }
    }

    fn items(&mut self, properties: &[Property<'s>], text: Text) -> Box<[Item]> {
        let without = size_of::<Item>() - size_of::<Expr>();
        let size = properties.len() * without;
        let place = properties
            .first()
            .map_or(Span::default(), |first| first.span);
        if !self.spend(size, place) {
            return Box::default();
        }
        let items = properties.iter().map(|property| Item {
            key: Key::Expr(self.text(&property.key, property.span, text)),
            value: self.expr(&property.value, text),
            repeats: false,
        });
        let mut items: Box<[Item]> = items.collect();
        repeats::mark_items(&mut items);
        for item in items.iter().filter(|item| item.repeats) {
            let name = item.key.literal_text().map_or("", Name::as_str);
            let detail = format!("An attribute named {name:?} was already defined.");
            self.error("Duplicate object attribute", detail, item.key.span());
        }
        items
    }

    fn text(&mut self, string: &str, span: Span, text: Text) -> Expr {
        let is_plain = memchr::memchr2(b'$', b'%', string.as_bytes()).is_none();
        if text == Text::Literal || (is_plain && !string.starts_with('\u{feff}')) {
            let is_there = string.len() <= Name::INLINE_CAP || self.spend(string.len() + 32, span);
            let kind = match is_there {
                true => ExprKind::Literal(Literal::Text(Name::new(string))),
                false => ExprKind::Invalid,
            };
            return Expr { kind, span };
        }
        // As written, it is read in its place.
        let inside = span.range().start + 1..span.range().end.saturating_sub(1);
        let as_written = self.text.get(inside.clone()) == Some(string);
        let mut parser = if as_written {
            Parser::new(
                &self.text[..inside.end],
                inside.start,
                None,
                self.purse.memory(),
            )
        } else {
            Parser::new(string, 0, Some(span), self.purse.memory())
        };
        let kind = match parser.bare() {
            Ok(expr) => {
                parser.purse.keep();
                expr.kind
            }
            Err(_) => {
                let room = MAX_ERRORS.saturating_sub(self.errors.len());
                if !self.is_quiet {
                    self.errors.extend(parser.errors.into_iter().take(room));
                }
                ExprKind::Invalid
            }
        };
        Expr { kind, span }
    }
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
