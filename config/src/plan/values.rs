//! What a plan says alone, without a configuration: values to attributes and blocks.

use std::sync::Arc;

use cty::{Data, Value};

use crate::Origin;
use crate::instance::{Attribute, Block, Body, Nested};
use crate::schema::{Nesting, Schema};
use crate::why::Why;

/// An object as the body of a block, all at one place. Null is as if it were not there.
pub(crate) fn body(value: &Value, schema: Option<&Schema>, place: &Origin) -> Body {
    let mut body = Body::default();
    let entries = value.entries().into_iter().flatten();
    for (name, value) in entries.filter(|(_, value)| !value.is_null()) {
        match schema.and_then(|schema| schema.blocks.get(name)) {
            Some(nested) => {
                let mut add = |value: &Value| {
                    body.blocks.push(block(name, value, &nested.schema, place));
                };
                match (nested.nesting, value.data()) {
                    (_, Data::Unknown(..)) => add(value),
                    (Nesting::Single | Nesting::Group, _) => add(value),
                    (Nesting::List | Nesting::Set | Nesting::Map, _) => {
                        value.children().for_each(add)
                    }
                }
            }
            None => {
                let attribute = Attribute {
                    value: explained(value, name),
                    origin: place.clone(),
                    maybe_block: schema.is_none() && may_be_blocks(value),
                };
                body.attributes.insert(name.clone(), attribute);
            }
        }
    }
    body
}

fn block(type_name: &Arc<str>, value: &Value, schema: &Schema, place: &Origin) -> Nested {
    let made = |body: Body| Block {
        type_name: type_name.clone(),
        body,
        header: place.clone(),
    };
    match value.is_known() {
        true => Nested::Block(made(body(value, Some(schema), place))),
        false => Nested::Unknown {
            why: after_apply(type_name),
            template: made(Body {
                is_incomplete: true,
                ..Body::default()
            }),
        },
    }
}

fn explained(value: &Value, name: &str) -> Value {
    if value.is_wholly_known() {
        return value.clone();
    }
    let why = after_apply(name).mark();
    value.clone().map_leaves(&mut |leaf| match leaf.is_known() {
        true => leaf,
        false => leaf.mark(why.clone()),
    })
}

fn after_apply(name: &str) -> Why {
    Why::new(format!("{name} is known after apply"))
}

/// Without a schema a list of objects may as well be blocks.
fn may_be_blocks(value: &Value) -> bool {
    let is_object = |it: &Value| matches!(it.data(), Data::Object(_));
    match value.elements() {
        Some(elements) => elements.iter().all(is_object),
        None => is_object(value),
    }
}
