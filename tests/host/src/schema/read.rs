//! From messages to schemas. What Terraform refuses to load is refused (plugin protocol, 3.3).

use std::collections::BTreeMap;
use std::sync::Arc;

use cty::Type;
use tfplugin::client::messages::{self, schema as wire};

use super::{Attribute, Attributes, Block, NestedBlock, Nesting, Schema, Shape};

/// Why a schema is none: where, and what is wrong.
type Refused = String;

impl TryFrom<&messages::Schema> for Schema {
    type Error = Refused;

    fn try_from(schema: &messages::Schema) -> Result<Self, Refused> {
        if schema.version < 0 {
            return Err("its version is negative".into());
        }
        let wire = schema.block.as_ref().ok_or("it has no block")?;
        Ok(Self {
            version: schema.version,
            block: block(wire)?,
        })
    }
}

fn block(wire: &wire::Block) -> Result<Block, Refused> {
    let attributes = attributes(&wire.attributes)?;
    let mut blocks = BTreeMap::new();
    for wire in &wire.block_types {
        let name: Arc<str> = wire.type_name.as_str().into();
        let nested = nested_block(wire).map_err(|why| format!("{name}: {why}"))?;
        if !is_name(&name) || attributes.contains_key(&name) {
            return Err(format!("{name}: no name for a block, or an attribute's"));
        }
        if blocks.insert(name.clone(), nested).is_some() {
            return Err(format!("{name}: declared twice"));
        }
    }
    Ok(Block { attributes, blocks })
}

fn attributes(wires: &[wire::Attribute]) -> Result<Attributes, Refused> {
    let mut attributes = Attributes::new();
    for wire in wires {
        let name: Arc<str> = wire.name.as_str().into();
        let attribute = attribute(wire).map_err(|why| format!("{name}: {why}"))?;
        if !is_name(&name) {
            return Err(format!("{name:?} is no name for an attribute"));
        }
        if attributes.insert(name.clone(), attribute).is_some() {
            return Err(format!("{name}: declared twice"));
        }
    }
    Ok(attributes)
}

fn attribute(wire: &wire::Attribute) -> Result<Attribute, Refused> {
    let shape = match (&wire.nested_type, wire.r#type.is_empty()) {
        (None, false) => {
            let json = std::str::from_utf8(&wire.r#type).map_err(|e| e.to_string())?;
            Shape::Type(Type::from_json(json).map_err(|error| error.to_string())?)
        }
        (Some(nested), true) => nested_type(nested)?,
        _ => return Err("exactly one of type and nested type is needed".into()),
    };
    if !(wire.required || wire.optional || wire.computed) {
        return Err("neither required nor optional nor computed".into());
    }
    if wire.required && (wire.optional || wire.computed) {
        return Err("required, and optional or computed as well".into());
    }
    if wire.write_only && (wire.computed || wire.required == wire.optional) {
        return Err("write-only, and not exactly one of required and optional".into());
    }
    Ok(Attribute {
        shape,
        required: wire.required,
        optional: wire.optional,
        computed: wire.computed,
        sensitive: wire.sensitive,
        write_only: wire.write_only,
    })
}

fn nested_type(wire: &wire::Object) -> Result<Shape, Refused> {
    use wire::object::NestingMode;
    let nesting = match wire.nesting() {
        NestingMode::Single => Nesting::Single,
        NestingMode::List => Nesting::List,
        NestingMode::Set => Nesting::Set,
        NestingMode::Map => Nesting::Map,
        NestingMode::Invalid => return Err("no nesting mode".into()),
    };
    let attributes = attributes(&wire.attributes)?;
    if nesting == Nesting::Set {
        nothing_hidden(&attributes)?;
    }
    Ok(Shape::Nested(nesting, attributes))
}

fn nested_block(wire: &wire::NestedBlock) -> Result<NestedBlock, Refused> {
    use wire::nested_block::NestingMode;
    let (nesting, counts) = match wire.nesting() {
        NestingMode::Single => (
            Nesting::Single,
            wire.min_items == wire.max_items && (0..=1).contains(&wire.min_items),
        ),
        NestingMode::List => (Nesting::List, counts_fit(wire)),
        NestingMode::Set => (Nesting::Set, counts_fit(wire)),
        NestingMode::Map => (Nesting::Map, (wire.min_items, wire.max_items) == (0, 0)),
        NestingMode::Group => (Nesting::Group, (wire.min_items, wire.max_items) == (0, 0)),
        NestingMode::Invalid => return Err("no nesting mode".into()),
    };
    if !counts {
        return Err("its nesting mode does not allow these numbers of items".into());
    }
    let block = block(wire.block.as_ref().ok_or("no block")?)?;
    if nesting == Nesting::Set {
        nothing_hidden_in(&block)?;
    }
    if matches!(nesting, Nesting::List | Nesting::Map) && block.ty().has_dynamic() {
        return Err(
            "an attribute of any type makes these blocks a tuple, which this host does not serve"
                .into(),
        );
    }
    Ok(NestedBlock {
        nesting,
        block,
        min_items: wire.min_items,
        max_items: wire.max_items,
    })
}

fn counts_fit(wire: &wire::NestedBlock) -> bool {
    wire.min_items >= 0 && (wire.max_items == 0 || wire.min_items <= wire.max_items)
}

/// Sets may hold neither values of any type nor write-only ones.
fn nothing_hidden_in(block: &Block) -> Result<(), Refused> {
    nothing_hidden(&block.attributes)?;
    block
        .blocks
        .values()
        .try_for_each(|nested| nothing_hidden_in(&nested.block))
}

fn nothing_hidden(attributes: &Attributes) -> Result<(), Refused> {
    for (name, attribute) in attributes {
        if attribute.write_only || attribute.ty().has_dynamic() {
            return Err(format!("{name}: write-only or of any type, within a set"));
        }
        if let Shape::Nested(_, attributes) = &attribute.shape {
            nothing_hidden(attributes)?;
        }
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
