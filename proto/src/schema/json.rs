//! Schemas as `terraform providers schema -json` prints them.

use serde_json::{Map, Value as Json, json};

use super::{Attribute, Block, Mode, NestedBlock, Nesting, Schema, Shape};

impl Schema {
    /// The schema as `terraform providers schema -json` prints it.
    pub fn to_json(&self) -> Json {
        json!({ "version": self.version, "block": block(&self.block) })
    }
}

fn block(block: &Block) -> Json {
    let mut json = Map::new();
    let attributes = attributes(&block.attributes);
    if !attributes.is_empty() {
        json.insert("attributes".to_owned(), attributes.into());
    }
    let mut nested: Vec<_> = block.blocks.iter().collect();
    nested.sort_by_key(|nested| &nested.name);
    let nested: Map<String, Json> = nested
        .into_iter()
        .map(|nested| (nested.name.to_string(), nested_block(nested)))
        .collect();
    if !nested.is_empty() {
        json.insert("block_types".to_owned(), nested.into());
    }
    describe(&mut json, &block.description, block.deprecated.as_deref());
    json.into()
}

fn attributes(attributes: &[Attribute]) -> Map<String, Json> {
    let mut sorted: Vec<_> = attributes.iter().collect();
    sorted.sort_by_key(|attribute| &attribute.name);
    sorted
        .into_iter()
        .map(|a| (a.name.to_string(), attribute(a)))
        .collect()
}

fn attribute(attribute: &Attribute) -> Json {
    let mut json = Map::new();
    match &attribute.shape {
        Shape::Type(ty) => {
            json.insert("type".to_owned(), ty.to_json_value());
        }
        Shape::Nested(nested) => {
            let nested = json!({
                "attributes": attributes(&nested.attributes),
                "nesting_mode": mode(nested.nesting),
            });
            json.insert("nested_type".to_owned(), nested);
        }
    }
    describe(
        &mut json,
        &attribute.description,
        attribute.deprecated.as_deref(),
    );
    let optional = matches!(attribute.mode, Mode::Optional | Mode::OptionalComputed);
    for (name, set) in [
        ("required", attribute.mode == Mode::Required),
        ("optional", optional),
        ("computed", attribute.mode.is_computed()),
        ("sensitive", attribute.sensitive),
    ] {
        if set {
            json.insert(name.to_owned(), true.into());
        }
    }
    json.into()
}

fn nested_block(nested: &NestedBlock) -> Json {
    let mut json = Map::new();
    json.insert("nesting_mode".to_owned(), mode(nested.nesting).into());
    json.insert("block".to_owned(), block(&nested.block));
    let max = match nested.nesting {
        Nesting::Single => nested.min,
        Nesting::List | Nesting::Set | Nesting::Map => nested.max.unwrap_or(0),
    };
    for (name, bound) in [("min_items", nested.min), ("max_items", max)] {
        if bound > 0 {
            json.insert(name.to_owned(), bound.into());
        }
    }
    json.into()
}

fn describe(json: &mut Map<String, Json>, description: &str, deprecated: Option<&str>) {
    if !description.is_empty() {
        json.insert("description".to_owned(), description.into());
    }
    json.insert("description_kind".to_owned(), "markdown".into());
    if deprecated.is_some() {
        json.insert("deprecated".to_owned(), true.into());
    }
}

fn mode(nesting: Nesting) -> &'static str {
    match nesting {
        Nesting::Single => "single",
        Nesting::List => "list",
        Nesting::Set => "set",
        Nesting::Map => "map",
    }
}
