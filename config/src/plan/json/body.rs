//! The body of a block: the plan's values, beside what is written.

use std::collections::BTreeMap;
use std::sync::Arc;

use cty::{Data, Type, Value};
use serde_json::{Map, Value as Json};

use super::links::{Links, PASS_SOURCE, Scope, Sources};
use super::value::Parts;
use crate::Origin;
use crate::instance::{Attribute, Block, Body, Nested};
use crate::schema::{NestedBlock, Nesting, Schema};
use crate::why::Why;

/// What the document says is written in a block.
#[derive(Clone, Copy)]
pub(super) enum Written<'j> {
    /// Every attribute and every block that is no `dynamic` one.
    As(&'j Map<String, Json>),
    /// Nothing, for this reason.
    Untold(&'j str),
}

/// What the blocks that a `dynamic` block makes hold.
const BY_DYNAMIC: Written<'static> =
    Written::Untold("the plan as JSON does not say what a dynamic block writes");

/// Makes the body of one instance.
pub(super) struct Builder<'m, 'a> {
    pub(super) links: &'m Links<'a>,
    pub(super) scope: Scope<'a>,
    pub(super) origin: &'m Origin,
    /// The instance.
    pub(super) address: String,
}

/// One type of nested blocks.
#[derive(Clone, Copy)]
struct Kind<'m> {
    name: &'m Arc<str>,
    nested: &'m NestedBlock,
    /// From the resource: `rke_config.etcd`.
    path: &'m str,
}

impl<'a> Builder<'_, 'a> {
    /// A body of these values. `before` is what they were, and `path` where the body is, with a
    /// final dot.
    pub(super) fn body(
        &self,
        schema: &Schema,
        value: &Value,
        before: Option<&Value>,
        written: Written<'_>,
        path: &str,
    ) -> Body {
        let mut body = Body::default();
        for (name, attribute) in &schema.attributes {
            let value = part(value, name, &attribute.ty);
            let path = format!("{path}{name}");
            if let Some(value) = self.attribute(name, value, &attribute.ty, written, &path) {
                let attribute = Attribute {
                    value,
                    origin: self.origin.clone(),
                    maybe_block: false,
                };
                body.attributes.insert(Arc::clone(name), attribute);
            }
        }
        for (name, nested) in &schema.blocks {
            let value = part(value, name, &nested.ty());
            let before = before.and_then(|before| before.attribute(name));
            let path = format!("{path}{name}");
            let path = path.as_str();
            let kind = Kind { name, nested, path };
            self.blocks(kind, &value, before, written, &mut body);
        }
        body
    }

    /// The value of an attribute; nothing if nobody wrote it.
    fn attribute(
        &self,
        name: &str,
        value: Value,
        ty: &Type,
        written: Written<'_>,
        path: &str,
    ) -> Option<Value> {
        let untold = |because: &str| Sources::lost(format!("{because}; {PASS_SOURCE}"));
        let expression = match written {
            Written::As(expressions) => expressions.get(name),
            Written::Untold(_) => None,
        };
        let sources = match (written, expression) {
            (_, None) if value.is_null() => return None,
            (_, Some(expression)) => self.links.sources(&self.scope, expression, name),
            (Written::Untold(because), None) => untold(because),
            (Written::As(_), None) if may_be_blocks(ty) => {
                untold("the plan as JSON does not say whether that is written")
            }
            (Written::As(_), None) => return None,
        };
        let value = match expression.and_then(|expression| expression.get("constant_value")) {
            // What is written is what a whole unknown block holds.
            Some(constant) if !value.is_known() => constant_value(constant, ty).unwrap_or(value),
            _ => value,
        };
        let shown = format!("{}.{path}", self.address);
        Some(self.links.explain(value, &sources, name, &shown))
    }

    /// All blocks of a type.
    fn blocks(
        &self,
        kind: Kind<'_>,
        value: &Value,
        before: Option<&Value>,
        written: Written<'_>,
        into: &mut Body,
    ) {
        let stands = match written {
            Written::As(expressions) => {
                let expressions = expressions.get(kind.name.as_ref());
                stands(kind.nested.nesting, expressions)
            }
            Written::Untold(_) => Vec::new(),
        };
        if !value.is_known() {
            return self.unknown_blocks(kind, &stands, written, into);
        }
        let made = elements(kind.nested.nesting, value);
        let was = before.map(|before| elements(kind.nested.nesting, before));
        // Of sets nobody can tell which is which.
        let is_told =
            made.len() == stands.len() && (made.len() == 1 || kind.nested.nesting != Nesting::Set);
        if made.is_empty() && !stands.is_empty() {
            let because = "the plan has no such block, and one is written";
            for expressions in stands {
                let unknown = Value::unknown(kind.nested.schema.ty());
                let block = self.block(kind, &unknown, None, Written::As(expressions));
                into.blocks.push(perhaps(because.to_owned(), block));
            }
            return;
        }
        // What a provider once filled in looks like what a `dynamic` block makes.
        let is_perhaps =
            matches!(written, Written::As(_)) && stands.is_empty() && was.as_ref() == Some(&made);
        for (at, element) in made.iter().enumerate() {
            let written = match stands.get(at) {
                Some(expressions) if is_told => Written::As(expressions),
                _ => BY_DYNAMIC,
            };
            let was = was.as_ref().and_then(|was| was.get(at).copied());
            // What is sensitive as a whole is so in all its parts.
            let element = (*element).clone().with_marks(value.marks());
            let block = self.block(kind, &element, was, written);
            into.blocks.push(match is_perhaps {
                true => perhaps(self.untold(kind, "is written"), block),
                false => Nested::Block(block),
            });
        }
    }

    /// Blocks of which the plan knows nothing: those that are written, or none.
    fn unknown_blocks(
        &self,
        kind: Kind<'_>,
        stands: &[&Map<String, Json>],
        written: Written<'_>,
        into: &mut Body,
    ) {
        let unknown = Value::unknown(kind.nested.schema.ty());
        for expressions in stands {
            let block = self.block(kind, &unknown, None, Written::As(expressions));
            into.blocks.push(Nested::Block(block));
        }
        let is_written = !stands.is_empty();
        match written {
            // Nobody wrote it but perhaps a `dynamic` block: there is none, and the body says why.
            Written::As(_) if !is_written => {
                into.presumed_absent.insert(Arc::clone(kind.name));
            }
            _ if is_written && kind.nested.is_single() => {}
            _ => {
                let block = self.block(kind, &unknown, None, BY_DYNAMIC);
                into.blocks
                    .push(perhaps(self.untold(kind, "is there"), block));
            }
        }
    }

    fn untold(&self, kind: Kind<'_>, what: &str) -> String {
        let Kind { path, .. } = kind;
        format!("the plan as JSON does not say whether {path} {what}; {PASS_SOURCE}")
    }

    fn block(
        &self,
        kind: Kind<'_>,
        value: &Value,
        before: Option<&Value>,
        written: Written<'_>,
    ) -> Block {
        let path = format!("{}.", kind.path);
        Block {
            type_name: Arc::clone(kind.name),
            body: self.body(&kind.nested.schema, value, before, written, &path),
            header: self.origin.clone(),
        }
    }
}

fn perhaps(because: String, template: Block) -> Nested {
    Nested::Unknown {
        why: Why::new(because),
        template,
    }
}

/// What stands under a name of an object; unknown if the object is, null if it is not there.
fn part(value: &Value, name: &str, ty: &Type) -> Value {
    match value.attribute(name) {
        Some(part) => part.clone().with_marks(value.marks()),
        None if value.is_known() => Value::null(ty.clone()),
        None => Value::unknown(ty.clone()).with_marks(value.marks()),
    }
}

/// The single blocks that a value holds.
fn elements(nesting: Nesting, value: &Value) -> Vec<&Value> {
    match (nesting, value.data()) {
        (_, Data::Null(_)) => Vec::new(),
        (Nesting::Single | Nesting::Group, Data::Object(_)) => vec![value],
        _ => value.children().collect(),
    }
}

/// The single blocks that are written, those of a map by label, as its values are.
fn stands(nesting: Nesting, expressions: Option<&Json>) -> Vec<&Map<String, Json>> {
    match (nesting, expressions) {
        (Nesting::Map, Some(Json::Object(labels))) => {
            let sorted: BTreeMap<&str, &Json> = labels
                .iter()
                .map(|(label, block)| (label.as_str(), block))
                .collect();
            sorted.into_values().filter_map(Json::as_object).collect()
        }
        (_, Some(Json::Array(blocks))) => blocks.iter().filter_map(Json::as_object).collect(),
        (_, Some(Json::Object(block))) => vec![block],
        _ => Vec::new(),
    }
}

/// True for an attribute that may be written as blocks, which the document then leaves out.
fn may_be_blocks(ty: &Type) -> bool {
    match ty {
        Type::List(element) | Type::Set(element) => matches!(**element, Type::Object(_)),
        _ => false,
    }
}

/// `None` for what may be a template: of a `.tf.json` file hosts show the text as it is written,
/// `"${null}"`.
fn constant_value(constant: &Json, ty: &Type) -> Option<Value> {
    if may_be_template(constant) {
        return None;
    }
    let parts = Parts {
        value: Some(constant),
        unknown: None,
        sensitive: None,
    };
    parts.as_type(ty).ok()
}

fn may_be_template(constant: &Json) -> bool {
    match constant {
        Json::String(text) => text.contains("${") || text.contains("%{"),
        Json::Array(items) => items.iter().any(may_be_template),
        Json::Object(entries) => entries.values().any(may_be_template),
        _ => false,
    }
}
