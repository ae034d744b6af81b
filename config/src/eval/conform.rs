//! What is written, as the provider's schema has it: values of its types, and its word on what is
//! an attribute and what is a block.

use std::collections::BTreeMap;
use std::sync::Arc;

use cty::{Mark, Type, Value, convert};

use crate::instance::{Address, Attribute, Body, Nested};
use crate::schema::{NestedBlock, Nesting, Schema};
use crate::why::Why;
use crate::{Origin, Problem, similar};

use super::Evaluator;
use super::marks;

impl Evaluator<'_> {
    /// Makes a resource's body what its schema says. What the provider would refuse is reported,
    /// and unknown; a name that the schema does not know is noted, since the provider may be newer.
    pub(super) fn conform(&self, body: &mut Body, schema: &Schema, address: &Address) {
        Conform {
            evaluator: self,
            address,
        }
        .body(body, schema, "");
    }

    /// All blocks of one type as the value that they are when the resource is read: what nobody
    /// wrote in them is the provider's affair.
    pub(super) fn blocks_value(
        &self,
        nested: Vec<Nested>,
        wanted: &NestedBlock,
        address: &Address,
        path: &str,
    ) -> Value {
        let element = wanted.schema.ty();
        let mut values = Vec::with_capacity(nested.len());
        for block in nested {
            match block {
                Nested::Unknown { why, .. } => return Value::unknown(wanted.ty()).mark(why.mark()),
                Nested::Block(mut block) => {
                    Conform {
                        evaluator: self,
                        address,
                    }
                    .body(&mut block.body, &wanted.schema, &format!("{path}."));
                    values.push(self.body_value(&block.body, &wanted.schema, address, path));
                }
            }
        }
        match wanted.nesting {
            Nesting::List => Value::list(element, values),
            Nesting::Set => Value::set(element, values),
            Nesting::Single | Nesting::Group => match values.into_iter().next() {
                Some(value) => value,
                None => Value::null(element),
            },
            // Its keys are labels, which nothing that is read here has.
            Nesting::Map => {
                let why = Why::new(format!("{address}.{path} is known after apply"));
                Value::unknown(wanted.ty()).mark(why.mark())
            }
        }
    }

    fn body_value(&self, body: &Body, schema: &Schema, address: &Address, path: &str) -> Value {
        let attributes = schema.attributes.iter().map(|(name, it)| {
            let written = body.attribute(name).map(|it| it.value.clone());
            let value = written.filter(|value| !value.is_null()).unwrap_or_else(|| {
                let why = Why::new(format!("{address}.{path}.{name} is known after apply"));
                let value = Value::unknown(it.ty.clone()).mark(why.mark());
                match it.sensitive {
                    true => value.mark(Mark::Sensitive),
                    false => value,
                }
            });
            (name.clone(), value)
        });
        let blocks = schema.blocks.iter().map(|(name, it)| {
            let of_type = |nested: &&Nested| nested.block().type_name == *name;
            let nested: Vec<Nested> = body.blocks.iter().filter(of_type).cloned().collect();
            let inner = format!("{path}.{name}");
            // A provider may fill in blocks that nobody wrote.
            let value = match nested.is_empty() {
                true => {
                    let why = Why::new(format!("{address}.{inner} is known after apply"));
                    Value::unknown(it.ty()).mark(why.mark())
                }
                false => self.blocks_value(nested, it, address, &inner),
            };
            (name.clone(), value)
        });
        Value::object(attributes.chain(blocks).collect::<Vec<_>>())
    }
}

struct Conform<'a> {
    evaluator: &'a Evaluator<'a>,
    address: &'a Address,
}

impl Conform<'_> {
    fn body(&self, body: &mut Body, schema: &Schema, path: &str) {
        // In JSON a property that may be either is both.
        body.attributes
            .retain(|name, it| !(it.maybe_block && schema.blocks.contains_key(name)));
        let attributes = &body.attributes;
        body.blocks.retain(|nested| {
            let name = &nested.block().type_name;
            let same = attributes.get(name).is_some_and(|it| it.maybe_block);
            !(same && schema.attributes.contains_key(name))
        });
        self.gather_blocks(body, schema);
        for (name, attribute) in &mut body.attributes {
            let path = format!("{path}{name}");
            match schema.attributes.get(name) {
                Some(wanted) => {
                    attribute.value = self.converted(attribute, &wanted.ty, &path);
                    if wanted.sensitive {
                        attribute.value = attribute.value.clone().mark(Mark::Sensitive);
                    }
                    attribute.maybe_block = false;
                }
                None => self.note_stray(schema, name, &path, &attribute.origin),
            }
        }
        for nested in &mut body.blocks {
            let block = match nested {
                Nested::Block(block) => block,
                Nested::Unknown { template, .. } => template,
            };
            let path = format!("{path}{}", block.type_name);
            match schema.blocks.get(&block.type_name) {
                Some(inner) => self.body(&mut block.body, &inner.schema, &format!("{path}.")),
                None => self.note_stray(schema, &block.type_name, &path, &block.header),
            }
        }
    }

    fn converted(&self, attribute: &Attribute, ty: &Type, path: &str) -> Value {
        convert::convert(&attribute.value, ty).unwrap_or_else(|error| {
            let message = format!("{}: {path}: {error}", self.address);
            self.evaluator
                .report(Problem::analysis(message).at(attribute.origin.clone()));
            let why = Why::new(format!("{path} cannot be read"));
            Value::unknown(ty.clone()).mark(why.mark())
        })
    }

    /// Blocks of what the schema calls an attribute that holds objects: older providers take both.
    fn gather_blocks(&self, body: &mut Body, schema: &Schema) {
        let element = |name: &str| match &schema.attributes.get(name)?.ty {
            Type::List(element) | Type::Set(element) => match element.as_ref() {
                Type::Object(object) => Some(Arc::clone(object)),
                _ => None,
            },
            _ => None,
        };
        let mut gathered: BTreeMap<Arc<str>, (Origin, Vec<Value>, Option<Why>)> = BTreeMap::new();
        body.blocks.retain(|nested| {
            let block = nested.block();
            let Some(object) = element(&block.type_name) else {
                return true;
            };
            let start = || (block.header.clone(), Vec::new(), None);
            let (_, values, unknown) = gathered
                .entry(block.type_name.clone())
                .or_insert_with(start);
            match nested {
                Nested::Unknown { why, .. } => *unknown = Some(why.clone()),
                Nested::Block(block) => {
                    let attributes = object.attributes.iter().map(|(name, ty)| {
                        let written = block.body.attribute(name).map(|it| it.value.clone());
                        (
                            name.clone(),
                            written.unwrap_or_else(|| Value::null(ty.clone())),
                        )
                    });
                    values.push(Value::object(attributes));
                }
            }
            false
        });
        for (name, (origin, values, unknown)) in gathered {
            let value = match unknown {
                Some(why) => marks::unknown(why),
                None => Value::tuple(values),
            };
            let attribute = Attribute {
                value,
                origin,
                maybe_block: false,
            };
            body.attributes.entry(name).or_insert(attribute);
        }
    }

    fn note_stray(&self, schema: &Schema, name: &str, path: &str, origin: &Origin) {
        let (kind, message) = if schema.blocks.contains_key(name) {
            let message = format!("{}: {path}: this is a block, not an argument", self.address);
            (Problem::analysis(message), None)
        } else {
            let type_name = &self.address.type_name;
            let message = format!("{type_name} has nothing named {path:?} that is known here");
            let similar = similar::suggestion(name, schema.names());
            (
                Problem::note(message),
                similar.map(|it| format!("did you mean {it:?}?")),
            )
        };
        let problem = kind.at(origin.clone());
        self.evaluator.report(match message {
            Some(help) => problem.with_help(help),
            None => problem,
        });
    }
}
